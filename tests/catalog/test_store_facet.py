"""C5: what lies in a store near the shopper is found by her city, by links alone, as long as it lies there."""

import pytest
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from catalog.listing import asked, listing
from catalog.models import ProductSearch, Warehouse
from catalog.stock import receive, release, reserve, write_off
from catalog.stock.warehouses import WrongWarehouse, change_warehouse, open_warehouse
from mall.events.models import OutboxEvent
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku

pytestmark = pytest.mark.django_db
LAKE = Text({"zh-hans": "湖滨店", "en": "Lakeside"})


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def store(shop, province="浙江省", city="杭州市"):
    return open_warehouse(
        shop=shop, kind=Warehouse.Kind.STORE, name=LAKE, province=province, city=city, address="湖滨路 8 号",
        by=shopper(), now=NOON,
    )  # fmt: skip


def cities(query=""):
    facets = listing(asked(QueryDict(query), path="/search/")).facets
    facet = next((facet for facet in facets if facet.key == "store"), None)
    return facet and {choice.label: choice.count for choice in facet.choices}


def test_goods_are_found_by_the_city_as_long_as_they_lie_in_its_store():
    cup, pot, bowl = sku(), sku(), sku(stock=0)
    assert cities() is None
    lake, south = store(cup.shop), store(pot.shop, "广东", "Shenzhen")

    receive(sku=cup, quantity=2, warehouse=lake, now=NOON)
    receive(sku=pot, quantity=1, warehouse=south, now=NOON)
    assert cities() == {"Near my default address": None, "Hangzhou, Zhejiang": 1, "Shenzhen, Guangdong": 1}

    # The first warehouse has as much, so the store keeps its pieces; then an order takes them, and gives them back.
    reserve(document="ord_1", quantities={cup.pk: 100}, now=NOON)
    assert "Hangzhou, Zhejiang" in cities()
    reserve(document="ord_2", quantities={cup.pk: 2}, now=NOON)
    assert "Hangzhou, Zhejiang" not in cities()
    assert not ProductSearch.objects.get(product=cup.product_id).in_stock
    release(document="ord_2", now=NOON)
    assert cities()["Hangzhou, Zhejiang"] == 1
    assert ProductSearch.objects.get(product=cup.product_id).in_stock
    write_off(sku=pot, quantity=1, reason="lost", warehouse=south, now=NOON)
    assert set(cities()) == {"Near my default address", "Hangzhou, Zhejiang"}
    assert bowl.product.status == "on_sale"


def test_a_store_that_moves_or_sells_no_more_online_takes_its_goods_along():
    cup = sku()
    lake = store(cup.shop)
    receive(sku=cup, quantity=2, warehouse=lake, now=NOON)
    said = {"warehouse": lake, "name": LAKE, "address": "西湖路 1 号", "by": shopper(), "now": NOON}

    change_warehouse(**said, sells_online=True, province="江苏省", city="苏州市")
    assert set(cities()) == {"Near my default address", "Suzhou, Jiangsu"}
    change_warehouse(**said, sells_online=False, province="江苏省", city="苏州市")
    assert cities() is None
    events = OutboxEvent.objects.count()
    with pytest.raises(WrongWarehouse, match="both the province and the city"):
        change_warehouse(**said, sells_online=True, province="江苏省")
    assert (OutboxEvent.objects.count(), cities()) == (events, None)


def test_near_me_leads_to_the_city_of_the_default_address_else_to_its_province(client):
    cup, pot = sku(), sku()
    receive(sku=cup, quantity=2, warehouse=store(cup.shop), now=NOON)
    receive(sku=pot, quantity=2, warehouse=store(pot.shop, "浙江", "宁波"), now=NOON)
    search = reverse("storefront:catalog:search")
    near = {"near": "1", "sort": "newest"}

    assert client.get(search, near)["Location"].startswith(reverse("account_login"))
    me = shopper()
    client.force_login(me)
    answer = client.get(search, near, headers={"accept-language": "en"})
    assert answer["Location"] == reverse("storefront:accounts:addresses")

    home = address(me, province="浙江省", city="宁波市")
    answer = client.get(search, near)
    assert "sort=newest" in answer["Location"]
    assert found(answer["Location"]) == [pot.product.public_id]

    home.city = "温州市"  # no store there: all of the province
    home.save()
    assert sorted(found(client.get(search, near)["Location"])) == sorted([cup.product.public_id, pot.product.public_id])

    home.province, home.city = "海南省", "三亚市"
    home.save()
    answer = client.get(search, near, headers={"accept-language": "en"})
    assert answer["Location"] == f"{search}?sort=newest"
    assert "No store of our shops in Sanya, Hainan" in str(list(get_messages(answer.wsgi_request))[-1])


def found(url):
    query = QueryDict(url.partition("?")[2])
    return [card.public_id for card in listing(asked(query, path="/search/")).cards]


def test_the_product_page_names_the_stores(client):
    cup = sku()
    page = reverse("storefront:catalog:product", args=[cup.product.public_id])
    assert "湖滨路 8 号" not in client.get(page).text

    receive(sku=cup, quantity=1, warehouse=store(cup.shop), now=NOON)
    said = client.get(page, headers={"accept-language": "en"}).text
    assert "1 store has it" in said and "Lakeside" in said and "Hangzhou · 湖滨路 8 号" in said
