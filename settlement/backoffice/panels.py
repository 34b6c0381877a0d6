"""The money panel on the shop's first page."""

from datetime import datetime

from merchants.models import Seat, Shop
from settlement.ledger import balances
from settlement.queries import upcoming_releases


def money(shop: Shop, seat: Seat, now: datetime) -> dict | None:
    """What is pending and available, and what comes next; nothing for a seat that may not see money."""
    if not seat.can("money.see"):
        return None
    upcoming = upcoming_releases(shop, days=1)
    return {
        "template": "backoffice/panels/money.html",
        "context": {
            **balances(shop),
            "next_release": {"on": upcoming[0].on, "amount": upcoming[0].amount} if upcoming else None,
            "shop": shop,
        },
    }
