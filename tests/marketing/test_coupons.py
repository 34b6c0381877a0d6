"""Coupons (K1, 2.21): claimed within their numbers, locked by an order, used, given back on every way an order dies."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from marketing import coupons
from marketing.coupons import AllClaimed, ClaimedBefore, NothingToClaim, claim_coupon, expire_coupons, revoke_coupon
from marketing.models import Coupon, CouponClaims, PromotionUse
from marketing.promotions import stop_promotion
from marketing.redemption import give_back
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.cart import cart_view
from orders.checkout import PriceChanged, place_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import coupon, draft, promotion
from tests.factories.merchants import shop
from tests.journeys import delivered_order, filled_cart, paid_group, pay, placed_group
from tests.orders.after_sales.cases import (
    DAY,
    before_the_mall,
    case_of,
    decided,
    three_cups,
    time_passes,
    with_evidence,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)


def status_of(one: Coupon) -> str:
    return Coupon.objects.get(pk=one.pk).status


def test_a_campaign_gives_each_person_her_number_and_everybody_its_total():  # K1
    campaign = promotion("coupon", shop=shop(), total_limit=3, person_limit=2)
    me, another = shopper(), shopper()

    for _turn in range(2):
        claim_coupon(campaign=campaign, shopper=me, now=NOON)
    with pytest.raises(ClaimedBefore):
        claim_coupon(campaign=campaign, shopper=me, now=NOON)
    claim_coupon(campaign=campaign, shopper=another, now=NOON)
    with pytest.raises(AllClaimed):
        claim_coupon(campaign=campaign, shopper=another, now=NOON)

    assert Coupon.objects.filter(promotion=campaign).count() == 3
    assert sorted(CouponClaims.objects.values_list("count", flat=True)) == [1, 2]


def test_a_day_gives_so_many_and_the_next_day_again():
    campaign = promotion("coupon", shop=shop(), daily_limit=1, person_limit=5)
    me = shopper()
    claim_coupon(campaign=campaign, shopper=me, now=NOON)

    with pytest.raises(AllClaimed, match=r"tomorrow|明日"):
        claim_coupon(campaign=campaign, shopper=me, now=LATER)
    claim_coupon(campaign=campaign, shopper=me, now=NOON + timedelta(days=1))

    assert Coupon.objects.filter(promotion=campaign).count() == 2


def test_a_budget_stops_the_giving_before_it_is_passed():  # stop-loss
    campaign = promotion("coupon", shop=shop(), budget="12.00", person_limit=5)
    me = shopper()

    claim_coupon(campaign=campaign, shopper=me, now=NOON)
    claim_coupon(campaign=campaign, shopper=me, now=NOON)
    with pytest.raises(AllClaimed):
        claim_coupon(campaign=campaign, shopper=me, now=NOON)

    campaign.refresh_from_db()
    assert campaign.spent == Money(1000)


def test_what_is_not_for_everybody_wants_its_code():
    campaign = promotion("coupon", shop=shop(), code="tea2026", is_open=False)

    with pytest.raises(NothingToClaim):
        claim_coupon(campaign=campaign, shopper=shopper(), now=NOON)
    with pytest.raises(NothingToClaim):
        claim_coupon(campaign=campaign, shopper=shopper(), code="TEA2025", now=NOON)

    assert coupons.by_code(" tea2026 ") == campaign
    assert claim_coupon(campaign=campaign, shopper=shopper(), code="Tea2026 ", now=NOON).status == "held"


def test_what_does_not_run_cannot_be_claimed():
    theirs = shop()
    early = promotion("coupon", shop=theirs, starts_at=NOON + timedelta(days=1))
    for campaign in (draft("coupon", shop=theirs), early, promotion("percentage", shop=theirs)):
        with pytest.raises(NothingToClaim):
            claim_coupon(campaign=campaign, shopper=shopper(), now=NOON)


def test_days_after_claiming_count_from_the_claim():
    given = coupon(shop=shop(), valid_days=3)

    assert (given.valid_from, given.valid_until) == (NOON, NOON + timedelta(days=3))


def test_an_order_locks_a_coupon_and_a_payment_uses_it():
    here = shop(shipping_fee="0.00")
    goods, me = sku(price="80.00", shop=here), shopper()
    mine = coupon(shop=here, holder=me)

    group = placed_group(shopper=me, skus={goods: 1})
    locked = status_of(mine)
    paid = paid_group(shopper=shopper(), skus={goods: 1})
    pay(group)
    deliver_everything()

    assert (group.total, paid.total, locked, status_of(mine)) == (Money(7500), Money(8000), "locked", "used")
    use = PromotionUse.objects.get()
    assert (use.coupon, use.amount, use.borne_by_shop, use.order_total) == (mine, Money(500), Money(500), Money(7500))
    line = group.orders.get().lines.get()
    assert (line.discount, line.total, line.subsidy) == (Money(500), Money(7500), Money(0))
    assert line.discount_parts[0]["borne"] == {"shop": 500}


@pytest.mark.parametrize("way", ["canceled", "timed out", "paid and canceled"])
def test_a_coupon_comes_back_on_every_way_an_order_dies_exactly_once(way):  # litemall#163, vendure#1466
    here, me = shop(), shopper()
    goods, mine = sku(price="80.00", shop=here), coupon(shop=here, holder=me)
    make = paid_group if way == "paid and canceled" else placed_group
    group = make(shopper=me, skus={goods: 1})
    order = group.orders.get()

    if way == "timed out":
        close_unpaid_orders(now=LATER)
    else:
        cancel_order(order=order, reason="x", by=me, now=LATER)
    deliver_everything()
    again = give_back(order_ids=[order.public_id], now=LATER)

    mine.refresh_from_db()
    assert (mine.status, mine.locked_for, mine.returned_at is not None, again) == ("returned", "", True, 0)
    assert placed_group(shopper=me, skus={goods: 1}).orders.get().discount == Money(500)


def test_a_coupon_of_the_mall_returns_when_the_last_order_that_used_it_is_gone():
    me, goods = shopper(), [sku(price="60.00"), sku(price="60.00")]
    mine = coupon(shop=None, holder=me, rule={"at": 10_000, "off": 1000})
    group = paid_group(shopper=me, skus=dict.fromkeys(goods, 1))
    first, second = group.orders.order_by("pk")

    cancel_order(order=first, reason="x", by=me, now=LATER)
    deliver_everything()
    after_one = status_of(mine)
    cancel_order(order=second, reason="x", by=me, now=LATER)
    deliver_everything()

    assert (after_one, status_of(mine)) == ("used", "returned")


def test_a_coupon_that_comes_back_late_gets_some_days():
    here, me = shop(), shopper()
    mine = coupon(shop=here, holder=me, valid_days=1)
    order = paid_group(shopper=me, skus={sku(price="80.00", shop=here): 1}).orders.get()
    late = NOON + timedelta(days=5)

    cancel_order(order=order, reason="x", by=me, now=late)
    deliver_everything()

    mine.refresh_from_db()
    assert (mine.status, mine.valid_until) == ("returned", late + timedelta(days=7))


def test_coupons_run_out_once_and_staff_withdraw_what_is_in_hand():
    here, me, judge = shop(), shopper(), staff()
    short, other = coupon(shop=here, holder=me, valid_days=1), coupon(shop=here, holder=me)

    told = [expire_coupons(now=NOON + timedelta(days=2)) for _turn in range(2)]
    revoke_coupon(coupon=other, reason="bought up by a robot", by=judge, now=NOON)
    with pytest.raises(WrongStatus):
        revoke_coupon(coupon=short, reason="x", by=judge, now=NOON)

    assert told == [{"expired": 1}, {}]
    assert (status_of(short), status_of(other)) == ("expired", "revoked")


def test_a_stopped_campaign_keeps_the_coupons_that_are_out():
    here, me = shop(), shopper()
    mine = coupon(shop=here, holder=me)

    stop_promotion(promotion=mine.promotion, by=staff(), now=NOON)
    group = placed_group(shopper=me, skus={sku(price="80.00", shop=here): 1})

    assert group.orders.get().discount == Money(500)


def test_she_chooses_her_coupons_and_what_she_was_shown_is_what_she_pays():
    here, me = shop(), shopper()
    small, great = coupon(shop=here, holder=me), coupon(shop=here, holder=me, rule={"at": 0, "off": 900})
    filled_cart(shopper=me, skus={sku(price="80.00", shop=here): 1})
    best, hers = cart_view(shopper=me, now=NOON), cart_view(shopper=me, coupons=[small.public_id], now=NOON)
    address = me.addresses.first()
    asked = {"shopper": me, "address": address, "now": NOON}

    with pytest.raises(PriceChanged):
        place_order(checkout_key=uuid4(), expected=best.quote.fingerprint, coupons=[small.public_id], **asked)
    group = place_order(checkout_key=uuid4(), expected=hers.quote.fingerprint, coupons=[small.public_id], **asked)

    assert (best.quote.discount, hers.quote.discount) == (Money(900), Money(500))
    assert group.orders.get().discount == Money(500)
    assert (status_of(small), status_of(great)) == ("locked", "held")


def test_somebody_elses_coupon_takes_nothing_off():
    here, me = shop(), shopper()
    theirs = coupon(shop=here)
    filled_cart(shopper=me, skus={sku(price="80.00", shop=here): 1})

    view = cart_view(shopper=me, coupons=[theirs.public_id], now=NOON)

    assert (view.quote.discount, view.quote.applied, view.quote.unused) == (Money(0), (), ())


def test_a_coupon_of_one_shop_takes_nothing_off_anothers_goods():  # vendure#4117
    here, there, me = shop(), shop(), shopper()
    coupon(shop=here, holder=me, rule={"at": 0, "off": 500})
    group = placed_group(shopper=me, skus={sku(price="80.00", shop=there): 1})

    assert group.orders.get().discount == Money(0)


def test_what_costs_nothing_is_paid_as_it_is_placed_and_nothing_goes_back():  # medusa#12429
    here, me = shop(shipping_fee="0.00"), shopper()
    coupon(shop=here, holder=me, rule={"at": 0, "off": 9000})

    group = placed_group(shopper=me, skus={sku(price="80.00", shop=here): 1})
    deliver_everything()
    order = group.orders.get()
    paid = order.status
    cancel_order(order=order, reason="x", by=me, now=LATER)
    deliver_everything()

    assert (group.total, paid, Order.objects.get().status) == (Money(0), "paid", "canceled")
    assert Coupon.objects.get().status == "returned"


def test_a_refunded_shipping_fee_does_not_count_as_goods():  # O4, O8
    cups = three_cups()
    (goods,) = cups
    me = shopper()
    held = coupon(shop=goods.shop, holder=me, rule={"at": 0, "off": 6000})
    order = delivered_order(skus=cups, shopper=me)

    case = with_evidence(before_the_mall(case_of(order, quantity=2)))
    decided(case, refund=case.worth, needs_return=False, shipping_payer="shop")
    time_passes(NOON + 3 * DAY)

    order.refresh_from_db()
    held.refresh_from_db()
    kept = order.total - order.refunded
    assert order.discount == Money(6000)
    assert (kept, held.status) == (
        Money(800 + 267),
        "used",
    )  # one cup is kept with its part of the fee, and so is what it was cheaper by
