"""T+7: the daily run that makes the shops' shares available."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from mall import clock
from mall.clock import business_date, start_of
from mall.events.models import OutboxEvent
from mall.money import Money
from merchants.models import Shop
from risk.holds import place_hold, release_hold
from risk.models import Hold
from settlement import tasks
from settlement.ledger import balances
from settlement.models import Entry, Posting, Share
from settlement.release import RELEASE_HOUR, continue_release, release_due_shares
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import shop
from tests.factories.settlement import LONG_AGO, completed_orders, how_often_released, released_amounts

DUE = start_of(date(2026, 2, 7))  # seven days after LONG_AGO


def test_every_due_share_becomes_available_once(committed_db, owner_connection):  # S3
    shops = completed_orders(owner_connection, 50)
    owed = {row.pk: sum(share.net.minor for share in Share.objects.filter(shop=row)) for row in shops}

    released = release_due_shares(now=NOON, batch=7)
    again = release_due_shares(now=NOON + timedelta(days=30), batch=7)

    assert (released, again) == (50, 0)
    assert how_often_released() == {1: 50}
    assert {pk: total for pk, (_, total) in released_amounts().items()} == owed
    assert {row.pk: balances(row) for row in shops} == {
        pk: {"pending": Money(0), "available": Money(total)} for pk, total in owed.items()
    }
    assert verify_ledger().ok


def test_a_share_is_available_on_its_day_and_not_a_microsecond_earlier(committed_db, owner_connection):  # D1, S3
    completed_orders(owner_connection, 3)

    early = release_due_shares(now=DUE - timedelta(microseconds=1))
    due = release_due_shares(now=DUE)

    assert (early, due) == (0, 3)
    assert set(Share.objects.values_list("due_on", "released_at")) == {(date(2026, 2, 7), DUE)}


def test_two_schedulers_on_one_day_and_the_same_day_again_a_month_later_settle_nothing_twice(
    committed_db, owner_connection
):  # D3
    completed_orders(owner_connection, 60)

    def books():
        return list(Posting.objects.order_by("pk").values_list("entry", "account", "amount")), list(
            Share.objects.order_by("pk").values_list("status", "released_at")
        )

    def run(number):
        try:
            gate.wait()
            return release_due_shares(now=DUE + number * timedelta(minutes=1), batch=7)
        finally:
            connection.close()

    gate = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        released = list(pool.map(run, range(4)))
    settled = books()
    again = [release_due_shares(now=DUE), release_due_shares(now=DUE + timedelta(days=30), due_by=DUE.date())]

    assert (sum(released), again) == (60, [0, 0])
    assert how_often_released() == {1: 60}
    assert books() == settled


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1)], ids=["ahead", "behind"])
def test_a_worker_whose_clock_is_wrong_settles_nothing_early_and_nothing_late(
    committed_db, owner_connection, monkeypatch, wrong_by
):  # D4: the clock of the database decides
    today = business_date(timezone.now())
    completed_orders(owner_connection, 3, completed_at=start_of(today - timedelta(days=7)))
    completed_orders(owner_connection, 3, completed_at=start_of(today - timedelta(days=6)))

    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + wrong_by)
    by_its_own_clock = business_date(clock.now())
    first = tasks.release_due_shares()
    again = tasks.continue_release()

    assert by_its_own_clock == today + wrong_by  # negative control: it would have taken another day
    assert (first, again) == ({"released": 3}, {})
    assert set(Share.objects.values_list("status", "due_on")) == {
        ("released", today), ("pending", today + timedelta(days=1)),
    }  # fmt: skip


def test_each_shop_is_told_what_became_available(committed_db, owner_connection):
    shops = completed_orders(owner_connection, 6)

    release_due_shares(now=NOON)

    told = OutboxEvent.objects.filter(name="SharesReleased").values_list("payload", flat=True)
    assert {(event["shop_id"], event["order_count"], event["amount"], event["currency"]) for event in told} == {
        (row.public_id, 2, balances(row)["available"].minor, "CNY") for row in shops
    }


def test_what_risk_holds_stays_pending_until_the_hold_is_released(committed_db, owner_connection):  # S3
    held_shop, other = completed_orders(owner_connection, 6, shops=[shop(), shop()])
    order_id = Share.objects.filter(shop=other).earliest("pk").order_public_id
    holds = [
        place_hold(kind=Hold.Kind.SETTLEMENT, subject_id=subject, reason="dispute", now=NOON)
        for subject in (held_shop.public_id, order_id)
    ]

    first = release_due_shares(now=NOON, batch=2)
    release_hold(hold=holds[1], by=staff(), now=NOON)
    second = release_due_shares(now=NOON, batch=2)
    release_hold(hold=holds[0], by=staff(), now=NOON)
    third = release_due_shares(now=NOON, batch=2)

    assert (first, second, third) == (2, 1, 3)
    assert verify_ledger().ok


def test_a_frozen_shop_is_still_settled(committed_db, owner_connection):
    frozen = shop(status=Shop.Status.FROZEN, frozen_at=LONG_AGO)
    completed_orders(owner_connection, 4, shops=[frozen])

    released = release_due_shares(now=NOON)

    assert released == 4


def test_a_share_of_nothing_is_released_without_an_entry(committed_db, owner_connection):
    completed_orders(owner_connection, 2)
    with owner_connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_share SET net = 0, commission = gross WHERE id = (SELECT min(id) FROM settlement_share)"
        )

    released = release_due_shares(now=NOON)

    assert released == 2
    assert Entry.objects.filter(kind=Entry.Kind.RELEASED).count() == 1


def test_the_run_that_was_lost_is_finished_after_its_hour(committed_db, owner_connection):
    completed_orders(owner_connection, 3)

    before = continue_release(now=DUE + timedelta(hours=RELEASE_HOUR) - timedelta(seconds=1))
    after = continue_release(now=DUE + timedelta(hours=RELEASE_HOUR))

    assert (before, after) == (0, 3)


def test_the_hour_of_the_daily_run_is_the_one_in_the_schedule():
    from mall.schedule import SCHEDULE

    (line,) = (line for line in SCHEDULE if line.task == "settlement.release_due_shares")

    assert (line.when.hour, line.when.minute) == ({RELEASE_HOUR}, {0})


def test_a_run_takes_the_same_statements_for_few_and_for_many(
    committed_db, owner_connection, django_assert_num_queries
):
    completed_orders(owner_connection, 3)
    completed_orders(owner_connection, 300, completed_at=LONG_AGO + timedelta(days=1))
    release_due_shares(now=DUE - timedelta(days=1))

    with django_assert_num_queries(10):
        few = release_due_shares(now=DUE, batch=1000)
    with django_assert_num_queries(10):
        many = release_due_shares(now=DUE + timedelta(days=1), batch=1000)

    assert (few, many) == (3, 300)
