"""Holiday mode (M3, M7): a shop says until when it rests; shoppers see it and cannot buy, orders in flight go on."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mall.audit.models import AuditRecord
from mall.audit.trail import CLOCK, record
from mall.clock import start_of
from mall.events import publish
from mall.events.merchants import ShopCameBack, ShopWentOnHoliday
from mall.flow import WrongStatus
from mall.refusals import Refusal
from merchants.models import Holiday, Shop
from merchants.tunables import LONGEST_HOLIDAY_DAYS


class HolidayTooLong(Refusal):
    """A holiday ends in the future, and not too far away."""

    code = "holiday-too-long"
    status = 422


@transaction.atomic
def start_holiday(*, shop: Shop, last_day: date, by, now: datetime) -> Holiday:
    """
    The shop rests from now to the end of ``last_day``, a business day in Shanghai.

    :raises HolidayTooLong: the day is over, or lies further ahead than ``merchants.longest_holiday_days``
    :raises WrongStatus: the shop rests already, is frozen, leaves or is closed
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    ends_at = start_of(last_day + timedelta(days=1))
    longest = LONGEST_HOLIDAY_DAYS.value
    if not now < ends_at <= now + timedelta(days=longest + 1):
        raise HolidayTooLong(_("Choose a last day within the next %(days)d days.") % {"days": longest})
    Shop.FLOW.move(shop, Shop.Status.HOLIDAY)
    shop.save(update_fields=["status"])
    holiday = Holiday.objects.create(shop=shop, started_at=now, ends_at=ends_at, started_by=by)
    record(
        "merchants.start_holiday",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"last_day": last_day.isoformat()},
    )
    publish(ShopWentOnHoliday(shop_id=shop.public_id, started_at=now, ends_at=ends_at))
    return holiday


@transaction.atomic
def end_holiday(*, shop: Shop, by, now: datetime) -> Shop:
    """
    The shop sells again before its holiday is over.

    :raises WrongStatus: it does not rest
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    if shop.status != Shop.Status.HOLIDAY:
        raise WrongStatus(_("This shop is not on holiday."))
    Shop.FLOW.move(shop, shop.working_status)
    shop.save(update_fields=["status"])
    end_holiday_of(shop, now=now)
    record("merchants.end_holiday", shop.public_id, by=by, now=now, shop_slug=shop.slug)
    publish(ShopCameBack(shop_id=shop.public_id, ended_at=now))
    return shop


def end_holiday_of(shop: Shop, *, now: datetime) -> None:
    """Write down that a holiday of a shop, whose row the caller has locked and moves, is over."""
    for holiday in Holiday.objects.owned_by(shop).filter(ended_at=None):
        holiday.ended_at = min(max(now, holiday.started_at), holiday.ends_at)
        holiday.save(update_fields=["ended_at"])


_END_DUE = """
    WITH over AS (
        SELECT holiday.id, holiday.shop_id FROM merchants_holiday holiday
        JOIN merchants_shop shop ON shop.id = holiday.shop_id
        WHERE holiday.ended_at IS NULL AND holiday.ends_at <= %(now)s AND shop.status = 'holiday'
        ORDER BY shop.id FOR UPDATE OF shop, holiday SKIP LOCKED
    ), ended AS (
        UPDATE merchants_holiday holiday SET ended_at = holiday.ends_at FROM over WHERE over.id = holiday.id
    )
    UPDATE merchants_shop shop SET status = CASE WHEN shop.restriction > 0 THEN 'restricted' ELSE 'open' END
    FROM over WHERE over.shop_id = shop.id
    RETURNING shop.public_id, shop.slug
"""


@transaction.atomic
def end_due_holidays(*, now: datetime) -> int:
    """
    Every holiday whose last day is over ends at that day's end, however late this runs; one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END_DUE, {"now": now})
        shops = sorted(cursor.fetchall())
    AuditRecord.objects.bulk_create(
        AuditRecord(at=now, actor_label=CLOCK, action="merchants.end_holiday", subject=public_id, shop_slug=slug)
        for public_id, slug in shops
    )
    publish(*(ShopCameBack(shop_id=public_id, ended_at=now) for public_id, _slug in shops))
    return len(shops)


def current_holiday(shop: Shop) -> Holiday | None:
    return Holiday.objects.owned_by(shop).filter(ended_at=None).first()
