"""C1: what categories ask of their goods – inherited, overridden, typed, checked – and what products answer."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalog import attributes, specifications
from catalog.attributes import StillUsed, settle, template_changed
from catalog.listing import asked, listing
from catalog.models import AttributeChoice, AttributeOverride, Category, Product, ProductValue, StaleSearch
from catalog.products import IncompleteProduct, save_product, submit_product
from catalog.search import renaming
from catalog.skus import SkuDraft
from catalog.specifications import WrongValue, specifications_of, template_of, with_specifications
from catalog.stock import receive
from mall.money import Money
from mall.texts import Text
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.attributes import attribute, choice
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


def asks(category):
    return [row.attribute.name["en"] for row in template_of(category)]


def written(category, values, *, place=None, before=None, **fields):
    return save_product(
        shop=place or (before.shop if before else shop()),
        product=before,
        fields={"category": category, "title": Text({"zh-hans": "铁观音"}), "values": values, **fields},
        skus=[SkuDraft(price=Money(6800))],
        by=shopper(),
        now=NOON,
    )


def told(row):
    row = with_specifications(Product.objects.filter(pk=row.pk)).get()
    return {spec.name["en"]: str(spec) for spec in specifications_of(row)}


def found_by(words):
    return [card.title["zh-hans"] for card in listing(asked(QueryDict(), path="/search/", words=words)).cards]


@pytest.fixture
def tea():
    return category(parent=category(slug="food"), slug="tea", name="茶", english="Tea")


def test_attributes_are_inherited_and_overridden_down_the_tree(tea):
    food = Category.objects.get(slug="food")
    origin = attribute(food, "产地|Origin", kind="text", is_required=True)
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])

    assert (asks(food), asks(tea)) == (["Origin"], ["Origin", "Roast"])
    assert [(row["origin"].slug, row["is_own"]) for row in attributes.inherited(tea)] == [
        ("food", False),
        ("tea", True),
    ]

    AttributeOverride.objects.create(category=tea, attribute=origin, is_required=False)
    settle(tea)
    assert [row.is_required for row in template_of(food) + template_of(tea)] == [True, False, False]

    AttributeOverride.objects.filter(attribute=origin).update(is_left_out=True)
    assert settle(tea) == {tea.pk}
    assert (asks(food), asks(tea)) == (["Origin"], ["Roast"])
    assert settle() == set()
    assert roast.in_effect.get().place == 1


def test_a_product_answers_in_typed_rows(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    season = attribute(tea, "季节|Season", kind="choices", choices=["春|Spring", "秋|Autumn"])
    year = attribute(tea, "年份|Year", kind="number", minimum=Decimal(1990), maximum=Decimal(2030))
    organic = attribute(tea, "有机|Organic", kind="flag")
    picked = attribute(tea, "采摘日|Picked", kind="date")
    origin = attribute(tea, "产地|Origin", kind="text")
    dark, both = choice(roast, "深"), sorted([choice(season, "春"), choice(season, "秋")])

    row = written(
        tea,
        {
            roast.pk: dark, season.pk: both, year.pk: Decimal(2024), organic.pk: False, picked.pk: date(2024, 4, 5),
            origin.pk: Text({"zh-hans": "福建安溪", "en": "Anxi, Fujian"}),
        },
    )  # fmt: skip

    rows = ProductValue.objects.filter(product=row)
    assert rows.count() == 7
    assert set(rows.filter(attribute=season).values_list("choice", flat=True)) == set(both)
    assert rows.get(attribute=year).number == 2024
    assert rows.get(attribute=organic).flag is False
    with translation.override("en"):
        assert told(row) == {
            "Roast": "Dark", "Season": "Spring, Autumn", "Year": "2024", "Organic": "No", "Picked": "April 5, 2024",
            "Origin": "Anxi, Fujian",
        }  # fmt: skip

    row = written(tea, {roast.pk: dark}, before=row)
    assert list(told(row)) == ["Roast"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", Decimal(9)), ("number", Decimal(101)), ("number", "12"), ("number", Decimal("12.2345")),
        ("choice", 0),
        ("choices", [0]), ("flag", "yes"), ("date", "2024-01-01"), ("text", Text({"zh-hans": "长" * 201})),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(tea, kind, value):
    fields = {"minimum": Decimal(10), "maximum": Decimal(100)} if kind == "number" else {}
    row = attribute(tea, kind=kind, choices=["浅|Light"], **fields)

    with pytest.raises(WrongValue) as refusal:
        written(tea, {row.pk: value})

    assert refusal.value.details["attribute"] == row.pk
    assert not Product.objects.exists()


def test_what_is_required_must_be_said_before_sale_and_stays_said(tea):
    roast = attribute(tea, is_required=True, choices=["浅|Light"])
    row = written(tea, {})

    with pytest.raises(IncompleteProduct, match="烘焙度"):
        submit_product(product=row, by=shopper(), now=NOON)

    row = written(tea, {roast.pk: choice(roast, "浅")}, before=row)
    assert submit_product(product=row, by=shopper(), now=NOON).status == "on_sale"
    with pytest.raises(IncompleteProduct):
        written(tea, {}, before=row)
    assert ProductValue.objects.filter(product=row).count() == 1


def test_in_another_category_only_what_both_ask_stays(tea):
    food = Category.objects.get(slug="food")
    origin, roast = attribute(food, "产地|Origin", kind="text"), attribute(tea, choices=["浅|Light"])
    row = written(tea, {origin.pk: Text({"zh-hans": "福建"}), roast.pk: choice(roast, "浅")})

    row = save_product(
        shop=row.shop, product=row, fields={"category": food}, skus=[SkuDraft(price=Money(6800))], by=None, now=NOON
    )

    assert [value.attribute for value in row.values.all()] == [origin]


def test_renaming_a_choice_changes_no_product_and_is_found(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    row = written(tea, {roast.pk: choice(roast, "深")})
    receive(sku=row.skus.get(), quantity=5, now=NOON)
    Product.objects.filter(pk=row.pk).update(status="on_sale", on_sale_at=NOON)
    renaming.engine().index_products([row.pk])
    before = list(ProductValue.objects.values())

    AttributeChoice.objects.filter(pk=choice(roast, "深")).update(name=Text({"zh-hans": "炭焙", "en": "Charcoal"}))
    template_changed(category=tea, attributes=[roast], by=staff(), now=NOON)

    assert list(ProductValue.objects.values()) == before
    assert (found_by("炭焙"), found_by("Charcoal")) == (["铁观音"], ["铁观音"])
    page = listing(asked(QueryDict(), path="/c/tea/"))
    assert [c.label for f in page.facets if f.label in {"烘焙度", "Roast"} for c in f.choices] in (
        ["炭焙"],
        ["Charcoal"],
        [],
    )


def test_many_goods_are_read_anew_in_batches_that_remember(tea, monkeypatch):
    monkeypatch.setattr(renaming, "AT_ONCE", 1)
    monkeypatch.setattr(renaming, "BATCH", 2)
    for number in range(3):
        sku(product=product(category=tea, title=f"茶{number}"))
    Category.objects.filter(pk=tea.pk).update(name=Text({"zh-hans": "茗品", "en": "Fine leaves"}))

    renaming.read_anew(StaleSearch.Of.CATEGORY, [tea.pk])
    assert (StaleSearch.objects.count(), found_by("茗品")) == (1, [])

    assert renaming.read_stale() == {"read": 3}
    assert (len(found_by("茗品")), StaleSearch.objects.count(), renaming.read_stale()) == (3, 0, {})


def test_what_products_say_cannot_be_taken_from_them(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    written(tea, {roast.pk: choice(roast, "深")})
    light, dark = roast.choices.order_by("position")

    with pytest.raises(StillUsed, match="1"):
        attributes.remove_choice(choice=dark, by=staff(), now=NOON)
    with pytest.raises(StillUsed, match="1"):
        attributes.remove_attribute(attribute=roast, by=staff(), now=NOON)

    attributes.remove_choice(choice=light, by=staff(), now=NOON)
    assert list(roast.choices.all()) == [dark]


def test_files_say_values_by_their_names(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    hours = attribute(tea, "续航|Battery", kind="number", unit="小时|hours")
    season = attribute(tea, "季节|Season", kind="choices", choices=["春|Spring", "秋|Autumn"])
    organic = attribute(tea, "有机|Organic", kind="flag")

    assert specifications.read(roast, "dark") == choice(roast, "深")
    assert specifications.read(hours, "1,200 hours") == 1200
    assert specifications.read(season, "春; Autumn") == [choice(season, "春"), choice(season, "秋")]
    assert specifications.read(organic, "否") is False
    assert specifications.read(roast, " ") is None
    for row, said in ((roast, "焦"), (hours, "viel"), (organic, "maybe"), (roast, "浅;深")):
        with pytest.raises(WrongValue):
            specifications.read(row, said)


def goods_with(tea, row, value, **fields):
    goods = product(category=tea, **fields)
    ProductValue.objects.bulk_create(specifications.rows_for(goods, {row.pk: value}))
    sku(product=goods)
    return goods


def facet(page, label):
    return {
        choice.label: choice.count for facet in page.facets if facet.label == label for choice in facet.choices
    }  # fmt: skip


def test_choices_ranges_and_yes_or_no_become_facets_that_ignore_themselves(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    hours = attribute(tea, "续航|Battery", kind="number", unit="小时|hours", steps=[10, 30])
    for name, value in (("浅", 5), ("浅", 12), ("深", 12), ("深", 40)):
        goods = product(category=tea, title=f"茶{name}{value}")
        values = {roast.pk: choice(roast, name), hours.pk: Decimal(value)}
        ProductValue.objects.bulk_create(specifications.rows_for(goods, values))
        sku(product=goods)

    with translation.override("en"):
        page = listing(asked(QueryDict(), path="/c/tea/"))
        assert facet(page, "Roast") == {"Light": 2, "Dark": 2}
        assert list(facet(page, "Battery").items()) == [("under 10 hours", 1), ("10–30 hours", 2), ("from 30 hours", 1)]

        dark = next(
            one.url for one in next(f for f in page.facets if f.label == "Roast").choices if one.label == "Dark"
        )
        narrowed = listing(asked(QueryDict(dark.partition("?")[2]), path="/c/tea/"))
        assert narrowed.total == 2
        assert facet(narrowed, "Roast") == {"Light": 2, "Dark": 2}  # as if it alone were not chosen
        assert facet(narrowed, "Battery") == {"10–30 hours": 1, "from 30 hours": 1}


def test_ranges_follow_the_unit_and_the_steps_that_staff_set(tea):
    hours = attribute(tea, "续航|Battery", kind="number", unit="小时|hours", steps=[10])
    goods_with(tea, hours, Decimal(5))
    goods_with(tea, hours, Decimal(20))

    hours.unit, hours.steps = Text({"zh-hans": "时", "en": "h"}), [Decimal(10), Decimal(15)]
    hours.save()
    template_changed(category=tea, attributes=[hours], by=staff(), now=NOON)

    with translation.override("en"):
        assert facet(listing(asked(QueryDict(), path="/c/tea/")), "Battery") == {"under 10 h": 1, "from 15 h": 1}


def test_a_list_asks_as_many_questions_whatever_is_asked_of_goods(tea):
    roast = attribute(tea, choices=["浅|Light", "深|Dark"])
    goods_with(tea, roast, choice(roast, "浅"))
    goods_with(tea, roast, choice(roast, "深"))

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked_for:
            listing(asked(QueryDict(), path="/c/tea/"))
        return len(asked_for)

    few = questions()
    for number in range(5):
        row = attribute(tea, f"问{number}|Ask {number}", choices=["甲|A", "乙|B"])
        goods_with(tea, row, choice(row, "甲"))
    assert questions() == few


def test_the_product_page_shows_them_in_order_and_for_machines(client, tea):
    roast = attribute(tea, choices=["深|Dark"])
    row = goods_with(tea, roast, choice(roast, "深"), attributes=[
        {"name": {"zh-hans": "烘焙度", "en": "Roast"}, "value": {"zh-hans": "旧", "en": "Old"}},
        {"name": {"zh-hans": "净重", "en": "Net weight"}, "value": {"zh-hans": "50 克", "en": "50 g"}},
    ])  # fmt: skip
    client.cookies["django_language"] = "en"

    text = client.get(reverse("storefront:catalog:product", args=[row.public_id])).content.decode()

    assert "<dt>Roast</dt><dd>Dark</dd>" in text
    assert "<dt>Net weight</dt><dd>50 g</dd>" in text
    assert "Old" not in text
    assert '"name":"Roast","value":"Dark"' in text
