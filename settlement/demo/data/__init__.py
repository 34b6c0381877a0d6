"""
What the demonstration is made of, as frozen dataclasses (see `shapes`). Plain Python: no Django, no clock, no chance.

Every list is the same each time. `shoppers(count)` may be asked for more than two hundred.
"""

from functools import cache

from settlement.demo.data import people, shapes
from settlement.demo.data.attributes import all_attributes
from settlement.demo.data.brand_halls import HALLS
from settlement.demo.data.brand_names import BRANDS
from settlement.demo.data.category_tree import all_categories
from settlement.demo.data.freight import TEMPLATES, VOLUMES
from settlement.demo.data.front_page import BANNERS
from settlement.demo.data.goods import all_products
from settlement.demo.data.merchants_and_shops import MERCHANTS, SHOPS
from settlement.demo.data.shop_pages import PAGES, ShopPage
from settlement.demo.data.what_shoppers_say import all_answers, all_reviews


@cache
def categories() -> list[shapes.Category]:
    """Twenty-four, each parent before its children."""
    return all_categories()


@cache
def attributes() -> list[shapes.Asked]:
    """What categories ask of their goods."""
    return all_attributes()


def freight_templates() -> list[shapes.FreightTemplate]:
    """What delivery costs in some shops; the others take one flat fee."""
    return TEMPLATES


def volume_of(slug: str) -> int:
    """What a bulky listing measures in cubic centimetres; the others nobody has measured."""
    return VOLUMES.get(slug, 0)


def halls() -> list[shapes.Hall]:
    return HALLS


def brands() -> list[shapes.Brand]:
    return BRANDS


@cache
def merchants() -> list[shapes.Merchant]:
    """Twelve businesses; two of them run two shops each."""
    return list(MERCHANTS.values())


def shops() -> list[shapes.Shop]:
    """Fourteen."""
    return SHOPS


@cache
def products() -> list[shapes.Product]:
    """Three hundred listings."""
    return all_products()


def shoppers(count: int = 200) -> list[shapes.Shopper]:
    return people.shoppers(count)


@cache
def reviews() -> list[shapes.Review]:
    """What shoppers say; pick those of the product's `family`, or of "any"."""
    return all_reviews()


@cache
def shop_answers() -> list[shapes.ShopAnswer]:
    return all_answers()


def shop_pages() -> list[ShopPage]:
    """Four front pages that shops made for themselves."""
    return PAGES


def banners() -> list[shapes.Banner]:
    """Four, in the order of the home page."""
    return BANNERS
