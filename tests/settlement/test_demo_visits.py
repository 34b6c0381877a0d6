"""The demonstration's visitors fit what was bought."""

from datetime import timedelta

import pytest

from merchants import growth
from merchants.models import DailyFacts
from settlement.demo.visits import show_visits
from tests.conftest import NOON
from tests.factories.merchants import shop


@pytest.mark.django_db
def test_every_day_since_opening_has_visitors_and_more_where_more_is_bought():
    place = shop(opened_at=NOON - timedelta(days=5))
    for number in range(8):
        growth.write(shop_id=place.public_id, name="OrderPaid", subject=f"ord_{number}", at=NOON - timedelta(days=2),
                     shopper_id=number, paid_orders=1)  # fmt: skip

    for _again in range(2):
        show_visits(shops={place.slug: place}, now=NOON)

    days = list(DailyFacts.objects.filter(shop=place).order_by("on"))
    assert [day.on for day in days] == [NOON.date() - timedelta(days=back) for back in range(5, 0, -1)]
    assert max(days, key=lambda day: day.visitors).paid_orders == 8
    assert all(5 <= day.visitors < day.page_views for day in days)
    assert growth.rebuild()["different"] == 0
