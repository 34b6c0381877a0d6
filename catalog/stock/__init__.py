"""
Counting: what lies on the shelves of a shop's warehouses, and what of it is spoken for (C4).

Every change locks the stock rows of its SKUs in the order of SKU and key, so carts that cross never deadlock, and is
written as one statement that also carries the condition. A reservation belongs to a document (an order's public id);
consuming or releasing it a second time does nothing. Shoppers are offered what lies where a warehouse sells online.

``shelves`` locks and books, ``reserving`` speaks for goods, ``aside`` keeps them for promotions, ``moving`` receives,
counts, writes off and takes back; ``warehouses``, ``transfers``, ``counts`` and ``low`` each are a story of their own;
``expiry`` gives back what nobody claims any more.
"""

from catalog.stock.aside import put_back, set_aside
from catalog.stock.moving import correct, correct_many, receive, restock, write_off
from catalog.stock.reserving import (
    Route,
    available,
    consume,
    consume_part,
    held_in,
    keep_reserved,
    keep_until,
    move_reserved,
    place_of,
    release,
    release_all,
    release_part,
    reserve,
    reserve_all,
    with_available,
)
from catalog.stock.shelves import LARGEST_COUNT, OutOfStock, Place, WarehouseClosed, WrongCount
from catalog.stock.warehouses import default_warehouse

__all__ = [
    "LARGEST_COUNT", "OutOfStock", "Place", "Route", "WarehouseClosed", "WrongCount", "available", "consume",
    "consume_part", "correct", "correct_many", "default_warehouse", "held_in", "keep_reserved", "keep_until",
    "move_reserved", "place_of", "put_back", "receive", "release", "release_all", "release_part", "reserve",
    "reserve_all", "restock", "set_aside", "with_available", "write_off",
]  # fmt: skip
