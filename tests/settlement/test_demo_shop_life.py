"""What the demonstration shows of shop life: something waits on each page."""

import pytest

from mall.events import deliver_everything
from merchants.models import Invitation, Petition, Sanction
from settlement.demo import data, shops
from settlement.models import Entry
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
    waiting = Petition.objects.get(kind="sanction", status="asked")
    taken = Sanction.objects.get(fined_at__isnull=False)
    assert set(Sanction.objects.values_list("public_id", flat=True)) == {waiting.subject, taken.public_id}
    assert Entry.objects.filter(kind="fined", ref=taken.public_id).exists()
    assert Invitation.objects.count() == 1
