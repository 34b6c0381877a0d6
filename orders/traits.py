"""
What the watch over fake trade is told of an order (R3): keyed hashes, moments and amounts, never who or where.

An order is shown anew whenever something happened to it, as it stands then: news may come twice or in any order.
"""

import re
from datetime import datetime
from hashlib import sha256

from catalog.models import Review
from mall.crypto import blind_index
from merchants.models import Seat
from orders.models import Order, OrderLine, Payment, Refund
from risk.fake_trade.observing import Traits, observe

SHORTEST_WORDS = 6  # characters: “good” is said by everybody
_NOISE = re.compile(r"[\W_]+")


def show_order(*, order_id: str, now: datetime) -> None:
    """Hand an order (public id) to the watch; one that is not paid, or of gift cards, is none of its business."""
    order = Order.objects.select_related("group", "shop", "shopper").get(public_id=order_id)
    if order.paid_at is None or order.is_of_cards:
        return
    paid = Payment.objects.filter(group=order.group_id, status=Payment.Status.SUCCEEDED, is_late=False)
    payment = paid.order_by("-pk").first()  # of a deposit and the rest, the rest
    review = _review_of(order)
    refund = Refund.objects.filter(order=order, refunded_at__isnull=False).order_by("refunded_at").first()
    place = f"{order.province}{order.city}{order.district}{order.address_line.reveal()}" if order.address_line else ""
    lines = list(OrderLine.objects.filter(order=order))
    observe(
        Traits(
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            buyer=blind_index(f"buyer {order.shopper.public_id}"),
            device=order.group.device_mark,
            network=order.group.network_mark,
            address=blind_index(f"place {_plain(place)}") if place else "",
            phone=order.phone_index,
            payer=payment.payer_mark if payment else "",
            is_own=Seat.objects.filter(shop=order.shop_id, user=order.shopper_id).exists(),
            account_hours=max(0, int((order.placed_at - order.shopper.joined_at).total_seconds() // 3600)),
            paid_at=order.paid_at,
            worth=sum((line.unit_price * line.quantity).minor for line in lines),
            paid=sum(line.total.minor for line in lines),
            shipped_at=order.shipped_at if order.is_sent else None,
            received_at=order.delivered_at if order.is_sent else None,
            reviewed_at=review.written_at if review else None,
            stars=review.stars if review else None,
            review=_mark_of_words(review.text) if review else "",
            refunded_at=refund.refunded_at if refund else None,
        ),
        now=now,
    )


def _review_of(order: Order) -> Review | None:
    lines = OrderLine.objects.filter(order=order).values("pk")
    return Review.objects.filter(order_line_id__in=lines).order_by("written_at").first()


def _plain(text: str) -> str:
    """Without blanks, signs and case, by which the same is written in many ways."""
    return _NOISE.sub("", text).lower()


def _mark_of_words(text: str) -> str:
    words = _plain(text)
    return blind_index(f"review {sha256(words.encode()).hexdigest()}") if len(words) >= SHORTEST_WORDS else ""
