"""The shoppers' pages: what they show, to whom, in how many queries."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from catalog import products
from catalog.models import Product
from catalog.skus import SkuDraft
from catalog.stock import correct, reserve
from mall.events.bus import deliver_everything, publish
from mall.events.merchants import ShopFrozen
from mall.money import Money
from mall.tunables.registry import forget
from merchants.models import Shop
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

COLOUR = {
    "id": "o1",
    "name": {"zh-hans": "颜色", "en": "Colour"},
    "values": [
        {"id": "v1", "name": {"zh-hans": "红", "en": "Red"}},
        {"id": "v2", "name": {"zh-hans": "蓝", "en": "Blue"}},
    ],
}


def page_of(row):
    return reverse("storefront:catalog:product", args=[row.public_id])


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


@pytest.fixture
def many_goods():
    def make(many):
        tea = category(slug="tea")
        rows = [sku(product=product(category=tea)) for _number in range(many)]
        return {
            "home": "/",
            "category": "/c/tea/",
            "search": "/search/?q=盖碗",
            "shop": reverse("storefront:catalog:shop", args=[rows[0].shop.slug]),
            "product": page_of(rows[0].product),
        }

    return make


@pytest.mark.parametrize("many", [2, 4])
@pytest.mark.parametrize(
    ("page", "cold"), [("home", 11), ("category", 7), ("search", 5), ("shop", 11), ("product", 17)]
)
def test_pages_ask_the_same_however_many_rows_and_nothing_when_warm(
    many_goods, client, django_assert_num_queries, page, cold, many
):
    url = many_goods(many)[page]
    client.get("/healthz/")
    with django_assert_num_queries(cold + 2):  # the tunables, the menu of the frame; a search asks for its rules
        forget()
        first = client.get(url)
    with django_assert_num_queries(0):
        second = client.get(url)

    assert (first.status_code, second.status_code) == (200, 200)
    assert without_tokens(first) == without_tokens(second)


@pytest.mark.parametrize("page", ["home", "category", "search", "shop", "product"])
def test_signed_in_pages_ask_only_for_the_person(many_goods, client, django_assert_num_queries, page):
    url = many_goods(3)[page]
    client.force_login(shopper())
    client.get(url)

    with django_assert_num_queries(1):  # the person; the session comes from the cache
        response = client.get(url)

    assert response.status_code == 200


def test_the_product_page_works_without_scripts(client):
    row = product(options=[COLOUR])
    red, blue = (sku(product=row, choice=[value], price=price) for value, price in (("v1", "10.00"), ("v2", "12.00")))

    response = client.get(page_of(row), {"sku": blue.public_id})

    context = response.context
    assert context["sku"].public_id == blue.public_id
    assert [(value.id, value.selected, value.url) for value in context["options"][0].values] == [
        ("v1", False, f"?sku={red.public_id}"),
        ("v2", True, f"?sku={blue.public_id}"),
    ]
    content = response.content.decode()
    assert f'value="{blue.public_id}"' in content
    assert f'action="{reverse("storefront:orders:cart-add")}"' in content
    assert "csrfmiddlewaretoken" in content
    assert "12.00" in content


def test_an_unknown_sku_is_answered_with_the_first_that_can_be_bought(client):
    row = product(options=[COLOUR])
    sku(product=row, choice=["v1"], stock=0)
    blue = sku(product=row, choice=["v2"])

    for asked in ("sku_00000000000000000000", "nonsense", "' OR 1=1"):
        cache.clear()
        assert client.get(page_of(row), {"sku": asked}).context["sku"].public_id == blue.public_id


def test_a_sold_out_product_shows_and_cannot_be_bought(client):
    row = sku(stock=0).product

    context = client.get(page_of(row)).context

    assert (context["can_buy"], context["stock_state"]) == (False, "out")
    assert context["why_not"]


@pytest.mark.parametrize(
    ("status", "on_sale_at", "answer"),
    [
        ("draft", None, 404),
        ("in_review", None, 404),
        ("refused", None, 404),
        ("in_review", NOON, 410),
        ("off_sale", NOON, 410),
        ("taken_down", NOON, 404),
    ],
)
def test_what_is_not_on_sale_is_gone_or_was_never_there(client, status, on_sale_at, answer):
    row = sku(product=product(status=status, on_sale_at=on_sale_at)).product

    response = client.get(page_of(row))

    assert response.status_code == answer
    assert b'name="sku"' not in response.content


def test_goods_of_a_frozen_shop_are_gone_and_its_page_is_not_there(client):
    shelf = shop(status=Shop.Status.FROZEN, frozen_at=NOON)
    row = sku(product=product(shop=shelf)).product

    assert client.get(page_of(row)).status_code == 410
    assert client.get(reverse("storefront:catalog:shop", args=[shelf.slug])).status_code == 404
    assert client.get(reverse("storefront:catalog:category", args=[row.category.slug])).context["listing"].total == 0
    assert client.get("/").context["popular"] == []


@pytest.mark.parametrize(
    "path", ["/p/prd_nothing/", "/c/nothing/", "/shop/nothing/", "/p/../etc/", "/review/99/", "/review/x/"]
)
def test_what_does_not_exist_is_not_found(client, path):
    client.force_login(shopper())

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "长" * 500,
        "page=-1",
        "page=9" * 50,
        "price_min=1e9",
        "brand=%27",
        "sort=x",
        "q=%F0%9F",
        "q=%27%22%3A%2A%26%7C%21",
        "q=the",
        "q=%F0%9F%98%80",
        "is=1-2&is=x&from=%7F&category=%27",
        "is=9-9&category=x&from=y",
    ],
)
@pytest.mark.parametrize("path", ["/search/", "/search/suggest/"])
def test_nonsense_in_the_address_is_answered_calmly(client, path, query):
    assert client.get(f"{path}?{query}").status_code == 200


# What changes shows at once, although pages are kept


def test_an_edit_shows_at_once(client, django_capture_on_commit_callbacks):
    row = sku().product
    client.get(page_of(row)), client.get("/")

    with django_capture_on_commit_callbacks(execute=True):
        products.save_product(
            shop=row.shop,
            product=row,
            fields={"title": {"zh-hans": "白瓷盖碗"}},
            skus=[SkuDraft(price=Money(1200))],
            by=None,
            now=NOON,
        )

    for page in (page_of(row), "/"):
        content = client.get(page).content.decode()
        assert "白瓷盖碗" in content
        assert ">12" in content or "¥12" in content


def test_selling_the_last_piece_shows_at_once(client, django_capture_on_commit_callbacks):
    last = sku(stock=1)
    assert client.get(page_of(last.product)).context["can_buy"]

    with django_capture_on_commit_callbacks(execute=True):
        reserve(document="ord_1", quantities={last.pk: 1}, now=NOON)
    sold_out = client.get(page_of(last.product))
    with django_capture_on_commit_callbacks(execute=True):
        correct(sku=last, on_hand=2, now=NOON)
    back = client.get(page_of(last.product))

    assert (sold_out.context["can_buy"], back.context["can_buy"]) == (False, True)


def test_freezing_a_shop_hides_its_goods_when_it_is_heard(client):
    row = sku().product
    assert client.get(page_of(row)).status_code == 200

    Shop.objects.filter(pk=row.shop_id).update(status=Shop.Status.FROZEN, frozen_at=NOON)
    publish(ShopFrozen(shop_id=row.shop.public_id, reason="idle"))
    deliver_everything()

    assert client.get(page_of(row)).status_code == 410


def test_pages_speak_the_readers_language(client):
    row = sku().product

    chinese = client.get(page_of(row), headers={"accept-language": "zh-hans"}).content.decode()
    english = client.get(page_of(row), headers={"accept-language": "en"}).content.decode()

    assert "青瓷盖碗" in chinese
    assert "Celadon gaiwan" in english


def test_suggestions_are_titles_with_addresses(client):
    row = product(title="青瓷盖碗")

    answer = client.get("/search/suggest/", {"q": "青"}, headers={"accept-language": "zh-hans"})

    assert answer.json() == {"suggestions": [{"text": "青瓷盖碗", "url": page_of(row), "note": ""}]}


def test_pages_cannot_be_posted_to(client):
    assert client.post("/").status_code == 405
    assert Product.objects.count() == 0
