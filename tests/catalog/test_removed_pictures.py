"""Goods that show pictures of removed goods go to a reviewer, who reads which picture it is (R1)."""

import pytest

from catalog import gallery
from catalog.changes import told
from catalog.models import Product
from catalog.products import approve_product, refuse_product, save_product, submit_product, take_down_product
from catalog.skus import SkuDraft
from mall.money import Money
from mall.tenancy import shop_scope
from mall.texts import Text
from risk.models import RemovedPicture
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import shop
from tests.risk.test_pictures import cut, drawn, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path, in_english):
    settings.MEDIA_ROOT = tmp_path


def offered(place=None, *images, status="draft"):
    """A product with these pictures."""
    row = product(shop=place or shop(), status="draft")
    owner = shopper()
    skus, fields = [SkuDraft(price=Money(100))], {"title": row.title}
    row = save_product(product=row, shop=row.shop, fields=fields, skus=skus, by=owner, now=NOON)
    for image in images:
        gallery.add_picture(product=row, image=image, by=owner, now=NOON)
    if status == "on_sale":
        row = submit_product(product=row, by=owner, now=NOON)
        assert row.status == Product.Status.ON_SALE
    return row


def removed(reason="fake", by="staff", image=None):
    row = offered(None, _file(image or drawn(1)), status="on_sale")
    return take_down_product(
        product=row, note="…", reason=reason, by=staff() if by else None, now=NOON
    )  # fmt: skip


def _file(image, kind="JPEG", **how):
    from django.core.files.base import ContentFile

    return ContentFile(written(image, kind, **how).getvalue(), name="a.jpg")


def why(row):
    return [told(reason) for reason in row.changes.filter(status="pending").get().reasons]


def test_a_copy_on_new_goods_of_another_shop_is_looked_at_and_another_picture_is_not():
    removed()
    copied = offered(None, _file(drawn(2)), _file(cut(drawn(1), 0.03, 0.03, 0.03, 0.03), quality=50))
    honest = offered(None, _file(drawn(3)))

    copied = submit_product(product=copied, by=shopper(), now=NOON)
    honest = submit_product(product=honest, by=shopper(), now=NOON)

    assert (copied.status, honest.status) == (Product.Status.IN_REVIEW, Product.Status.ON_SALE)
    (reason,) = why(copied)
    assert reason.startswith("a picture like one of goods that were removed: № 2 (")


@pytest.mark.parametrize(("reason", "by"), [("title", "staff"), ("fake", None)])
def test_who_was_removed_for_something_else_or_by_the_clock_leaves_no_marks(reason, by):
    removed(reason, by)

    assert RemovedPicture.objects.count() == 0
    assert submit_product(product=offered(None, _file(drawn(1))), by=shopper(), now=NOON).status == "on_sale"


def test_a_picture_added_to_approved_goods_waits_and_stays_waiting_while_words_change():
    removed()
    row, owner = offered(None, _file(drawn(4)), status="on_sale"), shopper()

    assert gallery.add_picture(product=row, image=_file(drawn(1), quality=40), by=owner, now=NOON) is None
    fields = {"title": Text({"zh-hans": "另一只杯", "en": "Another cup"})}
    save_product(product=row, shop=row.shop, fields=fields, skus=[SkuDraft(price=Money(100))], by=owner, now=NOON)

    row.refresh_from_db()
    assert row.pictures.count() == 1
    assert [reason.partition(":")[0] for reason in why(row)] == ["a picture like one of goods that were removed"]
    assert gallery.add_picture(product=offered(None, status="draft"), image=_file(drawn(5)), by=owner, now=NOON)


def test_counterfeits_that_a_reviewer_refuses_are_remembered_and_forgotten_when_she_agrees_after_all():
    row = offered(None, _file(drawn(6)))
    Product.objects.filter(pk=row.pk).update(brand=None)
    row.category.risk = "strict"
    row.category.save()
    row = submit_product(product=row, by=shopper(), now=NOON)
    refuse_product(product=row, note="…", reason="fake", by=staff(), now=NOON)
    assert RemovedPicture.objects.filter(subject_id=row.public_id).exists()

    row = submit_product(product=row, by=shopper(), now=NOON)
    assert any("a picture like" in reason for reason in why(row))
    approve_product(product=row, by=staff(), now=NOON)

    assert RemovedPicture.objects.count() == 0


def test_the_role_of_the_back_office_compares_and_writes_nothing():
    from django.db import DatabaseError, transaction

    removed()
    row = offered(None, _file(drawn(1), quality=60))

    with shop_scope(row.shop_id):
        assert submit_product(product=row, by=shopper(), now=NOON).status == "in_review"
        with pytest.raises(DatabaseError), transaction.atomic():
            RemovedPicture.objects.all().delete()


def test_a_file_that_is_gone_hides_nothing_else(tmp_path):
    removed()
    row = offered(None, _file(drawn(8)), _file(drawn(1), quality=60))
    first = row.pictures.order_by("position").first()
    type(first).objects.filter(pk=first.pk).update(image="products/00/none-100x100.webp")

    assert submit_product(product=row, by=shopper(), now=NOON).status == "in_review"
