"""
What is on offer for a cart, its checkout and its order: they ask the pricing engine the same question (K1).

The order keeps the answer: each line what was taken off it, by which offer, borne by whom.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog import customs, duty
from catalog.freight.charging import SOMEWHERE
from catalog.freight.words import explained
from catalog.offers import BuyableSku
from mall.money import Money
from mall.places import Region
from mall.texts import Text
from marketing.deals import Deal
from marketing.offers import offers_for
from marketing.pricing import Buyer, PricedLine, Quote, QuoteLine, Sent, ShopTerms, quote
from marketing.redemption import give_back
from orders.models import Order, OrderLine, Refund


def quote_with_offers(
    wanted: Sequence[tuple[BuyableSku, int]],
    *,
    shopper_id: int | None,
    coupons: Collection[str] | None,
    now: datetime,
    none_live: bool = False,
    deal: Deal | None = None,
    to: Region = SOMEWHERE,
    picked_up: Collection[int] = (),
) -> Quote:
    """
    These goods under their shops' terms, with what is on offer for this shopper at this moment.

    :param coupons: public ids of those that she wants to use; ``None`` uses what costs her least
    :param none_live: somebody has found out that nothing is on offer in the whole mall; nothing is asked then
    :param deal: the price that was asked for of the one thing that is wanted; other offers yield to it
    :param picked_up: the shops (by key) in whose stores she picks her goods up: nothing of theirs is sent
    :param to: where everything goes; nowhere in particular is charged as regions that no zone of a template names
    """
    offers = [] if none_live else offers_for(
        sku_ids=[sku.sku_id for sku, _quantity in wanted],
        shop_ids=[sku.shop_id for sku, _quantity in wanted],
        shopper_id=shopper_id,
        now=now,
    )  # fmt: skip
    if deal:
        offers = [deal.offer, *filter(deal.stands_beside, offers)]
    return quote(
        [
            QuoteLine(
                sku.sku_id,
                sku.shop_id,
                sku.price,
                quantity,
                sku.is_sent and sku.shop_id not in picked_up,
                sku.customs.rates if sku.customs else None,
                sku.takes_offers,
            )
            for sku, quantity in wanted
        ],
        terms_of((sku for sku, _quantity in wanted), to),
        offers=offers,
        buyer=Buyer(chosen=None if coupons is None else frozenset(coupons)),
        at=now,
        duty_rules=customs.rules_in_force() if any(sku.customs for sku, _quantity in wanted) else duty.AS_ENACTED,
    )


def terms_of(offers: Iterable[BuyableSku], to: Region = SOMEWHERE) -> dict[int, ShopTerms]:
    """The terms of delivery of the shops that offer these, by the shop's key."""
    found: dict[int, ShopTerms] = {}
    sent: dict[int, dict[int, Sent]] = {}
    for sku in offers:
        if sku.freight and sku.is_sent:
            sent.setdefault(sku.shop_id, {})[sku.sku_id] = Sent(sku.freight, sku.weight_grams, sku.volume_cm3)
        found[sku.shop_id] = ShopTerms(sku.shipping_fee, sku.free_shipping_over, sent.get(sku.shop_id), to)
    return found


def frozen_parts(line: PricedLine) -> list[dict] | None:
    """What the order line keeps of its discount; ``None`` when there is none."""
    return [
        {
            "offer": part.key,
            "promotion": part.promotion,
            "name": dict(part.name),
            "amount": part.amount.minor,
            "borne": {who: amount.minor for who, amount in part.bearers},
            **({"issuer": {"shop": part.issuer[1], "name": dict(part.issuer[2])}} if part.issuer else {}),
            **({"gift": asdict(part.gift)} if part.gift else {}),
        }
        for part in line.parts
    ] or None


def frozen_issuers(line: PricedLine) -> dict[str, int] | None:
    """What the order line keeps of what other shops bear, in fen by their keys; ``None`` when that is nothing."""
    return {str(shop_id): amount.minor for shop_id, amount in sorted(line.borne_by_issuers.items())} or None


def frozen_duty(line: PricedLine, offer: BuyableSku) -> dict | None:
    """What the order line keeps of its duty, and what its shop had stated for customs; ``None`` of goods from home."""
    if line.duty is None or offer.customs is None:
        return None
    stated = {"origin": offer.customs.origin, "hs_code": offer.customs.hs_code, "record": offer.customs.record}
    return line.duty.as_data() | stated


def give_back_if_refunded_whole(*, order_id: str, now: datetime) -> int:
    """
    When all that was paid for the goods of an order (public id) has gone back, or was kept for a gift that she keeps,
    so do its coupons; returns how many.

    While part of the goods is kept, what they were cheaper by is kept too.
    """
    order = Order.objects.get(public_id=order_id)
    of_goods = F("amount") - F("duty") - Coalesce(F("after_sale__refund_shipping"), 0)
    back = Refund.objects.filter(order=order, status=Refund.Status.SUCCEEDED).aggregate(sum=Sum(of_goods))["sum"] or 0
    kept = OrderLine.objects.filter(order=order).aggregate(sum=Sum("kept_for_gifts"))["sum"] or 0
    if int(back) + int(kept) < (order.goods_total - order.discount).minor:
        return 0
    return give_back(order_ids=[order_id], now=now)


def freight_notes(order: Order) -> list[str]:
    """Why delivery was charged as it was, as the order was placed under it; nothing of a flat fee."""
    step = next((step for step in order.price_trace if step["step"] == "shipping" and "charges" in step), None)
    if order.is_picked_up:
        return [_("You pick it up in the store, so nothing is charged for delivery.")]
    if step is None or not order.is_sent:
        return []
    notes = explained(step["charges"], order.currency)
    if order.shipping_fee.minor != step["amount"]:
        notes.append(_("Of this %(amount)s belongs to what is in this order.") % {"amount": order.shipping_fee})
    return notes


def breakdown(order: Order, lines: Sequence[OrderLine]) -> list[dict]:
    """
    What each offer took off an order, as its page shows it: its name, the amount, what of it the mall bore, and of
    another shop's offer whose it is and what that shop bore.
    """
    found: dict[str, dict] = {}
    for line in lines:
        for part in line.discount_parts or ():
            row = found.setdefault(
                part["offer"],
                {
                    "name": Text(part["name"]),
                    "amount": Money(0, order.currency),
                    "mall": Money(0, order.currency),
                    "issuer": Text(part["issuer"]["name"]) if "issuer" in part else None,
                    "by_issuer": Money(0, order.currency),
                    "by_shop": Money(0, order.currency),
                },
            )
            row["amount"] += Money(part["amount"], order.currency)
            row["mall"] += Money(part["borne"].get("platform", 0), order.currency)
            row["by_issuer"] += Money(part["borne"].get("issuer", 0), order.currency)
            row["by_shop"] += Money(part["borne"].get("shop", 0), order.currency)
    return list(found.values())
