"""The whole main line by the real verbs: one cart of two shops, from the cart to both shops' sales."""

from datetime import timedelta
from uuid import uuid4

import pytest

from catalog.models import ProductStats, Stock
from mall.events import deliver_everything
from mall.money import Money
from orders.cart import add_to_cart, cart_view, merge_carts
from orders.checkout import place_order
from orders.fulfillment import complete_delivered_orders, deliver_shipped_orders, mark_delivered, ship_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop
from tests.journeys import pay

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_two_shops_one_cart():
    tea_house = shop(shipping_fee="8.00", free_shipping_over="100.00")
    potter = shop(shipping_fee="12.00")
    tea, cup = sku(price="58.00", stock=10, shop=tea_house), sku(price="33.30", stock=10, shop=potter)
    me, guest = shopper(), uuid4()

    # A guest puts goods of two shops into her cart, signs in, and places the order she was shown.
    add_to_cart(token=guest, sku=tea.public_id, quantity=2, now=NOON)
    add_to_cart(token=guest, sku=cup.public_id, quantity=1, now=NOON)
    merge_carts(shopper=me, token=guest, now=NOON)
    shown = cart_view(shopper=me)
    group = place_order(
        shopper=me,
        checkout_key=uuid4(),
        address=address(me),
        expected=shown.quote.fingerprint,
        messages={potter.pk: "Wrap it well, please"},
        now=NOON,
    )
    assert group.total == shown.total == Money(11_600 + 3_330 + 1_200)

    # One payment pays both orders.
    payment = pay(group, now=NOON + timedelta(minutes=5))
    assert (payment.status, payment.amount) == ("succeeded", group.total)
    assert dict(group.orders.values_list("shop", "status")) == {tea_house.pk: "paid", potter.pk: "paid"}

    # Both shops ship; one parcel is confirmed by the shopper, the other counts as delivered in time.
    for number, order in enumerate(group.orders.order_by("pk")):
        clerk = seat(order.shop, role="clerk").user
        ship_order(order=order, carrier="sf", tracking_number=f"SF{number:013d}", by=clerk, now=NOON + DAY)
    mark_delivered(order=group.orders.get(shop=tea_house), by=me, now=NOON + 3 * DAY)
    assert deliver_shipped_orders(now=NOON + 11 * DAY) == 1
    assert {row.sku_id: (row.on_hand, row.reserved) for row in Stock.objects.all()} == {
        tea.pk: (8, 0),
        cup.pk: (9, 0),
    }

    # Seven days after each delivery the orders complete by themselves.
    assert complete_delivered_orders(now=NOON + 10 * DAY) == 1
    assert complete_delivered_orders(now=NOON + 18 * DAY) == 1
    deliver_everything()
    assert set(Order.objects.values_list("status", flat=True)) == {"completed"}
    assert dict(ProductStats.objects.values_list("product", "sold_count")) == {tea.product_id: 2, cup.product_id: 1}
    assert [step.kind for step in group.orders.get(shop=potter).steps.order_by("pk")] == [
        "placed",
        "paid",
        "shipped",
        "delivered",
        "completed",
    ]
