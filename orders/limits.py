"""
How many of a product one may buy (C2): in an order, and one buyer over some days.

Asked only where an offer has a limit. What counts is decided by the checkout, under the lock of the shopper's cart: all
of her checkouts pass there one after the other, so each sees what the one before has ordered.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from catalog.offers import BuyableSku
from mall.accounts.models import User
from mall.refusals import Refusal
from mall.rows import select_rows

Offers = Mapping[int, BuyableSku]


class LimitReached(Refusal):
    """More than one may buy of a product; ``details["skus"]`` names what by public id."""

    code = "limit-reached"


OTHERS_IN_CART = """
    SELECT coalesce(sum(l.quantity), 0) FROM orders_cartline l JOIN catalog_sku k ON k.id = l.sku_id
    WHERE l.cart_id = %s AND k.id <> %s AND k.product_id = (SELECT product_id FROM catalog_sku WHERE id = %s)
"""
# Canceled orders do not count: their goods went back.
BOUGHT = """
    SELECT l.product_public_id, sum(l.quantity) FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
        JOIN unnest(%s::text[], %s::timestamptz[]) AS w(product, since) ON w.product = l.product_public_id
    WHERE o.shopper_id = %s AND o.status <> 'canceled' AND (w.since IS NULL OR o.placed_at > w.since)
    GROUP BY l.product_public_id
"""


def check_cart(offer: BuyableSku, wanted: int, *, cart_id: int, shopper: User | None, now: datetime) -> None:
    """:raises LimitReached: with so many of this SKU the cart would hold more of its product than one may buy"""
    if not offer.is_limited:
        return
    ((others,),) = select_rows(OTHERS_IN_CART, [cart_id, offer.sku_id, offer.sku_id])
    if why := _why_not(offer, wanted + others, bought_lately(shopper, {offer.sku_id: offer}, now)):
        raise LimitReached(why, skus=[offer.public_id])


def check_order(shopper: User, quantities: Mapping[int, int], offers: Offers, now: datetime) -> None:
    """
    Asked under the lock of the shopper's cart.

    :raises LimitReached: she would order more of a product than one may buy
    """
    why = why_not(quantities, offers, bought_lately(shopper, offers, now))
    if why:
        sentences = [f"{offers[sku_id].title}: {sentence}" for sku_id, sentence in why.items()]
        raise LimitReached(" ".join(dict.fromkeys(sentences)), skus=[offers[sku_id].public_id for sku_id in why])


def why_not(quantities: Mapping[int, int], offers: Offers, bought: Mapping[str, int]) -> dict[int, str]:
    """Of which of these SKUs (by key) it is too much together, in sentences."""
    limited = {sku_id: offers[sku_id] for sku_id in quantities if offers[sku_id].is_limited}
    totals: dict[str, int] = {}
    for sku_id, offer in limited.items():
        totals[offer.product_public_id] = totals.get(offer.product_public_id, 0) + quantities[sku_id]
    found = {sku_id: _why_not(offer, totals[offer.product_public_id], bought) for sku_id, offer in limited.items()}
    return {sku_id: sentence for sku_id, sentence in found.items() if sentence}


def bought_lately(shopper: User | None, offers: Offers, now: datetime) -> dict[str, int]:
    """How many a shopper has ordered of the products that count it, by public id; no question where none does."""
    days = {offer.product_public_id: offer.limit_days for offer in offers.values() if offer.most_per_buyer is not None}
    if shopper is None or not days:
        return {}
    since = [now - timedelta(days=limit) if limit else None for limit in days.values()]
    return {product: int(count) for product, count in select_rows(BOUGHT, [list(days), since, shopper.pk])}


def _why_not(offer: BuyableSku, quantity: int, bought: Mapping[str, int]) -> str:
    if offer.most_per_order is not None and quantity > offer.most_per_order:
        return _("An order may hold at most %(most)d of this.") % {"most": offer.most_per_order}
    before = bought.get(offer.product_public_id, 0)
    if offer.most_per_buyer is None or before + quantity <= offer.most_per_buyer:
        return ""
    words = {"most": offer.most_per_buyer, "days": offer.limit_days, "bought": before}
    if offer.limit_days:
        return _("One buyer may have at most %(most)d of this in %(days)d days; you have ordered %(bought)d.") % words
    return _("One buyer may have at most %(most)d of this; you have ordered %(bought)d.") % words
