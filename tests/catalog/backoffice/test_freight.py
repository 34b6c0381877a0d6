"""The shop's pages of freight (O2): templates with zones as rows, tried with goods, named by products; no scripts."""

import pytest
from django.urls import reverse
from django.utils import translation

from catalog.freight.templates import make_default, use_template
from catalog.models import FreightTemplate
from merchants.models import Seat
from tests.catalog.backoffice.test_products import posted as posted_product
from tests.factories.accounts import shopper
from tests.factories.catalog import category, sku
from tests.factories.freight import template
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def house(client):
    owner = shopper()
    client.force_login(owner)
    return shop(owner=owner)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def url(name, house, row=None):
    return reverse(f"backoffice:catalog:{name}", args=[house.slug] + ([row.public_id] if row else []))


def row(number, regions="", first=1, first_fee="8", further=1, further_fee="3", **more):
    names = {
        "regions": regions, "first": first, "first_fee": first_fee, "further": further, "further_fee": further_fee,
        "free_over": "", "free_pieces": "", **more,
    }  # fmt: skip
    return {f"zone{number}-{name}": value for name, value in names.items()}


def empty(number):
    return row(number, first="", first_fee="", further="", further_fee="")


def posted(*rows, **fields):
    """What a browser sends."""
    data = {"name_zh_hans": "普通快递", "name_en": "Standard", "measure": "piece", "nowhere": "", "zones": len(rows)}
    for one in rows:
        data |= one
    return data | fields


def test_a_template_is_written_with_its_zones_as_rows_and_empty_rows_left_out(client, house):  # O2
    page = client.get(url("freight-add", house))
    assert len(page.context["form"].rows) == 3

    answer = client.post(
        url("freight-add", house),
        posted(
            row(0, free_over="99"),
            empty(1),
            row(2, "新疆，Tibet、浙江省杭州市", first_fee="25.50"),
            nowhere="Taiwan\n香港",
        ),
    )

    made = FreightTemplate.objects.get()
    assert answer["Location"] == url("freight-edit", house, made)
    assert (str(made.name["en"]), made.nowhere) == ("Standard", ["台湾", "香港"])
    assert [(zone["regions"], zone["first_fee"], zone["free_over"]) for zone in made.zones] == [
        ([], 800, 9900), (["新疆", "西藏", "浙江 杭州"], 2550, None),
    ]  # fmt: skip


def test_one_more_row_keeps_everything_typed_and_writes_nothing(client, house):
    typed = posted(row(0, first_fee="x"), row(1, "新疆"), more="1")

    page = client.post(url("freight-add", house), typed, headers=ENGLISH)

    form = page.context["form"]
    assert (len(form.rows), page.status_code) == (3, 200)
    assert (form.rows[0]["first_fee"].value(), form.rows[1]["regions"].value()) == ("x", "新疆")
    assert not form.errors and not FreightTemplate.objects.exists()


