"""
A shop's own categories, in two levels: made, renamed, put in order and removed by it; a product stands in several.

Search marks a product with the categories that it stands in, so that a list of one of them is as fast as any.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.decoration.publishing import page_name
from catalog.generation import CATALOGUE, forget
from catalog.models import Product, ShelvedProduct, ShopCategory
from catalog.search.engine import engine
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.texts import Text
from merchants.models import Shop

MOST_CATEGORIES = 200
LONGEST_NAME = 40


class WrongShopCategory(Refusal):
    """A category without a name, with a name twice, on a third level, or one too many."""

    code = "wrong-shop-category"
    status = 400


@transaction.atomic
def add_category(*, shop, name: dict, parent: ShopCategory | None = None, by, now: datetime) -> ShopCategory:
    """
    A new category at the end of the shop's, or of those below another.

    :raises WrongShopCategory: no name, one that stands there already, a third level, or too many
    """
    mine = _locked(shop)
    if len(mine) >= MOST_CATEGORIES:
        raise WrongShopCategory(_("A shop has at most %(most)d categories.") % {"most": MOST_CATEGORIES})
    if parent is not None and parent.parent_id is not None:
        raise WrongShopCategory(_("There are two levels only."))
    checked = _checked(name, [row for row in mine if row.parent_id == (parent and parent.pk)])
    last = ShopCategory.objects.owned_by(shop).filter(parent=parent).aggregate(last=Max("position"))["last"]
    row = ShopCategory.objects.create(shop=shop, parent=parent, name=checked, position=0 if last is None else last + 1)
    _note(shop, "catalog.add_shop_category", row, by=by, now=now)
    return row


@transaction.atomic
def rename_category(*, category: ShopCategory, name: dict, by, now: datetime) -> ShopCategory:
    """
    Call it otherwise; its products stay in it.

    :raises WrongShopCategory: no name, or one that stands there already
    """
    others = [row for row in _locked(category.shop) if row.parent_id == category.parent_id and row.pk != category.pk]
    category.name = _checked(name, others)
    category.save(update_fields=["name"])
    _note(category.shop, "catalog.rename_shop_category", category, by=by, now=now)
    return category


@transaction.atomic
def move_category(*, category: ShopCategory, places: int, by, now: datetime) -> None:
    """Put it so many places later among those beside it, or earlier if that is below zero."""
    beside = [row for row in _locked(category.shop) if row.parent_id == category.parent_id]
    order = [row.pk for row in beside]
    place = order.index(category.pk)
    order.insert(max(0, min(len(order) - 1, place + places)), order.pop(place))
    by_key = {row.pk: row for row in beside}
    for position, key in enumerate(order):
        by_key[key].position = position
    ShopCategory.objects.bulk_update(beside, ["position"])
    _note(category.shop, "catalog.move_shop_category", category, by=by, now=now)


@transaction.atomic
def remove_category(*, category: ShopCategory, by, now: datetime) -> int:
    """Take it away with those below it; the products stay in the shop. Returns how many stood in it."""
    _locked(category.shop)
    keys = [category.pk, *category.children.values_list("pk", flat=True)]
    shelved = ShelvedProduct.objects.filter(category__in=keys).order_by("product")
    products = list(shelved.values_list("product", flat=True).distinct())
    _note(category.shop, "catalog.remove_shop_category", category, by=by, now=now)
    category.delete()
    engine().index_products(products)
    return len(products)


@transaction.atomic
def put_in_categories(*, product: Product, categories: Iterable[ShopCategory], by, now: datetime) -> bool:
    """
    Let a product stand in these categories of its shop, and in no other; whether that changed anything.

    :raises WrongShopCategory: one is not its shop's
    """
    wanted = {category.pk: category for category in categories}
    if any(category.shop_id != product.shop_id for category in wanted.values()):
        raise WrongShopCategory(_("This is no category of the shop."))
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    standing = set(product.shelved.values_list("category", flat=True))
    if standing == set(wanted):
        return False
    product.shelved.exclude(category__in=wanted).delete()
    ShelvedProduct.objects.bulk_create(
        ShelvedProduct(shop_id=product.shop_id, product=product, category=category)
        for key, category in wanted.items()
        if key not in standing
    )
    engine().index_products([product.pk])
    record(
        "catalog.put_in_shop_categories",
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        after={"categories": sorted(category.public_id for category in wanted.values())},
    )
    _show_anew(product.shop)
    return True


def tree_of(shop) -> list[ShopCategory]:
    """The shop's categories in order, each first-level one with ``below``. One query."""
    rows = list(ShopCategory.objects.owned_by(shop).order_by("position", "pk"))
    tops = [row for row in rows if row.parent_id is None]
    for top in tops:
        top.below = [row for row in rows if row.parent_id == top.pk]
    return tops


def flat(tree: Iterable[ShopCategory]) -> list[ShopCategory]:
    """Each first-level category followed by those below it."""
    return [row for top in tree for row in (top, *top.below)]


def keys_below(tree: Iterable[ShopCategory], public_id: str) -> tuple[int, ...]:
    """The keys of a category and of those below it; none for one that is not there."""
    for row in flat(tree):
        if row.public_id == public_id:
            return (row.pk, *(child.pk for child in getattr(row, "below", ())))
    return ()


def _locked(shop) -> list[ShopCategory]:
    """All categories of the shop, one at a time: names and places are compared."""
    Shop.objects.select_for_update(no_key=True).only("pk").get(pk=shop.pk)
    return list(ShopCategory.objects.owned_by(shop).order_by("position", "pk"))


def _checked(name: dict, beside: Iterable[ShopCategory]) -> Text:
    text = Text({code: words.strip() for code, words in name.items() if words and words.strip()})
    if not text:
        raise WrongShopCategory(_("Give the category a name."))
    if any(len(words) > LONGEST_NAME for words in text.values()):
        raise WrongShopCategory(_("At most %(most)d characters.") % {"most": LONGEST_NAME})
    if any(set(text.values()) & set(row.name.values()) for row in beside):
        raise WrongShopCategory(_("A category of this name stands there already."))
    return text


def _note(shop, action: str, category: ShopCategory, *, by, now: datetime) -> None:
    record(action, category.public_id, by=by, now=now, shop_slug=shop.slug, after={"name": dict(category.name)})
    _show_anew(shop)


def _show_anew(shop) -> None:
    transaction.on_commit(lambda: forget(page_name(shop.slug), CATALOGUE), robust=True)
