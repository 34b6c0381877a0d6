"""What a shop lets be bargained for: checked when it is saved, its quota taken by orders and given back by them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Product, Sku
from mall.money import Money
from mall.rows import select_rows
from marketing.models import Bargain, BargainUnits, Promotion
from marketing.rules import RuleMakesNoSense

SOLD = frozenset({Product.Kind.PHYSICAL, Product.Kind.PRESALE})


def check_goods(*, shop, rule: Mapping, starts_at: datetime, ends_at: datetime, promotion: Promotion | None) -> None:
    """
    What is named can be bargained for: of a kind that can, on sale, at a lowest price that leaves a fen for every cut,
    and in no other bargaining at that time.

    :raises RuleMakesNoSense: with the words for the row that is wrong
    """
    floors = {sku_id: floor for sku_id, floor, _quota in rule["prices"]}
    for sku in Sku.objects.select_related("product").filter(pk__in=floors, shop=shop):
        words = {"goods": sku.product.title, "price": sku.price, "cuts": rule["cuts"]}
        if sku.product.kind not in SOLD:
            _refuse(_("“%(goods)s” cannot be bargained for: only goods that are sent from within the country.") % words)
        if not sku.is_active or sku.product.status != Product.Status.ON_SALE:
            _refuse(_("“%(goods)s” is not on sale.") % words)
        if sku.price.minor - floors[sku.pk] < rule["cuts"]:
            sentence = _(
                "“%(goods)s” costs %(price)s: the lowest price must leave at least 0.01 for each of %(cuts)d cuts."
            )
            _refuse(sentence % words)
    others = BargainUnits.objects.owned_by(shop).select_related("sku__product").filter(sku__in=floors)
    others = others.filter(promotion__starts_at__lt=ends_at, promotion__ends_at__gt=starts_at)
    others = others.exclude(promotion__status=Promotion.Status.STOPPED).exclude(promotion=promotion)
    if names := ", ".join(dict.fromkeys(str(row.sku.product.title) for row in others)):
        _refuse(_("Bargained for in another promotion at that time already: %(goods)s.") % {"goods": names})


def write_units(promotion: Promotion) -> None:
    """
    The rows that the rule of a promotion that does not run asks for; what was taken before stays taken.

    :raises RuleMakesNoSense: fewer units than are taken, or without what somebody bargains for at the moment
    """
    before = {row.sku_id: row for row in promotion.bargain_units.select_for_update().order_by("pk")}
    for sku_id, floor, quota in promotion.rule["prices"]:
        row = before.pop(sku_id, None) or BargainUnits(shop=promotion.shop, promotion=promotion, sku_id=sku_id)
        if quota < row.taken:
            _refuse(_("%(count)d are sold already; it cannot be fewer.") % {"count": row.taken})
        row.currency, row.floor, row.quota = promotion.currency, Money(floor, promotion.currency), quota
        row.save()
    for row in before.values():
        if row.bargains.filter(status__in=Bargain.RUNNING).exists():
            _refuse(_("Somebody bargains for one of the items at the moment; it cannot be taken out."))
        if row.bargains.exists():
            BargainUnits.objects.filter(pk=row.pk).update(quota=row.taken)
        else:
            row.delete()


_TAKE = "UPDATE marketing_bargainunits SET taken = taken + 1 WHERE id = %s AND taken < quota RETURNING taken"
_GIVE_BACK = "UPDATE marketing_bargainunits SET taken = taken - 1 WHERE id = ANY (%s) AND taken > 0 RETURNING id"


def take(units_id: int) -> bool:
    """One of them, in the transaction of the order; ``False``: all are gone."""
    return bool(select_rows(_TAKE, [units_id]))


def give_back(units_ids: Collection[int]) -> None:
    select_rows(_GIVE_BACK, [list(units_ids)])


def _refuse(sentence: str):
    raise RuleMakesNoSense(sentence, field="prices")
