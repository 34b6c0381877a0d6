"""
The commission of an order's lines, frozen when it is placed (S2): by the first rule that fits, with the reason; where
none fits the line keeps the rate of its category.
"""

from collections.abc import Sequence
from datetime import datetime

from catalog.commission import Commission, rules_for
from marketing.campaigns.locking import campaigns_behind
from marketing.pricing import PricedLine
from orders import tunables
from orders.parts import Part


def commissions_by_rule(parts: Sequence[Part], *, now: datetime) -> dict[int, Commission]:
    """
    Of the lines of these orders those for which a rule in force asks, by SKU: one query, and one more where rules name
    campaigns and something is on offer.
    """
    lines = [line for part in parts for line in part.quote.lines]
    rules = rules_for((line.sku_id for line in lines), now=now)
    if not rules.terms:
        return {}
    promotions = {part.promotion for line in lines for part in line.parts} if rules.name_campaigns else set()
    campaigns = campaigns_behind(promotions) if promotions else {}
    found = {
        line.sku_id: rules.commission(
            line.sku_id,
            price=line.unit_price.minor,
            base=_base(line),
            pieces=line.quantity - line.gifts,
            paid=line.total.minor,
            campaigns={campaigns[part.promotion] for part in line.parts if part.promotion in campaigns},
        )
        for line in lines
    }
    return {sku_id: commission for sku_id, commission in found.items() if commission}


def _base(line: PricedLine) -> int:
    """As ``OrderLine.commission_base``: what was paid, and what mall and other shops added unless set otherwise."""
    if not tunables.COMMISSION_ON_SUBSIDY.value:
        return line.total.minor
    return (line.total + line.borne_by("platform") + line.borne_by("issuer")).minor
