"""Orders as they are handed to the watch, and forgotten again."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from risk.models import TradeCaseOrder, TradeFact
from risk.tunables import TRADE_DAYS, TRADE_KEPT_DAYS

FORGOTTEN_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is known of a paid order; whose it is stands nowhere. Marks are keyed hashes, empty for what is unknown."""

    order_id: str
    shop_id: str
    buyer: str
    device: str = ""
    network: str = ""
    address: str = ""
    phone: str = ""
    payer: str = ""
    is_own: bool = False
    account_hours: int = 0
    paid_at: datetime
    worth: int
    paid: int
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    reviewed_at: datetime | None = None
    stars: int | None = None
    review: str = ""
    refunded_at: datetime | None = None


@transaction.atomic
def observe(traits: Traits, *, now: datetime) -> None:
    """
    Note an order as it stands now; telling again replaces what was told before. Its shop is due to be looked at.

    An order about which staff have decided stays as it was.
    """
    values = asdict(traits)
    order_id = values.pop("order_id")
    fact, is_new = TradeFact.objects.get_or_create(order_id=order_id, defaults=values)
    if not is_new:
        fact = TradeFact.objects.select_for_update().get(pk=fact.pk)
        if fact.is_judged or all(getattr(fact, name) == value for name, value in values.items()):
            return
        for name, value in values.items():
            setattr(fact, name, value)
        fact.save(update_fields=list(values))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO risk_tradewatch AS watch (shop_id, due_since) VALUES (%s, %s) ON CONFLICT (shop_id)"
            " DO UPDATE SET due_since = coalesce(watch.due_since, EXCLUDED.due_since)",
            [traits.shop_id, now],
        )


def forget_traits(*, now: datetime) -> int:
    """Forget the traits of orders that are too old to tell anything, but not those of cases; returns how many."""
    days = max(TRADE_KEPT_DAYS.value, TRADE_DAYS.value)
    old = TradeFact.objects.filter(paid_at__lt=now - timedelta(days=days)).exclude(
        order_id__in=TradeCaseOrder.objects.values("order_id")
    )
    count = 0
    while keys := list(old.order_by("paid_at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        count += TradeFact.objects.filter(pk__in=keys).delete()[0]
    return count
