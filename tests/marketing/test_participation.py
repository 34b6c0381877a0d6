"""In how many promotions a shop took part, told to its growth file once for each day (M5)."""

from datetime import date, timedelta

import pytest

from mall.events import deliver_everything
from mall.events.models import OutboxEvent, Receipt
from marketing.participation import promotions_on, tell_participation
from marketing.promotions import join_promotion, stop_promotion
from merchants import growth
from merchants.models import DailyFacts
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.marketing import draft, promotion
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)  # the day of NOON


def told(place) -> dict[date, int]:
    deliver_everything()
    return dict(DailyFacts.objects.filter(shop=place).values_list("on", "promotion_days"))


def test_own_and_joined_promotions_are_counted_on_each_day_on_which_they_ran():
    place, other, by = shop(), shop(), staff()
    stopped = promotion(shop=place)
    promotion("coupon", shop=place, ends_at=NOON + DAY)
    promotion("percentage", shop=place, starts_at=NOON + 2 * DAY)
    draft(shop=place)
    mall = promotion("coupon", shop=None, shop_bps=5000)
    join_promotion(promotion=mall, shop=place, by=by, now=NOON + DAY)
    join_promotion(promotion=mall, shop=other, by=by, now=NOON + 2 * DAY)
    stop_promotion(promotion=stopped, by=by, now=NOON + DAY)

    assert [promotions_on(MONDAY + n * DAY)[place.public_id] for n in range(-1, 4)] == [0, 2, 3, 2, 2]

    late = NOON + 4 * DAY
    assert tell_participation(now=late - DAY) == 4  # the first day is told three days late
    assert tell_participation(now=late - DAY) == 4  # and again before anybody has heard it
    assert (told(place), told(other)) == (
        {MONDAY: 2, MONDAY + DAY: 3, MONDAY + 2 * DAY: 2},
        {MONDAY + 2 * DAY: 1},
    )
    assert (tell_participation(now=late - DAY), tell_participation(now=late)) == (0, 2)  # Thursday, of both shops
    deliver_everything()

    Receipt.objects.all().delete()
    OutboxEvent.objects.update(delivered_at=None)
    assert told(place) == {MONDAY: 2, MONDAY + DAY: 3, MONDAY + 2 * DAY: 2, MONDAY + 3 * DAY: 2}
    assert growth.rebuild()["different"] == 0
