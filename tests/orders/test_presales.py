"""C2: a pre-sale is paid in full, ships from its day on, and its hours to ship count from there."""

from datetime import timedelta

import pytest
from django.utils import translation

from catalog.offers import buyable_skus
from catalog.products import save_product
from catalog.showcase import find_product, product_page
from catalog.skus import SkuDraft
from catalog.terms import WrongTerms
from mall import clock
from mall.clock import business_date, start_of
from mall.events.models import OutboxEvent
from mall.money import Money
from orders.cart import NotForSale, add_to_cart
from orders.fulfillment import ship_order
from orders.models import Order
from orders.queries import orders_to_ship
from tests.catalog.test_products import written
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop
from tests.journeys import paid_group, paid_order


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def today():
    return business_date(clock.now())


def presale(*, days=20, **fields):
    return sku(product=product(kind="presale", ships_on=today() + timedelta(days=days), **fields))


def test_a_presale_has_a_day_and_nothing_else_has_one():
    row = written()
    drafts = [SkuDraft(choice=(value,), price=Money(100)) for value in ("v1", "v2")]
    given = {"shop": row.shop, "product": row, "skus": drafts, "by": shopper(), "now": NOON}

    for fields in ({"kind": "presale"}, {"ships_on": today()}):
        with pytest.raises(WrongTerms) as refused:
            save_product(fields=fields, **given)
        assert refused.value.details["field"] == "ships_on"
    assert save_product(fields={"kind": "presale", "ships_on": today()}, **given).kind == "presale"


def test_it_is_sold_until_the_day_before():
    soon, over = presale(days=1), presale(days=0)

    assert [offer.why_not for offer in buyable_skus([soon.pk, over.pk])] == ["", "The pre-sale is over."]
    with pytest.raises(NotForSale, match="over"):
        add_to_cart(shopper=shopper(), sku=over.public_id, now=NOON)
    assert not product_page(find_product(over.product.public_id))["can_buy"]


def test_it_becomes_an_order_of_its_own_for_each_day():
    place = shop(shipping_fee="8.00")
    group = paid_group(skus={sku(shop=place): 1, presale(shop=place): 1, presale(shop=place, days=9): 1})

    orders = list(group.orders.order_by("pk"))
    assert [order.kind for order in orders] == ["physical", "presale", "presale"]
    assert {order.status for order in orders} == {"paid"}
    assert [order.shipping_fee for order in orders] == [Money(800), Money(0), Money(0)]
    assert [order.promised_on for order in orders] == [None, today() + 9 * DAY, today() + 20 * DAY]


def test_its_hours_to_ship_count_from_its_day():
    order = paid_order(skus={presale(): 1})
    begins = start_of(order.promised_on)

    def overdue(now):
        return orders_to_ship(order.shop, now=now, shipping_hours=48)["overdue"]

    assert [overdue(begins + hours * HOUR) for hours in (-24, 47, 49)] == [0, 0, 1]
    ship_order(order=order, carrier="sf", tracking_number="SF0000000000001", by=shopper(), now=begins + 5 * HOUR)
    (event,) = OutboxEvent.objects.filter(name="OrderShipped")
    assert event.payload["hours_since_paid"] == 5


def test_shipped_before_its_day_it_was_never_late():
    order = paid_order(skus={presale(): 1})

    ship_order(order=order, carrier="sf", tracking_number="SF0000000000001", by=shopper(), now=NOON + DAY)

    (event,) = OutboxEvent.objects.filter(name="OrderShipped")
    assert (event.payload["hours_since_paid"], Order.objects.get(pk=order.pk).status) == (0, "shipped")
