"""
The clock's part of R3: shops with something new are looked at one by one, each in a transaction of its own.

Which shop waits stands in its row (``TradeWatch``), so a run may be killed at any moment, come late, or have company:
what it had begun is due still, and several workers share the rest.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from mall.rows import select_rows
from risk.fake_trade import cases
from risk.fake_trade.rings import Rule, Seen, Weighed, groups_of, is_large_enough, weigh
from risk.models import TradeCase, TradeCaseOrder, TradeRule, TradeWatch
from risk.tunables import (
    TRADE_BUYERS,
    TRADE_DAYS,
    TRADE_HUB,
    TRADE_LINK_POINTS,
    TRADE_ORDERS,
    TRADE_POINTS,
    TRADE_WEAK_HUB,
)

MOST_ORDERS = 20_000  # of one shop, the latest: a run's memory does not grow with a shop's success
_SEEN = f"""
    SELECT {", ".join(Seen._fields)} FROM risk_tradefact
    WHERE shop_id = %(shop)s AND NOT is_judged AND paid_at > %(since)s AND paid_at <= %(now)s
    ORDER BY paid_at DESC, order_id LIMIT {MOST_ORDERS}
"""  # noqa: S608 (names of columns)
_ANYWHERE = """
    SELECT buyer, count(*) FROM risk_tradefact
    WHERE buyer = ANY (%(buyers)s) AND paid_at > %(since)s AND paid_at <= %(now)s GROUP BY buyer
"""


def watch_fake_trade(*, now: datetime) -> dict:
    """Look at every shop that waits; returns how many shops were looked at, and how many cases were opened or grew."""
    shops = found = 0
    while (count := _watch_next(now)) is not None:
        shops, found = shops + 1, found + count
    return {"shops": shops, "cases": found} if shops else {}


@transaction.atomic
def _watch_next(now: datetime) -> int | None:
    """Look at the shop that has waited longest and that nobody else looks at; ``None`` when none waits."""
    due = TradeWatch.objects.filter(due_since__lte=now).order_by("due_since", "shop_id")
    watch = due.select_for_update(skip_locked=True).first()
    if watch is None:
        return None
    count = watch_shop(shop_id=watch.shop_id, now=now)
    watch.due_since, watch.watched_at = None, now
    watch.save(update_fields=["due_since", "watched_at"])
    return count


@transaction.atomic
def watch_shop(*, shop_id: str, now: datetime) -> int:
    """Look for rings among the latest orders of a shop (public id); returns how many cases were opened or grew."""
    span = {"shop": shop_id, "since": now - timedelta(days=TRADE_DAYS.value), "now": now}
    seen = [Seen(*row) for row in reversed(select_rows(_SEEN, span))]
    rules = rules_in_force()
    taken: set[str] = set()
    count = 0
    for with_weak in (False, True):  # who shares a device is no ring of all who share a house
        left = [order for order in seen if order.order_id not in taken]
        for orders in _large_groups(left, with_weak):
            weighed = _weighed(orders, rules, span)
            if max(weighed.points, weighed.live_points) >= TRADE_POINTS.value:
                taken.update(order.order_id for order in orders)
                count += _keep(shop_id, orders, weighed, now)
    return count


def rules_in_force() -> list[Rule]:
    return [Rule(*row) for row in TradeRule.objects.order_by("pk").values_list(*Rule._fields)]


def _large_groups(seen: Sequence[Seen], with_weak: bool) -> list[list[Seen]]:
    groups = groups_of(seen, hub=TRADE_HUB.value, weak_hub=TRADE_WEAK_HUB.value, with_weak=with_weak)
    least = {"least_buyers": TRADE_BUYERS.value, "least_orders": TRADE_ORDERS.value}
    return [orders for orders in groups if is_large_enough(orders, **least)]


def _weighed(orders: Sequence[Seen], rules: Sequence[Rule], span: dict) -> Weighed:
    buyers = sorted({order.buyer for order in orders})
    anywhere = dict(select_rows(_ANYWHERE, {**span, "buyers": buyers}))
    return weigh(orders, rules, bought_anywhere=anywhere, most_links=TRADE_LINK_POINTS.value)


def _keep(shop_id: str, orders: Sequence[Seen], weighed: Weighed, now: datetime) -> bool:
    """The ring's open case, or a new one; returns whether anything came of it."""
    mine = {order.order_id for order in orders}
    known = dict(TradeCaseOrder.objects.filter(order_id__in=mine).values_list("order_id", "case_id"))
    case = TradeCase.objects.filter(pk__in=set(known.values()), status=TradeCase.Status.OPEN).order_by("pk").first()
    facts = {
        "points": weighed.points,
        "live_points": weighed.live_points,
        "signs": [asdict(sign) for sign in weighed.signs],
        "is_live": weighed.live_points >= TRADE_POINTS.value,
        "buyer_count": len({order.buyer for order in orders}),
    }
    new = sorted(mine - set(known))
    if case is None:
        cases.open_case(shop_id=shop_id, order_ids=sorted(mine), facts=facts, now=now)
        return True
    return cases.grow_case(case=case, order_ids=new, facts=facts, now=now)
