"""Staff review products, keep the tree and the brands, and only look at the rest."""

import pytest
from django.urls import reverse

from catalog.models import Brand, Category
from catalog.products import save_product
from catalog.skus import SkuDraft
from mall.audit.models import AuditRecord
from mall.money import Money
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(staff())
    return client


def press(client, model, action, row, **said):
    return client.post(
        reverse(f"admin:catalog_{model}_changelist"),
        {"action": action, "_selected_action": [row.pk], "confirmed": "yes", **said},
    )


def decide(client, action, row, **said):
    """What becomes of a product that waits."""
    change = row.changes.get()
    press(client, "productchange", "claim", change)
    press(client, "productchange", action, change, **said)
    row.refresh_from_db()
    return row.status


def test_staff_approve_refuse_and_take_down(office):
    waiting, doubtful, selling = product(status="in_review"), product(status="in_review"), product()

    assert decide(office, "approve", waiting) == "on_sale"
    assert decide(office, "refuse", doubtful, note="照片模糊") == "in_review"  # no reason
    assert decide(office, "refuse", doubtful, reason="picture") == "in_review"  # no words for the shop
    assert decide(office, "refuse", doubtful, reason="picture", note="照片模糊") == "refused"
    press(office, "product", "take_down", selling, reason="fake", note="假货")
    selling.refresh_from_db()
    assert (doubtful.review_note, selling.review_note) == ("照片模糊", "假货")
    assert selling.status == "taken_down"
    assert set(AuditRecord.objects.values_list("action", flat=True)) >= {
        "catalog.approve_product",
        "catalog.refuse_product",
        "catalog.take_down_product",
    }


def test_staff_without_the_right_cannot_decide(client):
    from django.contrib.auth.models import Permission

    person = staff(superuser=False)
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_product", "view_productchange"]))
    client.force_login(person)

    assert decide(client, "approve", product(status="in_review")) == "in_review"


def test_a_reviewer_takes_a_change_on_sees_old_and_new_and_approves(office):
    row = sku(product=product(category=category(needs_review=True))).product
    draft = SkuDraft(price=Money(1000))
    save_product(shop=row.shop, product=row, fields={"title": {"zh-hans": "白瓷"}}, skus=[draft], by=None, now=NOON)
    change = row.changes.get()
    address = reverse("admin:catalog_productchange_change", args=[change.pk])

    page = office.get(address).content.decode()
    assert "<del>" in page
    assert 'value="approve"' not in page  # not before somebody has taken it on
    assert press(office, "productchange", "claim", change).url == address
    assert 'value="approve"' in office.get(address).content.decode()

    press(office, "productchange", "approve", change)
    row.refresh_from_db()
    assert row.title == {"zh-hans": "白瓷"}


def test_the_queues_stand_on_the_first_page_and_lead_to_what_waits(office):
    product(status="in_review")

    queues = {queue.url: queue.count for queue in office.get(reverse("admin:index")).context["queues"]}

    url = reverse("admin:catalog_productchange_changelist")
    assert queues[f"{url}?status__exact=pending&kind__exact=new"] == 1
    assert office.get(f"{url}?why=category&status__exact=pending").status_code == 200


@pytest.mark.parametrize("model", ["category", "brand", "product", "productchange", "review", "stockmovement"])
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