@pytest.mark.parametrize(
    ("rows", "number", "field", "said"),
    [
        ([row(0), row(1, "Atlantis")], 1, "regions", "“Atlantis” is no province"),
        ([row(0), row(1, "Zhejiang Nanjing")], 1, "regions", "“Nanjing” is no city of Zhejiang"),
        ([row(0), row(1)], 1, "regions", "Name the regions"),
        ([row(0), empty(1), row(2, "新疆"), row(3, "Xinjiang")], 3, "regions", "Xinjiang is named twice"),
        ([row(0, first_fee="")], 0, "first_fee", "required"),
        ([row(0, first=0)], 0, "first", "greater than or equal to 1"),
        ([row(0, first_fee="1.005")], 0, "first_fee", "Enter an amount"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, house, rows, number, field, said):
    page = client.post(url("freight-add", house), posted(*rows), headers=ENGLISH)

    form = page.context["form"]
    assert said in str(form.rows[number].errors[field])
    assert form["name"].value() == ["普通快递", "Standard"]
    assert [one["first"].value() for one in form.rows] == [
        str(one[f"zone{place}-first"]) for place, one in enumerate(rows)
    ]
    assert not FreightTemplate.objects.exists()


def test_a_template_is_changed_and_a_zone_taken_out(client, house):
    one = template(shop=house)
    page = client.get(url("freight-edit", house, one), headers=ENGLISH)
    assert [form["regions"].value() for form in page.context["form"].rows[1:]] == ["Xinjiang, Tibet"]

    unchanged = posted(row(0, free_over="99.00"), row(1, "Xinjiang, Tibet", first_fee="25.00", further_fee="15.00"))
    client.post(url("freight-edit", house, one), unchanged | {"nowhere": "Taiwan"})
    one.refresh_from_db()
    assert one.version == 1
    client.post(url("freight-edit", house, one), posted(row(0), row(1, "新疆", remove="on")))

    one.refresh_from_db()
    assert (one.version, len(one.zones), one.nowhere) == (2, 1, [])


def test_a_zone_folds_to_a_line_that_tells_what_it_charges_and_opens_where_something_is_wrong(client, house):  # O2
    one = template(shop=house)

    page = client.get(url("freight-edit", house, one), headers=ENGLISH)
    rest, west = page.context["form"].rows
    assert not rest.is_open and not west.is_open
    assert "<strong>Xinjiang, Tibet</strong>: ¥25.00 for the first 1 piece" in page.content.decode()

    wrong = posted(row(0, first_fee="9"), row(1, "Atlantis"), empty(2))
    answer = client.post(url("freight-edit", house, one), wrong, headers=ENGLISH)
    rest, west, blank = answer.context["form"].rows
    assert (rest.is_open, west.is_open, blank.is_open) == (False, True, False)
    assert "¥9.00 for the first 1 piece" in answer.content.decode()

    grown = client.post(url("freight-edit", house, one), wrong | {"more": "1"}, headers=ENGLISH).context["form"].rows
    assert [form.is_open for form in grown] == [False, False, False, True]
    going = client.post(url("freight-edit", house, one), posted(row(0, first="x"), row(1, remove="on")))
    assert [form.is_open for form in going.context["form"].rows] == [True, True]


def test_it_is_tried_with_goods_and_a_region(client, house):  # 2.14
    one = template(shop=house)
    address = url("freight-edit", house, one)

    def tried(**goods):
        return client.get(address, {"pieces": 3, "worth": "", "city": "", **goods}, headers=ENGLISH).context["tried"]

    assert (tried(province="新疆")["fee"].minor, tried(province="新疆")["where"]) == (5500, "Xinjiang")
    assert tried(province="浙江", worth="99.00")["notes"] == [
        "Standard (everywhere else): free, for it is free from ¥99.00"
    ]
    assert tried(province="台湾")["refused"] == "Not delivered to Taiwan."
    assert tried(province="", pieces="x") is None


def test_the_list_tells_what_is_charged_and_how_many_products_use_it(client, house):
    one, cup = template(shop=house), sku(shop=house)
    sku(shop=house)
    use_template(products=[cup.product], template=one, shop=house, by=None, now=cup.product.changed_at)

    page = client.get(url("freight", house), headers=ENGLISH).content.decode()
    assert "named by 1 product" in page and "1 product names no template and is charged the flat fee" in page
    assert "Xinjiang, Tibet" in page and "¥25.00 for the first 1 piece" in page
    make_default(template=one, by=None, now=cup.product.changed_at)

    assert (
        "1 product names no template and is charged by “Standard”"
        in client.get(url("freight", house), headers=ENGLISH).content.decode()
    )


def test_it_becomes_the_default_is_none_again_and_is_removed_when_nobody_uses_it(client, house):
    one = template(shop=house)

    def did(action):
        answer = client.post(url("freight-do", house, one), {"action": action}, follow=True, headers=ENGLISH)
        return [str(message) for message in answer.context["messages"]]

    assert did("default") == ["Saved."] and FreightTemplate.objects.get().is_default
    assert "make another one the default first" in did("remove")[0]
    assert did("flat") == ["Saved."] and not FreightTemplate.objects.get().is_default
    assert did("nonsense") == ["Choose what to do."]
    assert did("remove") == ["Saved."] and not FreightTemplate.objects.exists()


def test_a_product_names_its_template_on_its_page(client, house):
    one, other = template(shop=house), template(shop=shop())
    goods = sku(shop=house).product
    address = url("edit", house, goods)
    assert "freight" in client.get(address).context["form"].fields
    data = posted_product([{}], category=goods.category.pk)

    client.post(address, data | {"freight": one.public_id})
    goods.refresh_from_db()
    assert goods.freight == one
    refused = client.post(address, data | {"freight": other.public_id})
    assert refused.context["form"].errors["freight"]
    client.post(address, data | {"freight": ""})

    goods.refresh_from_db()
    assert goods.freight is None


def test_a_shop_without_templates_is_not_asked_for_one(client, house):
    assert "freight" not in client.get(url("add", house)).context["form"].fields
    category()


def test_who_may_see_goods_reads_templates_and_who_keeps_the_shop_changes_them(client):
    house, clerk = shop(), shopper()
    seat(house, clerk, role=Seat.Role.CLERK)
    one = template(shop=house)
    client.force_login(clerk)

    assert client.get(url("freight", house)).status_code == 200
    assert client.get(url("freight-edit", house, one)).status_code == 403
    assert client.post(url("freight-do", house, one), {"action": "remove"}).status_code == 403
