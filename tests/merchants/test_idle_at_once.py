from datetime import timedelta

from mall.events.models import OutboxEvent
from merchants.idle import watch_idle_shops
from merchants.models import Shop
from tests.conftest import NOON
from tests.factories.merchants import shop
from tests.merchants.test_applications_at_once import side_by_side


def test_runs_at_once_freeze_and_remind_each_shop_once(committed_db):  # M7
    for days in (40, 70):
        for _number in range(50):
            shop(opened_at=NOON - timedelta(days=days))

    done = side_by_side(*(lambda: watch_idle_shops(now=NOON) for _run in range(4)))

    assert {key: sum(run.get(key, 0) for run in done) for key in ("reminded", "frozen")} == {
        "reminded": 50,
        "frozen": 50,
    }
    assert Shop.objects.filter(status="frozen").count() == 50
    assert OutboxEvent.objects.count() == 100
