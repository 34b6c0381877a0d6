"""
Goods on sale are watched by what becomes of their orders (R2).

Of the orders of a product that were paid within the last days, too many with a complaint about the goods, or with
goods sent back, take it off sale at once: when such a case is opened, and once a day. It comes back through a reviewer,
as all that the platform takes down; what was ordered before does not count again then.

An order counts once for a product, however many pieces or cases. A complaint is about the goods unless it is about
their delivery or about how people were treated; a case about pieces that doubts that they are genuine or as described
is one as well. What the shopper withdrew, and orders that were canceled, do not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Product, ProductChange
from catalog.products import take_down_product
from mall.flow import WrongStatus
from mall.rows import select_rows
from orders import tunables
from orders.models import AfterSale, GoodsStop, OrderLine

Kind, Reason, Why = AfterSale.Kind, AfterSale.Reason, GoodsStop.Why
NOT_ABOUT_GOODS = [Reason.SERVICE, Reason.LATE, Reason.NOT_ARRIVED, Reason.CHANGED_MIND]
DOUBTS = [Reason.FAKE, Reason.NOT_AS_DESCRIBED]
SENT_BACK = [Kind.RETURN, Kind.EXCHANGE]

_COUNTED = """
    WITH paid AS (
        SELECT DISTINCT p.id AS product_id, o.id AS order_id
        FROM catalog_product p
        JOIN catalog_sku k ON k.product_id = p.id
        JOIN orders_orderline l ON l.sku_id = k.id
        JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN LATERAL (
            SELECT max(stopped_at) AS at FROM orders_goodsstop s WHERE s.product_id = p.id
        ) stopped ON true
        WHERE p.status = 'on_sale' AND {which} AND o.status <> 'canceled'
            AND o.paid_at > greatest(%(since)s, stopped.at) AND o.paid_at <= %(now)s
    ), cases AS (
        SELECT paid.product_id, paid.order_id,
            bool_or(a.kind = 'complaint' AND NOT a.reason = ANY (%(not_about_goods)s)
                OR k.product_id IS NOT NULL AND a.reason = ANY (%(doubts)s)) AS complains,
            bool_or(k.product_id IS NOT NULL AND a.kind = ANY (%(sent_back)s)) AS returns
        FROM paid JOIN orders_aftersale a ON a.order_id = paid.order_id AND a.status <> 'closed'
            LEFT JOIN orders_orderline l ON l.id = a.line_id
            LEFT JOIN catalog_sku k ON k.id = l.sku_id AND k.product_id = paid.product_id
        GROUP BY 1, 2
    )
    SELECT paid.product_id, count(*), count(*) FILTER (WHERE complains), count(*) FILTER (WHERE returns)
    FROM paid LEFT JOIN cases USING (product_id, order_id) GROUP BY 1 HAVING count(*) >= %(least)s ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on goods are stopped: so many orders at least, and more than a part of them (basis points)."""

    orders: int
    complaints_bps: int
    returns_bps: int
    days: int


def limits_in_force() -> Limits:
    """The limits as staff have turned them."""
    return Limits(
        orders=tunables.WATCHED_ORDERS.value,
        complaints_bps=tunables.MOST_COMPLAINTS_BPS.value,
        returns_bps=tunables.MOST_RETURNS_BPS.value,
        days=tunables.WATCHED_DAYS.value,
    )


def verdict(limits: Limits, *, orders: int, complaints: int, returns: int) -> str | None:
    """Why goods with these figures are to be stopped; ``None`` while they may be sold. The limit itself is allowed."""
    if orders < limits.orders:
        return None
    if complaints * 10_000 > limits.complaints_bps * orders:
        return Why.COMPLAINTS
    return Why.RETURNS if returns * 10_000 > limits.returns_bps * orders else None


def watch_goods(*, now: datetime, product_ids: Iterable[str] | None = None) -> int:
    """
    Stop what has too many complaints or returns, each in a transaction of its own; returns how many.

    :param product_ids: these only (public ids); else all that are on sale
    """
    limits, count = limits_in_force(), 0
    for product_id, *figures in _counted(limits, now, product_ids):
        count += _judge(product_id, limits, figures, now)
    return count


def watch_goods_of_order(*, order_id: str, now: datetime) -> int:
    """The goods of an order (public id), of which a case was just opened."""
    products = Product.objects.filter(skus__in=OrderLine.objects.filter(order__public_id=order_id).values("sku"))
    return watch_goods(now=now, product_ids=set(products.values_list("public_id", flat=True)))


def _counted(limits: Limits, now: datetime, product_ids: Iterable[str] | None) -> list[tuple]:
    which = "true" if product_ids is None else "p.public_id = ANY (%(products)s)"
    return select_rows(
        _COUNTED.format(which=which),
        {
            "products": list(product_ids or ()),
            "since": now - timedelta(days=limits.days),
            "now": now,
            "least": limits.orders,
            "not_about_goods": [str(reason) for reason in NOT_ABOUT_GOODS],
            "doubts": [str(reason) for reason in DOUBTS],
            "sent_back": [str(kind) for kind in SENT_BACK],
        },
    )


@transaction.atomic
def _judge(product_id: int, limits: Limits, figures: list[int], now: datetime) -> bool:
    orders, complaints, returns = figures
    why = verdict(limits, orders=orders, complaints=complaints, returns=returns)
    if why is None:
        return False
    product = Product.objects.select_related("shop").get(pk=product_id)
    cases, most = (complaints, limits.complaints_bps) if why == Why.COMPLAINTS else (returns, limits.returns_bps)
    try:
        take_down_product(
            product=product, note=_words(why, orders, cases, most, limits.days), by=None, now=now,
            reason=ProductChange.Reason.FIGURES,
        )  # fmt: skip
    except WrongStatus:  # somebody was quicker
        return False
    GoodsStop.objects.create(
        shop_id=product.shop_id, product=product, why=why, orders=orders, cases=cases, most_bps=most,
        days=limits.days, stopped_at=now,
    )  # fmt: skip
    return True


def _words(why: str, orders: int, cases: int, most_bps: int, days: int) -> str:
    """What the shop reads, in Chinese, as staff write to it."""
    with override("zh-hans"):
        numbers = {"days": days, "orders": orders, "cases": cases, "percent": f"{cases * 100 / orders:.1f}",
                   "most": f"{most_bps / 100:g}"}  # fmt: skip
        if why == Why.COMPLAINTS:
            told = _(
                "Of %(orders)d orders of the last %(days)d days %(cases)d brought complaints about the goods"
                " (%(percent)s %%, at most %(most)s %%). Find out why, correct the goods or what is said of them, and"
                " hand the product in for review."
            )
        else:
            told = _(
                "Of %(orders)d orders of the last %(days)d days %(cases)d came back (%(percent)s %%, at most"
                " %(most)s %%). Find out why, correct the goods or what is said of them, and hand the product in for"
                " review."
            )
        return told % numbers
