"""
Offers in a quote (K1): what is told of them beside the numbers, then what holds for every basket. What single baskets
cost stands in the table ``golden_baskets.toml``.
"""

from datetime import timedelta
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.money import Money
from marketing.pricing import (
    Buyer,
    GiftWith,
    Layer,
    NForPrice,
    NthPiece,
    Offer,
    Percentage,
    QuoteLine,
    Reduction,
    ShopTerms,
    Tier,
    quote,
)
from marketing.pricing.bearing import borne, spread
from tests.conftest import NOON

FREE = {1: ShopTerms(Money(0), None), 2: ShopTerms(Money(0), None)}
PLACE = {
    "goods": (Layer.GOODS, False),
    "full": (Layer.SHOP, False),
    "shop_coupon": (Layer.SHOP_COUPON, True),
    "mall": (Layer.MALL, False),
    "mall_coupon": (Layer.MALL_COUPON, True),
    "gift": (Layer.GIFT, False),
}


def line(sku, price, quantity=1, shop=1):
    return QuoteLine(sku, shop, Money(price), quantity)


def offer(key, group, rule, skus=range(1, 60), *, shop=1, **more):
    layer, once = PLACE[group]
    shop = None if group.startswith("mall") else shop
    return Offer(
        key=key, promotion=f"prm_{key}", rule=rule, skus=frozenset(skus), shop_id=shop, layer=layer, group=group,
        once=once, is_coupon=once, **more,
    )  # fmt: skip


def off(*tiers, **more):
    return Reduction(tuple(Tier(at, amount) for at, amount in tiers), **more)


TEN, FIFTH = Percentage(1000), Percentage(2000)


def test_coupons_of_shop_and_mall_on_one_line_are_each_counted_once_with_who_bears_them():  # 2.22 by hand
    shared = (("platform", 6000), ("shop", 4000))
    offers = [
        offer("shop", "shop_coupon", off((0, 500))),
        offer("mall", "mall_coupon", off((0, 1000)), bearers=shared),
    ]

    (part,) = quote([line(7, 10_000)], {1: ShopTerms(Money(800), None)}, offers=offers).shops
    (only,) = part.lines

    assert [(one.key, one.amount.minor, dict(one.bearers)) for one in only.parts] == [
        ("shop", 500, {"shop": Money(500)}),
        ("mall", 1000, {"platform": Money(600), "shop": Money(400)}),
    ]
    assert (only.discount, only.borne_by("shop"), only.borne_by("platform")) == (Money(1500), Money(900), Money(600))
    assert part.total == Money(9300)
    assert [(step["step"], step["amount"]) for step in part.trace] == [
        ("goods", 10_000), ("shop_coupon", -500), ("mall_coupon", -1000), ("shipping", 800),
    ]  # fmt: skip
    assert part.trace[2]["borne"] == {"platform": 600, "shop": 400}


def test_what_does_not_stand_together_is_chosen_between():
    alone = offer("alone", "goods", FIFTH, excludes=frozenset({"shop_coupon", "full"}))
    coupon, full = offer("c", "shop_coupon", off((0, 100))), offer("f", "full", off((500, 50)))

    found = quote([line(1, 1000)], FREE, offers=[alone, coupon, full])
    without = quote([line(1, 1000), line(2, 1000)], FREE, offers=[alone, coupon, full])

    assert [one.key for one in found.applied] == ["alone"]
    assert {one.key: one.reason for one in found.unused} == {"c": "worse", "f": "worse"}
    assert [one.key for one in without.applied] == ["alone"]


def test_an_unusable_offer_says_why_and_what_is_missing():
    offers = [
        offer("short", "shop_coupon", off((10_000, 500))),
        offer("elsewhere", "mall_coupon", off((0, 100)), skus=[99]),
        offer("pieces", "goods", NForPrice(3, 100)),
        offer("early", "full", off((1, 1)), starts_at=NOON + timedelta(hours=1)),
        offer("over", "mall", off((2, 1)), ends_at=NOON),
        offer("spent", "goods", FIFTH, left=100),
        offer("gone", "gift", GiftWith(0, 50, 1, 100, 1, available=0)),
    ]

    found = quote([line(1, 4000, 2)], FREE, offers=offers, at=NOON)

    assert {one.key: (one.reason, one.gap, one.pieces) for one in found.unused} == {
        "short": ("short", Money(2000), 0),
        "elsewhere": ("elsewhere", None, 0),
        "pieces": ("short", None, 1),
        "early": ("early", None, 0),
        "over": ("over", None, 0),
        "spent": ("spent", None, 0),
        "gone": ("gone", None, 0),
    }
    assert found.total == Money(8000)


def test_a_little_more_is_hinted_at():
    offers = [
        offer("ladder", "full", off((5000, 500), (10_000, 2000))),
        offer("set", "goods", NthPiece(2, 5000), skus=[2]),
        offer("gift", "gift", GiftWith(9000, 50, 1, 100, 1, available=5)),
    ]

    found = quote([line(1, 7000), line(2, 1000)], FREE, offers=offers)

    assert [(one.key, one.gap, one.pieces, one.off, one.bps) for one in found.hints] == [
        ("set", None, 1, None, 5000),
        ("ladder", Money(2000), 0, Money(2000), 0),
        ("gift", Money(1500), 0, None, 0),
    ]


