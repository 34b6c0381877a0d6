"""What the demonstration shows of shop life: something waits on each page."""

import pytest

from mall.events import deliver_everything
from merchants.models import Invitation, Petition, Sanction
from settlement.demo import data, shops
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def test_a_revival_an_appeal_and_an_invitation_wait():
    opened, owners = {}, {}
    for described in data.shops():
        owners[described.slug] = shopper()
        frozen = {"status": "frozen", "frozen_at": NOON} if described.story == "frozen" else {}
        opened[described.slug] = shop(slug=described.slug, owner=owners[described.slug], **frozen)

    shops.show_shop_life(opened, owners=owners, staff=staff(), now=NOON)
    deliver_everything()

    frozen_count = sum(described.story == "frozen" for described in data.shops())
    assert Petition.objects.filter(kind="revival", status="asked").count() == frozen_count > 0
    assert Petition.objects.filter(kind="sanction", status="asked").count() == Sanction.objects.count() == 1
    assert Invitation.objects.count() == 1
