"""What a shop gives away: checked and written when its promotion is saved; the lot is thrown when it starts."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from catalog.models import Product, Sku
from marketing.bargaining.sequence import hash_of, new_seed
from marketing.models import Promotion, Trial, TrialUnits
from marketing.rules import RuleMakesNoSense


def check_goods(*, shop, rule: Mapping, promotion: Promotion | None) -> None:
    """
    What is named can be given away, and nothing is decided yet.

    :raises RuleMakesNoSense: with the words for the row that is wrong
    """
    named = [sku_id for sku_id, _price, _units in rule["prices"]]
    for sku in Sku.objects.select_related("product").filter(pk__in=named, shop=shop):
        words = {"goods": sku.product.title}
        if sku.product.kind != Product.Kind.PHYSICAL:
            sentence = _("“%(goods)s” cannot be tried free: only goods that are sent from within the country.")
            raise RuleMakesNoSense(sentence % words, field="prices")
        if not sku.is_active or sku.product.status != Product.Status.ON_SALE:
            raise RuleMakesNoSense(_("“%(goods)s” is not on sale.") % words, field="prices")
    if promotion is not None and is_decided(promotion):
        raise RuleMakesNoSense(_("Its winners are found already; make a new one."), field="prices")


def is_decided(promotion: Promotion) -> bool:
    rows = Trial.objects.filter(promotion=promotion)
    return rows.exclude(drawn_at=None, called_off_at=None).exists()


def write_units(promotion: Promotion) -> None:
    """
    The rows that the rule asks for.

    :raises RuleMakesNoSense: fewer than are given, or without what somebody has applied for
    """
    before = {row.sku_id: row for row in promotion.trial_units.select_for_update().order_by("pk")}
    for sku_id, _price, quota in promotion.rule["prices"]:
        row = before.pop(sku_id, None) or TrialUnits(shop=promotion.shop, promotion=promotion, sku_id=sku_id)
        if quota < row.given:
            words = {"count": row.given}
            raise RuleMakesNoSense(_("%(count)d are won already; it cannot be fewer.") % words, field="prices")
        row.quota = quota
        row.save()
    for row in before.values():
        if row.applications.exists():
            raise RuleMakesNoSense(_("People have applied for one of the items; it stays."), field="prices")
        row.delete()


def throw_lot(promotion: Promotion) -> None:
    """Its secret seed, once: from now on the hash stands on the page."""
    if not Trial.objects.filter(promotion=promotion).exists():
        seed = new_seed()
        Trial.objects.create(shop=promotion.shop, promotion=promotion, seed=seed, seed_hash=hash_of(seed))
