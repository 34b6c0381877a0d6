"""
T+7 when everything breaks: real Celery workers killed with -9 in the middle of batches, the queue emptied, the
database crashed. What counts is that each share is settled exactly once (D2, P5).
"""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from settlement.models import Share
from settlement.release import release_due_shares
from settlement.verification import verify_ledger
from tests.factories.settlement import completed_orders, how_often_released
from tests.settlement.chaos import chaos

SWEEPER = "settlement.continue_release"


def settled() -> dict:
    """How often each share was released, what is left, and whether the books are sound."""
    connections.close_all()
    found = verify_ledger()
    return {
        "released": how_often_released(),
        "pending": Share.objects.filter(status=Share.Status.PENDING).count(),
        "sum": found.sum,
        "faults": found.faults,
    }


def test_each_share_is_settled_once_though_workers_are_killed_and_the_queue_is_emptied(
    committed_db, owner_connection, tmp_path
):  # D2, S3
    completed_orders(owner_connection, 5_000, completed_at=timezone.now() - timedelta(days=30))

    with chaos(committed_db, tmp_path, task=SWEEPER) as world:
        world.kill_workers(12, seconds=180)
        world.finish(seconds=60)

    assert world.kills >= 12
    assert world.kills_in_a_batch >= 6
    assert settled() == {"released": {1: 5_000}, "pending": 0, "sum": {"CNY": 0}, "faults": []}
    assert release_due_shares(now=timezone.now() + timedelta(days=30)) == 0  # D3


def test_without_key_and_common_transaction_shares_are_settled_twice(
    committed_db, owner_connection, tmp_path
):  # negative control
    completed_orders(owner_connection, 2_000, completed_at=timezone.now() - timedelta(days=30))
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE settlement_entry DROP CONSTRAINT entry_once_per_reason")

    with chaos(committed_db, tmp_path, app="tests.settlement.broken_release", task="tests.broken_release") as world:
        world.kill_workers(4, seconds=120)
        world.finish(seconds=60)

    times = settled()["released"]
    assert world.kills >= 1
    assert sum(count for often, count in times.items() if often > 1) > 0


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_shares_fifty_kills_a_crash_of_the_database_and_three_of_the_broker(
    committed_db, owner_connection, tmp_path, proof
):  # D2
    completed_orders(owner_connection, 100_000, completed_at=timezone.now() - timedelta(days=30))

    with chaos(committed_db, tmp_path, task=SWEEPER) as world:
        world.kill_workers(17, seconds=600)
        world.crash_database()
        world.kill_workers(34, seconds=600)
        world.empty_queue()
        world.kill_workers(50, seconds=600)
        seconds = world.finish(seconds=300)

    found = settled()
    proof(
        "settlement survives kills",
        shares=100_000,
        kills=world.kills,
        kills_in_a_batch=world.kills_in_a_batch,
        database_crashes=world.crashes,
        broker_kills=world.broker_kills,
        settled_once=found["released"].get(1, 0),
        ledger_sum=found["sum"],
        seconds_to_finish=round(seconds, 1),
    )
    assert (world.kills, world.crashes) == (50, 1)
    assert world.broker_kills >= 3
    assert found == {"released": {1: 100_000}, "pending": 0, "sum": {"CNY": 0}, "faults": []}
