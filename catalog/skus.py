"""
SKUs as a shop wants them: one draft for each combination of options, checked against each other and the shop's other
codes, then written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalog import changes, kinds, prices
from catalog.models import Product, Sku, Stock
from catalog.options import WrongOptions, matrix
from catalog.stock import default_warehouse
from mall.money import Money
from mall.refusals import Refusal

SKU_FIELDS = [
    "price", "list_price", "code", "weight_grams", "volume_cm3", "barcode", "is_active", "window_price", "window_from",
]  # fmt: skip


class WrongPrice(Refusal):
    """A price that cannot be: nothing, or above its crossed-out price."""

    code = "wrong-price"
    status = 400


class DuplicateCode(Refusal):
    """Two SKUs of a shop cannot carry the same code."""

    code = "duplicate-code"


@dataclass(frozen=True, kw_only=True)
class SkuDraft:
    """One combination as the shop wants it; ``choice`` holds value ids in the order of the options."""

    choice: tuple[str, ...] = ()
    price: Money
    list_price: Money | None = None
    code: str = ""
    weight_grams: int = 0
    volume_cm3: int = 0
    barcode: str = ""
    is_active: bool = True
    public_id: str | None = None


def draft_of(sku: Sku, **other) -> SkuDraft:
    """A SKU as it stands, but for what is told otherwise."""
    names = ("price", "list_price", "code", "weight_grams", "volume_cm3", "barcode", "is_active")
    return SkuDraft(**{"choice": tuple(sku.choice), **{name: getattr(sku, name) for name in names}, **other})


def sku_data(sku: Sku | SkuDraft, *, is_price_only: bool) -> dict:
    """A SKU as a proposal keeps it; ``is_price_only``: nothing but its prices is proposed."""
    return {
        "choice": list(sku.choice),
        "price": sku.price.minor,
        "list_price": sku.list_price.minor if sku.list_price else None,
        "code": sku.code,
        "weight_grams": sku.weight_grams,
        "volume_cm3": sku.volume_cm3,
        "barcode": sku.barcode,
        "is_active": sku.is_active,
        "is_price_only": is_price_only,
    }


def price_range(skus: Sequence[SkuDraft]) -> tuple:
    """The lowest and the highest price of what is offered; zeros when nothing is."""
    offered = [draft.price for draft in skus if draft.is_active]
    return (min(offered), max(offered)) if offered else (0, 0)


def check_drafts(product: Product, drafts: Sequence[SkuDraft]) -> None:
    """
    Hold the drafts against the options of the product.

    :raises WrongOptions: a combination stands twice, or is none of the product
    :raises WrongPrice: a price is not above zero, not below the crossed-out one, or not what a gift card may be worth
    :raises DuplicateCode: two of them have one code
    """
    choices = [tuple(draft.choice) for draft in drafts]
    if len(set(choices)) != len(choices) or not set(choices) <= set(matrix(product.options)):
        raise WrongOptions(_("The combinations do not match the options."))
    for draft in drafts:
        if draft.price.minor <= 0:
            raise WrongPrice(_("Enter a price above zero."))
        if draft.list_price is not None and draft.list_price <= draft.price:
            raise WrongPrice(_("The crossed-out price must be above the price."))
        if product.kind == kinds.Kind.GIFT_CARD:
            _check_face(draft)
    check_own_codes(drafts)


def _check_face(draft: SkuDraft) -> None:
    if not kinds.LEAST_FACE.minor <= draft.price.minor <= kinds.MOST_FACE.minor:
        limits = {"least": kinds.LEAST_FACE, "most": kinds.MOST_FACE}
        raise WrongPrice(_("A gift card is worth between %(least)s and %(most)s.") % limits)
    if draft.list_price is not None:
        raise WrongPrice(_("A gift card costs what it is worth, so it has no crossed-out price."))


def check_own_codes(drafts: Sequence[SkuDraft]) -> None:
    """:raises DuplicateCode: two of the drafts have one code"""
    codes = [draft.code for draft in drafts if draft.code]
    if len(set(codes)) != len(codes):
        raise _duplicate(next(code for code in codes if codes.count(code) > 1))


def check_codes(product: Product, drafts: Sequence[SkuDraft]) -> None:
    """:raises DuplicateCode: another product of the shop has one of these codes"""
    codes = [draft.code for draft in drafts if draft.code]
    if not codes:
        return
    others = Sku.objects.filter(shop=product.shop, code__in=codes).exclude(product_id=product.pk)
    if taken := others.values_list("code", flat=True).first():
        raise _duplicate(taken)


def _duplicate(code: str) -> DuplicateCode:
    return DuplicateCode(_("Another SKU of the shop has the code %(code)s.") % {"code": code}, taken=code)


def save_skus(product: Product, drafts: Sequence[SkuDraft], *, now: datetime) -> None:
    """
    Write the drafts as the SKUs of the product: those that are none of them rest, new ones have empty stock.

    :raises PriceLocked: a campaign keeps one of the prices as it is
    """
    known = {tuple(sku.choice): sku for sku in product.skus.select_for_update(no_key=True).order_by("pk")}
    wanted = {tuple(draft.choice): draft for draft in drafts}
    gone = [sku for choice, sku in known.items() if choice not in wanted]
    stay = [sku for choice, sku in known.items() if choice in wanted]
    for sku in gone:
        sku.is_active, sku.code = False, ""
    keep_prices(product, stay, wanted, now=now)
    for sku in stay:
        if product.status in Product.APPROVED:
            changes.note_move(sku, wanted[tuple(sku.choice)].price, now)
        applied(wanted[tuple(sku.choice)], sku)
    if any(sku.code for sku in stay):
        product.skus.exclude(code="").update(code="")  # so that two SKUs may swap their codes
    Sku.objects.bulk_update(gone + stay, SKU_FIELDS)

    fresh = [
        applied(draft, Sku(shop_id=product.shop_id, product=product, choice=list(choice), currency=product.currency))
        for choice, draft in wanted.items()
        if choice not in known
    ]
    if fresh:
        Sku.objects.bulk_create(fresh)
        warehouse = default_warehouse(product.shop)
        Stock.objects.bulk_create(Stock(shop_id=product.shop_id, sku=sku, warehouse=warehouse) for sku in fresh)


def keep_prices(product: Product, skus: Sequence[Sku], wanted: Mapping[tuple, SkuDraft], *, now: datetime) -> None:
    """
    Write down which prices end.

    :raises PriceLocked: a campaign keeps one of them as it is
    """
    if product.status in Product.APPROVED:
        coming = [(sku, wanted[tuple(sku.choice)].price) for sku in skus]
        prices.check_unlocked({sku.pk: price for sku, price in coming if price != sku.price}, now=now)
        prices.note_former(coming, now=now)


def applied(draft: SkuDraft, sku: Sku) -> Sku:
    """The SKU with what the draft says, in memory."""
    sku.price, sku.list_price, sku.code = draft.price, draft.list_price, draft.code
    sku.weight_grams, sku.volume_cm3 = draft.weight_grams, draft.volume_cm3
    sku.barcode, sku.is_active = draft.barcode, draft.is_active
    return sku
