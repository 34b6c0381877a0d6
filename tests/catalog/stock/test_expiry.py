"""C4: holds that nobody claims any more are given back; what an order claims never is."""

from datetime import timedelta

import pytest

from catalog.models import Reservation, Stock
from catalog.stock import keep_reserved, reserve
from catalog.stock.expiry import expire_reservations
from tests.conftest import NOON
from tests.factories.catalog import sku

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def reserved(row):
    return Stock.objects.get(sku=row).reserved


def test_a_hold_that_was_left_behind_is_given_back_some_minutes_after_its_time():
    teapot = sku(stock=5)
    reserve(document="hold_1", quantities={teapot.pk: 2}, now=NOON, expires_at=NOON + 15 * MINUTE)

    assert expire_reservations(now=NOON + 24 * MINUTE) == 0
    assert expire_reservations(now=NOON + 25 * MINUTE) == 1
    assert expire_reservations(now=NOON + 26 * MINUTE) == 0
    assert (reserved(teapot), Reservation.objects.get().status) == (0, "released")


def test_what_has_no_time_or_is_kept_stays(settings):
    teapot = sku(stock=5)
    reserve(document="ord_1", quantities={teapot.pk: 2}, now=NOON)
    reserve(document="ord_2", quantities={teapot.pk: 1}, now=NOON, expires_at=NOON)

    assert keep_reserved(documents=["ord_2"]) == 1
    assert expire_reservations(now=NOON + timedelta(days=1)) == 0
    assert reserved(teapot) == 3


def claims_the_second(documents):
    return {"hold_2"} & set(documents)


def test_what_somebody_claims_is_passed_over_and_the_rest_is_not(settings):
    settings.STOCK_CLAIMS = [f"{__name__}.claims_the_second"]
    teapot = sku(stock=5)
    for number in (1, 2, 3):
        reserve(document=f"hold_{number}", quantities={teapot.pk: 1}, now=NOON, expires_at=NOON)

    assert expire_reservations(now=NOON + timedelta(days=1)) == 2
    assert list(Reservation.objects.filter(status="held").values_list("document", flat=True)) == ["hold_2"]
