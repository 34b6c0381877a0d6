"""The demonstration shows a request that waits, one that is in force and was used, and one that was refused."""

import pytest
from django.contrib.auth.models import Group

from mall.access.models import AccessLook, AccessRequest
from settlement.demo.access import show_access
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.journeys import paid_order


@pytest.mark.django_db
def test_the_demonstration_shows_every_kind_of_request():  # R5
    for _ in range(3):
        paid_order()
    staff(superuser=False).groups.add(Group.objects.get(name="support"))

    show_access(staff=staff(), now=NOON)

    rows = AccessRequest.objects.order_by("pk")
    assert [(row.status, row.is_in_force(NOON)) for row in rows] == [
        ("refused", False), ("granted", True), ("asked", False),
    ]  # fmt: skip
    assert AccessLook.objects.count() == 1
