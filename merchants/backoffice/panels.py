"""What merchants shows on a shop's first page."""

from datetime import datetime, timedelta

from mall.clock import business_date
from merchants.health import latest_scores
from merchants.idle import idle_since, idle_span
from merchants.models import AdmittedTrade, Seat, Shop
from merchants.tunables import FREEZE_DAYS, REMINDER_DAYS


def health(shop: Shop, seat: Seat, now: datetime) -> dict | None:
    """The latest score, and from the reminder on how long the shop has been idle and when it will be frozen."""
    if not seat.can("shop.see"):
        return None
    since = idle_since(shop)
    if shop.is_at_work and now - since > timedelta(days=REMINDER_DAYS.value):
        since = now - idle_span(shop, now)  # its rest taken off
    idle = now - since
    is_threatened = shop.is_at_work and idle > timedelta(days=REMINDER_DAYS.value)
    latest = latest_scores(shop, 1)
    context = {
        "latest": latest[0] if latest else None,
        "shop": shop,
        "idle_days": idle.days,
        "freeze_on": business_date(since + timedelta(days=FREEZE_DAYS.value)) if is_threatened else None,
    }
    return {"template": "backoffice/panels/health.html", "context": context}


def suspended_trades(shop: Shop, seat: Seat, now: datetime) -> dict | None:
    """The trades in which the shop cannot sell because a document has run out."""
    if not seat.can("shop.see"):
        return None
    rows = AdmittedTrade.objects.filter(merchant=shop.merchant_id, suspended_at__isnull=False).select_related("trade")
    suspended = list(rows.order_by("trade__position"))
    if not suspended:
        return None
    return {"template": "backoffice/panels/suspended_trades.html", "context": {"shop": shop, "suspended": suspended}}
