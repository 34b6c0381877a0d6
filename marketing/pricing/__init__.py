"""
What a cart costs, and why: a pure function, the same for product page, cart, checkout, order and refund (K1).

``quote(lines, terms, offers=…, buyer=…, at=…)`` works in ordered, versioned steps: goods, prices of flash sales,
promotions of goods, a shop's full reduction, its coupon, the mall's reduction, the mall's coupon, gifts, delivery, duty
of what comes from abroad (which no offer looks at). Each step writes into the shop's
trace, so that shopper, shop and support read how an amount came about and who bears which part of a discount; old
orders keep the trace they were placed under. Which offers stand together is data of the offers (``group``,
``excludes``, ``once``). Of all combinations the cheapest is found, within a bound that counts work rather than time, so
that cart and checkout come to the same answer. Everything is fen; parts always add up; nothing falls below zero; the
order of lines and offers changes nothing.

``lines`` is what is asked and answered, ``offers`` what may be applied, ``effects`` what one offer takes off,
``combining`` which of them are applied, ``bearing`` who bears it, ``quoting`` the steps.
"""

from marketing.pricing.bearing import BEARERS
from marketing.pricing.lines import (
    Applied,
    Buyer,
    GiftTerms,
    Hint,
    LinePart,
    Perk,
    PricedLine,
    Quote,
    QuoteLine,
    Sent,
    ShopQuote,
    ShopTerms,
    Unused,
)
from marketing.pricing.offers import (
    AddOn,
    Bundle,
    DealPrice,
    FlashPrice,
    FlashUnit,
    GiftWith,
    Host,
    Layer,
    NForPrice,
    NthPiece,
    Offer,
    Percentage,
    Reduction,
    Tier,
)
from marketing.pricing.quoting import quote

__all__ = [
    "BEARERS", "AddOn", "Applied", "Bundle", "Buyer", "DealPrice", "FlashPrice", "FlashUnit", "GiftTerms", "GiftWith",
    "Hint", "Host", "Layer", "LinePart", "NForPrice", "NthPiece", "Offer", "Percentage", "Perk", "PricedLine", "Quote",
    "QuoteLine", "Reduction", "Sent", "ShopQuote", "ShopTerms", "Tier", "Unused", "quote",
]  # fmt: skip
