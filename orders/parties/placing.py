"""
What parties get of orders, frozen when they are placed (S2): amounts with their reason. All parties of a line together
get at most what was paid for it less its commission, so that nothing but the shop's own share is given away; those
that the mall pays out of its commission get at most that. Those whose rules come first are served first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from catalog import kinds
from catalog.commission import LEFT, Commission, count
from mall.money import Money
from mall.rows import insert_rows, select_rows
from marketing.campaigns.locking import campaigns_behind
from orders.models import Order, OrderLine, PartyPart
from orders.parties.terms import Base, Bearer, PartyFacts, PartyTerms, terms_in_force

FACTS = """
    SELECT k.id, g.path, p.kind, p.brand_id, p.id, k.shop_id, k.currency, coalesce((
        SELECT t.tier FROM merchants_tierrecord t WHERE t.shop_id = k.shop_id AND t.ranked_at <= %(now)s
        ORDER BY t.month DESC LIMIT 1
    ), '')
    FROM catalog_sku k JOIN catalog_product p ON p.id = k.product_id JOIN catalog_category g ON g.id = p.category_id
    WHERE k.id = ANY (%(skus)s)
"""


def freeze_parts(orders: Sequence[Order], lines: Sequence[OrderLine], *, now: datetime) -> list[PartyPart]:
    """Work out and keep what parties get of these orders, just placed; at most four statements, however many lines."""
    terms = terms_in_force({order.shop_id for order in orders}, now=now)
    if not terms:
        return []
    facts = _facts([line.sku_id for line in lines], now)
    campaigns = _campaigns(lines) if any(each.campaign for each in terms) else {}
    parts: list[PartyPart] = []
    for order in orders:
        theirs = [each for each in terms if each.shop == order.shop_id and each.currency == order.currency]
        of_order = [line for line in lines if line.order_id == order.pk]
        if not theirs or not kinds.takes_offers(order.kind):
            continue
        for line in of_order:
            named = {campaigns[key] for key in _promotions(line) if key in campaigns}
            parts += _of_line(order, line, theirs, replace(facts[line.sku_id], campaigns=named))
        parts += _of_freight(order, of_order, theirs, facts[of_order[0].sku_id])
    return insert_rows(parts)


def _facts(skus: list[int], now: datetime) -> dict[int, PartyFacts]:
    return {
        sku: PartyFacts(
            category=path, shop=shop, tier=tier, shop_days=0, kind=kind, price=0, currency=currency, brand=brand,
            product=product, sku=sku,
        )
        for sku, path, kind, brand, product, shop, currency, tier in select_rows(FACTS, {"skus": skus, "now": now})
    }  # fmt: skip


def _promotions(line: OrderLine) -> set[str]:
    return {part["promotion"] for part in line.discount_parts or () if part.get("promotion")}


def _campaigns(lines: Sequence[OrderLine]) -> Mapping[str, str]:
    promotions = {key for line in lines for key in _promotions(line)}
    return campaigns_behind(promotions) if promotions else {}


def _of_line(order: Order, line: OrderLine, terms: Sequence[PartyTerms], facts: PartyFacts) -> list[PartyPart]:
    paid, commission = line.total.minor, line.whole_commission.minor
    rest = max(paid - commission, 0)
    bases = {Base.PAID: paid, Base.REST: rest, Base.COMMISSION: commission}
    rooms = {Bearer.SHOP: rest, Bearer.MALL: min(commission, paid)}
    goods = [each for each in terms if each.taken_of != Base.FREIGHT]
    pieces = line.quantity - line.gift_count
    return _divide(order, line, line.total, rooms, goods, facts, bases, pieces)


def _of_freight(
    order: Order, lines: Sequence[OrderLine], terms: Sequence[PartyTerms], facts: PartyFacts
) -> list[PartyPart]:
    """Of what was paid for delivery, which bears no commission."""
    paid = order.before_duty - Money.total((line.total for line in lines), order.currency)
    freight = [each for each in terms if each.taken_of == Base.FREIGHT]
    rooms = {Bearer.SHOP: max(paid.minor, 0)}
    return _divide(order, None, paid, rooms, freight, facts, {Base.FREIGHT: paid.minor}, 1)


def _divide(
    order: Order, line: OrderLine | None, whole: Money, rooms: dict[str, int], terms: Sequence[PartyTerms],
    facts: PartyFacts, bases: Mapping[str, int], pieces: int,
) -> list[PartyPart]:  # fmt: skip
    """Of each party the first rule that fits, in the order of the rules, as long as who pays has something left."""
    served: set[int] = set()
    parts = []
    for each in terms:
        if each.party in served or not each.fits(facts):
            continue
        served.add(each.party)
        found = count(each, base=bases[each.taken_of], pieces=pieces, paid=whole.minor)
        if found.amount > rooms[each.bearer]:
            found = replace(found, amount=rooms[each.bearer], held=LEFT)
        if not found.amount:
            continue
        rooms[each.bearer] -= found.amount
        parts.append(
            PartyPart(
                shop_id=order.shop_id, order=order, line=line, party_id=each.party, currency=order.currency,
                amount=Money(found.amount, order.currency), whole=whole, bearer=each.bearer,
                rule=_reason(each, found),
            )
        )  # fmt: skip
    return parts


def _reason(terms: PartyTerms, found: Commission) -> dict:
    who = {"party_name": terms.party_name, "party_kind": terms.party_kind, "taken_of": str(terms.taken_of)}
    if terms.bearer != Bearer.SHOP:
        who["bearer"] = str(terms.bearer)
    return found.as_data() | who
