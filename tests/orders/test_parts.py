"""C2: a mixed cart becomes an order for each shop and kind of goods, and not a fen is lost on the way."""

from uuid import uuid4

import pytest

from mall.money import Money
from orders.cart import cart_view
from orders.checkout import AddressNeeded, place_order
from orders.models import Order, OrderGroup
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.kinds import code_sku
from tests.factories.merchants import shop
from tests.journeys import filled_cart

pytestmark = pytest.mark.django_db


def place(me, **given):
    given = {"address": me.addresses.first(), "checkout_key": uuid4(), "now": NOON, **given}
    return place_order(shopper=me, **given)


def test_goods_and_codes_of_a_shop_become_two_orders_and_only_one_has_an_address():
    place_of_both = shop(shipping_fee="8.00", free_shipping_over="100.00")
    cup, key = sku(shop=place_of_both, price="20.00"), code_sku(shop=place_of_both, price="90.00")
    me = filled_cart(skus={cup: 2, key: 1})
    seen = cart_view(shopper=me)

    group = place(me, expected=seen.quote.fingerprint, messages={place_of_both.pk: "…"})

    orders = list(group.orders.order_by("pk"))
    assert [(o.kind, o.goods_total, o.shipping_fee, o.total, bool(o.consignee), o.message) for o in orders] == [
        ("physical", Money(4000), Money(800), Money(4800), True, "…"),
        ("virtual", Money(9000), Money(0), Money(9000), False, "…"),
    ]
    assert group.total == seen.total == Money(13_800)
    assert seen.shops[0].free_shipping_gap == Money(6000)  # the code does not travel with the cups
    assert [step["step"] for step in orders[1].price_trace] == ["goods", "shipping", "part"]


def test_codes_alone_need_no_address_and_no_shipping():
    key = code_sku(shop=shop(shipping_fee="8.00"), price="90.00")
    me = filled_cart(skus={key: 1})
    me.addresses.all().delete()
    assert not cart_view(shopper=me).needs_address

    order = place(me, address=None).orders.get()

    assert (order.total, order.province, order.consignee.reveal()) == (Money(9000), "", "")


def test_what_is_sent_needs_an_address():
    me = filled_cart(shopper=shopper(), skus={sku(): 1, code_sku(): 1})

    with pytest.raises(AddressNeeded):
        place(me, address=None)

    assert not OrderGroup.objects.exists() and not Order.objects.exists()


def test_a_mixed_checkout_takes_no_statement_more(django_assert_num_queries):
    me = filled_cart(skus={sku(): 1, code_sku(): 1})
    where = me.addresses.first()

    with django_assert_num_queries(14):
        place_order(shopper=me, checkout_key=uuid4(), address=where, now=NOON)
