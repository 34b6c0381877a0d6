"""Money at rest: pending shares with everything that was booked before."""

from datetime import datetime, timedelta

from benchmarks.completed_orders import write_completed_orders
from settlement.models import Account, Entry, Posting, Share
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import shop

LONG_AGO = NOON - timedelta(days=30)


def completed_orders(owner, count: int, *, shops: list | None = None, completed_at: datetime = LONG_AGO) -> list:
    """Committed: so many completed orders, booked and waiting to be released, dealt among the shops (returned)."""
    shops = shops or [shop(), shop(), shop()]
    write_completed_orders(
        owner,
        orders=count,
        shops=[row.pk for row in shops],
        shopper=shopper().pk,
        completed_from=completed_at,
    )
    return shops


def released_amounts() -> dict[int, tuple[int, int]]:
    """What stands on each shop's available account: how many postings, and their sum as the shop sees it (fen)."""
    found = {}
    for posting in Posting.objects.filter(account__kind=Account.Kind.SHOP_AVAILABLE).values_list("shop_id", "amount"):
        count, total = found.get(posting[0], (0, 0))
        found[posting[0]] = (count + 1, total - posting[1])
    return found


def how_often_released() -> dict[int, int]:
    """How many shares were booked as released how many times: ``{1: 5000}`` is what we want."""
    times = {}
    booked = {}
    for ref in Entry.objects.filter(kind=Entry.Kind.RELEASED).values_list("ref", flat=True):
        booked[ref.partition("#")[0]] = booked.get(ref.partition("#")[0], 0) + 1
    for order_id in Share.objects.values_list("order_public_id", flat=True):
        count = booked.get(order_id, 0)
        times[count] = times.get(count, 0) + 1
    return times
