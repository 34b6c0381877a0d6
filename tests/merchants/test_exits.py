"""Leaving the mall (M9): off the shelf at once, closed when nothing is left to be done and the deposit is back."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.models import Product
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from merchants.exits import advance_exits, ask_exit, cancel_exit, checklist, current_exit, note_data_taken
from merchants.models import Exit, Shop
from orders.fulfillment import complete_order, mark_delivered, ship_order
from settlement.release import release_due_shares
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
held = ["The deposit of ¥1000 is held."]


def deposit_held(place) -> str:
    return held[0]


def missing(place, now):
    return [step.name for step in checklist(current_exit(place), now=now) if not step.is_done]


def leave(place, now=NOON):
    ask_exit(shop=place, reason="We retire", by=place.seats.first().user, now=now)
    deliver_everything()
    place.refresh_from_db()


def test_shop_leaves_step_by_step_until_its_deposit_is_back(settings):  # M9
    settings.SHOP_DEPOSIT_HELD = f"{__name__}.deposit_held"
    held[0] = "The deposit of ¥1000 is held."
    owner = shopper()
    order = paid_order(skus={sku(shop=(place := shop(owner=owner))): 1})

    leave(place)
    assert place.status == "exiting"
    assert not Product.objects.filter(shop=place, status="on_sale").exists()
    assert missing(place, NOON) == ["orders", "data", "deposit"]
    ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=owner, now=NOON)
    order.refresh_from_db()
    complete_order(order=mark_delivered(order=order, by=order.shopper, now=NOON + DAY), now=NOON + 8 * DAY)
    deliver_everything()
    assert missing(place, NOON + 8 * DAY) == ["orders", "after_sale", "data", "deposit"]
    release_due_shares(now=NOON + 16 * DAY)
    note_data_taken(shop=place, by=owner, now=NOON + 16 * DAY)
    assert missing(place, NOON + 16 * DAY) == ["after_sale", "deposit"]
    assert advance_exits(now=NOON + 23 * DAY - timedelta(seconds=1)) == {}
    assert advance_exits(now=NOON + 23 * DAY) == {"cleared": 1}
    assert advance_exits(now=NOON + 23 * DAY) == {}  # the deposit is still held
    with pytest.raises(WrongStatus):
        cancel_exit(shop=place, by=owner, now=NOON + 23 * DAY)
    held[0] = ""
    assert advance_exits(now=NOON + 24 * DAY) == {"closed": 1}
    assert advance_exits(now=NOON + 25 * DAY) == {}

    place.refresh_from_db()
    assert (place.status, Exit.objects.get().closed_at) == ("closed", NOON + 24 * DAY)
    told = set(OutboxEvent.objects.values_list("name", flat=True))
    assert {"ShopExiting", "ShopExitCleared", "ShopClosed"} <= told


def test_shop_that_stays_after_all_is_what_it_was():
    place = shop(owner=(owner := shopper()), restriction=1, status="restricted")
    leave(place)

    cancel_exit(shop=place, by=owner, now=NOON + DAY)

    place.refresh_from_db()
    assert (place.status, current_exit(place), place.thawed_at) == ("restricted", None, NOON + DAY)
    assert advance_exits(now=NOON + 99 * DAY) == {}
    leave(place, NOON + 2 * DAY)
    assert Exit.objects.count() == 2


@pytest.mark.parametrize("status", ["exiting", "closed"])
def test_who_leaves_already_or_has_left_does_not_leave(status):
    with pytest.raises(WrongStatus):
        leave(shop(status=status, owner=shopper()))


@pytest.mark.parametrize("status", ["holiday", "frozen", "restricted"])
def test_every_shop_may_leave(status):
    place = shop(status=status, frozen_at=NOON, restriction=1 if status == "restricted" else 0, owner=shopper())

    leave(place)

    assert Shop.objects.get(pk=place.pk).status == "exiting"


def test_owner_leaves_on_the_page_and_takes_her_data_with_her(client):
    order = paid_order(skus={sku(shop=(place := shop(owner=(owner := shopper())))): 1})
    client.force_login(owner)
    page = reverse("backoffice:merchants:exit", args=[place.slug])

    client.post(page, {"reason": "We retire"})
    archive = client.post(reverse("backoffice:merchants:exit-data", args=[place.slug]))

    with zipfile.ZipFile(io.BytesIO(archive.content)) as packed:
        assert packed.namelist() == ["daily_facts.csv", "growth_file.csv"]
        assert order.public_id in packed.read("growth_file.csv").decode()
    assert Exit.objects.get().data_taken_at is not None
    shown = client.get(page)
    assert {step.name: step.is_done for step in shown.context["steps"]}["data"]
    client.post(reverse("backoffice:merchants:exit-stay", args=[place.slug]))
    assert Shop.objects.get(pk=place.pk).status == "open"


def test_manager_does_not_close_the_shop(client):
    place = shop()
    seat(place, manager := shopper(), "manager")
    client.force_login(manager)

    assert client.post(reverse("backoffice:merchants:exit", args=[place.slug]), {"reason": "x"}).status_code == 403
