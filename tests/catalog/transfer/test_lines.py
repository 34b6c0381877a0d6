"""Products as a file, and that file in another shop: the same products."""

import csv
import io

import pytest
from django.utils import translation

from catalog.models import Category, Product
from catalog.specifications import values_of, with_specifications
from catalog.transfer.lines import HEAD, lines_of
from catalog.transfer.pictures import fetch_pictures
from catalog.transfer.template import template
from mall.exports.asking import ask_for_export
from mall.exports.registry import kind_of
from mall.exports.writing import storage, write_export
from tests.catalog.transfer.bringing import brought_in, counts, said, shelf_of, use_private_folder
from tests.catalog.transfer.files import BEFORE, csv_file, cup, tee, zip_file
from tests.catalog.transfer.test_pictures import drawn
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.attributes import attribute, choice
from tests.factories.catalog import brand, category
from tests.factories.freight import template as template_of
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings, tmp_path):
    use_private_folder(settings, tmp_path)
    root = category(slug="home", name="居家", english="Home")
    category(slug="teaware", parent=root)
    brand(slug="jingdezhen")
    return shop()


def exported(place, format: str) -> bytes:
    export = ask_for_export(
        shop=place, kind=kind_of("catalog.transfer"), format=format, is_personal=False, by=shopper(), now=NOON
    )
    assert write_export(export_id=export.public_id, now=NOON)
    export.refresh_from_db()
    with storage().open(export.file) as file:
        return file.read()


def furnished(place) -> None:
    """A shirt with options and pictures, a cup; words in two languages, a formula's beginning, a thing not offered."""
    rows = tee()
    for row in rows:
        for name in ("Image Src", "Variant Image"):
            row[name] = row[name].rpartition("/")[2].partition("?")[0] if row.get(name) else ""
    pictures = {
        f"slow-morning-tee-{name}.jpg": drawn(size=(300 + number, 200))
        for number, name in enumerate(("1", "2", "3", "sand", "ink"))
    }
    tricky = cup(**{"Title": "=1+1 cup", "Variant SKU": "-5", "Tags": "@home", "Body (HTML)": "+ plain"})
    brought_in(place, csv_file([*rows, tricky]), pictures=zip_file(pictures))
    fetch_pictures(now=NOON)
    shirt = Product.objects.get(handle="slow-morning-tee")
    shirt.title["zh-hans"], shirt.subtitle["en"] = "慢晨短袖", "Slow"
    shirt.options[0]["name"]["zh-hans"], shirt.options[0]["values"][0]["name"]["zh-hans"] = "颜色", "沙色"
    shirt.attributes.append({"name": {"zh-hans": "材质", "en": "Material"}, "value": {"zh-hans": "棉", "en": "Cotton"}})
    shirt.save()
    shirt.skus.filter(code="SLOW-MORNING-TEE-3").update(is_active=False)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_went_out_comes_in_elsewhere_as_it_was(place, format, language):  # C8
    other = shop()
    with translation.override(language):
        furnished(place)
        job = brought_in(other, exported(place, format), name=f"a.{format}", words_language=language)
        fetch_pictures(now=NOON)

    assert counts(job) == (2, 0, 0, 0)
    assert shelf_of(other) == shelf_of(place)
    assert len(shelf_of(other)["slow-morning-tee"]["pictures"]) == 5


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_went_out_changes_nothing_where_it_came_from(place, format):
    with translation.override("en"):
        furnished(place)
        before = shelf_of(place)

        job = brought_in(place, exported(place, format), name=f"a.{format}")

        assert (counts(job), fetch_pictures(now=NOON), shelf_of(place)) == ((0, 0, 2, 0), {}, before)


def test_a_csv_file_is_as_shopify_writes_it(place):
    with translation.override("en"):
        furnished(place)
        content = exported(place, "csv").decode()

    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert content.startswith("Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,")
    shirt = [row for row in rows if row["Handle"] == "slow-morning-tee"]
    first, *others = shirt
    assert (len(rows), len(shirt)) == (9, 8)
    assert (first["Product Category"], first["Vendor"], first["Status"]) == ("Home > Teaware", "Jingdezhen", "draft")
    assert [row["Image Position"] for row in shirt] == ["1", "2", "3", "4", "5", "", "", ""]
    assert {row["Title"] for row in others} == {""}
    assert [row["Variant Price"] for row in shirt] == ["129.00"] * 8
    assert [row["Option1 Value"] for row in shirt] == ["Sand"] * 4 + ["Ink"] * 4
    assert next(row["Title"] for row in rows if row["Handle"] == "celadon-cup") == "'=1+1 cup"


