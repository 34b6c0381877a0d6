"""O7, O8: what goes back is a frozen share of what was paid, to the fen, and never more."""

import random

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import ProductStats, Reservation, Stock
from mall.money import Money
from orders.after_sales import asking
from orders.after_sales.amounts import shipping_back, worth_of
from orders.after_sales.asking import NotOffered, TooMany, TooMuch
from orders.after_sales.cases import AfterSaleOpen
from orders.cancellation import cancel_order
from orders.fulfillment import ship_order
from orders.models import AfterSale, Order, OrderLine, Refund, SandboxRefund
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.journeys import completed_order, delivered_order, paid_order
from tests.orders.after_sales.cases import HOUR, a_case, accepted, agreed, case_of, paid_back, three_cups


def test_however_a_line_goes_back_its_parts_add_up():  # O7
    chance = random.Random(7)
    for _try in range(300):
        quantity, total = chance.randint(1, 9), chance.randint(0, 99_999)
        line = OrderLine(quantity=quantity, currency="CNY", total=Money(total), claimed=Money(0), refunded=Money(0))
        open_parts: list[tuple[int, Money]] = []
        while line.claimed_quantity < quantity:
            pieces = chance.randint(1, quantity - line.claimed_quantity)
            worth = worth_of(line, pieces)
            assert Money(0) <= worth <= line.total - line.claimed
            line.claimed_quantity += pieces
            line.claimed += worth
            open_parts.append((pieces, worth))
            if chance.random() < 0.3:  # one of them comes to nothing, and is asked for again
                gone, back = open_parts.pop(chance.randrange(len(open_parts)))
                line.claimed_quantity -= gone
                line.claimed -= back
        assert Money.total(worth for _pieces, worth in open_parts) == line.total == line.claimed


@pytest.mark.django_db
def test_three_partial_refunds_return_exactly_what_was_paid():  # O7, O8
    order = delivered_order(skus=three_cups(price="33.33"))
    OrderLine.objects.filter(order=order).update(discount=1499, total=8500)
    Order.objects.filter(pk=order.pk).update(goods_total=9999, discount=1499, total=order.total.minor - 1499)

    cases = [case_of(order) for _piece in range(3)]
    for case in cases:
        accepted(case)
    paid_back()

    assert [case.worth for case in cases] == [Money(2833), Money(2833), Money(2834)]
    line = order.lines.get()
    assert (line.refunded_quantity, line.refunded) == (3, Money(8500))
    assert set(AfterSale.objects.values_list("status", flat=True)) == {"done"}
    assert SandboxRefund.objects.count() == Refund.objects.count() == 3


@pytest.mark.django_db
def test_more_pieces_or_more_money_than_was_paid_cannot_be_asked_for():
    order = delivered_order(skus=three_cups())
    case_of(order, quantity=2)

    with pytest.raises(TooMany):
        case_of(order, quantity=2)
    with pytest.raises(TooMuch):
        case_of(order, quantity=1, amount=Money(2801))

    assert order.lines.get().claimed_quantity == 2


@pytest.mark.django_db
def test_the_database_refuses_more_than_was_paid():
    order = delivered_order(skus=three_cups())
    for table, values in {
        "orders_orderline": "claimed_quantity = 4",
        "orders_order": "refunded = total + 1",
    }.items():
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {values}")
    case = case_of(order)
    with pytest.raises(IntegrityError), transaction.atomic():
        AfterSale.objects.filter(pk=case.pk).update(asked=case.worth.minor + 1)


@pytest.mark.django_db
def test_pieces_go_back_before_shipping_and_the_rest_is_shipped():  # O7
    skus = three_cups()
    order = paid_order(skus=skus)
    (cup,) = skus
    case = case_of(order, "refund", quantity=2, reason="changed_mind")

    with pytest.raises(AfterSaleOpen):
        ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=a_person(), now=NOON)
    agreed(case)
    paid_back()
    ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=a_person(), now=NOON)

    case.refresh_from_db()
    assert (case.status, case.refund_goods, case.refund_shipping) == ("done", Money(5600), Money(0))
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (9, 0)
    assert Reservation.objects.get(document=order.public_id).quantity == 1
    assert verify_ledger().ok


@pytest.mark.django_db
def test_everything_before_shipping_brings_back_the_shipping_fee_and_cancels_the_order():  # O7, O8
    skus = three_cups()
    order = paid_order(skus=skus)
    agreed(case_of(order, "refund", quantity=1))
    agreed(case_of(order, "refund", quantity=2))
    paid_back()

    order.refresh_from_db()
    (cup,) = skus
    assert (order.status, order.refunded, order.refunded_shipping) == ("canceled", order.total, order.shipping_fee)
    assert sum(refund.amount.minor for refund in Refund.objects.all()) == order.total.minor
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (10, 0)
    assert verify_ledger().ok


@pytest.mark.django_db
def test_canceling_returns_what_after_sales_have_not():  # O8
    order = paid_order(skus=three_cups())
    agreed(case_of(order, "refund", quantity=1))
    paid_back()
    waiting = case_of(order, "refund", quantity=1)

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    paid_back()

    waiting.refresh_from_db()
    assert waiting.status == "closed"
    assert sum(refund.amount.minor for refund in Refund.objects.all()) == order.total.minor
    assert verify_ledger().ok


