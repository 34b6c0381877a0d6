"""Promotions of shops and of the mall: made, started, stopped; from the cart to the shop's share (K1, 2.22, 2.23)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from catalog.models import Product
from mall.clock import business_date
from mall.events import deliver_everything
from mall.events.bus import publish
from mall.events.merchants import ShopBarred
from mall.flow import WrongStatus
from mall.money import Money
from marketing import promotions
from marketing.models import Promotion, PromotionUse
from marketing.promotions import (
    CannotStart,
    ChangedMeanwhile,
    CodeTaken,
    join_promotion,
    leave_promotion,
    phase,
    save_promotion,
    start_promotion,
    stop_promotion,
)
from marketing.redemption import OfferGone
from marketing.rules import RuleMakesNoSense
from merchants.models import HealthScore
from merchants.shops import freeze_shop
from merchants.standing import BarredFromCampaigns
from orders.cart import cart_view
from orders.checkout import place_order
from settlement.models import Account, Posting, Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import coupon, draft, promotion
from tests.factories.merchants import shop
from tests.journeys import completed_order, filled_cart, placed_group

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def discount_of(skus, *, buyer=None) -> int:
    me = filled_cart(shopper=buyer, skus=skus)
    return cart_view(shopper=me, now=NOON).quote.discount.minor


def test_what_a_shop_offers_is_taken_off_in_cart_and_order_and_kept_on_the_lines():
    here = shop(shipping_fee="8.00", free_shipping_over="95.00")
    cheap, dear = sku(price="30.00", shop=here), sku(price="70.00", shop=here)
    offer = promotion("full_reduction", shop=here)
    me = filled_cart(skus={cheap: 1, dear: 1})
    shown = cart_view(shopper=me, now=NOON)

    group = place_order(
        shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=shown.quote.fingerprint, now=NOON
    )

    order = group.orders.get()
    assert (order.goods_total, order.discount, order.shipping_fee, order.total) == (
        Money(10_000), Money(1000), Money(800), Money(9800),
    )  # fmt: skip
    assert [(line.unit_price.minor, line.discount.minor, line.total.minor) for line in order.lines.order_by("pk")] == [
        (3000, 300, 2700), (7000, 700, 6300),
    ]  # fmt: skip
    assert [(step["step"], step["amount"]) for step in order.price_trace] == [
        ("goods", 10_000), ("full_reduction", -1000), ("shipping", 800),
    ]  # fmt: skip
    assert order.price_trace[1]["promotion"] == offer.public_id


@pytest.mark.parametrize(
    ("kind", "rule", "pieces", "expected"),
    [
        ("percentage", {"bps": 1500}, 2, 600),
        ("nth_piece", {"n": 2, "bps": 5000}, 3, 1000),
        ("n_for_price", {"n": 3, "price": 5000}, 3, 1000),
        ("full_reduction", {"tiers": [{"at": 2, "bps": 1000}], "by_pieces": True}, 2, 400),
        ("full_reduction", {"tiers": [{"at": 2000, "off": 100}], "every": True}, 3, 300),
    ],
)
def test_each_tool_works_from_its_template_to_the_cart(kind, rule, pieces, expected):
    here = shop()
    promotion(kind, shop=here, rule=rule)

    assert discount_of({sku(price="20.00", shop=here): pieces}) == expected


def test_a_bundle_an_add_on_and_a_gift():
    here = shop(shipping_fee="0.00")
    pot, cup, tin = (sku(price=price, shop=here, stock=5) for price in ("100.00", "20.00", "9.00"))
    promotion("bundle", shop=here, rule={"pieces": [[pot.pk, 1], [cup.pk, 2]], "price": 12_000})
    promotion("gift", shop=here, rule={"at": 10_000, "sku_id": tin.pk, "quantity": 1})

    order = placed_group(skus={pot: 1, cup: 2}).orders.get()

    assert (order.total, order.discount) == (Money(12_000), Money(2900))
    gift = order.lines.get(sku=tin)
    assert (gift.quantity, gift.gift_count, gift.total, gift.discount) == (1, 1, Money(0), Money(900))
    assert tin.stocks.get().reserved == 1
    add_on = promotion("add_on", shop=here, rule={"at": 5000, "prices": [[tin.pk, 100]], "most": 1})
    assert discount_of({pot: 1, tin: 2}) == 800 + 900  # one tin for 1.00, one more as the gift
    stop_promotion(promotion=add_on, by=staff(), now=NOON)
    assert discount_of({pot: 1, tin: 2}) == 900


@pytest.mark.parametrize("scope", ["products", "categories", "shelves"])
def test_a_promotion_covers_what_its_scope_names(scope):
    from catalog.shelves import add_category, put_in_categories

    here, by = shop(), staff()
    parent = category()
    inside = sku(price="20.00", product=product(shop=here, category=category(parent=parent)))
    outside = sku(price="20.00", shop=here)
    if scope == "products":
        chosen = [inside.product_id]
    elif scope == "categories":
        chosen = [parent.pk]
    else:
        shelf = add_category(shop=here, name={"zh-hans": "茶"}, by=by, now=NOON)
        put_in_categories(product=inside.product, categories=[shelf], by=by, now=NOON)
        chosen = [shelf.pk]
    promotion("percentage", shop=here, scope=scope, scope_ids=chosen)

    assert (discount_of({inside: 1}), discount_of({outside: 1})) == (200, 0)


def test_nothing_counts_before_its_start_after_its_end_or_when_stopped():
    here = shop()
    goods = sku(price="200.00", shop=here)
    running = promotion("percentage", shop=here)
    promotion("full_reduction", shop=here, starts_at=NOON + timedelta(days=1))
    draft("full_reduction", shop=here)
    before = discount_of({goods: 1})

    stop_promotion(promotion=running, by=staff(), now=NOON)

    assert (before, discount_of({goods: 1})) == (2000, 0)
    with pytest.raises(WrongStatus):
        stop_promotion(promotion=running, by=staff(), now=NOON)


def test_a_promotion_with_a_budget_stops_before_it_is_passed_and_gets_back_what_dies():
    from orders.cancellation import cancel_order

    here = shop()
    offer = promotion("percentage", shop=here, budget="25.00")
    goods, me = sku(price="100.00", shop=here), shopper()

    first = placed_group(shopper=me, skus={goods: 2}).orders.get()
    second = placed_group(skus={goods: 1}).orders.get()
    offer.refresh_from_db()
    spent = offer.spent
    cancel_order(order=first, reason="x", by=me, now=NOON)
    deliver_everything()
    offer.refresh_from_db()

    assert (first.discount, second.discount) == (Money(2000), Money(0))
    assert (spent, offer.spent) == (Money(2000), Money(0))
    assert phase(offer, NOON) == "running"


def test_an_offer_that_runs_out_between_look_and_order_is_refused_and_nothing_is_placed(monkeypatch):
    here, me = shop(), shopper()
    offer = promotion("percentage", shop=here, budget="25.00")
    filled_cart(shopper=me, skus={sku(price="100.00", shop=here): 2})
    from orders import checkout

    real = checkout.use_offers

    def after_somebody_else(**given):
        Promotion.objects.filter(pk=offer.pk).update(spent=2000)
        return real(**given)

    monkeypatch.setattr(checkout, "use_offers", after_somebody_else)
    with pytest.raises(OfferGone):
        place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), now=NOON)

    assert not PromotionUse.objects.exists()
    assert not me.orders.exists()


def test_a_shop_below_sixty_or_not_open_starts_nothing_and_a_frozen_shop_stops():  # M6, M9
    here, by = shop(), staff()
    running = promotion("percentage", shop=here)
    month = business_date(NOON).replace(day=1)
    HealthScore.objects.create(shop=here, month=month, score=59, measures={}, sheet_version=1, scored_at=NOON)

    with pytest.raises(BarredFromCampaigns):
        start_promotion(promotion=draft("percentage", shop=here), by=by, now=NOON)
    freeze_shop(shop=here, by=by, reason="x", now=NOON)
    deliver_everything()

    running.refresh_from_db()
    assert (running.status, bool(running.stop_reason)) == ("stopped", True)
    with pytest.raises(BarredFromCampaigns):
        start_promotion(promotion=running, by=by, now=NOON)
    assert promotions.stop_promotions_of_shop(shop_id=here.public_id, now=NOON) == 0


def test_the_mall_bears_its_part_and_the_shop_gets_its_due():  # S2, 2.22: the example of the design, by hand
    theirs = shop(shipping_fee="8.00")
    goods = product(shop=theirs, category=category(commission_bps=500))
    me, by = shopper(), staff()
    coupon(shop=theirs, holder=me, rule={"at": 0, "off": 500})
    platform = coupon(shop=None, holder=me, rule={"at": 0, "off": 1000}, shop_bps=4000)
    join_promotion(promotion=platform.promotion, shop=theirs, by=by, now=NOON)

    order = completed_order(shopper=me, skus={sku(product=goods, price="100.00"): 1}, now=NOON)
    deliver_everything()

    share = Share.objects.get()
    assert order.total == Money(9300)
    assert (share.gross, share.subsidy, share.commission, share.net) == (
        Money(9300), Money(600), Money(455), Money(9445),
    )  # fmt: skip
    subsidy = Posting.objects.get(account__kind=Account.Kind.SUBSIDY)
    assert (subsidy.amount, subsidy.shop_id) == (Money(600), None)
    assert verify_ledger().ok


def test_a_shop_bears_nothing_of_the_malls_unless_it_joined():  # 2.22: opt-in
    here, by = shop(), staff()
    goods = sku(price="100.00", shop=here)
    offer = promotion("full_reduction", shop=None, rule={"tiers": [{"at": 5000, "off": 1000}]}, shop_bps=5000)
    before = discount_of({goods: 1})

    join_promotion(promotion=offer, shop=here, by=by, now=NOON)
    joined = discount_of({goods: 1})
    leave_promotion(promotion=offer, shop=here, by=by, now=NOON)

    assert (before, joined, discount_of({goods: 1})) == (0, 1000, 0)


def test_who_joins_agrees_to_a_part_that_later_cannot_grow():
    here, by = shop(), staff()
    offer = promotion("full_reduction", shop=None, rule={"tiers": [{"at": 5000, "off": 1000}]}, shop_bps=3000)
    join_promotion(promotion=offer, shop=here, by=by, now=NOON)
    save_promotion(
        promotion=offer, shop=None, kind=offer.kind, name=offer.name, rule=offer.rule, shop_bps=6000,
        starts_at=offer.starts_at, ends_at=offer.ends_at, by=by, now=NOON,
    )  # fmt: skip

    assert discount_of({sku(price="100.00", shop=here): 1}) == 0


def test_a_reduction_over_shops_is_shared_by_what_each_sold():  # K2 in part
    promotion("full_reduction", shop=None, rule={"tiers": [{"at": 10_000, "off": 1000}]})

    group = placed_group(skus={sku(price="75.00"): 1, sku(price="25.00"): 1})

    assert sorted(order.discount.minor for order in group.orders.all()) == [250, 750]


def test_an_edit_counts_its_version_up_and_orders_keep_theirs():
    here, by = shop(), staff()
    offer, goods = promotion("percentage", shop=here), sku(price="100.00", shop=here)
    order = placed_group(skus={goods: 1}).orders.get()

    save_promotion(
        promotion=offer, shop=here, kind=offer.kind, name=offer.name, rule={"bps": 2000}, starts_at=offer.starts_at,
        ends_at=offer.ends_at, by=by, now=NOON,
    )  # fmt: skip
    order.refresh_from_db()

    assert (order.discount, discount_of({goods: 1})) == (Money(1000), 2000)
    assert (order.price_trace[1]["rule"], Promotion.objects.get().version) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "rule", "field"),
    [
        ("coupon", {"at": 100, "off": 100}, "off"),
        ("coupon", {"at": 100}, "off"),
        ("coupon", {"at": 100, "off": 5, "bps": 500}, "off"),
        ("coupon", {"bps": 9950}, "bps"),
        ("full_reduction", {"tiers": []}, "tiers"),
        ("full_reduction", {"tiers": [{"at": 100, "off": 10}, {"at": 100, "off": 20}]}, "tiers"),
        ("full_reduction", {"tiers": [{"at": 100, "off": 10}, {"at": 200, "off": 5}]}, "tiers"),
        ("full_reduction", {"tiers": [{"at": n * 100, "off": n} for n in range(1, 7)]}, "tiers"),
        ("full_reduction", {"tiers": [{"at": 100, "bps": 500}], "every": True}, "every"),
        ("full_reduction", {"tiers": [{"at": 100, "off": 200}]}, "tiers"),
        ("n_for_price", {"n": 1, "price": 100}, "n"),
        ("nth_piece", {"n": 2, "bps": 10_000}, "bps"),
        ("bundle", {"pieces": [[1, 1]], "price": 100}, "pieces"),
        ("add_on", {"at": 0, "prices": [], "most": 1}, "prices"),
        ("gift", {"at": 0, "sku_id": 1, "quantity": 1}, "at"),
        ("percentage", {"bps": 50}, "bps"),
    ],
)
def test_numbers_that_contradict_each_other_are_told_at_their_field(kind, rule, field):
    with pytest.raises(RuleMakesNoSense) as refused:
        draft(kind, shop=shop(), rule=rule)

    assert refused.value.details["field"] == field


def test_goods_of_another_shop_a_taken_code_and_a_broken_promise_are_refused():
    here, there = shop(), shop()
    foreign = sku(shop=there)
    with pytest.raises(RuleMakesNoSense):
        draft("percentage", shop=here, scope="products", scope_ids=[foreign.product_id])
    with pytest.raises(RuleMakesNoSense):
        draft("gift", shop=here, rule={"at": 100, "sku_id": foreign.pk, "quantity": 1})
    with pytest.raises(RuleMakesNoSense):
        draft("percentage", shop=None)
    with pytest.raises(RuleMakesNoSense):
        draft("percentage", shop=here, ends_at=NOON - timedelta(days=2))
    draft("coupon", shop=here, code="tea")
    with pytest.raises(CodeTaken):
        draft("coupon", shop=there, code="TEA")
    given = coupon(shop=here, total_limit=5)
    offer = given.promotion
    with pytest.raises(ChangedMeanwhile):
        save_promotion(
            promotion=offer, shop=here, kind=offer.kind, name=offer.name, rule=offer.rule, starts_at=offer.starts_at,
            ends_at=offer.ends_at, total_limit=0, by=staff(), now=NOON,
        )  # fmt: skip
    late = promotion("percentage", shop=here)
    stop_promotion(promotion=late, by=staff(), now=NOON)
    with pytest.raises(CannotStart):
        start_promotion(promotion=late, by=staff(), now=NOON + 2 * MONTH)


def test_a_shop_that_is_barred_stops_promoting_and_bears_no_part_of_the_malls():  # M6
    here, by = shop(), staff()
    running = promotion("percentage", shop=here)
    of_mall = promotion("full_reduction", shop=None, shop_bps=4_000)
    join_promotion(promotion=of_mall, shop=here, by=by, now=NOON)
    barred = ShopBarred(shop_id=here.public_id, month="2026-02", score="59", scored_at=NOON.isoformat())

    for _time in range(2):
        publish(barred)
        deliver_everything()

    running.refresh_from_db()
    of_mall.refresh_from_db()
    assert (running.status, running.stop_reason) == ("stopped", "店铺健康分低于 60 分")
    assert (of_mall.status, of_mall.shares.count()) == ("live", 0)


@pytest.mark.parametrize("kind", ["virtual", "service", "presale"])
def test_a_gift_is_something_that_goes_into_the_parcel(kind):
    here = shop()
    goods = sku(shop=here)
    Product.objects.filter(pk=goods.product_id).update(
        kind=kind, ships_on=NOON.date() + timedelta(days=9) if kind == "presale" else None
    )

    with pytest.raises(RuleMakesNoSense) as refused:
        draft("gift", shop=here, rule={"at": 5_000, "sku_id": goods.pk, "quantity": 1})

    assert refused.value.details["field"] == "sku_id"
