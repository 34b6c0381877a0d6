"""O1: carts of guests and members, live prices and stock, every problem in words."""

from uuid import uuid4

import pytest

from catalog.models import Product
from catalog.stock import OutOfStock
from mall.money import Money
from merchants.models import Shop
from orders.cart import CartFull, NotForSale, NotInCart, add_to_cart, cart_view, change_line, merge_carts
from orders.models import Cart, CartLine
from orders.models.cart import MOST_LINES
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.factories.orders import cart

pytestmark = pytest.mark.django_db


def held(**owner):
    rows = CartLine.objects.filter(**{f"cart__{name}": value for name, value in owner.items()})
    return dict(rows.values_list("sku", "quantity"))


def test_what_is_added_twice_stands_on_one_line():
    me, teapot = shopper(), sku(stock=9)

    add_to_cart(shopper=me, sku=teapot.public_id, quantity=2, now=NOON)
    add_to_cart(shopper=me, sku=teapot.public_id, quantity=3, now=NOON)

    assert held(shopper=me) == {teapot.pk: 5}
    assert Cart.objects.count() == 1


def test_a_guest_has_a_cart_by_her_token():
    token, teapot = uuid4(), sku()

    add_to_cart(token=token, sku=teapot.public_id, now=NOON)

    assert held(token=token) == {teapot.pk: 1}


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_absurd_quantities_are_refused(quantity):
    teapot = sku(stock=5000)

    with pytest.raises(CartFull):
        add_to_cart(shopper=shopper(), sku=teapot.public_id, quantity=quantity, now=NOON)

    assert not CartLine.objects.exists()


def test_no_more_goes_into_the_cart_than_is_left():
    me, teapot = shopper(), sku(stock=3)
    add_to_cart(shopper=me, sku=teapot.public_id, quantity=2, now=NOON)

    with pytest.raises(OutOfStock) as refused:
        add_to_cart(shopper=me, sku=teapot.public_id, quantity=2, now=NOON)
    with pytest.raises(OutOfStock):
        change_line(shopper=me, sku=teapot.public_id, quantity=4, now=NOON)

    assert refused.value.details == {"skus": [teapot.public_id]}
    assert held(shopper=me) == {teapot.pk: 2}


def test_what_is_not_sold_is_refused():
    me, withdrawn, frozen = shopper(), sku(), sku(shop=shop(status=Shop.Status.FROZEN, frozen_at=NOON))
    Product.objects.filter(pk=withdrawn.product_id).update(status=Product.Status.OFF_SALE)

    for public_id in (withdrawn.public_id, frozen.public_id, sku(is_active=False).public_id, "sku_unknown"):
        with pytest.raises(NotForSale):
            add_to_cart(shopper=me, sku=public_id, now=NOON)

    assert not CartLine.objects.exists()


def test_a_cart_has_an_end():
    me, teapot = shopper(), sku()
    mine = cart({}, shopper=me)
    product = sku().product
    CartLine.objects.bulk_create(
        CartLine(
            cart=mine, sku=sku(product=product, choice=[str(n)]), quantity=1, seen_price=Money(1000), added_at=NOON
        )
        for n in range(MOST_LINES)
    )

    with pytest.raises(CartFull):
        add_to_cart(shopper=me, sku=teapot.public_id, now=NOON)

    assert mine.lines.count() == MOST_LINES


def test_zero_takes_a_line_out_also_when_it_is_no_longer_sold():
    me, teapot, cup = shopper(), sku(), sku()
    cart({teapot: 2, cup: 1}, shopper=me)
    Product.objects.filter(pk=teapot.product_id).update(status=Product.Status.OFF_SALE)

    change_line(shopper=me, sku=teapot.public_id, quantity=0, now=NOON)
    change_line(shopper=me, sku=teapot.public_id, quantity=0, now=NOON)
    change_line(shopper=me, sku=cup.public_id, quantity=4, now=NOON)

    assert held(shopper=me) == {cup.pk: 4}
    with pytest.raises(NotInCart):
        change_line(shopper=me, sku=teapot.public_id, quantity=1, now=NOON)


def test_a_guests_cart_is_poured_into_the_members():
    me, token, teapot, cup, tray = shopper(), uuid4(), sku(stock=5), sku(), sku(stock=2000)
    cart({teapot: 2, tray: 998}, shopper=me)
    cart({teapot: 1, cup: 3, tray: 5}, token=token)

    merge_carts(shopper=me, token=token, now=NOON)
    merge_carts(shopper=me, token=token, now=NOON)

    assert held(shopper=me) == {teapot.pk: 3, cup.pk: 3, tray.pk: 999}
    assert Cart.objects.count() == 1


def test_a_cart_shows_todays_prices_by_shop_and_what_is_wrong_with_a_line():
    here, there = shop(shipping_fee="8.00", free_shipping_over="100.00"), shop(shipping_fee="0.00")
    teapot, cup, tray, gone = sku(price="30.00", shop=here), sku(price="3.33", shop=there), sku(stock=1), sku()
    me = shopper()
    cart({teapot: 2, cup: 3, tray: 2, gone: 1}, shopper=me)
    teapot.price = Money(3500)
    teapot.save()
    Product.objects.filter(pk=gone.product_id).update(status=Product.Status.OFF_SALE)

    view = cart_view(shopper=me)

    assert [(part.shop_id, part.goods_total, part.shipping_fee, part.total) for part in view.shops] == [
        (here.pk, Money(7000), Money(800), Money(7800)),
        (there.pk, Money(999), Money(0), Money(999)),
        (tray.shop_id, Money(2000), Money(0), Money(2000)),
        (gone.shop_id, Money(0), Money(0), Money(0)),
    ]
    assert (view.total, view.count, view.has_problems) == (Money(10_799), 8, True)
    assert view.shops[0].free_shipping_gap == Money(3000)
    assert [(line.sku.sku_id, line.price_changed_from, bool(line.problem)) for line in view.lines] == [
        (teapot.pk, Money(3000), False),
        (cup.pk, None, False),
        (tray.pk, None, True),
        (gone.pk, None, True),
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_a_cart_takes_three_queries_however_long(many, django_assert_num_queries):
    me = shopper()
    cart({sku(): 1 for _line in range(many)}, shopper=me)

    with django_assert_num_queries(3):  # its lines, what is sold, what is on offer
        assert cart_view(shopper=me).count == many


def test_nobodys_cart_is_empty():
    view = cart_view()

    assert (view.shops, view.count, view.total, view.has_problems) == ([], 0, Money(0), False)


@pytest.mark.parametrize("lines", [0, 3])
def test_adding_takes_four_statements_and_tells_how_many_pieces_there_are(lines, django_assert_num_queries):
    me, teapot = shopper(), sku()
    for _number in range(lines):
        add_to_cart(shopper=me, sku=sku().public_id, now=NOON)

    with django_assert_num_queries(6):  # and a savepoint, made and released
        pieces = add_to_cart(shopper=me, sku=teapot.public_id, quantity=2, now=NOON)

    assert pieces == lines + 2
    assert Cart.objects.get().changed_at == NOON