@pytest.mark.django_db
@pytest.mark.parametrize(("reason", "fee_back"), [("damaged", True), ("changed_mind", False)])
def test_the_shipping_fee_goes_back_when_the_shop_is_at_fault(reason, fee_back):  # O7
    order = delivered_order(skus=three_cups())

    accepted(case_of(order, quantity=1, reason=reason))
    accepted(case_of(order, quantity=2, reason=reason))
    paid_back()

    order.refresh_from_db()
    assert order.shipping_fee
    assert order.refunded == (order.total if fee_back else order.total - order.shipping_fee)


@pytest.mark.django_db
def test_the_fee_goes_back_line_by_line_and_its_parts_add_up():  # O7, 2.17
    mug, pot = sku(price="28.00", shop=(place := shop(shipping_fee="8.00"))), sku(price="99.99", shop=place)
    order = delivered_order(skus={mug: 3, pot: 1})
    lines = {line.sku: line for line in order.lines.all()}

    def back(sku, pieces, reason="damaged", **given):
        case = asking.ask(
            line=lines[sku], kind=given.pop("kind", "return"), quantity=pieces, reason=reason, text="…",
            by=order.shopper, now=NOON, **given,
        )  # fmt: skip
        (agreed if case.kind == "refund" else accepted)(case)
        case.refresh_from_db()
        return case.refund_shipping.minor

    parts = [back(mug, 1), back(mug, 1), back(mug, 1), back(pot, 1)]
    paid_back()

    order.refresh_from_db()
    assert parts == [121, 122, 122, 435]
    assert sum(parts) == order.shipping_fee.minor
    assert order.refunded == order.total
    assert verify_ledger().ok


@pytest.mark.django_db
def test_what_she_wished_herself_or_keeps_brings_none_of_the_fee_back():  # O7, 2.17
    order = delivered_order(skus=three_cups())

    wished = accepted(case_of(order, quantity=1, reason="changed_mind"))
    in_part = agreed(case_of(order, "refund", quantity=1, amount=Money(1000)))
    broken = agreed(case_of(order, "refund", quantity=1))

    for case, fee in ((wished, 0), (in_part, 0), (broken, 267)):
        case.refresh_from_db()
        assert case.refund_shipping == Money(fee)


def test_however_an_order_goes_back_the_parts_of_its_fee_are_never_more_than_it():  # O7
    chance = random.Random(11)
    for _try in range(200):
        lines = [
            OrderLine(
                pk=pk, quantity=chance.randint(1, 6), gift_count=0, currency="CNY",
                total=Money(chance.choice([0, chance.randint(1, 99_999)])),
            )
            for pk in range(1, chance.randint(2, 5))
        ]  # fmt: skip
        order = Order(shipping_fee=Money(chance.randint(1, 3_000)), refunded_shipping=Money(0), currency="CNY")
        pieces = [line for line in lines for _piece in range(line.quantity)]
        chance.shuffle(pieces)
        for line in pieces:
            case = AfterSale(line_id=line.pk, quantity=1, currency="CNY")
            order.refunded_shipping += shipping_back(case=case, order=order, lines=lines, is_shops_fault=True)
            line.refunded_quantity += 1
        assert order.refunded_shipping == order.shipping_fee


@pytest.mark.django_db
def test_what_goes_back_after_completion_was_not_sold():
    order = completed_order(skus=three_cups())
    product = order.lines.get().sku.product

    accepted(case_of(order, quantity=2))

    assert ProductStats.objects.get(product=product).sold_count == 1


@pytest.mark.django_db
def test_restocking_five_times_adds_once():  # B6
    from catalog import stock

    skus = three_cups()
    case = accepted(a_case(order=delivered_order(skus=skus), quantity=2), sellable=1)
    (cup,) = skus
    for _again in range(4):
        stock.restock(document=case.public_id, sku=cup, quantity=1, now=NOON)

    assert Stock.objects.get(sku=cup).on_hand == 8
    assert (case.sellable_count, case.damaged_count) == (1, 1)


@pytest.mark.django_db
def test_long_after_delivery_only_a_repair_is_offered():
    order = delivered_order(skus=three_cups())

    with pytest.raises(NotOffered):
        case_of(order, "return", now=NOON + 16 * 24 * HOUR)
    assert case_of(order, "repair", now=NOON + 16 * 24 * HOUR).status == "asked"


@pytest.mark.django_db
def test_an_order_of_which_everything_went_back_completes_with_nothing():
    from orders.fulfillment import complete_order
    from settlement.models import Share

    order = delivered_order(skus={sku(price="10.00"): 1})
    accepted(case_of(order))
    paid_back()

    complete_order(order=order, now=NOON + 8 * 24 * HOUR)
    paid_back()

    share = Share.objects.get(order_public_id=order.public_id)
    assert (share.gross, share.commission, share.net) == (Money(0), Money(0), Money(0))
    assert verify_ledger().ok
