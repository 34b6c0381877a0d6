"""
What kinds of goods there are, and what follows from the kind of a product (C2).

The kind is chosen when a product is made and stays once it was approved: carts, orders and stock depend on it. What is
bought of which kind stands in :mod:`catalog.offers`; what becomes of it after it is paid, in ``orders``.
"""

from catalog.models import Product

Kind = Product.Kind
WITHOUT_PARCEL = frozenset({Kind.VIRTUAL, Kind.SERVICE})  # nothing is packed and sent
COUNTED_BY_ITSELF = frozenset({Kind.VIRTUAL, Kind.SERVICE})  # its codes, its open times are its stock
STILL_OPEN = frozenset({Product.Status.DRAFT, Product.Status.REFUSED})  # in which the kind may be another yet


def is_sent(kind: str) -> bool:
    """Whether goods of this kind go in a parcel, to an address."""
    return kind not in WITHOUT_PARCEL
