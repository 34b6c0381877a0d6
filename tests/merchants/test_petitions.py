from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.models import Reservation
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from marketing.models import Banner
from merchants.idle import watch_idle_shops
from merchants.models import Petition, Shop
from merchants.petitions import (
    AskedAlready,
    NotTheSamePerson,
    PetitionReasonMissing,
    ask_revival,
    grant_petition,
    refuse_petition,
)
from merchants.shops import freeze_shop
from orders.fulfillment import ship_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order, placed_order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def frozen_shop(**fields):
    return shop(status="frozen", frozen_at=NOON - DAY, frozen_because="Idle", **fields)


def asked(place=None, by=None):
    return ask_revival(shop=place or frozen_shop(), reason="New goods are in", by=by or shopper(), now=NOON)


def test_one_click_asks_and_staff_revive():  # M7
    place = frozen_shop(restriction=1)
    petition = asked(place)

    grant_petition(petition=petition, answer="Welcome back", by=staff(), now=NOON + DAY)

    place.refresh_from_db()
    petition.refresh_from_db()
    assert (place.status, place.thawed_at) == ("restricted", NOON + DAY)
    assert (petition.status, petition.answer, petition.decided_at) == ("granted", "Welcome back", NOON + DAY)
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == [
        "PetitionAsked",
        "PetitionDecided",
        "ShopThawed",
    ]
    assert watch_idle_shops(now=NOON + 31 * DAY) == {}


def test_refusing_changes_nothing_and_pauses_the_next_try():
    place = frozen_shop()
    refuse_petition(petition=asked(place), answer="Not a single product", by=staff(), now=NOON)

    with pytest.raises(AskedAlready):
        ask_revival(shop=place, reason="Please", by=shopper(), now=NOON + 3 * DAY - timedelta(seconds=1))
    ask_revival(shop=place, reason="Please", by=shopper(), now=NOON + 3 * DAY)

    assert (Shop.objects.get().status, Petition.objects.count()) == ("frozen", 2)


def test_petition_waits_once():
    place = frozen_shop()
    asked(place)

    with pytest.raises(AskedAlready):
        asked(place)
    assert Petition.objects.count() == 1


def test_only_a_frozen_shop_asks_to_be_revived():
    with pytest.raises(WrongStatus):
        asked(shop())


def test_reasons_are_given_on_both_sides():
    with pytest.raises(PetitionReasonMissing):
        ask_revival(shop=frozen_shop(), reason=" ", by=shopper(), now=NOON)
    with pytest.raises(PetitionReasonMissing):
        grant_petition(petition=asked(), answer=" ", by=staff(), now=NOON)


def test_nobody_answers_her_own_petition_nor_does_the_database_let_her():
    clerk = staff()
    petition = asked(by=clerk)

    with pytest.raises(NotTheSamePerson):
        grant_petition(petition=petition, answer="Sure", by=clerk, now=NOON)
    with pytest.raises(IntegrityError, match="petition_not_decided_by_who_asked"), transaction.atomic():
        Petition.objects.update(status="granted", decided_by=clerk, decided_at=NOON)
    petition.refresh_from_db()
    assert petition.status == "asked"


@pytest.mark.parametrize("verb", [grant_petition, refuse_petition])
def test_answered_is_answered(verb):
    petition = asked()
    refuse_petition(petition=petition, answer="No", by=staff(), now=NOON)

    with pytest.raises(WrongStatus):
        verb(petition=petition, answer="Yes", by=staff(), now=NOON)


def test_freezing_releases_what_nobody_paid_and_keeps_what_is_in_flight():  # M7
    piece = sku(shop=(place := shop(owner=(owner := shopper()))), stock=9)
    waiting, paid = placed_order(skus={piece: 2}), paid_order(skus={piece: 3})
    banner = {"headline": {"en": "x"}, "call": {"en": "x"}, "starts_at": NOON - DAY, "ends_at": NOON + 9 * DAY}
    leading = Banner.objects.create(**banner, target=reverse("storefront:catalog:shop", args=[place.slug]))
    to_goods = Banner.objects.create(
        **banner, target=reverse("storefront:catalog:product", args=[piece.product.public_id]) + "?x=1"
    )
    elsewhere = Banner.objects.create(**banner, target="/search/")

    freeze_shop(shop=place, reason="Idle", now=NOON)
    deliver_everything()
    deliver_everything()

    assert list(Order.objects.order_by("pk").values_list("pk", "status")) == [
        (waiting.pk, "canceled"),
        (paid.pk, "paid"),
    ]
    assert list(Reservation.objects.filter(status="held").values_list("document", flat=True)) == [paid.public_id]
    assert [Banner.objects.get(pk=row.pk).ends_at for row in (leading, to_goods, elsewhere)] == [
        NOON,
        NOON,
        NOON + 9 * DAY,
    ]
    ship_order(order=paid, carrier="sf", tracking_number="SF1234567890123", by=owner, now=NOON + DAY)
    assert Order.objects.get(pk=paid.pk).status == "shipped"


def test_shop_asks_from_its_page_and_reads_the_answer(client):
    place = frozen_shop(owner=(owner := shopper()))
    client.force_login(owner)
    page = reverse("backoffice:merchants:life", args=[place.slug])

    client.post(reverse("backoffice:merchants:revival-ask", args=[place.slug]), {"reason": "New goods"})
    refuse_petition(petition=Petition.objects.get(), answer="Update your goods first", by=staff(), now=NOON)

    assert "Update your goods first" in client.get(page).content.decode()


def test_reader_sees_the_page_and_asks_nothing(client):
    place = frozen_shop()
    seat(place, reader := shopper(), "reader")
    client.force_login(reader)

    assert client.get(reverse("backoffice:merchants:life", args=[place.slug])).status_code == 200
    answer = client.post(reverse("backoffice:merchants:revival-ask", args=[place.slug]), {"reason": "x"})
    assert (answer.status_code, Petition.objects.count()) == (403, 0)


def test_staff_answer_in_the_admin(client):
    clerk = staff()
    petition = asked()
    client.force_login(clerk)

    client.post(
        reverse("admin:merchants_petition_changelist"),
        {"action": "grant", "_selected_action": [petition.pk], "confirmed": "1", "answer": "Welcome"},
    )

    petition.refresh_from_db()
    assert (petition.status, petition.decided_by) == ("granted", clerk)
