"""O7 (2.17): money for goods that stay: the difference to a price that fell, and what shop or mall compensate."""

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Sku
from mall.money import Money
from merchants.models import Seat, Shop
from orders import tunables
from orders.after_sales import asking
from orders.after_sales.amounts import worth_of
from orders.after_sales.asking import NotOffered, TooMuch
from orders.after_sales.cases import WordsMissing
from orders.after_sales.giving import BeyondLimit, PriceMoved, compensate, protect_price, protection_of
from orders.models import AfterSale, Order, OrderLine, Refund
from settlement.models import Entry
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.marketing import coupon, flash_sale, promotion
from tests.factories.merchants import seat
from tests.journeys import completed_order, delivered_order, paid_order
from tests.orders.after_sales.cases import (
    DAY,
    HOUR,
    accepted,
    case_of,
    decided,
    paid_back,
    three_cups,
    time_passes,
    with_evidence,
)

pytestmark = pytest.mark.django_db


def costs(order: Order, price: str) -> None:
    Sku.objects.filter(pk=order.lines.get().sku_id).update(price=Money.parse(price).minor)


def protection(order: Order, now=NOON):
    order = Order.objects.select_related("shop").get(pk=order.pk)
    line = OrderLine.objects.select_related("sku__product").get(order=order)
    return protection_of(order, line, now)


def protected(order: Order, fen: int, now=NOON) -> AfterSale:
    return protect_price(line=order.lines.get(), shown=Money(fen), by=order.shopper, now=now)


def paid(order: Order, amount: str = "10.00", *, role=Seat.Role.SERVICE, **given) -> AfterSale:
    by = seat(order.shop, role=role)
    given = {"reason": "late", "text": "Sorry for the wait."} | given
    line = order.lines.order_by("pk").first()
    return compensate(line=line, amount=Money.parse(amount), seat=by, by=by.user, now=NOON, **given)


@pytest.mark.parametrize("make", [paid_order, delivered_order, completed_order])
def test_the_difference_to_a_price_that_fell_goes_back_at_once_and_the_goods_stay(make):  # O7, O8
    tunables.PRICE_PROTECTION_DAYS.turn(30, by=staff(), now=NOON)
    order = make(skus=three_cups())
    costs(order, "25.55")

    case = protected(order, 735)
    paid_back()

    case.refresh_from_db()
    order.refresh_from_db()
    line = order.lines.get()
    assert (case.status, case.paid_then, case.price_now) == ("done", Money(8400), Money(7665))
    assert (case.refund, case.fault, order.refunded, order.paused_at) == (Money(735), "nobody", Money(735), None)
    assert (line.refunded, line.refunded_quantity, line.claimed_quantity) == (Money(735), 0, 0)
    assert Refund.objects.get().amount == Money(735)
    assert verify_ledger().ok


def test_once_for_a_price_and_again_when_it_falls_further_and_the_rest_with_the_goods():  # O7
    order = delivered_order(skus=three_cups())
    costs(order, "25.00")
    protected(order, 900)
    with pytest.raises(NotOffered):
        protected(order, 900)
    costs(order, "28.00")
    with pytest.raises(NotOffered):
        protected(order, 0)
    costs(order, "24.00")
    protected(order, 300)

    cases = [case_of(order, quantity=pieces) for pieces in (1, 2)]
    for case in cases:
        accepted(case)
    paid_back()

    order.refresh_from_db()
    assert [case.worth for case in cases] == [Money(2400), Money(4800)]
    assert (order.refunded, order.lines.get().refunded) == (order.total, Money(8400))
    assert verify_ledger().ok
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        AfterSale.objects.filter(kind="protect").update(price_now=1, asked=0, paid_then=1)


def test_compared_is_what_everybody_pays():
    order = delivered_order(skus=(skus := three_cups()))
    (cup,) = skus
    coupon(shop=cup.shop, holder=order.shopper, rule={"at": 0, "off": 500})
    flash_sale({cup: ("10.00", 5)})
    assert protection(order).difference == Money(0)  # neither a coupon of her own nor some units is a price

    promotion("percentage", shop=cup.shop, rule={"bps": 1000})

    assert protection(order).now == Money(7560)


