"""C2: what a shop promises about a product, and how many of it one may buy."""

import pytest

from catalog import changes, terms
from catalog.copying import copy_product
from catalog.differences import differences_of
from catalog.models import ServicePromise
from catalog.products import save_product
from catalog.showcase import find_product, product_page
from catalog.skus import SkuDraft
from catalog.terms import WrongTerms
from mall.money import Money
from tests.catalog.test_products import on_sale
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category

pytestmark = pytest.mark.django_db
DRAFTS = [SkuDraft(choice=(value,), price=Money(1000), volume_cm3=350) for value in ("v1", "v2")]


def save(row, **fields):
    return save_product(shop=row.shop, product=row, fields=fields, skus=DRAFTS, by=shopper(), now=NOON)


def test_a_new_mall_knows_six_promises_in_both_languages():
    rows = terms.promises_offered()

    assert [row.code for row in rows] == [
        "return-7-days", "ships-48-hours", "genuine", "return-freight", "broken-replaced", "invoice",
    ]  # fmt: skip
    assert all(set(text) == {"zh-hans", "en"} for row in rows for text in (row.name, row.text))


def test_a_product_keeps_its_promises_in_the_malls_order_and_its_page_shows_those_that_stand():
    row = save(on_sale(), promises=["genuine", "return-7-days"], most_per_order=2, most_per_buyer=5, limit_days=30)

    assert row.promises == ["return-7-days", "genuine"]
    assert (row.most_per_order, row.most_per_buyer, row.limit_days) == (2, 5, 30)
    assert list(row.skus.values_list("volume_cm3", flat=True)) == [350, 350]
    ServicePromise.objects.filter(code="genuine").update(is_active=False)
    assert [one.code for one in product_page(find_product(row.public_id))["promises"]] == ["return-7-days"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"promises": ["eternal-youth"]}, "promises"),
        ({"most_per_order": 0}, "most_per_order"),
        ({"most_per_buyer": 10_000}, "most_per_buyer"),
        ({"most_per_buyer": 1, "limit_days": 367}, "limit_days"),
        ({"limit_days": 30}, "limit_days"),
        ({"most_per_order": 3, "most_per_buyer": 2}, "most_per_order"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(fields, where):
    row = on_sale()

    with pytest.raises(WrongTerms) as refused:
        save(row, **fields)

    assert refused.value.details["field"] == where
    row.refresh_from_db()
    assert (row.promises, row.most_per_order, row.most_per_buyer, row.limit_days) == ([], None, None, None)


def test_promises_of_a_strict_category_wait_for_a_reviewer_and_limits_do_not():
    row = save(on_sale(category=category(needs_review=True)), promises=["genuine"], most_per_order=1)

    change = changes.pending_of(row)
    assert (row.promises, row.most_per_order, change.proposed) == ([], 1, {"promises": ["genuine"]})
    (line,) = differences_of(change).lines
    assert "".join(piece.text for piece in line.new) == str(ServicePromise.objects.get(code="genuine").name)


def test_a_copy_has_the_terms_of_its_model():
    row = save(on_sale(), promises=["invoice"], most_per_buyer=2)

    made = copy_product(product=row, by=shopper(), now=NOON)

    assert (made.promises, made.most_per_buyer) == (["invoice"], 2)
    assert set(made.skus.values_list("volume_cm3", flat=True)) == {350}
