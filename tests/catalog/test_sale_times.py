"""C3: goods go on sale and off sale at the moments that the shop has set, exactly; who is not ready is told."""

from datetime import timedelta

import pytest

from catalog import products
from catalog.models import Product
from catalog.sale_times import WrongSaleTimes, follow_sale_times, set_sale_times
from mall.audit.models import AuditRecord
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from tests.catalog.test_products import written
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)


def goods(status="off_sale", **fields):
    return sku(product=product(status=status, **fields)).product


def times(row, starts=None, ends=None, now=NOON):
    return set_sale_times(product=row, starts_at=starts, ends_at=ends, by=shopper(), now=now)


def after(row, now):
    counts = follow_sale_times(now=now)
    row.refresh_from_db()
    return row.status, counts


def test_goods_go_on_sale_and_off_sale_at_their_moments_exactly():
    row = goods()
    times(row, NOON + HOUR, NOON + 2 * HOUR)

    assert after(row, NOON + HOUR - INSTANT) == ("off_sale", {})
    assert after(row, NOON + HOUR) == ("on_sale", {"on": 1})
    assert after(row, NOON + HOUR) == ("on_sale", {})
    assert after(row, NOON + 2 * HOUR - INSTANT) == ("on_sale", {})
    assert after(row, NOON + 2 * HOUR) == ("off_sale", {"off": 1})
    assert (row.sale_starts_at, row.sale_ends_at) == (None, None)
    actions = list(AuditRecord.objects.filter(subject=row.public_id).order_by("pk").values_list("action", flat=True))
    assert actions == ["catalog.set_sale_times", "catalog.put_on_sale", "catalog.take_off_sale"]


def test_a_clock_that_stood_still_puts_nothing_on_sale_whose_end_is_over():
    row = goods()
    times(row, NOON + HOUR, NOON + 2 * HOUR)

    assert after(row, NOON + 3 * HOUR) == ("off_sale", {})
    assert row.sale_starts_at is None


def test_what_is_approved_early_waits_for_its_moment():
    row = written(category=category(needs_review=True))
    times(row, NOON + HOUR)
    products.submit_product(product=row, by=shopper(), now=NOON)

    row = products.approve_product(product=row, by=staff(), now=NOON)
    assert (row.status, row.on_sale_at) == ("off_sale", None)

    assert after(row, NOON + HOUR) == ("on_sale", {"on": 1})
    assert row.on_sale_at == NOON + HOUR


def test_what_is_harmless_waits_for_its_moment_too():
    row = written()
    times(row, NOON + HOUR)

    assert products.submit_product(product=row, by=shopper(), now=NOON).status == "off_sale"


@pytest.mark.parametrize("status", ["draft", "in_review", "refused", "withheld"])
def test_what_is_not_ready_is_told_to_the_shop_once(status):
    owner = shopper()
    row = goods(status="off_sale", shop=shop(owner=owner))
    times(row, NOON + HOUR)
    Product.objects.filter(pk=row.pk).update(status=status)

    assert after(row, NOON + HOUR) == (status, {"not": 1})
    assert after(row, NOON + HOUR) == (status, {})
    (notice,) = Notice.objects.filter(kind="catalog.sale_not_started")
    assert notice.person == owner
    assert notice.title and notice.body


def test_what_is_approved_late_is_on_sale_at_once():
    row = written(category=category(needs_review=True))
    times(row, NOON + HOUR)
    products.submit_product(product=row, by=shopper(), now=NOON)
    follow_sale_times(now=NOON + HOUR)

    assert products.approve_product(product=row, by=staff(), now=NOON + 2 * HOUR).status == "on_sale"


def test_what_the_papers_withhold_goes_off_sale_at_its_end():
    row = goods(status="withheld")
    times(row, ends=NOON + HOUR)

    assert after(row, NOON + HOUR) == ("off_sale", {"off": 1})


@pytest.mark.parametrize(
    ("status", "starts", "ends"),
    [
        ("off_sale", -HOUR, None),
        ("off_sale", timedelta(0), None),
        ("off_sale", None, -HOUR),
        ("off_sale", 2 * HOUR, HOUR),
        ("off_sale", HOUR, HOUR),
        ("on_sale", HOUR, None),
    ],
)
def test_moments_that_cannot_be_kept_are_refused(status, starts, ends):
    row = goods(status)

    with pytest.raises(WrongSaleTimes):
        times(row, NOON + starts if starts is not None else None, NOON + ends if ends is not None else None)
    row.refresh_from_db()
    assert (row.sale_starts_at, row.sale_ends_at) == (None, None)


def test_what_was_taken_down_has_no_moments():
    with pytest.raises(WrongStatus):
        times(goods("taken_down"), NOON + HOUR)


def test_put_on_sale_by_hand_the_start_is_over():
    row = goods()
    times(row, NOON + HOUR, NOON + 2 * HOUR)

    row = products.put_on_sale(product=row, by=shopper(), now=NOON)

    assert (row.status, row.sale_starts_at, row.sale_ends_at) == ("on_sale", None, NOON + 2 * HOUR)
