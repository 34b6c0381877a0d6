"""
What kinds of goods there are, and what follows from the kind of a product (C2).

The kind is chosen when a product is made and stays once it was approved: carts, orders and stock depend on it. What is
bought of which kind stands in :mod:`catalog.offers`; what becomes of it after it is paid, in ``orders``.
"""

from catalog.models import Product
from mall.money import Money

Kind = Product.Kind
WITHOUT_PARCEL = frozenset({Kind.VIRTUAL, Kind.SERVICE, Kind.GIFT_CARD})  # nothing is packed and sent
COUNTED_BY_ITSELF = frozenset({Kind.VIRTUAL, Kind.SERVICE})  # its codes, its open times are its stock
# Measures for single-purpose commercial prepaid cards (Ministry of Commerce, order 2012 No. 9, article 18): a card that
# bears no name is worth at most 1,000 yuan. A card of less than one yuan would be none.
LEAST_FACE, MOST_FACE = Money(1_00), Money(1_000_00)
STILL_OPEN = frozenset({Product.Status.DRAFT, Product.Status.REFUSED})  # in which the kind may be another yet


def is_sent(kind: str) -> bool:
    """Whether goods of this kind go in a parcel, to an address."""
    return kind not in WITHOUT_PARCEL


def takes_offers(kind: str) -> bool:
    """Whether promotions and coupons see goods of this kind; a gift card is money, and costs what it is worth."""
    return kind != Kind.GIFT_CARD
