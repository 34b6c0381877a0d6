"""What a cart costs: the parts add up, and the order of the lines is irrelevant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.money import Money
from marketing.pricing import QuoteLine, ShopTerms, quote

TERMS = {1: ShopTerms(Money(800), Money(10_000)), 2: ShopTerms(Money(0), None), 3: ShopTerms(Money(1200), None)}

amounts = st.integers(1, 10**9).map(Money)
carts = st.lists(
    st.builds(QuoteLine, sku_id=st.integers(1, 10**6), shop_id=st.sampled_from([1, 2, 3]), unit_price=amounts,
              quantity=st.integers(1, 999)),
    max_size=30,
    unique_by=lambda line: line.sku_id,
)  # fmt: skip
terms = st.fixed_dictionaries(
    {
        shop: st.builds(ShopTerms, st.integers(0, 10**6).map(Money), st.none() | st.integers(0, 10**9).map(Money))
        for shop in (1, 2, 3)
    }
)


def test_each_shop_takes_its_own_fee_until_its_own_amount():
    lines = [QuoteLine(7, 1, Money(4999), 2), QuoteLine(8, 2, Money(333), 3), QuoteLine(9, 1, Money(1), 1)]

    cheap, dear = quote(lines, TERMS), quote([QuoteLine(7, 1, Money(5000), 2)], TERMS)

    assert [(shop.shop_id, shop.goods_total, shop.shipping_fee, shop.total) for shop in cheap.shops] == [
        (1, Money(9999), Money(800), Money(10_799)),
        (2, Money(999), Money(0), Money(999)),
    ]
    assert cheap.total == Money(11_798)
    assert [(shop.shipping_fee, shop.total) for shop in dear.shops] == [(Money(0), Money(10_000))]


def test_the_trace_tells_how_the_amount_came_about():
    (shop,) = quote([QuoteLine(7, 1, Money(5000), 2)], TERMS).shops

    assert shop.trace == [
        {"step": "goods", "version": 1, "amount": 10_000, "pieces": 2},
        {"step": "shipping", "version": 1, "amount": 0, "fee": 800, "free_over": 10_000, "free": True},
    ]


def test_nothing_costs_nothing():
    empty = quote([], {})

    assert (empty.shops, empty.total) == ((), Money(0))


@given(carts, terms)
def test_all_parts_add_up_to_the_fen(lines, terms):
    whole = quote(lines, terms)

    assert whole.total == Money.total(shop.total for shop in whole.shops)
    for shop in whole.shops:
        assert shop.total == shop.goods_total + shop.shipping_fee - shop.discount
        assert shop.goods_total - shop.discount == Money.total(line.total for line in shop.lines)
        assert shop.discount == Money.total(line.discount for line in shop.lines)
        assert all(line.total == line.unit_price * line.quantity - line.discount for line in shop.lines)
        traced = sum(step["amount"] for step in shop.trace)
        assert traced == shop.total.minor
    assert sorted(line.sku_id for shop in whole.shops for line in shop.lines) == sorted(line.sku_id for line in lines)


@given(carts, terms, st.randoms())
def test_the_order_of_the_lines_is_irrelevant(lines, terms, random):
    mixed = random.sample(lines, len(lines))

    assert quote(mixed, terms) == quote(lines, terms)


@given(carts.filter(bool), terms)
def test_whatever_the_shopper_would_notice_changes_the_fingerprint(lines, terms):
    first, *others = lines
    dearer = QuoteLine(first.sku_id, first.shop_id, first.unit_price + Money(1), first.quantity)
    more = QuoteLine(first.sku_id, first.shop_id, first.unit_price, first.quantity + 1)

    marks = {quote([version, *others], terms).fingerprint for version in (first, dearer, more)}

    assert len(marks) == 3


def test_wrong_questions_are_errors():
    line = QuoteLine(7, 1, Money(100), 1)

    with pytest.raises(ValueError):
        quote([line, line], TERMS)
    with pytest.raises(ValueError):
        quote([QuoteLine(7, 1, Money(100), 0)], TERMS)
    with pytest.raises(TypeError):
        quote([line, QuoteLine(8, 1, Money(100, "USD"), 1)], TERMS)
