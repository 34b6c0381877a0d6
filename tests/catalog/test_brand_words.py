"""Protected brands in the words of goods (R1): named or imitated without a right to, a person looks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.brands import ask_authorization, grant_authorization
from catalog.models import Brand, Product
from catalog.product_words import screening_findings
from catalog.products import save_product, submit_product
from catalog.skus import SkuDraft
from mall import clock
from mall.money import Money
from mall.texts import Text
from merchants.models import Seat
from risk.screening import banned_words
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import brand, product
from tests.factories.merchants import seat, shop
from tests.factories.papers import picture

pytestmark = pytest.mark.django_db
TODAY = clock.business_date(NOON)


@pytest.fixture(autouse=True)
def english(in_english):
    pass


@pytest.fixture
def guarded():
    row = brand(slug="longquan", name="龙泉窑", english="Longquan")
    Brand.objects.filter(pk=row.pk).update(is_protected=True)
    row.refresh_from_db()
    return row


def authorized(place, of, *, days=60):
    asked = ask_authorization(
        shop=place, brand=of, number="SQ-1", valid_from=TODAY, valid_to=TODAY + timedelta(days=days), file=picture(),
        by=shopper(), now=NOON,
    )  # fmt: skip
    return grant_authorization(authorization=asked, by=staff(), now=NOON)


def found(place, title, english="Cup", *, now=NOON, **fields):
    row = product(shop=place, title=title, english=english, status="draft", **fields)
    return [(one.word, one.how, one.found) for one in screening_findings(row, now=now)]


def test_named_or_imitated_without_an_authorization_it_is_found(guarded):
    place = shop()

    assert found(place, "龙泉窑青瓷杯") == [("龙泉窑", "exact", "龙泉窑")]
    assert found(place, "龙泉瑶青瓷杯") == [("龙泉窑", "looks", "龙泉瑶")]
    assert found(place, "杯", "Lonqquan cup") == [("Longquan", "looks", "Lonqquan")]
    assert found(place, "龙泉宝剑", "Sword") == []


def test_a_live_authorization_allows_it_and_one_that_has_run_out_does_not(guarded):
    place = shop()
    authorized(place, guarded)

    assert found(place, "龙泉窑青瓷杯") == []
    assert found(place, "龙泉瑶青瓷杯", now=NOON + timedelta(days=60)) == []
    assert found(place, "龙泉窑青瓷杯", now=NOON + timedelta(days=61)) == [("龙泉窑", "exact", "龙泉窑")]
    assert found(shop(), "龙泉窑青瓷杯") == [("龙泉窑", "exact", "龙泉窑")]  # another shop's does not


def test_brands_that_anybody_may_sell_are_nobodys_business(guarded):
    brand(slug="other", name="龙泉瑶", english="Lonqquan")

    assert found(shop(), "龙泉瑶青瓷杯", "Lonqquan cup") == []
    Brand.objects.filter(pk=guarded.pk).update(is_protected=False)
    assert found(shop(), "龙泉窑青瓷杯") == []


def test_in_a_description_only_the_very_name_counts(guarded):
    words = Text({"zh-hans": "釉色如龙泉瑶。", "en": ""})

    assert found(shop(), "杯", description=words) == []
    assert found(shop(), "杯", description=Text({"zh-hans": "仿龙泉窑。"})) == [("龙泉窑", "exact", "龙泉窑")]


def test_it_goes_to_a_reviewer_who_reads_why_and_the_form_says_so(guarded, client):
    place, owner = shop(), shopper()
    seat(place, owner, Seat.Role.OWNER)
    row = product(shop=place, title="龙泉瑶青瓷杯", status="draft")
    save_product(
        product=row, shop=place, fields={"title": row.title}, skus=[SkuDraft(price=Money(100))], by=owner, now=NOON
    )  # fmt: skip
    plain = product(shop=place, title="青瓷杯", status="draft")
    save_product(
        product=plain, shop=place, fields={"title": plain.title}, skus=[SkuDraft(price=Money(100))], by=owner, now=NOON
    )  # fmt: skip

    submit_product(product=row, by=owner, now=NOON)
    submit_product(product=plain, by=owner, now=NOON)

    row.refresh_from_db(), plain.refresh_from_db()
    assert (row.status, plain.status) == (Product.Status.IN_REVIEW, Product.Status.ON_SALE)
    (reason,) = row.changes.get().reasons
    assert reason["code"] == "word"
    assert "looks like it" in reason["detail"]
    assert "【龙泉瑶】" in reason["detail"]
    client.force_login(owner)
    page = client.get(
        reverse("backoffice:catalog:edit", args=[place.slug, row.public_id]), headers={"accept-language": "en"}
    )
    assert "It looks like the name of a protected brand" in page.content.decode()


def test_for_many_products_brands_are_read_once(guarded):
    place = shop()
    rows = [product(shop=place, title="龙泉瑶杯", status="draft") for _each in range(3)]
    words = banned_words()
    screening_findings(rows[0], words, now=NOON)

    with CaptureQueriesContext(connection) as queries:
        assert all(screening_findings(row, words, now=NOON) for row in rows)
    assert not [query for query in queries if "brandauthorization" in query["sql"]]