@pytest.mark.parametrize("why", ["late", "shop", "mall", "not sold", "claimed"])
def test_there_is_no_protection_where_the_rules_say_so(why):
    order = delivered_order(skus=three_cups())
    costs(order, "20.00")
    now = NOON
    if why == "late":
        now = order.paid_at + 7 * DAY
    if why == "shop":
        Shop.objects.filter(pk=order.shop_id).update(protects_prices=False)
    if why == "mall":
        tunables.PRICE_PROTECTION_DAYS.turn(0, by=staff(), now=NOON)
    if why == "not sold":
        Sku.objects.filter(pk=order.lines.get().sku_id).update(is_active=False)
    if why == "claimed":
        case_of(order, quantity=3)

    assert protection(order, now) is None


def test_what_was_shown_is_what_goes_back_or_nothing():
    order = delivered_order(skus=three_cups())
    costs(order, "25.00")

    with pytest.raises(PriceMoved):
        protected(order, 901)

    assert not AfterSale.objects.exists()


@pytest.mark.parametrize("make", [paid_order, delivered_order, completed_order])
def test_a_shop_compensates_out_of_its_share_and_nothing_goes_back(make):  # O7
    order = make(skus=three_cups())

    case = paid(order, "10.00")
    paid_back()

    case.refresh_from_db()
    order.refresh_from_db()
    assert (case.status, case.refund, case.fault) == ("done", Money(1000), "shop")
    assert (order.refunded, order.refunded_shipping, order.paused_at) == (Money(1000), Money(0), None)
    assert order.lines.get().claimed_quantity == 0
    assert Entry.objects.filter(kind="reversed").exists() is (make is completed_order)
    assert [note.did for note in case.notes.order_by("pk")] == ["compensated", "refunded"]
    assert verify_ledger().ok


def test_a_compensation_is_at_most_what_is_left_and_beyond_a_limit_for_who_has_the_money():  # O7
    order = delivered_order(skus=three_cups(price="100.00"))
    case_of(order, quantity=1)

    for amount, reason, refusal in (
        ("200.01", "late", TooMuch),
        ("0.00", "late", TooMuch),
        ("200.00", "changed_mind", NotOffered),
    ):
        with pytest.raises(refusal):
            paid(order, amount, role=Seat.Role.OWNER, reason=reason)
    with pytest.raises(WordsMissing):
        paid(order, text=" ")
    tunables.MOST_COMPENSATION.turn(5_000, by=staff(), now=NOON)
    with pytest.raises(BeyondLimit):
        paid(order, "50.01")

    assert paid(order, "50.00").refund == Money(5000)
    assert paid(order, "150.00", role=Seat.Role.OWNER).refund == Money(15000)


def test_the_mall_gives_a_compensation_for_a_complaint_and_it_pays_itself():  # O7, 2.19
    order = completed_order(skus=three_cups())
    case = asking.complain(order=order, text="Rude.", by=order.shopper, now=NOON)
    time_passes(NOON + 2 * DAY)
    case.refresh_from_db()
    with_evidence(case, now=NOON + 2 * DAY)

    decided(case, refund=Money(1500), now=NOON + 2 * DAY)
    time_passes(NOON + 6 * DAY)

    case.refresh_from_db()
    given = AfterSale.objects.get(kind="compensate")
    assert (case.status, case.refund) == ("done", Money(0))
    assert (given.status, given.refund, given.reason) == ("done", Money(1500), "service")
    assert verify_ledger().ok


def test_what_was_given_counts_as_gone_when_the_pieces_go_back():
    order = delivered_order(skus=three_cups())
    paid(order, "10.00")

    line = order.lines.get()
    assert (worth_of(line, 1), worth_of(line, 3)) == (Money(2466), Money(7400))
    with pytest.raises(TooMuch):
        case_of(order, quantity=3, amount=Money(7401), now=NOON + HOUR)
