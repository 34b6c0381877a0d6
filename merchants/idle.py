"""
Idle shops (M7): over 30 days without a paid order a shop is reminded, once; over 60 it is frozen.

The clock of a shop starts at the latest of its opening, its last paid order and its thawing. Days are spans of 24
hours: at exactly 30 days nothing happens yet. Holidays since then do not count, up to ``merchants.holiday_rest_days``
together; who rests longer is idle. Everything is reckoned from rows and the moment, so running again or after an outage
gives what every day's run would have given.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.models import AuditRecord
from mall.audit.trail import CLOCK
from mall.events import publish
from mall.events.merchants import ShopFrozen, ShopReminded
from mall.rows import select_rows
from merchants.holidays import end_due_holidays
from merchants.models import Holiday, Shop
from merchants.tunables import FREEZE_DAYS, HOLIDAY_REST_DAYS, REMINDER_DAYS

# Shops at work and since when each is idle, locked; who is being paid or changed this moment is looked at tomorrow.
# ``runs_since`` is when its clock would have started without the days of rest.
IDLE = """
    since AS (
        SELECT shop.id, greatest(shop.opened_at, shop.thawed_at, activity.last_paid_at) AS idle_since
        FROM merchants_shop shop LEFT JOIN merchants_shopactivity activity ON activity.shop_id = shop.id
        WHERE shop.status IN ('open', 'holiday', 'restricted')
            AND greatest(shop.opened_at, shop.thawed_at, activity.last_paid_at) < %(limit)s
        ORDER BY shop.id FOR UPDATE OF shop SKIP LOCKED
    ), rest AS (
        SELECT since.id, sum(
            coalesce(holiday.ended_at, least(holiday.ends_at, %(now)s)) - greatest(holiday.started_at, since.idle_since)
        ) AS span
        FROM since JOIN merchants_holiday holiday ON holiday.shop_id = since.id
        WHERE coalesce(holiday.ended_at, least(holiday.ends_at, %(now)s)) > since.idle_since
        GROUP BY since.id
    ), idle AS (
        SELECT since.id, since.idle_since
        FROM since LEFT JOIN rest ON rest.id = since.id
        WHERE since.idle_since + least(coalesce(rest.span, interval '0'), %(most_rest)s) < %(limit)s
    )
"""
FREEZE = f"""
    WITH {IDLE}, ended AS (
        UPDATE merchants_holiday holiday SET ended_at = least(%(now)s, holiday.ends_at)
        FROM idle WHERE holiday.shop_id = idle.id AND holiday.ended_at IS NULL
    )
    UPDATE merchants_shop shop SET status = 'frozen', frozen_at = %(now)s, frozen_because = %(reason)s
    FROM idle WHERE shop.id = idle.id
    RETURNING shop.public_id, shop.slug, idle.idle_since
"""  # noqa: S608 (the statement above)
REMIND = f"""
    WITH {IDLE}
    UPDATE merchants_shop shop SET reminded_at = %(now)s
    FROM idle WHERE shop.id = idle.id AND (shop.reminded_at IS NULL OR shop.reminded_at <= idle.idle_since)
    RETURNING shop.public_id, shop.slug, idle.idle_since
"""  # noqa: S608 (the statement above)


def idle_since(shop: Shop) -> datetime:
    """When the shop's clock started; needs ``shop.activity``."""
    activity = getattr(shop, "activity", None)
    moments = (shop.opened_at, shop.thawed_at, activity and activity.last_paid_at)
    return max(moment for moment in moments if moment)


def idle_span(shop: Shop, now: datetime) -> timedelta:
    """How long the shop has been idle, its rest taken off; needs ``shop.activity``."""
    since = idle_since(shop)
    ends = ((h.ended_at or min(h.ends_at, now), h.started_at) for h in Holiday.objects.owned_by(shop))
    rest = sum((end - max(start, since) for end, start in ends if end > since), timedelta(0))
    return now - since - min(rest, timedelta(days=HOLIDAY_REST_DAYS.value))


@transaction.atomic
def watch_idle_shops(*, now: datetime) -> dict:
    """
    End the holidays that are over, freeze and remind the shops that are due: three statements, however many shops;
    returns how many were reminded and frozen.

    Running again, late, or twice at once does nothing twice.
    """
    end_due_holidays(now=now)
    freeze_days, reminder_days = FREEZE_DAYS.value, REMINDER_DAYS.value
    reason = _("No paid order for more than %(days)d days.") % {"days": freeze_days}
    frozen = _change(FREEZE, now=now, limit=now - timedelta(days=freeze_days), reason=reason)
    reminded = _change(REMIND, now=now, limit=now - timedelta(days=reminder_days))

    _record("merchants.freeze_shop", frozen, now, after={"reason": reason})
    _record("merchants.remind_shop", reminded, now, after={})
    publish(
        *(ShopFrozen(shop_id=public_id, reason=reason, frozen_at=now) for public_id, _slug, _since in frozen),
        *(
            ShopReminded(shop_id=public_id, idle_days=(now - since).days, reminded_at=now)
            for public_id, _slug, since in reminded
        ),
    )
    return {"reminded": len(reminded), "frozen": len(frozen)} if frozen or reminded else {}


def _change(sql: str, **values) -> list[tuple[str, str, datetime]]:
    return sorted(select_rows(sql, {**values, "most_rest": timedelta(days=HOLIDAY_REST_DAYS.value)}))


def _record(action: str, shops: list[tuple], now: datetime, after: dict) -> None:
    AuditRecord.objects.bulk_create(
        AuditRecord(
            at=now, actor_label=CLOCK, action=action, subject=public_id, shop_slug=slug,
            after={**after, "idle_since": since.isoformat()},
        )
        for public_id, slug, since in shops
    )  # fmt: skip
