"""Requests for access to personal data, through the real verbs."""

from datetime import datetime

from mall.access.granting import ask_for_access, grant_access
from mall.access.models import AccessRequest
from tests.conftest import NOON
from tests.factories.accounts import staff


def asked_access(by, subject: str, fields: list[str], *, now: datetime = NOON, **said) -> AccessRequest:
    given = {"purpose": "help", "reason": "She cannot find her parcel.", "ticket": "T-1", "hours": 2, **said}
    return ask_for_access(subject=subject, fields=fields, by=by, now=now, **given)


def granted_access(by, subject: str, fields: list[str], *, now: datetime = NOON, **said) -> AccessRequest:
    """Asked for by one, granted by another."""
    request = asked_access(by, subject, fields, now=now, **said)
    grant_access(request=request, by=staff(), now=now)
    request.refresh_from_db()
    return request
