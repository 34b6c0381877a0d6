"""A shop's orders: its own, for whoever has the right."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from mall.events import deliver_everything
from merchants.models import Seat
from orders.backoffice.panels import orders_to_ship
from orders.models import Order, Parcel, Refund
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order, placed_order, shipped_order

pytestmark = pytest.mark.django_db

SHIPMENT = {"carrier": "sf", "tracking_number": "SF1234567890123"}


def url(name, shop, *args):
    return reverse(f"backoffice:orders:{name}", args=[shop.slug, *args])


def clerk_of(shop, client, role=Seat.Role.CLERK):
    client.force_login(seat(shop, role=role).user)
    return client


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_shipping_leads_back_to_the_order(client):
    order = paid_order()

    answer = clerk_of(order.shop, client).post(url("ship", order.shop, order.public_id), SHIPMENT)

    order.refresh_from_db()
    assert answer["Location"] == url("detail", order.shop, order.public_id)
    assert (order.status, Parcel.objects.get().tracking_number) == ("shipped", "SF1234567890123")
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("posted", "field"),
    [({}, "carrier"), ({"carrier": "pigeon"}, "carrier"), ({"tracking_number": ""}, "tracking_number"),
     ({"tracking_number": "SF1"}, "tracking_number"), ({"tracking_number": "x" * 41}, "tracking_number"),
     ({"carrier": "jd"}, "tracking_number")],
)  # fmt: skip
def test_bad_shipments_are_explained_at_their_field(client, posted, field):
    order = paid_order()
    posted = {**SHIPMENT, **posted} if posted else {"carrier": ""}

    answer = clerk_of(order.shop, client).post(url("ship", order.shop, order.public_id), posted)

    order.refresh_from_db()
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert order.status == "paid"


def test_what_cannot_be_shipped_says_why_on_the_page(client):
    order = shipped_order()

    answer = clerk_of(order.shop, client).post(url("ship", order.shop, order.public_id), SHIPMENT)

    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert Parcel.objects.count() == 1


def test_a_used_tracking_number_is_explained(client):
    first, second = paid_order(), paid_order()
    for order in (first, second):
        client.logout()
        answer = clerk_of(order.shop, client).post(url("ship", order.shop, order.public_id), SHIPMENT)

    second.refresh_from_db()
    assert answer.context["form"].non_field_errors()
    assert second.status == "paid"


def test_canceling_a_paid_order_sends_the_money_back(client):
    order = paid_order()

    answer = clerk_of(order.shop, client).post(url("cancel", order.shop, order.public_id), {"reason": "Broken"})
    deliver_everything()

    order.refresh_from_db()
    assert answer["Location"] == url("detail", order.shop, order.public_id)
    assert (order.status, order.cancel_reason, Refund.objects.get().order) == ("canceled", "Broken", order)


@pytest.mark.parametrize("reason", ["", "x" * 201])
def test_canceling_needs_a_reason(client, reason):
    order = paid_order()

    answer = clerk_of(order.shop, client).post(url("cancel", order.shop, order.public_id), {"reason": reason})

    order.refresh_from_db()
    assert (order.status, len(said(answer))) == ("paid", 1)


@pytest.mark.parametrize("make", [placed_order, shipped_order])
def test_unpaid_and_shipped_orders_are_not_canceled_by_the_shop(client, make):
    order = make()
    before = order.status

    answer = clerk_of(order.shop, client).post(url("cancel", order.shop, order.public_id), {"reason": "…"})

    order.refresh_from_db()
    assert (order.status, len(said(answer))) == (before, 1)


@pytest.mark.parametrize(("name", "role"), [("ship", "reader"), ("cancel", "finance"), ("ship", "service")])
def test_a_missing_right_is_refused(client, name, role):
    order = paid_order()
    clerk_of(order.shop, client, role)

    assert client.get(url("detail", order.shop, order.public_id)).status_code == 200
    assert client.post(url(name, order.shop, order.public_id), {**SHIPMENT, "reason": "…"}).status_code == 403

    order.refresh_from_db()
    assert order.status == "paid"


@pytest.mark.parametrize("name", ["detail", "ship", "cancel"])
def test_another_shops_order_is_not_found(client, name):
    order, mine = paid_order(), shop()
    clerk_of(mine, client, Seat.Role.OWNER)

    for address in (url(name, mine, order.public_id), url(name, order.shop, order.public_id)):
        assert client.post(address, {**SHIPMENT, "reason": "…"}).status_code in {404, 405}
        assert client.get(address).status_code in {404, 405}

    order.refresh_from_db()
    assert order.status == "paid"


def test_only_who_needs_it_sees_where_it_goes(client):
    order = paid_order()
    address = url("detail", order.shop, order.public_id)

    shown = clerk_of(order.shop, client, Seat.Role.CLERK).get(address)
    covered = clerk_of(order.shop, client, Seat.Role.READER).get(address)

    assert shown.context["consignee"] == {
        "name": "张小云",
        "phone": "+8619900000001",
        "address": "浙江省 杭州市 西湖区 文三路 1 号",
        "is_revealed": True,
    }
    assert "199 0000 0001" in shown.content.decode()
    assert covered.context["consignee"]["is_revealed"] is False
    assert "19900000001" not in covered.content.decode() and "张小云" not in covered.content.decode()


def test_the_list_shows_its_own_orders_and_finds_by_number(client):
    mine, other = shipped_order(), paid_order()
    paid = paid_order(skus={sku(shop=mine.shop): 1})
    clerk_of(mine.shop, client)

    def listed(**asked):
        return [order.pk for order in client.get(url("list", mine.shop), asked).context["page"]]

    assert listed() == [paid.pk, mine.pk]
    assert listed(status="paid") == [paid.pk]
    assert listed(q=mine.public_id.upper()) == [mine.pk]
    assert listed(q=mine.parcels.get().tracking_number.lower()) == [mine.pk]
    assert listed(q=other.public_id) == listed(q="'; --") == []
    assert listed(status="nonsense", page="x") == [paid.pk, mine.pk]


@pytest.mark.parametrize(("language", "said"), [("en", "Zhejiang"), ("zh-hans", "\u6d59\u6c5f")])
def test_the_list_says_where_an_order_goes_in_the_readers_language(client, language, said):  # O9
    order = paid_order()
    Order.objects.filter(pk=order.pk).update(province="\u6d59\u6c5f\u7701", city="\u676d\u5dde\u5e02")

    page = clerk_of(order.shop, client).get(url("list", order.shop), HTTP_ACCEPT_LANGUAGE=language).content.decode()

    assert f'<span class="quiet small">{said}' in page
    assert ("Hangzhou" in page) is (language == "en")


def test_the_list_finds_by_phone_by_code_and_by_goods(client):  # O9
    tea = sku(code="TEA-1", product=product(title="西湖龙井", english="Longjing tea"))
    lamp = sku(shop=tea.product.shop, code="LAMP-7")
    with_tea, with_lamp = paid_order(skus={tea: 1}), paid_order(skus={lamp: 1})
    elsewhere = paid_order()  # to the same consignee, from another shop
    clerk_of(tea.shop, client)

    def listed(word):
        return [order.pk for order in client.get(url("list", tea.shop), {"q": word}).context["page"]]

    assert listed("199 0000 0001") == listed("+8619900000001") == [with_lamp.pk, with_tea.pk]
    assert elsewhere.phone.reveal() == with_tea.phone.reveal()
    assert listed("19900000002") == []
    assert listed("LAMP-7") == [with_lamp.pk]
    assert listed("龙井") == listed("longjing") == [with_tea.pk]


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_for_one_row_and_three(client, many, django_assert_num_queries):
    place = shop()
    for _order in range(many):
        paid_order(skus={sku(shop=place): 1, sku(shop=place): 1})
    clerk_of(place, client)
    address = url("list", place)
    client.get(address)

    with django_assert_num_queries(11):  # person, seat, five of the scope, counts, number of rows, orders, lines
        client.get(address)


@pytest.mark.parametrize("many", [1, 3])
def test_the_panel_tells_what_waits_in_three_queries(many, django_assert_num_queries):
    place, person = shop(), shopper()
    chair = seat(place, person)
    for _order in range(many):
        paid_order(skus={sku(shop=place): 1})
    placed_order(skus={sku(shop=place): 1})

    with django_assert_num_queries(3):
        panel = orders_to_ship(place, chair, NOON)

    told = {name: panel["context"][name] for name in ("to_ship", "overdue", "shipped", "unpaid")}
    assert told == {"to_ship": many, "overdue": 0, "shipped": 0, "unpaid": 1}
    assert len(panel["context"]["orders"]) == many


def two_lines():
    place = shop()
    return paid_order(skus={sku(shop=place, stock=9): 3, sku(shop=place, stock=9): 1})


def test_one_press_ships_the_whole_order_and_a_number_of_pieces_a_part(client):  # O6, O9
    order = two_lines()
    cups, pot = order.lines.order_by("pk")
    clerk_of(order.shop, client)
    way = url("ship", order.shop, order.public_id)

    part = client.post(way, {**SHIPMENT, f"pieces-{cups.pk}": "2", f"pieces-{pot.pk}": "0"})
    order.refresh_from_db()
    assert part.status_code == 302 and order.is_partly_shipped
    assert list(order.parcels.get().lines.values_list("line", "quantity")) == [(cups.pk, 2)]

    page = client.get(way)
    assert [line.unsent for line, _field in page.context["form"].of_pieces] == [1, 1]
    listed = client.get(url("list", order.shop), {"waits": "rest"})
    assert [row.pk for row in listed.context["page"].rows] == [order.pk]
    shown = client.get(url("detail", order.shop, order.public_id))
    assert [line.unsent for line in shown.context["unsent"]] == [1, 1] and not shown.context["can_cancel"]

    client.post(way, {**SHIPMENT, "tracking_number": "SF1234567890124"})
    order.refresh_from_db()
    assert order.status == "shipped"


@pytest.mark.parametrize("typed", ["4", "-1", "many"])
def test_a_wrong_number_of_pieces_is_explained_beside_it_and_nothing_typed_is_lost(client, typed):  # O6
    order = two_lines()
    cups, pot = order.lines.order_by("pk")

    answer = clerk_of(order.shop, client).post(
        url("ship", order.shop, order.public_id), {**SHIPMENT, f"pieces-{cups.pk}": typed, f"pieces-{pot.pk}": "1"}
    )

    form = answer.context["form"]
    assert f"pieces-{cups.pk}" in form.errors and form.is_divided
    assert form["tracking_number"].value() == SHIPMENT["tracking_number"]
    assert not Parcel.objects.exists()


def test_an_empty_parcel_is_refused(client):  # O6
    order = two_lines()
    nothing = {f"pieces-{line.pk}": "0" for line in order.lines.all()}

    answer = clerk_of(order.shop, client).post(url("ship", order.shop, order.public_id), {**SHIPMENT, **nothing})

    assert answer.context["form"].non_field_errors() and not Parcel.objects.exists()
