"""
What the watch over fake trade is told of an order (R3): keyed hashes, moments and amounts, never who or where.

An order is shown anew whenever something happened to it, as it stands then: news may come twice or in any order.
"""

import re
from datetime import datetime
from hashlib import sha256

from mall.crypto import blind_index
from mall.rows import select_rows
from orders.models import Order
from risk.fake_trade.observing import Traits, observe

SHORTEST_WORDS = 6  # characters: “good” is said by everybody
_NOISE = re.compile(r"[\W_]+")
# Of a deposit and the rest, who paid the rest counts; of several reviews the first; of several refunds the first.
_FACTS = """
    SELECT l.worth, l.paid, coalesce(p.payer_mark, ''),
        EXISTS (SELECT FROM merchants_seat s WHERE s.shop_id = o.shop_id AND s.user_id = o.shopper_id),
        (SELECT min(refunded_at) FROM orders_refund WHERE order_id = o.id),
        r.written_at, r.stars, coalesce(r.text, '')
    FROM orders_order o
    CROSS JOIN LATERAL (
        SELECT sum(unit_price * quantity)::bigint AS worth, sum(total)::bigint AS paid, array_agg(id) AS keys
        FROM orders_orderline WHERE order_id = o.id
    ) l
    LEFT JOIN LATERAL (
        SELECT payer_mark FROM orders_payment
        WHERE group_id = %(group)s AND status = 'succeeded' AND NOT is_late ORDER BY id DESC LIMIT 1
    ) p ON true
    LEFT JOIN LATERAL (
        SELECT written_at, stars, text FROM catalog_review
        WHERE order_line_id = ANY (l.keys) ORDER BY written_at LIMIT 1
    ) r ON true
    WHERE o.id = %(order)s
"""


def show_order(*, order_id: str, now: datetime) -> None:
    """Hand an order (public id) to the watch; one that is not paid, or of gift cards, is none of its business."""
    order = Order.objects.select_related("group", "shop", "shopper").get(public_id=order_id)
    if order.paid_at is None or order.is_of_cards:
        return
    place = f"{order.province}{order.city}{order.district}{order.address_line.reveal()}" if order.address_line else ""
    found = select_rows(_FACTS, {"order": order.pk, "group": order.group_id})[0]
    worth, paid, payer, is_own, refunded_at, reviewed_at, stars, words = found
    observe(
        Traits(
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            buyer=blind_index(f"buyer {order.shopper.public_id}"),
            device=order.group.device_mark,
            network=order.group.network_mark,
            address=blind_index(f"place {_plain(place)}") if place else "",
            phone=order.phone_index,
            payer=payer,
            is_own=is_own,
            account_hours=max(0, int((order.placed_at - order.shopper.joined_at).total_seconds() // 3600)),
            paid_at=order.paid_at,
            worth=worth,
            paid=paid,
            shipped_at=order.shipped_at if order.is_sent else None,
            received_at=order.delivered_at if order.is_sent else None,
            reviewed_at=reviewed_at,
            stars=stars,
            review=_mark_of_words(words),
            refunded_at=refunded_at,
        ),
        now=now,
    )


def _plain(text: str) -> str:
    """Without blanks, signs and case, by which the same is written in many ways."""
    return _NOISE.sub("", text).lower()


def _mark_of_words(text: str) -> str:
    words = _plain(text)
    return blind_index(f"review {sha256(words.encode()).hexdigest()}") if len(words) >= SHORTEST_WORDS else ""
