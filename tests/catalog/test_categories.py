"""C1: the tree – commission inherited and from a moment on, moved, hidden, renamed; old addresses lead on."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from catalog import categories
from catalog.categories import WrongCommission, category_changed, category_moved, follow_commissions, plan_commission
from catalog.listing import asked, listing
from catalog.models import AttributeChoice, Brand, Category, CommissionChange, Product, ProductValue
from catalog.navigation import category_menu
from catalog.products import approve_product, save_product, submit_product
from catalog.specifications import rows_for
from mall.audit.models import AuditRecord
from mall.texts import Text
from merchants.models import Requirement, Trade
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.attributes import attribute, choice
from tests.factories.catalog import brand, category, product, sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    """Food, with tea, with green tea."""
    food = category(slug="food", commission_bps=400)
    tea = category(parent=food, slug="tea", name="茶", english="Tea")
    return food, tea, category(parent=Category.objects.get(pk=tea.pk), slug="green")


def rates():
    return dict(Category.objects.values_list("slug", "commission_bps"))


def test_a_commission_goes_down_the_tree_until_one_has_its_own(tree):
    food, tea, _green = tree

    plan_commission(category=food, commission_bps=450, effective_at=NOON, by=staff(), now=NOON)
    assert rates() == {"food": 450, "tea": 450, "green": 450}

    plan_commission(category=tea, commission_bps=300, effective_at=NOON, by=staff(), now=NOON)
    plan_commission(category=food, commission_bps=500, effective_at=NOON, by=staff(), now=NOON)
    assert rates() == {"food": 500, "tea": 300, "green": 300}

    plan_commission(category=tea, commission_bps=None, effective_at=NOON, by=staff(), now=NOON)
    assert rates() == {"food": 500, "tea": 500, "green": 500}


def test_a_commission_changes_at_its_moment_and_once(tree):
    food = tree[0]
    later = NOON + timedelta(days=3)
    plan_commission(category=food, commission_bps=900, effective_at=later, by=staff(), now=NOON)

    assert follow_commissions(now=later - timedelta(seconds=1)) == 0
    assert rates()["green"] == 500
    assert (follow_commissions(now=later), follow_commissions(now=later)) == (1, 0)
    assert (rates()["green"], CommissionChange.objects.get().applied_at) == (900, later)


@pytest.mark.parametrize(("bps", "days"), [(5001, 0), (-1, 0), (300, -1)])
def test_a_commission_that_cannot_be_is_refused(tree, bps, days):
    with pytest.raises(WrongCommission):
        plan_commission(
            category=tree[0], commission_bps=bps, effective_at=NOON + timedelta(days=days), by=staff(), now=NOON
        )


def test_a_node_that_moves_keeps_goods_and_address_and_inherits_anew(tree, client):
    _food, tea, _green = tree
    drinks = category(slug="drinks", commission_bps=700)
    attribute(drinks, "容量|Volume", kind="text")
    goods = product(category=tea)
    sku(product=goods)
    Category.objects.filter(pk=drinks.pk).update(own_commission_bps=700)

    Category.objects.move(Category.objects.get(pk=tea.pk), Category.objects.get(pk=drinks.pk), pos="last-child")
    category_moved(category=Category.objects.get(pk=tea.pk), by=staff(), now=NOON)

    assert rates() == {"food": 400, "drinks": 700, "tea": 700, "green": 700}
    assert [row.attribute.name["en"] for row in Category.objects.get(slug="green").template.all()] == ["Volume"]
    assert client.get(reverse("storefront:catalog:category", args=["tea"])).context is not None
    assert Product.objects.get().category.slug == "tea"


def test_a_former_address_leads_to_the_one_of_now(tree, client):
    tea = tree[1]
    Category.objects.filter(pk=tea.pk).update(slug="teas")
    tea.refresh_from_db()
    category_changed(category=tea, slug_before="tea", changed=["slug"], by=staff(), now=NOON)

    answer = client.get(reverse("storefront:catalog:category", args=["tea"]) + "?sort=newest")
    assert (answer.status_code, answer["Location"]) == (301, "/c/teas/?sort=newest")
    assert client.get(reverse("storefront:catalog:category", args=["never"])).status_code == 404


def test_a_hidden_category_stands_in_no_menu_and_its_goods_stay_on_sale(tree, client):
    food, _tea, green = tree
    goods = product(category=green, title="龙井")
    sku(product=goods)
    Category.objects.filter(slug="tea").update(is_hidden=True)

    assert [entry["children"] for entry in category_menu()] == [[]]
    for slug in ("tea", "green"):
        assert client.get(reverse("storefront:catalog:category", args=[slug])).status_code == 404
    assert listing(asked(QueryDict(), path="/search/", words="龙井")).total == 1
    assert client.get(reverse("storefront:catalog:product", args=[goods.public_id])).status_code == 200
    assert food.slug == "food"


def test_search_finds_a_category_by_its_new_name_at_once(tree):
    tea = tree[1]
    sku(product=product(category=tea, title="龙井"))
    Category.objects.filter(pk=tea.pk).update(name=Text({"zh-hans": "茗品", "en": "Leaves"}))
    tea.refresh_from_db()

    category_changed(category=tea, changed=["name"], by=staff(), now=NOON)

    assert listing(asked(QueryDict(), path="/search/", words="茗品")).total == 1


def test_documents_of_a_category_come_from_its_trade(tree):
    trade = Trade.objects.create(slug="brewing", name=Text({"zh-hans": "酿造"}))
    Requirement.objects.create(trade=trade, type="document", code="permit", name=Text({"zh-hans": "许可证"}))
    tea = category(slug="wine", trade=trade)

    assert [row.code for row in categories.documents_of(tea)] == ["permit"]
    assert categories.documents_of(tree[0]) == []


def test_a_watched_category_wants_a_look_before_sale_a_strict_one_at_every_change():
    for risk, waits in (("watched", False), ("strict", True)):
        row = product(category=category(risk=risk), status="draft", on_sale_at=None)
        sku(product=row)
        assert submit_product(product=row, by=shopper(), now=NOON).status == "in_review"
        approve_product(product=row, by=staff(), now=NOON)

        saved = save_product(
            shop=row.shop, product=row, fields={"subtitle": Text({"zh-hans": "新"})}, skus=[], by=None, now=NOON
        )
        assert saved.status == "on_sale"
        assert saved.changes.filter(status="pending").exists() == waits


# The admin -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client):
    client.force_login(staff())
    return client


def page_of(row, **changes):
    """What the page of a category sends."""
    data = {
        "slug": row.slug, "name_zh_hans": row.name["zh-hans"], "name_en": row.name["en"], "risk": row.risk,
        "treebeard_position": "first-child", "treebeard_ref_node": "",
    }  # fmt: skip
    for prefix in ("attributes", "overrides", "commission_changes"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | changes


def test_staff_ask_something_new_of_goods_on_the_page_of_the_category(office):
    row = category(slug="tea", name="茶", english="Tea")
    url = reverse("admin:catalog_category_change", args=[row.pk])
    asks = {
        "attributes-TOTAL_FORMS": 1, "attributes-0-name_zh_hans": "产地", "attributes-0-name_en": "Origin",
        "attributes-0-kind": "text", "attributes-0-position": 0, "attributes-0-is_required": "on",
        "attributes-0-in_specifications": "on", "attributes-0-steps": "",
    }  # fmt: skip

    answer = office.post(url, page_of(row, **asks))

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert [(one.attribute.name["en"], one.is_required) for one in row.template.all()] == [("Origin", True)]
    assert "Origin" in office.get(url).content.decode() or "产地" in office.get(url).content.decode()
    assert AuditRecord.objects.filter(action="catalog.change_template").exists()


def test_a_choice_that_products_have_made_is_not_removed_and_it_says_how_many(office):
    row = attribute(category(), choices=["浅|Light", "深|Dark"])
    goods = product(category=row.category)
    ProductValue.objects.bulk_create(rows_for(goods, {row.pk: choice(row, "深")}))
    dark = AttributeChoice.objects.get(pk=choice(row, "深"))
    data = {
        "name_zh_hans": "烘焙度", "name_en": "Roast", "kind": "choice", "position": 0, "steps": "",
        "choices-TOTAL_FORMS": 1, "choices-INITIAL_FORMS": 1, "choices-0-id": dark.pk,
        "choices-0-attribute": row.pk, "choices-0-name_zh_hans": "深", "choices-0-name_en": "Dark",
        "choices-0-position": 1, "choices-0-DELETE": "on",
    }  # fmt: skip

    answer = office.post(reverse("admin:catalog_attribute_change", args=[row.pk]), data)

    assert answer.status_code == 200
    assert "1" in str(answer.context["inline_admin_formsets"][0].formset.non_form_errors())
    assert AttributeChoice.objects.filter(pk=dark.pk).exists()


def test_staff_rename_a_brand_and_search_finds_it(office):
    row = brand(slug="jdz")
    sku(product=product(brand=row, title="碗"))

    office.post(
        reverse("admin:catalog_brand_change", args=[row.pk]),
        {"slug": "yuyao", "name_zh_hans": "御窑", "name_en": "Imperial Kiln", "registration": ""},
    )

    assert Brand.objects.get().slug == "yuyao"
    assert listing(asked(QueryDict(), path="/search/", words="御窑")).total == 1
    assert office.get("/brand/jdz/")["Location"] == "/brand/yuyao/"
