"""O6: where parcels are, as their carriers tell it."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from merchants.models import Seat
from orders import carriers, tracking
from orders.after_sales.cases import AfterSaleOpen
from orders.carriers import Scan
from orders.carriers.sandbox import number_of
from orders.fulfillment import complete_delivered_orders, deliver_shipped_orders, mark_delivered, ship_order
from orders.models import Order, Parcel, ParcelLine, ParcelScan
from orders.tracking import follow_parcels, note_scans, send_again
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import address
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order
from tests.orders.after_sales.cases import agreed, case_of, paid_back

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sent(fate: str = "55", *, province: str = "Beijing", pieces=None, **given) -> Parcel:
    """A parcel of the sandbox's carrier, from Zhejiang; its number says what will happen to it."""
    who = a_shopper()
    address(who, province=province, city=province)
    place = given.pop("place", None) or shop(province="浙江", city="杭州")
    order = paid_order(shopper=who, skus=given.pop("skus", {sku(shop=place, stock=9): 2}))
    return hand(order, fate)


def hand(order: Order, fate: str = "55", **given) -> Parcel:
    digits = f"{number():010d}{fate}"
    return ship_order(
        order=order, carrier="sandbox", tracking_number=number_of(digits), by=a_shopper(), now=NOON, **given
    )


def kinds(parcel: Parcel) -> list[str]:
    return list(parcel.scans.order_by("at", "pk").values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_parcel_is_followed_from_the_desk_to_the_door():  # O6
    parcel = sent()
    assert (parcel.from_province, str(parcel.expected_on)) == ("浙江", "2026-03-04")

    heard = [follow_parcels(now=NOON + hour * HOUR).get("heard", 0) for hour in range(1, 80)]

    parcel.refresh_from_db()
    parcel.order.refresh_from_db()
    assert kinds(parcel) == ["collected", "on_the_way", "on_the_way", "on_the_way", "out", "signed"]
    assert sum(heard) == 6 and parcel.look_at is None
    assert parcel.scans.order_by("at").values_list("place", flat=True)[0] == "杭州"
    signed = parcel.scans.get(kind="signed").at
    assert (parcel.order.status, parcel.order.delivered_at, parcel.delivered_at) == ("delivered", signed, signed)
    assert parcel.order.due_at == signed + 7 * DAY
    assert complete_delivered_orders(now=NOON + 20 * DAY) == 1


@pytest.mark.django_db
def test_who_looks_late_hears_the_same():  # O6
    parcel = sent("07")

    follow_parcels(now=NOON + 30 * DAY)

    assert kinds(parcel)[-4:] == ["out", "trouble", "out", "signed"]
    moments = list(parcel.scans.order_by("pk").values_list("at", flat=True))
    assert all(former < later for former, later in pairwise(moments))
    assert moments[-1] < NOON + 5 * DAY


@pytest.mark.django_db
@pytest.mark.parametrize("province", ["Zhejiang", "Jiangsu", "Xinjiang", "Atlantis"])
@pytest.mark.parametrize("fate", ["55", "07", "09", "13"])
def test_every_story_is_believable(province, fate):
    parcel = sent(fate, province=province)

    story = carriers.carrier("sandbox").scans(parcel, NOON + 60 * DAY)

    assert [scan.at for scan in story] == sorted(scan.at for scan in story)
    assert story[0].kind == "collected" and story[0].at > NOON
    assert story[-1].kind == ("back" if fate == "09" else "signed")
    if fate == "55" and parcel.expected_on:
        assert story[-1].at.date() <= parcel.expected_on
    assert story == carriers.carrier("sandbox").scans(parcel, NOON + 90 * DAY)


@pytest.mark.django_db
def test_scans_in_any_order_and_twice_come_to_the_same():  # O6
    parcel = sent()
    story = carriers.carrier("sandbox").scans(parcel, NOON + 9 * DAY)
    shuffled = story * 2
    random.Random(7).shuffle(shuffled)

    new = [note_scans(parcel=parcel, scans=[scan], now=NOON + 9 * DAY) for scan in shuffled]

    assert sum(new) == parcel.scans.count() == len(story)
    assert kinds(parcel) == [scan.kind for scan in story]
    assert Order.objects.get(pk=parcel.order_id).delivered_at == story[-1].at
    assert OutboxEvent.objects.filter(name="OrderDelivered").count() == 1


@pytest.mark.django_db
def test_what_is_told_of_the_future_or_in_unknown_words_is_not_believed():
    parcel = sent()
    scans = [Scan("1", "signed", NOON + 2 * HOUR), Scan("2", "vanished", NOON)]

    assert note_scans(parcel=parcel, scans=scans, now=NOON + HOUR) == 0

    assert not ParcelScan.objects.exists() and Order.objects.get().status == "shipped"


@pytest.mark.django_db
def test_what_was_told_is_written_once():
    parcel = sent()
    follow_parcels(now=NOON + DAY)

    with pytest.raises(Exception, match=r"denied|written once"), transaction.atomic():
        parcel.scans.update(kind="signed")


@pytest.mark.django_db
def test_a_carrier_that_does_not_answer_is_asked_again(monkeypatch):
    parcel = sent()

    class Silent:
        def scans(self, parcel, now):
            raise TimeoutError

    monkeypatch.setattr(tracking.carriers, "carrier", lambda code: Silent())
    assert follow_parcels(now=NOON + DAY) == {"asked": 1, "failed": 1}
    monkeypatch.undo()

    parcel.refresh_from_db()
    assert parcel.look_at == NOON + DAY + timedelta(minutes=30)
    assert follow_parcels(now=NOON + DAY + HOUR)["heard"]


@pytest.mark.django_db
def test_nobody_asks_about_other_carriers_or_old_parcels():
    order = paid_order(skus={sku(stock=9): 1})
    quiet = ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=a_shopper(), now=NOON)
    old = sent("55", province="Atlantis")
    Parcel.objects.filter(pk=old.pk).update(shipped_at=NOON - 70 * DAY)
    old.scans.all()

    follow_parcels(now=NOON + HOUR)

    assert set(Parcel.objects.filter(pk__in=[quiet.pk]).values_list("look_at", flat=True)) == {None}


