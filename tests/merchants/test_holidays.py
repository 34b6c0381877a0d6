from datetime import date, datetime, timedelta

import pytest

from mall.audit.models import AuditRecord
from mall.clock import BUSINESS_ZONE
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from merchants.holidays import HolidayTooLong, current_holiday, end_due_holidays, end_holiday, start_holiday
from merchants.models import Holiday, Shop
from merchants.shops import freeze_shop
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TENTH = date(2026, 3, 10)
END_OF_TENTH = datetime(2026, 3, 11, tzinfo=BUSINESS_ZONE)


def started(place=None, last_day=TENTH):
    place = place or shop()
    start_holiday(shop=place, last_day=last_day, by=shopper(), now=NOON)
    place.refresh_from_db()
    return place


def test_shop_rests_until_the_end_of_the_day_it_names():  # M3
    place = started()

    holiday = current_holiday(place)
    assert (place.status, holiday.started_at, holiday.ends_at) == ("holiday", NOON, END_OF_TENTH)
    assert AuditRecord.objects.get().action == "merchants.start_holiday"
    assert OutboxEvent.objects.get().name == "ShopWentOnHoliday"


@pytest.mark.parametrize("last_day", [date(2026, 3, 1), date(2026, 5, 2)])
def test_last_day_lies_ahead_and_not_too_far(last_day):
    place = shop()

    with pytest.raises(HolidayTooLong):
        started(place, last_day)
    assert (Shop.objects.get().status, Holiday.objects.count()) == ("open", 0)


@pytest.mark.parametrize("last_day", [date(2026, 3, 2), date(2026, 5, 1)])
def test_today_and_the_sixtieth_day_are_within_the_bounds(last_day):
    assert started(last_day=last_day).status == "holiday"


@pytest.mark.parametrize("status", ["holiday", "frozen", "exiting", "closed"])
def test_only_a_shop_at_work_goes_on_holiday(status):
    with pytest.raises(WrongStatus):
        started(shop(status=status, frozen_at=NOON))


@pytest.mark.parametrize(("level", "back_to"), [(0, "open"), (1, "restricted"), (2, "restricted")])
def test_shop_comes_back_to_what_it_was(level, back_to):
    place = started(shop(status="restricted" if level else "open", restriction=level))

    end_holiday(shop=place, by=shopper(), now=NOON + DAY)

    place.refresh_from_db()
    assert (place.status, place.restriction, Holiday.objects.get().ended_at) == (back_to, level, NOON + DAY)
    with pytest.raises(WrongStatus):
        end_holiday(shop=place, by=shopper(), now=NOON + DAY)


def test_holiday_ends_by_itself_once():
    place, other = started(), started(last_day=date(2026, 3, 20))

    assert end_due_holidays(now=END_OF_TENTH - timedelta(seconds=1)) == 0
    assert end_due_holidays(now=END_OF_TENTH + 3 * DAY) == 1
    assert end_due_holidays(now=END_OF_TENTH + 3 * DAY) == 0

    place.refresh_from_db()
    other.refresh_from_db()
    assert (place.status, other.status, current_holiday(place)) == ("open", "holiday", None)
    assert Holiday.objects.get(shop=place).ended_at == END_OF_TENTH
    assert [event.name for event in OutboxEvent.objects.order_by("pk")][-1] == "ShopCameBack"


def test_freezing_ends_the_holiday_too():
    place = started()

    freeze_shop(shop=place, reason="Complaints", by=staff(), now=NOON + DAY)

    assert (Shop.objects.get().status, Holiday.objects.get().ended_at) == ("frozen", NOON + DAY)
