"""O5, O6: an order travels in several parcels, each with lines and quantities."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from catalog.models import Reservation, Stock, StockMovement
from catalog.stock_check import verify_stock
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from orders.after_sales.asking import NotOffered, TooMany, ask
from orders.after_sales.cases import AfterSaleOpen
from orders.cancellation import cancel_order, cancel_paid_order
from orders.fulfillment import TooManyPieces, complete_order, mark_delivered, note_delivery, ship_order
from orders.models import AfterSale, Order, OrderLine, OrderStep, Parcel, ParcelLine
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import paid_order, shipped_order
from tests.orders.after_sales.cases import agreed, case_of, paid_back

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def two_lines(**given) -> Order:
    """Three cups and one pot, of one shop."""
    place = shop()
    return paid_order(
        skus={sku(shop=place, price="28.00", stock=9): 3, sku(shop=place, price="90.00", stock=9): 1}, **given
    )


def send(order: Order, pieces=None, *, now=NOON) -> Parcel:
    clerk = a_person()
    with shop_scope(order.shop_id):
        parcel = ship_order(
            order=order, carrier="sf", tracking_number=f"SF{number():013d}", pieces=pieces, by=clerk, now=now
        )
    order.refresh_from_db()
    return parcel


def lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.order_by("pk"))


def events(name: str) -> list[dict]:
    return [event.payload for event in OutboxEvent.objects.filter(name=name).order_by("pk")]


@pytest.mark.django_db
def test_a_parcel_carries_some_pieces_and_the_rest_waits():  # O5, O6
    order = two_lines()
    cups, pot = lines_of(order)

    first = send(order, {cups.pk: 2})

    assert (order.status, order.partly_shipped_at, order.shipped_at, order.due_at) == ("paid", NOON, None, None)
    with override("en"):
        assert order.get_status_display() == "Partly shipped"
    assert list(first.lines.values_list("line", "quantity")) == [(cups.pk, 2)]
    assert [(line.shipped_quantity, line.unsent) for line in lines_of(order)] == [(2, 1), (0, 1)]
    stocks = {stock.sku_id: (stock.on_hand, stock.reserved) for stock in Stock.objects.all()}
    assert stocks == {cups.sku_id: (7, 1), pot.sku_id: (9, 1)}
    assert OrderStep.objects.get(kind="part_shipped").said.endswith(f" {first.tracking_number}")
    assert events("OrderShipped") == []

    second = send(order, now=NOON + 5 * HOUR)

    assert (order.status, order.shipped_at, order.due_at) == ("shipped", NOON + 5 * HOUR, NOON + 5 * HOUR + 10 * DAY)
    assert sorted(second.lines.values_list("line", "quantity")) == [(cups.pk, 1), (pot.pk, 1)]
    assert {(row.on_hand, row.reserved) for row in Stock.objects.all()} == {(6, 0), (8, 0)}
    assert set(Reservation.objects.values_list("status", flat=True)) == {"consumed"}
    (told,) = events("OrderShipped")
    assert (told["tracking_number"], told["hours_since_paid"]) == (second.tracking_number, 5)
    assert [told["is_last"] for told in events("ParcelShipped")] == [False, True]
    moved = StockMovement.objects.filter(reason="shipment").values_list("document", "quantity")
    assert sorted(moved) == sorted([(first.public_id, -2), (second.public_id, -1), (second.public_id, -1)])
    assert verify_stock()["ok"]


@pytest.mark.django_db
def test_the_shopper_is_told_of_every_parcel():  # O6
    order = two_lines()
    cups, _pot = lines_of(order)
    send(order, {cups.pk: 1})
    send(order)

    deliver_everything()

    mine = Notice.objects.filter(person=order.shopper, kind__contains="shipped").order_by("pk")
    assert [notice.kind for notice in mine] == ["orders.part_shipped", "orders.parcel_shipped"]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, -1, 4])
def test_never_more_is_sent_than_was_bought(count):  # O6
    order = two_lines()
    cups, _pot = lines_of(order)

    with pytest.raises(TooManyPieces):
        send(order, {cups.pk: count})

    order.refresh_from_db()
    assert (order.status, order.partly_shipped_at, Parcel.objects.count()) == ("paid", None, 0)


@pytest.mark.django_db
def test_lines_of_another_order_are_not_sent():
    order, other = two_lines(), two_lines()

    with pytest.raises(TooManyPieces):
        send(order, {lines_of(other)[0].pk: 1})

    assert not Parcel.objects.exists()


@pytest.mark.django_db
def test_what_has_left_in_part_is_not_canceled():  # O5
    order = two_lines()
    send(order, {lines_of(order)[0].pk: 1})

    for cancel in (cancel_order, cancel_paid_order):
        with pytest.raises(WrongStatus):
            cancel(order=order, reason="…", by=order.shopper, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(status="canceled", canceled_at=NOON)

    order.refresh_from_db()
    assert order.status == "paid" and not order.can_be_canceled


@pytest.mark.django_db
def test_only_all_of_it_is_received_and_completes():  # O5
    order = two_lines()
    send(order, {lines_of(order)[0].pk: 1})

    with pytest.raises(WrongStatus):
        mark_delivered(order=order, by=order.shopper, now=NOON)
    with pytest.raises(WrongStatus):
        complete_order(order=order, now=NOON)


@pytest.mark.django_db
def test_an_order_has_arrived_when_its_last_parcel_has():  # O5
    order = two_lines()
    first, second = send(order, {lines_of(order)[0].pk: 3}), send(order)

    note_delivery(parcel=first, now=NOON + DAY)
    order.refresh_from_db()
    assert (order.status, events("OrderDelivered")) == ("shipped", [])

    for _twice in range(2):
        note_delivery(parcel=second, now=NOON + 2 * DAY)
    order.refresh_from_db()
    assert (order.status, order.delivered_at) == ("delivered", NOON + 2 * DAY)
    assert len(events("OrderDelivered")) == 1
    assert set(Parcel.objects.values_list("delivered_at", flat=True)) == {NOON + DAY, NOON + 2 * DAY}


@pytest.mark.django_db
def test_a_parcel_that_arrives_before_the_rest_has_left_delivers_nothing_yet():
    order = two_lines()
    first = send(order, {lines_of(order)[0].pk: 3})
    note_delivery(parcel=first, now=NOON + DAY)
    order.refresh_from_db()
    assert order.status == "paid"

    second = send(order, now=NOON + 2 * DAY)
    assert order.status == "shipped"
    note_delivery(parcel=second, now=NOON + 3 * DAY)
    order.refresh_from_db()
    assert order.status == "delivered"


# After-sales of an order that was sent in part


@pytest.mark.django_db
def test_what_was_not_sent_is_refunded_and_the_rest_goes_on():  # O5, O7
    order = two_lines()
    cups, pot = lines_of(order)
    send(order, {cups.pk: 2})

    case = ask(line=pot, kind="refund", reason="changed_mind", quantity=1, text="Too late.", by=order.shopper, now=NOON)
    assert (case.is_unshipped, case.asked.minor) == (True, 9000)
    with pytest.raises(AfterSaleOpen):
        send(order, {cups.pk: 1})
    agreed(case)
    paid_back()

    order.refresh_from_db()
    assert order.is_partly_shipped
    assert [(line.shipped_quantity, line.dropped_quantity, line.unsent) for line in lines_of(order)] == [
        (2, 0, 1),
        (0, 1, 0),
    ]
    send(order)
    assert order.status == "shipped"
    assert Stock.objects.get(sku=pot.sku_id).available == 9
    assert verify_ledger().ok and verify_stock()["ok"]


@pytest.mark.django_db
def test_an_order_of_which_the_rest_was_refunded_is_shipped():  # O5
    order = two_lines()
    cups, pot = lines_of(order)
    send(order, {cups.pk: 3})

    agreed(ask(line=pot, kind="refund", reason="changed_mind", quantity=1, text="…", by=order.shopper, now=NOON))
    paid_back()

    order.refresh_from_db()
    assert (order.status, order.paused_at) == ("shipped", None)
    assert len(events("OrderShipped")) == 1 and events("OrderCanceled") == []
    complete_order(order=mark_delivered(order=order, by=order.shopper, now=NOON + DAY), now=NOON + 8 * DAY)
    deliver_everything()
    assert verify_ledger().ok


@pytest.mark.django_db
def test_an_order_whose_parcels_arrived_is_delivered_when_the_rest_is_refunded():  # O5
    order = two_lines()
    cups, pot = lines_of(order)
    note_delivery(parcel=send(order, {cups.pk: 3}), now=NOON)

    agreed(ask(line=pot, kind="refund", reason="changed_mind", quantity=1, text="…", by=order.shopper, now=NOON))

    order.refresh_from_db()
    assert order.status == "delivered"


@pytest.mark.django_db
def test_pieces_that_were_not_sent_are_asked_back_first():  # O7
    order = two_lines()
    cups, _pot = lines_of(order)
    send(order, {cups.pk: 2})
    cups.refresh_from_db()

    with pytest.raises(TooMany):
        case_of(order, "refund", quantity=2)
    with pytest.raises(NotOffered):
        case_of(order, "return")
    assert case_of(order, "refund").is_unshipped

    sent = case_of(order, "return", quantity=2)  # the piece that waits is claimed: now about those on their way
    assert not sent.is_unshipped
    assert AfterSale.objects.count() == 2


@pytest.mark.django_db
def test_a_case_about_what_is_on_its_way_does_not_keep_the_rest():  # O7
    order = two_lines()
    cups, _pot = lines_of(order)
    send(order, {cups.pk: 3})
    case_of(order, "return")

    send(order)

    assert order.status == "shipped" and order.paused_at is not None


@pytest.mark.django_db
def test_whole_orders_need_no_list_of_pieces():
    order = shipped_order(skus={sku(stock=5): 2})

    assert list(ParcelLine.objects.values_list("quantity", flat=True)) == [2]
    assert (order.partly_shipped_at, order.lines.get().shipped_quantity) == (None, 2)
    assert StockMovement.objects.get(reason="shipment").document == order.public_id


# What the database promises


@pytest.mark.django_db
@pytest.mark.parametrize("pieces", [{"shipped_quantity": 4}, {"shipped_quantity": 3, "dropped_quantity": 1}])
def test_the_row_refuses_more_than_is_owed(pieces):
    order = two_lines()
    cups, _pot = lines_of(order)

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(pk=cups.pk).update(**pieces)


@pytest.mark.django_db
def test_what_a_line_says_was_shipped_is_what_its_parcels_carry():
    order = two_lines()
    cups, _pot = lines_of(order)

    with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
        OrderLine.objects.filter(pk=cups.pk).update(shipped_quantity=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_what_is_in_a_parcel_is_written_once():
    order = shipped_order(skus={sku(stock=5): 2})

    with pytest.raises(Exception, match=r"denied|written once"), transaction.atomic():
        ParcelLine.objects.filter(parcel__order=order).update(quantity=1)
