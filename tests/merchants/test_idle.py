from datetime import timedelta

import pytest

from mall import tunables
from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from merchants.idle import idle_since, watch_idle_shops
from merchants.models import Shop, ShopActivity
from merchants.shops import thaw_shop
from merchants.tunables import FREEZE_DAYS, REMINDER_DAYS
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def fresh_tunables():
    tunables.registry.forget()
    yield
    tunables.registry.forget()


def idle_for(span, **fields):
    return shop(opened_at=NOON - 400 * DAY, last_paid_at=NOON - span, **fields)


def announced() -> list[tuple[str, dict]]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", "payload"))


def state(place) -> tuple:
    place.refresh_from_db()
    return place.status, place.reminded_at, place.frozen_at


@pytest.mark.parametrize(
    ("idle", "status", "is_reminded"),
    [
        (30 * DAY - SECOND, "open", False),
        (30 * DAY, "open", False),
        (30 * DAY + SECOND, "open", True),
        (60 * DAY - SECOND, "open", True),
        (60 * DAY, "open", True),
        (60 * DAY + SECOND, "frozen", False),
    ],
)
def test_over_30_days_remind_and_over_60_freeze(idle, status, is_reminded):  # M7
    place = idle_for(idle)

    watch_idle_shops(now=NOON)

    assert state(place) == (status, NOON if is_reminded else None, NOON if status == "frozen" else None)


@pytest.mark.parametrize("latest", ["opened_at", "last_paid_at", "thawed_at"])
@pytest.mark.parametrize(("idle", "is_reminded"), [(30 * DAY, False), (30 * DAY + SECOND, True)])
def test_clock_starts_at_the_latest_of_opening_order_and_thawing(latest, idle, is_reminded):
    moments = dict.fromkeys(("opened_at", "last_paid_at", "thawed_at"), NOON - 200 * DAY) | {latest: NOON - idle}
    place = shop(**moments)

    watch_idle_shops(now=NOON)

    assert (state(place)[1] is not None, idle_since(place)) == (is_reminded, NOON - idle)


def test_new_shop_without_any_order_counts_from_its_opening():
    place = shop(opened_at=NOON - 31 * DAY)
    ShopActivity.objects.all().delete()  # not even a row that could tell

    watch_idle_shops(now=NOON)

    place = Shop.objects.get()
    assert (place.reminded_at, idle_since(place)) == (NOON, NOON - 31 * DAY)


def test_shop_is_told_and_everybody_hears_it():
    sleepy, asleep, lively = idle_for(45 * DAY), idle_for(61 * DAY), idle_for(DAY)

    done = watch_idle_shops(now=NOON)

    reason = "超过 60 天没有付款订单。"
    assert done == {"reminded": 1, "frozen": 1}
    assert announced() == [
        ("ShopFrozen", {"shop_id": asleep.public_id, "reason": reason, "frozen_at": NOON.isoformat()}),
        ("ShopReminded", {"shop_id": sleepy.public_id, "idle_days": 45, "reminded_at": NOON.isoformat()}),
    ]
    assert set(AuditRecord.objects.values_list("action", "subject", "actor_label")) == {
        ("merchants.freeze_shop", asleep.public_id, "clock"),
        ("merchants.remind_shop", sleepy.public_id, "clock"),
    }
    asleep.refresh_from_db()
    assert (asleep.frozen_because, state(lively)) == (reason, ("open", None, None))


def test_reminder_comes_once_until_the_shop_sells_again():
    place = idle_for(31 * DAY)

    watch_idle_shops(now=NOON)
    second_run = watch_idle_shops(now=NOON + SECOND)
    next_day = watch_idle_shops(now=NOON + DAY)
    ShopActivity.objects.update(last_paid_at=NOON + 2 * DAY)
    after_a_sale = watch_idle_shops(now=NOON + 33 * DAY)

    assert (second_run, next_day, after_a_sale) == ({}, {}, {"reminded": 1, "frozen": 0})
    assert [event["idle_days"] for _name, event in announced()] == [31, 31]
    assert state(place) == ("open", NOON + 33 * DAY, None)


def test_run_that_was_missed_for_months_freezes_at_once():
    place = idle_for(200 * DAY)

    assert watch_idle_shops(now=NOON) == {"reminded": 0, "frozen": 1}
    assert watch_idle_shops(now=NOON) == {}
    assert state(place) == ("frozen", None, NOON)


def test_thawed_shop_has_its_days_again():
    place = idle_for(70 * DAY)
    watch_idle_shops(now=NOON)

    thaw_shop(shop=place, by=staff(), now=NOON + DAY)

    assert watch_idle_shops(now=NOON + 31 * DAY) == {}
    assert watch_idle_shops(now=NOON + 31 * DAY + SECOND) == {"reminded": 1, "frozen": 0}
    assert watch_idle_shops(now=NOON + 61 * DAY + SECOND) == {"reminded": 0, "frozen": 1}


@pytest.mark.parametrize("status", [Shop.Status.FROZEN, Shop.Status.CLOSED])
def test_frozen_and_closed_shops_are_left_alone(status):
    place = idle_for(300 * DAY, status=status, frozen_at=NOON - DAY)

    assert watch_idle_shops(now=NOON) == {}
    assert (state(place), announced()) == ((status, None, NOON - DAY), [])


def test_staff_turn_the_days():
    place, clerk = idle_for(10 * DAY), staff()
    REMINDER_DAYS.turn(9, by=clerk, now=NOON)
    FREEZE_DAYS.turn(11, by=clerk, now=NOON)

    assert watch_idle_shops(now=NOON) == {"reminded": 1, "frozen": 0}
    assert watch_idle_shops(now=NOON + DAY + SECOND) == {"reminded": 0, "frozen": 1}
    assert state(place)[0] == "frozen"


@pytest.mark.parametrize("count", [1, 30])
def test_statements_do_not_grow_with_the_shops(count, django_assert_num_queries):
    for _number in range(count):
        idle_for(40 * DAY)
        idle_for(70 * DAY)

    # tunables; holidays (with a savepoint), freeze, remind; two of the trail, outbox; savepoint around them
    with django_assert_num_queries(11):
        assert watch_idle_shops(now=NOON) == {"reminded": count, "frozen": count}


def test_task_writes_down_what_it_did():
    from mall.jobs import JobRun
    from merchants.tasks import watch_idle_shops as task

    shop(opened_at=NOON - 9000 * DAY)

    task()

    run = JobRun.objects.get()
    assert (run.name, run.ok, run.summary) == ("merchants.watch_idle_shops", True, {"reminded": 0, "frozen": 1})
