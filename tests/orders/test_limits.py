"""C2: how many of a product one may buy, per order and per buyer, however many checkouts run at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import translation

from mall.rows import select_rows
from orders import checkout
from orders.cancellation import cancel_order
from orders.cart import add_to_cart, cart_view, change_line, merge_carts
from orders.checkout import place_order
from orders.limits import LimitReached
from orders.models import Cart, CartLine, OrderLine
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import product, sku
from tests.factories.orders import cart
from tests.journeys import placed_order


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


DAY = timedelta(days=1)


def limited(**limits):
    """Two SKUs of one limited product."""
    row = product(options=[{"id": "o1", "name": {}, "values": [{"id": "v1", "name": {}}, {"id": "v2", "name": {}}]}],
                  **limits)  # fmt: skip
    return [sku(product=row, choice=[value]) for value in ("v1", "v2")]


def add(me, one, quantity=1, now=NOON):
    return add_to_cart(shopper=me, sku=one.public_id, quantity=quantity, now=now)


@pytest.mark.django_db
def test_an_order_holds_so_many_of_all_skus_of_a_product():
    red, blue = limited(most_per_order=3)
    me = shopper()
    add(me, red, 2), add(me, blue)

    with pytest.raises(LimitReached, match="at most 3"):
        add(me, blue)
    with pytest.raises(LimitReached):
        change_line(shopper=me, sku=red.public_id, quantity=3, now=NOON)
    change_line(shopper=me, sku=red.public_id, quantity=1, now=NOON)

    assert dict(CartLine.objects.values_list("sku", "quantity")) == {red.pk: 1, blue.pk: 1}


@pytest.mark.django_db
def test_what_a_buyer_ordered_lately_counts_and_what_was_canceled_does_not():
    red, blue = limited(most_per_buyer=3, limit_days=30)
    me = shopper()
    placed_order(shopper=me, skus={red: 2}, now=NOON - 10 * DAY)
    cancel_order(order=placed_order(shopper=me, skus={blue: 1}, now=NOON - DAY), reason="…", by=me, now=NOON)

    with pytest.raises(LimitReached, match="at most 3 of this in 30 days; you have ordered 2"):
        add(me, blue, 2)
    add(me, blue, 1)
    add(me, red, 2, now=NOON + 21 * DAY)
    add(shopper(), red, 3)


@pytest.mark.django_db
def test_a_cart_that_has_grown_too_large_says_so_and_is_not_ordered():
    red, blue = limited(most_per_order=2)
    me = shopper()
    address(me)
    guest = cart({red: 2})
    cart({blue: 1}, shopper=me)
    merge_carts(shopper=me, token=guest.token, now=NOON)

    assert [bool(line.problem) for line in cart_view(shopper=me).lines] == [True, True]
    with pytest.raises(LimitReached):
        place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.get(), now=NOON)
    assert not OrderLine.objects.exists()


@pytest.mark.django_db
def test_a_limit_costs_one_question_and_none_where_nobody_counts(django_assert_num_queries):
    me = shopper()
    cart({sku(): 1, limited(most_per_order=2)[0]: 1}, shopper=me)
    with django_assert_num_queries(3):
        cart_view(shopper=me)

    cart({limited(most_per_buyer=2)[0]: 1}, shopper=(other := shopper()))
    with django_assert_num_queries(4):
        cart_view(shopper=other)


def two_checkouts_at_once(me, red, blue):
    """Her cart holds two of each; each checkout orders one of the two SKUs. Returns what was refused."""
    where, together = me.addresses.get(), Barrier(2)

    def order(one):
        try:
            together.wait()
            place_order(shopper=me, checkout_key=uuid4(), address=where, only_skus={one.pk}, now=NOON)
        except LimitReached as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return [refusal for refusal in pool.map(order, (red, blue)) if refusal]


def someone_with_both():
    red, blue = limited(most_per_buyer=2)
    me = shopper()
    address(me)
    cart({red: 2, blue: 2}, shopper=me)
    return me, red, blue


def test_two_checkouts_at_once_do_not_pass_the_limit(committed_db):
    refused = two_checkouts_at_once(*someone_with_both())

    assert len(refused) == 1
    assert sum(OrderLine.objects.values_list("quantity", flat=True)) == 2


def test_without_the_lock_of_the_cart_they_would(committed_db, monkeypatch):  # the negative control
    met = Barrier(2)

    def look(shopper):
        return Cart.objects.get(shopper=shopper).pk

    def check_together(*args):
        met.wait()
        real(*args)
        met.wait()

    real = checkout.check_order
    monkeypatch.setattr(checkout, "_lock_cart", look)
    monkeypatch.setattr(checkout, "check_order", check_together)

    refused = two_checkouts_at_once(*someone_with_both())

    assert not refused
    assert select_rows("SELECT sum(quantity) FROM orders_orderline", []) == [(4,)]
