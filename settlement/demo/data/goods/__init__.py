"""The listings of the demonstration, one module per kind of goods."""

from settlement.demo.data.goods import (
    beauty,
    clothing,
    computing,
    garden_pets,
    kitchenware,
    living,
    pantry,
    shoes,
    sports,
    stationery,
    tea,
    teaware,
    toys,
)
from settlement.demo.data.shapes import Product

MODULES = (
    teaware,
    tea,
    kitchenware,
    living,
    clothing,
    shoes,
    computing,
    pantry,
    beauty,
    toys,
    sports,
    garden_pets,
    stationery,
)


def all_products() -> list[Product]:
    """Every listing, in the order of the modules."""
    return [product for module in MODULES for product in module.PRODUCTS]