def test_a_gift_is_a_line_that_costs_nothing_and_joins_its_own_sku():
    gift = offer("gift", "gift", GiftWith(5000, 50, 1, 800, 1, available=2))

    new = quote([line(1, 5000)], FREE, offers=[gift])
    joined = quote([line(1, 5000), line(50, 800)], FREE, offers=[gift])
    short = quote([line(1, 5000), line(50, 800, 2)], FREE, offers=[gift])

    assert [(one.sku_id, one.quantity, one.gifts, one.total.minor) for one in new.shops[0].lines] == [
        (1, 1, 0, 5000), (50, 1, 1, 0),
    ]  # fmt: skip
    assert [(one.sku_id, one.quantity, one.gifts, one.total.minor) for one in joined.shops[0].lines] == [
        (1, 1, 0, 5000), (50, 2, 1, 800),
    ]  # fmt: skip
    assert ([one.reason for one in short.unused], short.total) == (["gone"], Money(6600))
    assert new.fingerprint != quote([line(1, 5000)], FREE).fingerprint


def test_who_chooses_her_coupons_gets_those_and_no_others():
    good, better = offer("good", "shop_coupon", off((0, 100))), offer("better", "shop_coupon", off((0, 200)))

    best = quote([line(1, 1000)], FREE, offers=[good, better])
    hers = quote([line(1, 1000)], FREE, offers=[good, better], buyer=Buyer(frozenset({"good"})))
    none = quote([line(1, 1000)], FREE, offers=[good, better], buyer=Buyer(frozenset()))

    assert [[one.key for one in found.applied] for found in (best, hers, none)] == [["better"], ["good"], []]
    assert [one.reason for one in none.unused] == ["not_chosen", "not_chosen"]


def test_an_offer_that_costs_more_delivery_than_it_saves_is_not_used():
    terms = {1: ShopTerms(Money(1000), Money(10_000))}

    found = quote([line(1, 10_000)], terms, offers=[offer("c", "shop_coupon", off((0, 300)))])

    assert (found.total, [one.reason for one in found.unused]) == (Money(10_000), ["worse"])


def test_a_mall_reduction_looks_over_shops_and_is_divided_between_them():
    lines = [line(1, 6000), line(2, 4000, shop=2)]
    offers = [offer("m", "mall", off((10_000, 1001)), bearers=(("platform", 10_000),))]

    found = quote(lines, FREE, offers=offers)

    assert [(part.shop_id, part.discount.minor) for part in found.shops] == [(1, 601), (2, 400)]
    assert found.applied[0].by_shop == ((1, Money(601)), (2, Money(400)))


# What holds for every basket ------------------------------------------------------------------------------------------

prices = st.integers(1, 50_000)
some_lines = st.lists(
    st.builds(QuoteLine, sku_id=st.integers(1, 9), shop_id=st.just(1), unit_price=prices.map(Money),
              quantity=st.integers(1, 5)),
    min_size=1, max_size=5, unique_by=lambda one: one.sku_id,
).map(
    lambda lines: [QuoteLine(one.sku_id, 1 + one.sku_id % 2, one.unit_price, one.quantity) for one in lines]
)  # fmt: skip
rules = {
    "goods": st.one_of(
        st.builds(Percentage, st.integers(1, 9900), st.none() | prices),
        st.builds(NthPiece, st.integers(2, 4), st.integers(1, 9900)),
        st.builds(NForPrice, st.integers(2, 4), prices),
    ),
}
reductions = st.builds(
    lambda at, amount, bps: Reduction((Tier(at, 0 if bps else amount, bps),)),
    st.integers(0, 100_000), prices, st.sampled_from([0, 0, 500, 2500]),
)  # fmt: skip
bearers = st.sampled_from(
    [(("shop", 10_000),), (("platform", 6000), ("shop", 4000)),
     (("platform", 3333), ("shop", 3333), ("brand", 3333), ("supplier", 1))]
)  # fmt: skip


@st.composite
def some_offers(draw, most=5):
    found = []
    for number in range(draw(st.integers(0, most))):
        group = draw(st.sampled_from(["goods", "full", "shop_coupon", "mall", "mall_coupon"]))
        rule = draw(rules["goods"] if group == "goods" else reductions)
        skus = draw(st.sets(st.integers(1, 9), min_size=1))
        shop = draw(st.sampled_from([1, 2]))
        if not group.startswith("mall"):
            skus = {sku for sku in skus if 1 + sku % 2 == shop}
        excludes = draw(st.sampled_from([frozenset(), frozenset(), frozenset({"full"}), frozenset({"shop_coupon"})]))
        found.append(
            offer(f"o{number}", group, rule, skus, shop=shop, bearers=draw(bearers), excludes=excludes - {group})
        )
    return found


