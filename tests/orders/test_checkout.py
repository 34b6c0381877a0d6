"""O2: several shops at once, all or nothing, once per checkout key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from catalog.models import Category, Product, Reservation, Stock
from catalog.stock import OutOfStock
from mall.events.models import OutboxEvent
from mall.money import Money
from mall.tunables.registry import forget
from orders import tunables
from orders.cart import NotForSale, cart_view
from orders.checkout import AddressBookFull, EmptyCart, PriceChanged, address_with, place_order
from orders.models import CartLine, Order, OrderGroup, OrderLine, OrderStep
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import shop
from tests.factories.orders import cart
from tests.journeys import filled_cart


def place(me, **given):
    given = {"checkout_key": uuid4(), "address": me.addresses.first(), "now": NOON, **given}
    return place_order(shopper=me, **given)


def nothing_happened():
    events = OutboxEvent.objects.filter(name="OrdersPlaced")
    made = [OrderGroup, Order, OrderLine, OrderStep, Reservation]
    return not events.exists() and not any(model.objects.exists() for model in made)


@pytest.mark.django_db
def test_cart_from_two_shops_becomes_two_orders():  # O2
    teapot = sku(price="10.00", shop=shop(shipping_fee="8.00", free_shipping_over="20.00"))
    cup, saucer = sku(price="3.33", shop=(there := shop(shipping_fee="5.00"))), sku(price="1.00", shop=there)
    me = filled_cart(skus={teapot: 2, cup: 3, saucer: 1})

    group = place(me, messages={there.pk: "Please wrap it."})

    orders = list(group.orders.order_by("pk"))
    assert [(o.shop, o.goods_total, o.shipping_fee, o.discount, o.total, o.message) for o in orders] == [
        (teapot.shop, Money(2000), Money(0), Money(0), Money(2000), ""),
        (there, Money(1099), Money(500), Money(0), Money(1599), "Please wrap it."),
    ]
    assert {(o.status, o.placed_at, o.due_at) for o in orders} == {("unpaid", NOON, NOON + timedelta(minutes=30))}
    assert (group.total, group.pay_by, group.shopper) == (Money(3599), NOON + timedelta(minutes=30), me)
    assert list(OrderStep.objects.values_list("order", "kind", "at", "by")) == [
        (order.pk, "placed", NOON, me.pk) for order in orders
    ]
    assert set(Reservation.objects.values_list("document", "stock__sku", "quantity", "status")) == {
        (orders[0].public_id, teapot.pk, 2, "held"),
        (orders[1].public_id, cup.pk, 3, "held"),
        (orders[1].public_id, saucer.pk, 1, "held"),
    }
    assert not CartLine.objects.exists()
    assert [event.payload for event in OutboxEvent.objects.filter(name="OrdersPlaced")] == [{
        "group_id": group.public_id,
        "order_ids": [order.public_id for order in orders],
        "shopper_id": me.pk,
        "placed_at": NOON.isoformat(),
    }]  # fmt: skip


@pytest.mark.django_db
def test_an_order_keeps_what_it_was_placed_under():
    teapot = sku(price="10.00")
    me = filled_cart(skus={teapot: 2})
    order = place(me).orders.get()

    Product.objects.update(title={"zh-hans": "别的", "en": "Else"})
    Category.objects.update(commission_bps=4000)
    teapot.price = Money(99_900)
    teapot.save()
    me.addresses.update(city="上海市")

    line = order.lines.get()
    assert (line.title["en"], line.unit_price, line.total, line.commission_bps, line.quantity) == (
        "Celadon gaiwan", Money(1000), Money(2000), 500, 2,
    )  # fmt: skip
    order.refresh_from_db()
    assert (order.city, order.consignee.reveal(), order.phone.reveal()) == ("杭州市", "张小云", "+8619900000001")
    assert [step["step"] for step in order.price_trace] == ["goods", "shipping"]


@pytest.mark.django_db
def test_the_address_is_not_readable_in_the_database():
    order = place(filled_cart()).orders.get()

    with connection.cursor() as cursor:
        cursor.execute("SELECT consignee || phone || address_line FROM orders_order WHERE id = %s", [order.pk])
        (stored,) = cursor.fetchone()

    assert "张小云" not in stored and "19900000001" not in stored and "文三路" not in stored


@pytest.mark.django_db
def test_an_empty_cart_is_refused():
    me = shopper()
    address(me)

    with pytest.raises(EmptyCart):
        place(me)
    cart({}, shopper=me)
    with pytest.raises(EmptyCart):
        place(me)

    assert nothing_happened()


@pytest.mark.django_db
def test_goods_that_ran_out_since_are_named_and_nothing_is_placed():
    teapot, cup = sku(stock=5), sku(stock=5)
    me = filled_cart(skus={teapot: 1, cup: 2})
    Stock.objects.filter(sku=cup).update(on_hand=1)

    with pytest.raises(OutOfStock) as refused:
        place(me)

    assert refused.value.details == {"skus": [cup.public_id]}
    assert nothing_happened()
    assert CartLine.objects.count() == 2


@pytest.mark.django_db
def test_a_product_withdrawn_since_is_named_and_nothing_is_placed():
    teapot, cup = sku(), sku()
    me = filled_cart(skus={teapot: 1, cup: 2})
    Product.objects.filter(pk=cup.product_id).update(status=Product.Status.OFF_SALE)

    with pytest.raises(NotForSale) as refused:
        place(me)

    assert refused.value.details == {"skus": [cup.public_id]}
    assert "青瓷盖碗" in str(refused.value)
    assert nothing_happened()
    assert CartLine.objects.count() == 2


@pytest.mark.django_db
def test_another_price_than_the_one_shown_is_asked_about_again():
    teapot = sku(price="10.00")
    me = filled_cart(skus={teapot: 1})
    shown = cart_view(shopper=me).quote.fingerprint
    teapot.price = Money(1001)
    teapot.save()

    with pytest.raises(PriceChanged):
        place(me, expected=shown)
    assert nothing_happened()

    group = place(me, expected=cart_view(shopper=me).quote.fingerprint)
    assert group.total == Money(1001)


@pytest.mark.django_db
def test_only_some_of_the_cart_may_be_ordered():
    teapot, cup = sku(), sku()
    me = filled_cart(skus={teapot: 1, cup: 2})

    group = place(me, only_skus=[teapot.pk])

    assert list(OrderLine.objects.filter(order__group=group).values_list("sku", flat=True)) == [teapot.pk]
    assert list(CartLine.objects.values_list("sku", flat=True)) == [cup.pk]


@pytest.mark.django_db
def test_an_address_of_somebody_else_is_an_error():
    me, other = filled_cart(), filled_cart()

    with pytest.raises(ValueError):
        place(me, address=other.addresses.first())

    assert nothing_happened()


@pytest.mark.django_db
def test_the_same_key_again_is_the_same_group():
    me, key = filled_cart(), uuid4()

    first, second = place(me, checkout_key=key), place(me, checkout_key=key)

    assert first == second
    assert OrderGroup.objects.count() == 1


@pytest.mark.django_db
def test_typing_an_address_twice_keeps_it_once():
    me = shopper()
    typed = {
        "consignee": "李",
        "phone": "199 0000 0002",
        "province": "浙江",
        "city": "宁波",
        "district": "",
        "line": "1",
    }

    first, second = address_with(shopper=me, fields=typed), address_with(shopper=me, fields=typed)

    assert first == second
    for number in range(19):
        address_with(shopper=me, fields={**typed, "line": f"{number + 2}"})
    with pytest.raises(AddressBookFull):
        address_with(shopper=me, fields={**typed, "line": "99"})
    assert me.addresses.count() == 20


@pytest.mark.django_db
@pytest.mark.parametrize(("shops", "lines"), [(1, 1), (1, 3), (3, 9)])
def test_a_checkout_takes_twelve_statements_whatever_its_size(shops, lines, django_assert_num_queries):
    places = [shop() for _shop in range(shops)]
    me = filled_cart(skus={sku(shop=places[number % shops]): 2 for number in range(lines)})
    where = me.addresses.first()
    forget(), tunables.UNPAID_MINUTES.value  # it is read afresh every two seconds, not in every checkout

    with django_assert_num_queries(14):  # and a savepoint, made and released
        place_order(shopper=me, checkout_key=uuid4(), address=where, now=NOON)


def at_once(call, threads):
    """What many threads, each on a connection of its own, get from the same call."""

    def run(number):
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_twenty_clicks_at_once_place_one_order(committed_db):
    teapot = sku(stock=100)
    me, key = filled_cart(skus={teapot: 2}), uuid4()
    where = me.addresses.first()

    groups = at_once(
        lambda _number: place_order(shopper=me, checkout_key=key, address=where, now=NOON).public_id, threads=20
    )

    assert len(set(groups)) == 1
    assert (OrderGroup.objects.count(), Order.objects.count(), Reservation.objects.count()) == (1, 1, 1)
    assert Stock.objects.get(sku=teapot).reserved == 2


def test_two_tabs_at_once_order_the_cart_once(committed_db):
    me = filled_cart(skus={sku(): 2})
    where = me.addresses.first()

    def click(_number):
        try:
            return place_order(shopper=me, checkout_key=uuid4(), address=where, now=NOON)
        except EmptyCart:
            return None

    placed = [group for group in at_once(click, threads=8) if group]

    assert len(placed) == 1
    assert Order.objects.count() == 1