@pytest.mark.django_db
def test_confirming_receipt_ends_the_tracking():
    parcel = sent()
    mark_delivered(order=parcel.order, by=parcel.order.shopper, now=NOON + HOUR)

    assert follow_parcels(now=NOON + 9 * DAY) == {}


# What comes back


@pytest.mark.django_db
def test_what_comes_back_waits_for_the_shop_and_for_nobody_else():  # O6
    parcel = sent("09")
    clerk = seat(parcel.order.shop, role=Seat.Role.CLERK).user

    follow_parcels(now=NOON + 20 * DAY)
    deliver_everything()

    parcel.refresh_from_db()
    order = Order.objects.get(pk=parcel.order_id)
    assert parcel.returned_at and parcel.delivered_at is None and parcel.look_at is None
    assert (order.status, order.due_at) == ("shipped", None)
    assert deliver_shipped_orders(now=NOON + 99 * DAY) == 0
    with pytest.raises(WrongStatus):
        mark_delivered(order=order, by=order.shopper, now=NOON + 21 * DAY)
    told = set(Notice.objects.filter(kind__contains="came_back").values_list("person", "kind"))
    assert told == {(order.shopper_id, "orders.parcel_came_back"), (clerk.pk, "orders.parcel_came_back_to_shop")}
    assert list(Order.objects.with_returns()) == [order]


@pytest.mark.django_db
def test_what_came_back_is_sent_again_and_arrives():  # O6
    parcel = sent("09")
    follow_parcels(now=NOON + 20 * DAY)
    clerk = a_shopper()

    with shop_scope(parcel.shop_id):
        again = send_again(parcel=parcel, carrier="sandbox", by=clerk, now=NOON + 21 * DAY)

    order = Order.objects.get(pk=parcel.order_id)
    assert (order.status, order.due_at) == ("shipped", NOON + 31 * DAY)
    assert list(again.lines.values_list("line", "quantity")) == list(parcel.lines.values_list("line", "quantity"))
    assert order.lines.get().shipped_quantity == 2
    with pytest.raises(WrongStatus):
        send_again(parcel=parcel, carrier="sandbox", by=clerk, now=NOON + 21 * DAY)

    Parcel.objects.filter(pk=again.pk).update(tracking_number=number_of("000000000055"))
    follow_parcels(now=NOON + 31 * DAY)
    order.refresh_from_db()
    assert order.status == "delivered" and not Order.objects.with_returns().exists()


@pytest.mark.django_db
def test_what_came_back_and_was_paid_back_ends_the_order():  # O6, O7
    parcel = sent("09")
    order = parcel.order
    follow_parcels(now=NOON + 20 * DAY)
    later = NOON + 21 * DAY
    case = case_of(order, "refund", quantity=2, reason="not_arrived", now=later)
    with pytest.raises(AfterSaleOpen):
        send_again(parcel=parcel, carrier="sandbox", by=order.shopper, now=later)

    agreed(case, now=later)
    paid_back(later)

    order.refresh_from_db()
    assert order.status == "delivered"
    assert complete_delivered_orders(now=later + 9 * DAY) == 1
    deliver_everything()
    assert verify_ledger().ok


@pytest.mark.django_db
def test_only_what_came_back_is_sent_again():
    parcel = sent()

    with pytest.raises(WrongStatus):
        send_again(parcel=parcel, carrier="sandbox", by=a_shopper(), now=NOON)

    assert ParcelLine.objects.count() == 1


@pytest.mark.django_db
def test_an_order_in_two_parcels_waits_for_the_one_that_came_back():  # O5, O6
    place = shop(province="浙江", city="杭州")
    order = paid_order(skus={sku(shop=place, stock=9): 2})
    line = order.lines.get()
    first = hand(order, "09", pieces={line.pk: 1})
    hand(order)

    follow_parcels(now=NOON + 20 * DAY)

    order.refresh_from_db()
    first.refresh_from_db()
    assert (order.status, order.due_at, first.returned_at is None) == ("shipped", None, False)