terms_of_two = st.fixed_dictionaries(
    {
        shop: st.builds(ShopTerms, st.integers(0, 2000).map(Money), st.none() | st.integers(0, 100_000).map(Money))
        for shop in (1, 2)
    }
)


@settings(max_examples=150, deadline=None)
@given(some_lines, terms_of_two, some_offers(most=8))
def test_parts_add_up_and_nothing_falls_below_zero(lines, terms, offers):  # A5
    found = quote(lines, terms, offers=offers)

    assert found.total == Money.total(part.total for part in found.shops)
    assert found.discount == Money.total(one.amount for one in found.applied)
    for part in found.shops:
        assert sum(step["amount"] for step in part.trace) == part.total.minor
        for one in part.lines:
            assert one.total.minor >= 0
            assert one.discount == Money.total(each.amount for each in one.parts)
            assert one.total == one.unit_price * one.quantity - one.discount
            for each in one.parts:
                assert each.amount == Money.total(fen for _who, fen in each.bearers)
                assert all(fen.minor >= 0 for _who, fen in each.bearers)
    for one in found.applied:
        assert one.amount == Money.total(fen for _shop, fen in one.by_shop)
        assert one.amount == Money.total(fen for _who, fen in one.bearers)


@settings(max_examples=80, deadline=None)
@given(some_lines, terms_of_two, some_offers(most=6), st.randoms())
def test_the_order_of_lines_and_offers_is_irrelevant(lines, terms, offers, random):
    mixed = quote(random.sample(lines, len(lines)), terms, offers=random.sample(offers, len(offers)))

    assert mixed == quote(lines, terms, offers=offers)


@settings(max_examples=60, deadline=None)
@given(some_lines, terms_of_two, some_offers(most=4))
def test_the_best_combination_is_found_and_one_more_offer_never_costs_more(lines, terms, offers):
    found = quote(lines, terms, offers=offers).total

    every_subset = chain.from_iterable(combinations(offers, count) for count in range(len(offers) + 1))
    tried = [_all_of(lines, terms, subset) for subset in every_subset]

    assert found == min(tried)
    assert found <= quote(lines, terms, offers=offers[:-1]).total
    assert found <= quote(lines, terms).total


def _all_of(lines, terms, offers) -> Money:
    """What it costs when these offers are all applied, one after the other, without any search."""
    from catalog.duty import AS_ENACTED
    from marketing.pricing.quoting import ANYBODY, _Pricing

    ordered = sorted(lines, key=lambda one: (one.shop_id, one.sku_id))
    pricing = _Pricing(ordered, terms, offers, ANYBODY, None, "CNY", AS_ENACTED)
    state = pricing.search.put(frozenset(range(len(offers))))
    return Money(sum(state.left) + pricing._shipping(state.left))


@settings(max_examples=40, deadline=None)
@given(some_lines, some_offers(most=6), st.integers(1, 5000))
def test_a_higher_coupon_never_costs_more(lines, offers, more):
    small = offer("mine", "mall_coupon", off((0, 100)))
    great = offer("mine", "mall_coupon", off((0, 100 + more)))

    assert quote(lines, FREE, offers=[*offers, great]).total <= quote(lines, FREE, offers=[*offers, small]).total


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60), st.integers(0, 10**9))
def test_spreading_gives_every_fen_and_nobody_more_than_her_own(weights, wanted):  # A5
    mass = sum(weights)
    amount = min(wanted, mass)
    if not mass:
        return

    parts = spread(amount, weights)

    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    assert all(abs(part * mass - amount * weight) < mass for part, weight in zip(parts, weights, strict=True))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40), st.integers(0, 10_000))
def test_bearers_get_their_share_of_every_line_and_of_the_sum_to_the_fen(amounts, bps):  # A5
    rows = borne(amounts, (("platform", bps), ("shop", 10_000 - bps)))

    assert [sum(row) for row in rows] == amounts
    assert all(part >= 0 for row in rows for part in row)
    assert all(abs(row[0] * 10_000 - amount * bps) < 10_000 for row, amount in zip(rows, amounts, strict=True))
    assert abs(sum(row[0] for row in rows) * 10_000 - sum(amounts) * bps) < 10_000


def test_a_million_random_splits_add_up():  # A5: a tenth of it here, in the time a test may take
    from random import Random

    dice = Random(5)
    for _case in range(20_000):
        weights = [dice.randrange(1, 100_000) for _line in range(dice.randrange(1, 8))]
        parts = spread(dice.randrange(sum(weights) + 1), weights)
        rows = borne(parts, (("platform", 6000), ("shop", 4000)))
        assert [sum(row) for row in rows] == parts


def test_wrong_questions_about_offers_are_errors():
    twice = [offer("a", "goods", TEN), offer("a", "goods", FIFTH)]
    with pytest.raises(ValueError):
        quote([line(1, 100)], FREE, offers=twice)
    with pytest.raises(TypeError):
        quote([line(1, 100), QuoteLine(2, 1, Money(1, "USD"), 1)], FREE, offers=twice[:1])
