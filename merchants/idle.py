"""
Idle shops (M7): over 30 days without a paid order a shop is reminded, once; over 60 it is frozen.

The clock of a shop starts at the latest of its opening, its last paid order and its thawing. Days are spans of 24
hours: at exactly 30 days nothing happens yet.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mall.audit.models import AuditRecord
from mall.audit.trail import CLOCK
from mall.events import publish
from mall.events.merchants import ShopFrozen, ShopReminded
from merchants.models import Shop
from merchants.tunables import FREEZE_DAYS, REMINDER_DAYS

# open shops and since when each is idle, locked; who is being paid or changed this moment is looked at tomorrow
IDLE = """
    SELECT shop.id, greatest(shop.opened_at, shop.thawed_at, activity.last_paid_at) AS idle_since
    FROM merchants_shop shop LEFT JOIN merchants_shopactivity activity ON activity.shop_id = shop.id
    WHERE shop.status = 'open' AND greatest(shop.opened_at, shop.thawed_at, activity.last_paid_at) < %(limit)s
    ORDER BY shop.id FOR UPDATE OF shop SKIP LOCKED
"""
FREEZE = f"""
    WITH idle AS ({IDLE})
    UPDATE merchants_shop shop SET status = 'frozen', frozen_at = %(now)s, frozen_because = %(reason)s
    FROM idle WHERE shop.id = idle.id
    RETURNING shop.public_id, shop.slug, idle.idle_since
"""  # noqa: S608 (the statement above)
REMIND = f"""
    WITH idle AS ({IDLE})
    UPDATE merchants_shop shop SET reminded_at = %(now)s
    FROM idle WHERE shop.id = idle.id AND (shop.reminded_at IS NULL OR shop.reminded_at <= idle.idle_since)
    RETURNING shop.public_id, shop.slug, idle.idle_since
"""  # noqa: S608 (the statement above)


def idle_since(shop: Shop) -> datetime:
    """When the shop's clock started; needs ``shop.activity``."""
    activity = getattr(shop, "activity", None)
    moments = (shop.opened_at, shop.thawed_at, activity and activity.last_paid_at)
    return max(moment for moment in moments if moment)


@transaction.atomic
def watch_idle_shops(*, now: datetime) -> dict:
    """
    Freeze and remind the shops that are due: two statements, however many shops; returns how many of each.

    Running again, late, or twice at once does nothing twice.
    """
    freeze_days, reminder_days = FREEZE_DAYS.value, REMINDER_DAYS.value
    reason = _("No paid order for more than %(days)d days.") % {"days": freeze_days}
    frozen = _change(FREEZE, now=now, limit=now - timedelta(days=freeze_days), reason=reason)
    reminded = _change(REMIND, now=now, limit=now - timedelta(days=reminder_days))

    _record("merchants.freeze_shop", frozen, now, after={"reason": reason})
    _record("merchants.remind_shop", reminded, now, after={})
    publish(
        *(ShopFrozen(shop_id=public_id, reason=reason) for public_id, _slug, _since in frozen),
        *(ShopReminded(shop_id=public_id, idle_days=(now - since).days) for public_id, _slug, since in reminded),
    )
    return {"reminded": len(reminded), "frozen": len(frozen)} if frozen or reminded else {}


def _change(sql: str, **values) -> list[tuple[str, str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return sorted(cursor.fetchall())


def _record(action: str, shops: list[tuple], now: datetime, after: dict) -> None:
    AuditRecord.objects.bulk_create(
        AuditRecord(
            at=now, actor_label=CLOCK, action=action, subject=public_id, shop_slug=slug,
            after={**after, "idle_since": since.isoformat()},
        )
        for public_id, slug, since in shops
    )  # fmt: skip
