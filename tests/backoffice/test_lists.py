"""Lists of the back office: filters without scripts, kept filters, bulk actions with their outcome, undo."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from catalog.models import Product, Stock
from mall.backoffice.models import SavedFilter
from mall.backoffice.saved import MOST
from mall.backoffice.undo import undo_of
from orders.models import Order
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import seat, shop
from tests.journeys import paid_order, placed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(client):
    owner = shopper()
    client.force_login(owner)
    return shop(owner=owner)


def url(name, place, *args):
    return reverse(f"backoffice:{name}", args=[place.slug, *args])


def listed(client, name, place, **asked):
    return [row.pk for row in client.get(url(name, place), asked).context["page"]]


def messages_of(answer):
    return list(get_messages(answer.wsgi_request))


# Filters


def test_orders_are_filtered_by_day_amount_and_place(client, place):
    cheap, dear = sku(shop=place, price="5.00"), sku(shop=place, price="500.00")
    first = paid_order(skus={cheap: 1}, now=NOON - timedelta(days=2))
    second = paid_order(skus={dear: 1}, now=NOON)
    third = placed_order(skus={dear: 2}, now=NOON)

    def found(**asked):
        return listed(client, "orders:list", place, **asked)

    assert found() == [third.pk, second.pk, first.pk]
    assert found(placed_from="2026-03-01") == [third.pk, second.pk]
    assert found(placed_to="2026-02-28") == found(most="5") == [first.pk]
    assert found(paid_from="2026-03-02", paid_to="2026-03-02") == [second.pk]
    assert found(least="500.01") == found(status="unpaid") == [third.pk]
    assert found(province="江苏省") == []
    assert found(province=first.province) == [third.pk, second.pk, first.pk]
    assert found(sort="total") == [first.pk, second.pk, third.pk]
    assert found(sort="paid") == [first.pk, second.pk, third.pk]
    assert found(sort="-paid") == [third.pk, second.pk, first.pk]


@pytest.mark.parametrize("wrong", [{"placed_from": "yesterday"}, {"least": "-1"}, {"most": "x"}, {"status": "gone"}])
def test_what_is_typed_wrongly_narrows_nothing_and_is_told(client, place, wrong):
    order = paid_order(skus={sku(shop=place): 1})

    context = client.get(url("orders:list", place), wrong).context

    assert [row.pk for row in context["page"]] == [order.pk]
    assert list(context["list"].filter.errors) == list(wrong)


def test_products_are_filtered_by_category_stock_and_price(client, place):
    tea = category(name="茶")
    cups = category(parent=tea, name="杯")
    empty = sku(product=product(shop=place, category=cups), stock=0, price="1.00").product
    low = sku(product=product(shop=place, category=tea), stock=3, price="2.00").product
    full = sku(product=product(shop=place), stock=50, price="3.00").product

    def found(**asked):
        return set(listed(client, "catalog:list", place, **asked))

    assert found(category=tea.pk) == {empty.pk, low.pk}
    assert (found(stock="none"), found(stock="low")) == ({empty.pk}, {low.pk})
    assert found(least="2", most="2.5") == {low.pk}
    assert listed(client, "catalog:list", place, sort="-price") == [full.pk, low.pk, empty.pk]
    assert found(changed_from="2027-01-01") == set()


def test_movements_are_found_by_code_reason_and_day(client, place):
    first, second = sku(shop=place, code="A-1"), sku(shop=place, code="B-1")
    rows = {row.sku_id: row.movements.get().pk for row in Stock.objects.filter(sku__in=[first, second])}
    sku(stock=3)  # of another shop

    assert listed(client, "catalog:movements", place) == [rows[second.pk], rows[first.pk]]
    assert listed(client, "catalog:movements", place, q="A-1") == [rows[first.pk]]
    assert listed(client, "catalog:movements", place, q=second.product.public_id) == [rows[second.pk]]
    assert listed(client, "catalog:movements", place, reason="correction") == []
    assert len(listed(client, "catalog:movements", place, at_from="2026-03-02", at_to="2026-03-02")) == 2


def test_what_narrows_the_list_is_shown_with_the_way_to_do_without_it(client, place):
    shown = client.get(url("orders:list", place), {"q": "x", "least": "5", "status": "paid", "sort": "total"}).context

    assert [(chip.value, chip.url) for chip in shown["list"].chips] == [
        ("x", "?status=paid&least=5&sort=total"),
        ("¥5.00", "?q=x&status=paid&sort=total"),
    ]
    assert shown["list"].found == 0


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("catalog:list", 14), ("catalog:movements", 10)])
def test_a_list_asks_the_same_for_one_row_and_three(client, place, name, queries, many, django_assert_num_queries):
    for _number in range(many):
        sku(product=product(shop=place))
    client.get(url(name, place))

    with django_assert_num_queries(queries):
        client.get(url(name, place))


# Kept filters


def keep(client, place, **posted):
    posted = {"list": "orders", "name": "大额", "query": "least=500", "next": url("orders:list", place), **posted}
    return client.post(url("merchants:filter-keep", place), posted)


def test_a_filter_that_is_kept_is_a_tab_for_its_person_alone(client, place):
    answer = keep(client, place)

    context = client.get(url("orders:list", place), {"least": "500"}).context
    assert answer["Location"] == url("orders:list", place)
    assert [(tab.label, tab.selected) for tab in context["list"].tabs if tab.label == "大额"] == [("大额", True)]
    assert (context["list"].kept.name, context["list"].can_be_kept) == ("大额", False)

    other = shopper()
    seat(place, other, "manager")
    client.force_login(other)
    assert "大额" not in [tab.label for tab in client.get(url("orders:list", place)).context["list"].tabs]


def test_the_same_name_replaces_and_a_deleted_one_can_come_back(client, place):
    keep(client, place)
    keep(client, place, query="least=800")
    saved = SavedFilter.objects.get()
    assert saved.query == "least=800"

    answer = client.post(url("merchants:filter-forget", place, saved.public_id), {"next": url("orders:list", place)})
    assert not SavedFilter.objects.exists()

    undo = undo_of(messages_of(answer)[-1])
    client.post(undo["url"], dict(undo["fields"]))
    assert SavedFilter.objects.get().query == "least=800"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"query": ""}, {"query": "q=" + "x" * 1000}])
def test_what_cannot_be_kept_is_told(client, place, wrong):
    answer = keep(client, place, **wrong)

    assert not SavedFilter.objects.exists()
    assert len(messages_of(answer)) == 1


def test_there_is_an_end_of_tabs(client, place):
    for number in range(MOST + 2):
        keep(client, place, name=f"n{number}")

    assert SavedFilter.objects.count() == MOST


def test_another_persons_filter_is_not_found(client, place):
    keep(client, place)
    saved = SavedFilter.objects.get()
    other = shopper()
    seat(place, other, "owner")
    client.force_login(other)

    assert client.post(url("merchants:filter-forget", place, saved.public_id)).status_code == 404
    assert SavedFilter.objects.exists()


# Bulk actions and undo


def test_each_chosen_product_is_done_or_refused_by_its_verb(client, place):
    on_sale = [sku(product=product(shop=place)).product for _number in range(2)]
    draft = product(shop=place, status="draft")
    theirs = sku().product

    answer = client.post(
        url("catalog:bulk", place),
        {"action": "off_sale", "chosen": [row.public_id for row in [*on_sale, draft, theirs]]},
        headers={"accept-language": "en"},
    )

    statuses = dict(Product.objects.values_list("pk", "status"))
    (message,) = messages_of(answer)
    assert answer["Location"] == url("catalog:list", place)
    assert [statuses[row.pk] for row in [*on_sale, draft, theirs]] == ["off_sale", "off_sale", "draft", "on_sale"]
    assert str(message) == "Take off sale – 2 done, 1 refused: This cannot be done now: the status is “Draft”."

    undo = undo_of(message)
    assert undo["url"] == url("catalog:bulk", place)
    posted = {}
    for name, value in undo["fields"]:
        posted.setdefault(name, []).append(value)
    client.post(undo["url"], posted)
    assert set(Product.objects.filter(pk__in=[row.pk for row in on_sale]).values_list("status", flat=True)) == {
        "on_sale"
    }


@pytest.mark.parametrize(
    "posted", [{}, {"action": "off_sale"}, {"action": "burn"}, {"action": "on_sale", "chosen": "x"}]
)
def test_nothing_chosen_or_nothing_to_do_is_told(client, place, posted):
    row = sku(product=product(shop=place)).product

    answer = client.post(url("catalog:bulk", place), posted)

    row.refresh_from_db()
    assert (row.status, len(messages_of(answer))) == ("on_sale", 1)


def test_the_page_offers_boxes_and_what_can_be_done_with_them(client, place):
    row = sku(product=product(shop=place)).product

    shown = client.get(url("catalog:list", place)).content.decode()
    reader = shopper()
    seat(place, reader, "reader")
    client.force_login(reader)
    for_reader = client.get(url("catalog:list", place)).content.decode()

    assert f'name="chosen" value="{row.public_id}" form="bulk"' in shown
    assert 'name="action" value="off_sale"' in shown
    assert 'name="action" value="off_sale"' not in for_reader


def test_taking_one_product_off_sale_can_be_undone(client, place):
    row = sku(product=product(shop=place)).product

    answer = client.post(url("catalog:status", place, row.public_id), {"action": "off_sale"})
    undo = undo_of(messages_of(answer)[0])
    page = client.get(answer["Location"]).content.decode()
    assert f'class="alert-undo" method="post" action="{undo["url"]}"' in page

    client.post(undo["url"], dict(undo["fields"]))
    row.refresh_from_db()
    assert row.status == "on_sale"


def test_a_count_can_be_undone_as_long_as_nothing_moved(client, place):
    row = sku(shop=place, stock=5)
    address = url("catalog:stock", place, row.product.public_id)

    def count(how_many, seen):
        return client.post(address, {f"count_{row.public_id}": how_many, f"seen_{row.public_id}": seen})

    undo = undo_of(messages_of(count(3, 5))[0])
    client.post(undo["url"], dict(undo["fields"]))
    assert Stock.objects.get(sku=row).on_hand == 5

    undo = undo_of(messages_of(count(9, 5))[0])
    count(8, 9)
    late = client.post(undo["url"], dict(undo["fields"]))
    assert late.context["form"].errors
    assert Stock.objects.get(sku=row).on_hand == 8


def test_an_undo_that_is_not_ours_is_no_undo():
    class Message:
        extra_tags = "undo=forged"

    assert undo_of(Message()) is None
    Message.extra_tags = ""
    assert undo_of(Message()) is None


def test_the_shops_orders_keep_their_state_when_an_export_of_the_chosen_fails(client, place):
    order = paid_order(skus={sku(shop=place): 1})

    client.post(
        url("merchants:export-start", place), {"kind": "orders.orders", "format": "pdf", "chosen": order.public_id}
    )

    assert Order.objects.get(pk=order.pk).status == "paid"
