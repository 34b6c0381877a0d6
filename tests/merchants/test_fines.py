"""S6: a sanction may carry a fine, in force when the time to appeal is over, or when an appeal was refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.money import Money
from mall.notifications.models import Notice
from merchants.models import Petition, Sanction
from merchants.petitions import appeal_sanction, grant_petition, refuse_petition
from merchants.sanctions import WrongFine, enforce_fines, impose, lift
from merchants.tunables import FINE_MOST
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def fined(place=None, fen: int = 50_000, *, code: str = "false_words", now=NOON) -> Sanction:
    return impose(shop=place or shop(), code=code, note="假话", fine=Money(fen), by=staff(), now=now)


def fined_at(sanction: Sanction):
    sanction.refresh_from_db()
    return sanction.fined_at


def announced() -> list[dict]:
    return [row.payload for row in OutboxEvent.objects.filter(name="ShopFined").order_by("pk")]


def test_a_fine_is_in_force_when_the_time_to_appeal_is_over_and_once():
    sanction = fined()

    early = enforce_fines(now=NOON + 7 * DAY)
    late = enforce_fines(now=NOON + 7 * DAY + SECOND)
    again = enforce_fines(now=NOON + 8 * DAY)

    assert (early, late, again) == (0, 1, 0)
    assert fined_at(sanction) == NOON + 7 * DAY + SECOND
    (told,) = announced()
    assert (told["sanction_id"], told["amount"], told["note"]) == (sanction.public_id, 50_000, "假话")


def test_without_a_fine_nothing_comes():
    sanction = impose(shop=shop(), code="false_words", note="x", by=staff(), now=NOON)

    assert enforce_fines(now=NOON + 90 * DAY) == 0
    assert (fined_at(sanction), announced()) == (None, [])


def test_an_appeal_holds_the_fine_and_its_refusal_lets_it_go_at_once():
    sanction = fined()
    appeal = appeal_sanction(sanction=sanction, reason="Not so", by=shopper(), now=NOON + DAY)

    assert enforce_fines(now=NOON + 30 * DAY) == 0
    refuse_petition(petition=appeal, answer="It is so", by=staff(), now=NOON + 31 * DAY)

    assert fined_at(sanction) == NOON + 31 * DAY
    assert enforce_fines(now=NOON + 32 * DAY) == 0
    assert len(announced()) == 1


def test_an_appeal_that_is_granted_and_a_sanction_that_is_lifted_end_the_fine():
    granted, lifted = fined(), fined()
    appeal = appeal_sanction(sanction=granted, reason="Not so", by=shopper(), now=NOON)
    grant_petition(petition=appeal, answer="You are right", by=staff(), now=NOON + DAY)
    lift(sanction=lifted, by=staff(), now=NOON + DAY)

    assert enforce_fines(now=NOON + 30 * DAY) == 0
    assert (fined_at(granted), fined_at(lifted), announced()) == (None, None, [])


@pytest.mark.parametrize("fine", [Money(-1), Money(FINE_MOST.default + 1), Money(1, "USD")])
def test_a_fine_is_an_amount_within_bounds(fine):
    with pytest.raises(WrongFine):
        impose(shop=shop(), code="false_words", note="x", fine=fine, by=staff(), now=NOON)
    assert not Sanction.objects.exists()


def test_the_shop_hears_of_it_with_its_day_and_sees_how_far_it_has_come(client):
    place = shop()
    owner = seat(place).user
    sanction = fined(place)
    deliver_everything()
    facts = Notice.objects.get(kind="merchants.sanction_with_fine", person=owner).facts
    client.force_login(owner)
    url = reverse("backoffice:merchants:conduct", args=[place.slug])

    def page() -> str:
        return client.get(url, headers={"accept-language": "en"}).content.decode()

    announced_page = page()
    appeal_sanction(sanction=sanction, reason="Not so", by=shopper(), now=NOON)
    waiting = page()
    appeal = Petition.objects.get(subject=sanction.public_id)
    refuse_petition(petition=appeal, answer="It is so", by=staff(), now=NOON + DAY)
    taken = page()
    lift(sanction=sanction, by=staff(), now=NOON + 2 * DAY)
    lifted = page()

    assert (facts["fine"], facts["day"]) == ("¥500.00", "2026-03-09")
    assert all("500<small>.00" in words for words in (announced_page, waiting, taken, lifted))
    assert "unless you appeal before" in announced_page
    assert "It waits for the answer to your appeal." in waiting
    assert "from what you have available" in taken
    assert "Given back: the sanction is lifted." in lifted


def test_staff_type_the_fine_and_one_that_is_too_high_is_told_beside_its_field(client):
    place = shop()
    client.force_login(staff())
    url = reverse("admin:merchants_sanction_add")
    form = {"shop": place.pk, "code": "false_words", "note": "假话"}

    wrong = client.post(url, form | {"fine": "50000.01"})
    done = client.post(url, form | {"fine": "500"})

    assert list(wrong.context["adminform"].form.errors) == ["fine"]
    assert "50000.01" in wrong.content.decode()
    assert done.status_code == 302
    assert Sanction.objects.get().fine == Money(50_000)


def test_staff_hear_beside_its_field_that_a_shop_is_closed_or_that_a_word_is_missing(client):
    closed = shop(status="closed")
    client.force_login(staff())

    page = client.post(
        reverse("admin:merchants_sanction_add"), {"shop": closed.pk, "code": "false_words", "note": " ", "fine": ""}
    )

    assert set(page.context["adminform"].form.errors) == {"shop", "note"}
    assert not Sanction.objects.exists()
