from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mall import clock
from mall.events.models import OutboxEvent
from merchants.documents import accept_document, renew_document
from merchants.licences import may_sell, watch_documents
from merchants.models import AdmittedTrade, DocumentWarning, Trade
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.papers import picture
from tests.factories.papers import said as said_of
from tests.merchants.applying import opened

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LAST = clock.business_date(NOON + 60 * DAY)  # the last day of the food licence


@pytest.fixture
def food_shop():
    return opened(kind="individual", trades=["food", "general"], papers={"food-licence": {"valid_to": LAST}}).shop


def round_of(day: int) -> dict:
    """The daily round, so many days from noon."""
    return watch_documents(now=NOON + day * DAY)


def told(name: str) -> list[dict]:
    return list(OutboxEvent.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def suspended(shop) -> set[str]:
    rows = AdmittedTrade.objects.filter(merchant=shop.merchant, suspended_at__isnull=False)
    return set(rows.values_list("trade__slug", flat=True))


def renew(shop, *, now):
    document = renew_document(
        merchant=shop.merchant,
        kind="food-licence",
        said=said_of("food-licence", valid_to=LAST + 700 * DAY),
        file=picture(),
        by=shop.seats.get().user,
        now=now,
    )
    return accept_document(document=document, by=staff(), now=now)


def test_warned_once_each_suspended_on_the_day_and_back(food_shop):  # M1
    rounds = {day: round_of(day) for day in (29, 30, 31, 45, 46, 53, 54, 60, 61, 62)}

    assert rounds == {
        29: {}, 30: {"warned": 1}, 31: {}, 45: {"warned": 1}, 46: {}, 53: {"warned": 1}, 54: {}, 60: {},
        61: {"suspended": 1}, 62: {},
    }  # fmt: skip
    assert [event["days"] for event in told("DocumentExpiring")] == [30, 15, 7]
    assert suspended(food_shop) == {"food"}
    assert [event["trade"] for event in told("TradeSuspended")] == ["food"]
    food_shop.refresh_from_db()
    assert food_shop.is_open
    food, general = Trade.objects.get(slug="food"), Trade.objects.get(slug="general")
    assert [may_sell(food_shop, pk) for pk in (food.pk, general.pk, None)] == [False, True, True]

    renew(food_shop, now=NOON + 63 * DAY)

    assert suspended(food_shop) == set()
    assert [event["trade"] for event in told("TradeRestored")] == ["food"]
    assert round_of(64) == {}
    assert may_sell(food_shop, food.pk)


def test_running_twice_or_late_comes_to_the_same(food_shop):
    assert [round_of(30), round_of(30)] == [{"warned": 1}, {}]
    assert round_of(55) == {"warned": 1}  # after weeks of silence: the nearest warning, once
    assert [round_of(90), round_of(90)] == [{"suspended": 1}, {}]
    assert list(DocumentWarning.objects.order_by("pk").values_list("days", flat=True)) == [30, 7]


def test_a_paper_for_every_trade_stops_every_trade():
    shop = opened(trades=["general", "3c"], papers={"id-card": {"valid_to": LAST}}).shop

    round_of(61)

    assert suspended(shop) == {"general", "3c"}
    assert not may_sell(shop, None)


def test_a_trade_that_was_never_admitted_may_not_be_sold_in(food_shop):
    assert not may_sell(food_shop, Trade.objects.get(slug="luxury").pk)


def test_the_round_costs_the_same_however_many_merchants(food_shop):
    with CaptureQueriesContext(connection) as few:
        round_of(1)
    for _number in range(2):
        opened()
    with CaptureQueriesContext(connection) as many:
        round_of(2)

    assert len(few) == len(many)
