"""What the clock does about flash sales: what is over ends, gates learn what they missed, pages show what begins."""

from datetime import datetime, timedelta

from catalog.generation import SHOPS, forget
from marketing.flash import gate, units
from marketing.models import Promotion

LOOKED_BACK = timedelta(minutes=1)  # more than lies between two runs, so that none falls between


def follow_flash_sales(*, now: datetime) -> dict:
    """Run every few seconds; run twice, or late, it does no more."""
    ended = units.close_ended(now=now)
    gates = gate.restore_live(now=now)
    sales = Promotion.objects.filter(kind=Promotion.Kind.FLASH_SALE, status=Promotion.Status.LIVE)
    if ended or sales.filter(starts_at__gt=now - LOOKED_BACK, starts_at__lte=now).exists():
        forget(SHOPS)
    counts = {"ended": ended, "gates": gates}
    return {name: count for name, count in counts.items() if count}
