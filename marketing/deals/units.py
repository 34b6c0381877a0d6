"""
Units of deals: written when the promotion is saved, taken by orders, given back (``DealUnits``).

``taken`` is moved by statements that carry their condition. Whoever takes of a SKU waits at its row for the others, so
what is counted after that (how many pieces a person has) is true.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from catalog.models import Product, Sku
from mall.money import Money
from mall.rows import select_rows
from marketing.models import DealUnits, Promotion
from marketing.rules import RuleMakesNoSense


def check_goods(*, shop, rule: Mapping) -> None:
    """
    What is named goes into a parcel from the shop's own stock, and is cheaper so than by itself.

    :raises RuleMakesNoSense: with the words for the row that is wrong
    """
    prices = {sku_id: price for sku_id, price, _quota in rule["prices"]}
    for sku in Sku.objects.select_related("product").filter(pk__in=prices, shop=shop):
        words = {"goods": sku.product.title, "price": sku.price}
        if sku.product.kind != Product.Kind.PHYSICAL:
            sentence = _("“%(goods)s” cannot be sold so: choose goods that you have and ship.")
            raise RuleMakesNoSense(sentence % words, field="prices")
        if prices[sku.pk] >= sku.price.minor:
            sentence = _("“%(goods)s” costs %(price)s: this price must be lower.")
            raise RuleMakesNoSense(sentence % words, field="prices")


def write_units(promotion: Promotion) -> None:
    """
    The rows that the rule of a promotion that does not run asks for; what was taken before stays taken.

    :raises RuleMakesNoSense: fewer units than are taken, or none any more of what somebody has
    """
    before = {row.sku_id: row for row in promotion.deal_units.select_for_update().order_by("pk")}
    for sku_id, price, quota in promotion.rule["prices"]:
        row = before.pop(sku_id, None) or DealUnits(shop=promotion.shop, promotion=promotion, sku_id=sku_id)
        if quota < row.taken:
            _refuse_less(row.taken)
        row.currency, row.price = promotion.currency, Money(price, promotion.currency)
        row.quota, row.most = quota, promotion.rule["most"]
        row.save()
    for row in before.values():
        if row.taken or row.groups.exists():
            _refuse_less(row.taken)
        row.delete()


def _refuse_less(taken: int):
    words = {"count": taken}
    raise RuleMakesNoSense(_("%(count)d are sold already; it cannot be fewer.") % words, field="prices")


_TAKE = """
    UPDATE marketing_dealunits u SET taken = u.taken + %(pieces)s FROM marketing_promotion p
    WHERE u.sku_id = %(sku)s AND p.id = u.promotion_id AND p.public_id = %(promotion)s AND p.status = 'live'
        AND p.starts_at <= %(now)s AND p.ends_at > %(now)s AND u.taken + %(pieces)s <= u.quota
    RETURNING u.id, u.most, u.shop_id, u.promotion_id
"""
_GIVE_BACK = "UPDATE marketing_dealunits SET taken = taken - %s WHERE id = %s RETURNING id"


def take_units(*, promotion: str, sku_id: int, pieces: int, now) -> tuple[int, int, int, int] | None:
    """
    So many units, in the transaction that places an order: the keys of the units, how many one person may have, and the
    keys of shop and promotion. ``None``: they are gone, or the promotion does not run.
    """
    taken = select_rows(_TAKE, {"promotion": promotion, "sku": sku_id, "pieces": pieces, "now": now})
    return taken[0] if taken else None


def give_units_back(units_id: int, pieces: int) -> None:
    select_rows(_GIVE_BACK, [pieces, units_id])
