"""Staff review products, keep the tree and the brands, and only look at the rest."""

import pytest
from django.urls import reverse

from catalog.models import Brand, Category
from mall.audit.models import AuditRecord
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(staff())
    return client


def decide(client, action, row, note=""):
    client.post(
        reverse("admin:catalog_product_changelist"),
        {"action": action, "note": note, "_selected_action": [row.pk], "confirmed": "yes"},
    )
    row.refresh_from_db()
    return row.status


def test_staff_approve_refuse_and_take_down(office):
    waiting, doubtful, selling = product(status="in_review"), product(status="in_review"), product()

    assert decide(office, "approve", waiting) == "on_sale"
    assert decide(office, "refuse", doubtful) == "in_review"  # no words for the shop
    assert decide(office, "refuse", doubtful, "照片模糊") == "refused"
    assert decide(office, "take_down", selling, "假货") == "taken_down"
    assert (doubtful.review_note, selling.review_note) == ("照片模糊", "假货")
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {
        "catalog.approve_product",
        "catalog.refuse_product",
        "catalog.take_down_product",
    }


def test_staff_without_the_right_cannot_decide(client):
    from django.contrib.auth.models import Permission

    person = staff(superuser=False)
    person.user_permissions.add(Permission.objects.get(codename="view_product"))
    client.force_login(person)

    assert decide(client, "approve", product(status="in_review")) == "in_review"


@pytest.mark.parametrize("model", ["category", "brand", "product", "review", "stockmovement"])
def test_every_list_opens(office, model):
    sku()

    assert office.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 200


def test_a_product_is_read_with_its_skus(office):
    row = sku(code="GW-1").product

    page = office.get(reverse("admin:catalog_product_change", args=[row.pk])).content.decode()

    assert "GW-1" in page
    assert 'name="_save"' not in page


def test_staff_add_a_category_and_a_brand(office):
    root = category(slug="tea")
    names = {"name_zh_hans": "壶", "name_en": "Pots"}

    answer = office.post(
        reverse("admin:catalog_category_add"),
        {
            "slug": "pots", "own_commission_bps": 300, "risk": "plain", "treebeard_position": "first-child",
            "treebeard_ref_node": root.pk, **names,
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    office.post(reverse("admin:catalog_brand_add"), {"slug": "maker", **names})

    assert Brand.objects.get().name["en"] == "Pots"
    assert Category.objects.get(slug="pots").commission_bps == 300
