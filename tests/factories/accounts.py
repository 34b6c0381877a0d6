"""People and where their parcels go."""

from mall.accounts.addresses import save_address
from mall.accounts.models import Address, User
from tests.factories import number


def shopper(**fields) -> User:
    """A person who can sign in (``client.force_login``, or with ``password=``)."""
    fields.setdefault("email", f"shopper{number()}@example.com")
    return User.objects.create_user(**fields)


def staff(*, superuser: bool = True, **fields) -> User:
    """A person who works for the platform; with ``superuser=False`` she holds no permission yet."""
    fields.setdefault("email", f"staff{number()}@example.com")
    return User.objects.create_user(is_staff=True, is_superuser=superuser, **fields)


def address(shopper: User, **fields) -> Address:
    return save_address(
        shopper=shopper,
        fields={
            "consignee": "张小云",
            "phone": "19900000001",
            "province": "浙江省",
            "city": "杭州市",
            "district": "西湖区",
            "line": "文三路 1 号",
            **fields,
        },
    )
