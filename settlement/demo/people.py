"""The people of the demonstration: all have one password, which is hashed once."""

from functools import cache

from django.contrib.auth.hashers import make_password

from mall.accounts.models import User

PASSWORD = "mall-demo-2026"  # noqa: S105  the demonstration's, printed on every start


@cache
def hashed_password() -> str:
    """Hashing takes a seventh of a second, and there are hundreds of people."""
    return make_password(PASSWORD)


def make_person(email: str, name: str, **fields) -> User:
    return User.objects.create(email=email, display_name=name, password=hashed_password(), **fields)