def test_lines_cost_the_same_for_one_product_and_for_many(place, django_assert_num_queries):
    with translation.override("en"):
        brought_in(place, csv_file([cup(f"cup-{number}") for number in range(6)]))
        rows = list(with_specifications(Product.objects.select_related("category", "brand")).order_by("pk"))

        for some in (rows[:1], rows):
            with django_assert_num_queries(4):
                assert len(list(lines_of(some))) == len(some)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_template_can_be_filled_in_and_comes_back(place, format):
    with translation.override("en"):
        job = brought_in(
            place,
            template(format),
            name=f"a.{format}",
            category=category(slug="cups"),
            pictures=zip_file({"celadon-cup.jpg": drawn()}),
        )

    assert counts(job) == (1, 0, 0, 0)
    assert job.layout["passed_over"] == [name for name in HEAD if name.startswith("Variant ") and name in {
        "Variant Inventory Tracker", "Variant Inventory Policy", "Variant Fulfillment Service",
        "Variant Requires Shipping", "Variant Taxable", "Variant Weight Unit",
    }]  # fmt: skip


def test_values_of_attributes_go_out_and_come_in_by_their_names(place):  # C1, C8
    teaware = Category.objects.get(slug="teaware")
    glaze = attribute(teaware, "釉色|Glaze", choices=["青|Celadon", "白|White"])
    volume = attribute(teaware, "容量|Capacity", kind="number", unit="毫升|ml", maximum=900)
    head = [*BEFORE, "Attribute: glaze", "Attribute: 容量"]
    rows = [
        cup("one", **{"Product Category": "teaware", "Attribute: glaze": "青", "Attribute: 容量": "120 ml"}),
        cup("two", **{"Product Category": "teaware", "Attribute: glaze": "Blue", "Attribute: 容量": "1000"}),
        cup("three", **{"Product Category": "home", "Attribute: glaze": "青"}),
    ]
    with translation.override("en"):
        job = brought_in(place, csv_file(rows, head))

        assert counts(job) == (1, 0, 0, 2)
        assert said(job) == [
            (3, "Attribute: glaze", "“Blue” is none of its choices."),
            (3, "Attribute: 容量", "At most 900."),
            (4, "Attribute: glaze", "Goods of this category are not asked that."),
        ]
        row = Product.objects.get()
        assert values_of(row) == {glaze.pk: [choice(glaze, "青")], volume.pk: 120}

        content = exported(place, "csv")
        (line,) = csv.DictReader(io.StringIO(content.decode(), newline=""))
        assert (line["Attribute: Glaze"], line["Attribute: Capacity"]) == ("Celadon", "120")
        assert counts(brought_in(place, content)) == (0, 0, 1, 0)

        changed = csv_file([cup("one", **{"Product Category": "teaware", "Attribute: glaze": "White"})], head[:-1])
        assert counts(brought_in(place, changed)) == (0, 1, 0, 0)
    assert values_of(row) == {glaze.pk: [choice(glaze, "白")], volume.pk: 120}


def test_the_freight_template_goes_out_and_comes_in_by_its_name(place):  # O2, C8
    near, far = template_of(shop=place), template_of(shop=place, name="大件物流", english="Bulky goods")
    brought_in(place, csv_file([cup(**{"Freight Template": "Bulky goods"})], [*BEFORE, "Freight Template"]))
    product = Product.objects.get()
    assert product.freight == far
    content = exported(place, "csv")
    assert "大件物流" in content.decode() or "Bulky goods" in content.decode()

    again = brought_in(place, content)
    changed = brought_in(
        place, csv_file([cup(**{"Freight Template": near.name["zh-hans"]})], [*BEFORE, "Freight Template"])
    )
    product.refresh_from_db()
    assert (counts(again), counts(changed), product.freight) == ((0, 0, 1, 0), (0, 1, 0, 0), near)

    emptied = brought_in(place, csv_file([cup(**{"Freight Template": ""})], [*BEFORE, "Freight Template"]))
    left_alone = brought_in(place, csv_file([cup()]))
    product.refresh_from_db()
    assert (counts(emptied), counts(left_alone), product.freight) == ((0, 1, 0, 0), (0, 0, 1, 0), None)

    unknown = brought_in(place, csv_file([cup(**{"Freight Template": "Drone"})], [*BEFORE, "Freight Template"]))
    with translation.override("en"):
        assert [(row, column) for row, column, _why in said(unknown)] == [(2, "Freight Template")]
    assert "Drone" in said(unknown)[0][2] and counts(unknown) == (0, 0, 0, 1)
