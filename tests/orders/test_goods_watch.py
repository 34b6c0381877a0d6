"""R2: goods on sale are stopped when too many of their orders bring complaints or come back."""

from datetime import timedelta

import pytest

from catalog.models import Product, ProductChange
from catalog.products import approve_product
from mall.events import deliver_everything
from orders import tunables
from orders.after_sales import asking, ending
from orders.goods_watch import Limits, verdict, watch_goods
from orders.models import GoodsStop
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop
from tests.journeys import canceled_order, delivered_order, paid_order
from tests.orders.after_sales.cases import case_of

LIMITS = Limits(orders=20, complaints_bps=500, returns_bps=3_000, days=30)
LATER, DAY = NOON + timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("orders", "complaints", "returns", "why"),
    [
        (19, 19, 19, None),  # too few orders to mean anything
        (20, 1, 0, None),  # 5 % is allowed
        (20, 2, 0, "complaints"),
        (39, 2, 0, "complaints"),  # 5.1 %
        (40, 2, 0, None),
        (41, 2, 0, None),
        (20, 0, 6, None),  # 30 % is allowed
        (20, 0, 7, "returns"),
        (23, 0, 7, "returns"),  # 30.4 %
        (24, 0, 7, None),
        (20, 2, 20, "complaints"),
        (100_000, 5_000, 30_000, None),
        (100_000, 5_001, 0, "complaints"),
        (100_000, 0, 30_001, "returns"),
    ],
)
def test_the_limit_itself_is_allowed_and_a_hair_more_is_not(orders, complaints, returns, why):
    assert verdict(LIMITS, orders=orders, complaints=complaints, returns=returns) == why


@pytest.fixture
def few(db):
    """Three orders mean something here, and more than half of them with a case is too much."""
    officer = staff()
    tunables.WATCHED_ORDERS.turn(3, by=officer, now=NOON)
    tunables.MOST_COMPLAINTS_BPS.turn(5_000, by=officer, now=NOON)
    tunables.MOST_RETURNS_BPS.turn(5_000, by=officer, now=NOON)
    return sku(stock=50, product=product(shop=shop()))


def bought(goods, times: int = 1, *, now=NOON) -> list:
    return [delivered_order(skus={goods: 1}, now=now) for _ in range(times)]


def status(goods) -> str:
    return Product.objects.get(pk=goods.product_id).status


def test_a_complaint_too_much_stops_the_goods_as_soon_as_it_is_made(few):
    orders = bought(few, 3)
    for place, order in enumerate(orders[:2]):
        assert status(few) == "on_sale"
        asking.complain(order=order, text="It smells.", reason="not_as_described", by=order.shopper, now=LATER)
        deliver_everything()
        assert (status(few) == "taken_down") == (place == 1)

    stop = GoodsStop.objects.get()
    row = Product.objects.get(pk=few.product_id)
    assert (stop.why, stop.orders, stop.cases, stop.most_bps, stop.shop_id) == ("complaints", 3, 2, 5_000, row.shop_id)
    assert "66.7%" in row.review_note and "投诉" in row.review_note
    assert watch_goods(now=LATER) == 0


def test_goods_that_come_back_count_once_per_order_whatever_pieces_and_cases(few):
    first, _second, third = (delivered_order(skus={few: 3}) for _ in range(3))
    case_of(first, quantity=1, now=LATER)
    case_of(first, "exchange", quantity=1, now=LATER)
    assert watch_goods(now=LATER) == 0

    case_of(third, "exchange", now=LATER)

    assert watch_goods(now=LATER) == 1
    assert (GoodsStop.objects.get().why, GoodsStop.objects.get().cases) == ("returns", 2)


def test_what_is_not_about_the_goods_was_withdrawn_or_is_long_ago_does_not_count(few):
    old = bought(few, 3, now=NOON - 31 * DAY)
    for order in old:
        asking.complain(order=order, text="Bad.", reason="fake", by=order.shopper, now=LATER)
    late, rude, back, _quiet = bought(few, 4)
    asking.complain(order=late, text="Slow.", reason="late", by=late.shopper, now=LATER)
    asking.complain(order=rude, text="Rude.", reason="service", by=rude.shopper, now=LATER)
    for order in (back, late, rude):
        ending.withdraw(case=case_of(order, now=LATER), by=order.shopper, now=LATER)
    canceled_order(skus={few: 1})
    case_of(paid_order(skus={few: 1}), "refund", now=LATER)

    assert watch_goods(now=LATER) == 0


def test_a_case_counts_for_the_goods_it_is_about_and_a_complaint_for_all_of_its_order(few):
    beside = sku(stock=50, product=product(shop=few.shop))
    for order in [delivered_order(skus={few: 1, beside: 1}) for _ in range(3)]:
        case_of(order, now=LATER)  # about the first line

    assert watch_goods(now=LATER) == 1
    assert {status(few), status(beside)} == {"taken_down", "on_sale"}


def test_after_the_review_only_what_is_ordered_from_then_on_counts(few):
    for order in bought(few, 3):
        asking.complain(order=order, text="It smells.", reason="defective", by=order.shopper, now=LATER)
    assert watch_goods(now=LATER) == 1
    row = Product.objects.get(pk=few.product_id)
    Product.objects.filter(pk=row.pk).update(status="in_review")
    approve_product(product=Product.objects.get(pk=row.pk), by=staff(), now=LATER + DAY)
    assert status(few) == "on_sale"

    assert watch_goods(now=LATER + 2 * DAY) == 0
    for order in bought(few, 3, now=LATER + 5 * DAY):
        asking.complain(order=order, text="Again.", reason="defective", by=order.shopper, now=LATER + 5 * DAY)
    assert watch_goods(now=LATER + 6 * DAY) == 1


def test_nobody_gets_points_for_figures(few):
    from merchants.models import Sanction

    for order in bought(few, 3):
        asking.complain(order=order, text="It smells.", reason="defective", by=order.shopper, now=LATER)
    deliver_everything()

    assert status(few) == "taken_down"
    assert ProductChange.Reason.FIGURES == "figures" and not Sanction.objects.exists()


def test_only_the_goods_that_were_asked_about_are_looked_at(few):
    other = sku(stock=50, product=product(shop=shop()))
    for order in bought(other) + bought(few, 3):
        asking.complain(order=order, text="It smells.", reason="defective", by=order.shopper, now=LATER)

    assert watch_goods(now=LATER, product_ids=[other.product.public_id]) == 0
    assert (status(few), watch_goods(now=LATER), status(few)) == ("on_sale", 1, "taken_down")
