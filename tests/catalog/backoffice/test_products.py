"""The shop's pages of its goods: written, priced, pictured, counted without scripts; never another shop's."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.models import Product, Sku, Stock
from catalog.specifications import values_of
from catalog.stock import reserve
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.attributes import attribute, choice
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shelf(client):
    owner = shopper()
    client.force_login(owner)
    return shop(owner=owner)


def url(name, shelf, row=None):
    return reverse(f"backoffice:catalog:{name}", args=[shelf.slug] + ([row.public_id] if row else []))


def posted(rows, **fields):
    """What a browser sends: the words, and one row per combination."""
    data = {
        "title_zh_hans": "青瓷盖碗",
        "title_en": "Celadon gaiwan",
        "subtitle_zh_hans": "",
        "description_zh_hans": "好",
        "attributes": "材质 | Material = 陶瓷 | Porcelain",
        "skus-TOTAL_FORMS": len(rows),
        "skus-INITIAL_FORMS": len(rows),
    }
    for number, row in enumerate(rows):
        row = {"choice": "", "price": "10.00", "is_active": "on", **row}
        data.update({f"skus-{number}-{name}": value for name, value in row.items()})
    return data | fields


def picture(size=(200, 200)):
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, "PNG")
    return SimpleUploadedFile("红.png", written.getvalue(), "image/png")


def test_a_product_is_written_then_its_options_then_its_prices(client, shelf):
    tea = category()

    client.post(url("add", shelf), posted([{}], category=tea.pk))
    row = Product.objects.get()
    (only,) = row.skus.all()
    assert (row.shop, row.title["en"], only.choice, only.price.minor) == (shelf, "Celadon gaiwan", [], 1000)
    assert row.attributes == [
        {"name": {"zh-hans": "材质", "en": "Material"}, "value": {"zh-hans": "陶瓷", "en": "Porcelain"}}
    ]

    options = {"option1_name": "颜色 | Colour", "option1_values": "红 | Red\n蓝 | Blue\n"}
    client.post(url("edit", shelf, row), posted([{"price": "12.00"}], category=tea.pk, **options))
    row.refresh_from_db()
    red, blue = row.skus.filter(is_active=True).order_by("pk")
    assert (red.price.minor, blue.price.minor, row.skus.count()) == (1200, 1200, 3)

    prices = [
        {"choice": red.choice[0], "price": "15.00", "code": "RED"},
        {"choice": blue.choice[0], "price": "18.00", "list_price": "20.00"},
    ]
    client.post(url("edit", shelf, row), posted(prices, category=tea.pk, **options))
    row.refresh_from_db()
    assert [(sku.pk, sku.price.minor, sku.code) for sku in row.skus.filter(is_active=True).order_by("pk")] == [
        (red.pk, 1500, "RED"),
        (blue.pk, 1800, ""),
    ]
    assert (row.price_from.minor, row.price_to.minor, row.status) == (1500, 1800, "draft")

    client.post(url("status", shelf, row), {"action": "submit"})
    row.refresh_from_db()
    assert row.status == "on_sale"


def test_a_second_option_keeps_the_first_ones_ids(client, shelf):
    row = product(shop=shelf)
    sku(product=row)
    one = {"option1_name": "颜色", "option1_values": "红\n蓝"}
    client.post(url("edit", shelf, row), posted([{}], category=row.category_id, **one))
    row.refresh_from_db()
    before = [value["id"] for value in row.options[0]["values"]]

    two = {**one, "option1_values": "蓝\n红 | Red\n绿", "option2_name": "大小", "option2_values": "大\n小"}
    rows = [{"choice": value, "price": price} for value, price in zip(before, ("3.00", "4.00"), strict=True)]
    client.post(url("edit", shelf, row), posted(rows, category=row.category_id, **two))
    row.refresh_from_db()

    assert [value["id"] for value in row.options[0]["values"]][:2] == before[::-1]
    offered = row.skus.filter(is_active=True)
    assert offered.count() == 6
    assert {sku.price.minor for sku in offered if sku.choice[0] == before[1]} == {400}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title_zh_hans": ""},
        {"category": "0"},
        {"category": ""},
        {"option1_name": "颜色"},
        {"option1_values": "红"},
        {"option1_name": "颜色", "option1_values": "红\n红"},
        {"option1_name": "颜色", "option1_values": "\n".join(f"v{n}" for n in range(41))},
        {"attributes": "材质"},
        {"skus-0-price": "0"},
        {"skus-0-price": "-1"},
        {"skus-0-price": "1e3x"},
        {"skus-0-price": "10.005"},
        {"skus-0-list_price": "9.00"},
        {"skus-0-weight_grams": "-1"},
        {"skus-TOTAL_FORMS": "100000"},
        {"skus-TOTAL_FORMS": "x"},
        {"skus-0-code": "TAKEN"},
    ],
)
def test_bad_input_is_told_where_it_happened_and_nothing_changes(client, shelf, wrong):
    row = sku(product=product(shop=shelf)).product
    sku(product=product(shop=shelf), code="TAKEN")

    response = client.post(url("edit", shelf, row), posted([{}], **{"category": row.category_id, **wrong}))

    form, formset = response.context["form"], response.context["sku_formset"]
    assert response.status_code == 200
    assert form.errors or formset.total_error_count()
    row.refresh_from_db()
    assert row.attributes == []


def test_the_form_shows_what_is_saved(client, shelf):
    row = sku(product=product(shop=shelf, options=[]), price="12.50", code="A").product

    context = client.get(url("edit", shelf, row)).context

    assert context["form"]["title"].value() == row.title
    assert [form["price"].value() for form in context["sku_formset"]] == ["12.50"]
    assert [choice.value for choice in context["actions"]] == ["off_sale"]


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_however_many(client, shelf, django_assert_max_num_queries, many):
    for _number in range(many):
        sku(product=product(shop=shelf), stock=7)

    with django_assert_max_num_queries(14) as asked:
        response = client.get(url("list", shelf))

    assert [row.stock_available for row in response.context["page"]] == [7] * many
    asked_of = [query["sql"] for query in asked.captured_queries if "catalog_" in query["sql"]]
    assert len(asked_of) == 5  # tabs, count, page, the categories of the shop, what was put aside


def test_the_list_is_searched_and_cut_by_status(client, shelf):
    gaiwan = sku(product=product(shop=shelf, title="盖碗"), code="GW-1").product
    lamp = product(shop=shelf, title="台灯", status="draft")

    def shown(**query):
        return [row.pk for row in client.get(url("list", shelf), query).context["page"]]

    assert shown() == [lamp.pk, gaiwan.pk]
    assert shown(q="盖碗") == shown(q="GW-1") == shown(q=gaiwan.public_id) == shown(status="on_sale") == [gaiwan.pk]
    assert shown(q="%") == shown(q="'") == []


def test_stock_is_counted_and_received(client, shelf):
    row = sku(product=product(shop=shelf), stock=5)

    client.post(
        url("stock", shelf, row.product),
        {f"count_{row.public_id}": 3, f"seen_{row.public_id}": 5, f"came_{row.public_id}": 10},
    )

    assert Stock.objects.get(sku=row).on_hand == 13


@pytest.mark.parametrize("count", ["1", "-1", "x", "10000000"])
def test_a_count_that_cannot_be_changes_nothing(client, shelf, count):
    row = sku(product=product(shop=shelf), stock=5)
    reserve(document="ord_1", quantities={row.pk: 2}, now=NOON)

    response = client.post(
        url("stock", shelf, row.product), {f"count_{row.public_id}": count, f"seen_{row.public_id}": 5}
    )

    assert response.context["form"].errors
    assert Stock.objects.get(sku=row).on_hand == 5


def test_a_count_made_on_an_old_page_is_not_taken(client, shelf):
    row = sku(product=product(shop=shelf), stock=5)

    response = client.post(url("stock", shelf, row.product), {f"count_{row.public_id}": 3, f"seen_{row.public_id}": 4})

    assert response.context["form"].errors
    assert Stock.objects.get(sku=row).on_hand == 5


def test_pictures_are_added_ordered_and_removed(client, shelf):
    row = product(shop=shelf)
    address = url("picture", shelf, row)

    client.post(address, {"image": [picture(), picture((300, 300))]})
    client.post(address, {"image": SimpleUploadedFile("a.png", b"no picture")})
    first, second = row.pictures.order_by("position")
    client.post(address, {"action": "first", "picture": second.pk})
    order = list(row.pictures.order_by("position").values_list("pk", flat=True))
    client.post(address, {"action": "remove", "picture": first.pk})

    assert (first.width, second.width) == (200, 300)
    assert order == [second.pk, first.pk]
    assert list(row.pictures.values_list("pk", flat=True)) == [second.pk]
    assert client.post(address, {"action": "remove", "picture": "x"}).status_code == 404


# Tenancy


@pytest.mark.parametrize("name", ["edit", "stock", "status", "picture"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_shops_product_is_not_found(client, shelf, name, method):  # R6
    theirs = sku().product

    answer = getattr(client, method)(url(name, shelf, theirs), {"action": "off_sale", "picture": "1"})

    assert answer.status_code in ({404, 405} if method == "get" else {404})
    theirs.refresh_from_db()
    assert theirs.status == "on_sale"


def test_another_shops_picture_is_not_found(client, shelf):
    theirs = product()
    stranger = shopper()
    seat(theirs.shop, stranger)
    client.force_login(stranger)
    client.post(url("picture", theirs.shop, theirs), {"image": picture()})
    owner = shopper()
    seat(shelf, owner)
    client.force_login(owner)
    mine = product(shop=shelf)

    answer = client.post(url("picture", shelf, mine), {"action": "remove", "picture": theirs.pictures.get().pk})

    assert answer.status_code == 404
    assert theirs.pictures.count() == 1


@pytest.mark.parametrize("name", ["add", "edit", "status", "picture", "stock"])
def test_a_reader_may_not_write(client, shelf, name):  # A4
    reader = shopper()
    seat(shelf, reader, "reader")
    client.force_login(reader)
    row = sku(product=product(shop=shelf)).product

    answer = client.post(url(name, shelf, None if name == "add" else row), {})

    assert answer.status_code == 403
    assert Sku.objects.count() == 1


def test_choosing_a_category_shows_what_it_asks_and_keeps_what_was_typed(client, shelf):  # C1
    tea = category(slug="tea")
    roast = attribute(tea, choices=["浅|Light", "深|Dark"], is_required=True)

    shown = client.post(url("add", shelf), posted([{"price": ""}], category=tea.pk, **{"continue": "1"}))

    text = shown.content.decode()
    assert f'name="value_{roast.pk}"' in text
    assert "青瓷盖碗" in text
    assert "errorlist" not in text
    assert not Product.objects.exists()


def test_what_a_category_asks_is_saved_or_refused_at_its_field(client, shelf):  # C1
    tea = category(slug="tea")
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    hours = attribute(tea, "续航|Battery", kind="number", maximum=100)
    names = {"roast": f"value_{roast.pk}", "hours": f"value_{hours.pk}"}

    wrong = client.post(
        url("add", shelf), posted([{}], category=tea.pk, **{names["roast"]: "999999", names["hours"]: "101"})
    )
    assert set(wrong.context["form"].errors) == set(names.values())
    assert not Product.objects.exists()

    dark = choice(roast, "深")
    client.post(url("add", shelf), posted([{}], category=tea.pk, **{names["roast"]: dark, names["hours"]: "12.5"}))
    row = Product.objects.get()
    assert values_of(row) == {roast.pk: [dark], hours.pk: Decimal("12.500")}
    assert f'<option value="{dark}" selected>' in client.get(url("edit", shelf, row)).content.decode()
