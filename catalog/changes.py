"""
The facts of a product that are reviewed, as data: what stands, what a shop proposes, and what lies between.

A proposal holds only what it would change: ``category`` and ``brand`` (keys), ``title``, ``subtitle``, ``description``,
``options``, ``attributes``, ``promises``, ``customs`` as they are, ``values`` (what it says for its category),
``pictures`` (the whole gallery in its order), ``video``, and ``skus``: combinations that are not there yet, and prices
that move so far that a person looks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from catalog import specifications
from catalog.models import Brand, Category, Product, ProductChange, ProductPicture, Sku
from catalog.removed_pictures import reasons_of_pictures
from catalog.tunables import PRICE_MOVE_PERCENT, PRICE_WINDOW_DAYS
from mall.money import Money
from mall.refusals import Refusal
from mall.texts import Text
from risk.screening import Finding

TEXTS = ("title", "subtitle", "description")
DATA = ("options", "attributes", "promises")
MEASURES = ("weight_grams", "volume_cm3")
WHOLE = ("customs", "video")
FACTS = ("category", "brand", *TEXTS, *DATA, *WHOLE, "values")
Why = ProductChange.Why


class ProposalOutdated(Refusal):
    """What a proposal names is not there any more: a category, a brand."""

    code = "proposal-outdated"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture of a gallery, kept already; ``key`` is its row's, where it has one."""

    image: str
    width: int = 0
    height: int = 0
    value_id: str = ""
    alt: str = ""
    key: int | None = None

    @property
    def name(self) -> str:
        """What a form calls it."""
        return str(self.key) if self.key else self.image


# What stands, and what is proposed


def facts_of(product: Product) -> dict:
    """The reviewed facts of a product as data, without its pictures."""
    facts = {"kind": str(product.kind), "category": product.category_id, "brand": product.brand_id}
    facts |= {name: dict(getattr(product, name)) for name in TEXTS}
    facts |= {name: list(getattr(product, name)) for name in DATA}
    facts |= {name: getattr(product, name) for name in WHOLE}
    return facts | {"values": specifications.packed(values_of(product))}


def values_of(product: Product) -> dict[int, specifications.Value]:
    """What the product in memory says for the attributes of its category: what is laid over it, else what stands."""
    return product.said_values if hasattr(product, "said_values") else specifications.values_of(product)


def lay_over(product: Product, proposed: dict) -> Product:
    """
    Give the product in memory the facts that are proposed.

    :raises ProposalOutdated: its category or its brand is not there any more
    """
    if "category" in proposed:
        category = Category.objects.select_related("trade").filter(pk=proposed["category"]).first()
        if category is None:
            raise ProposalOutdated(_("The category is not there any more. Please choose another one."))
        product.category = category
    if "brand" in proposed:
        brand = Brand.objects.filter(pk=proposed["brand"]).first() if proposed["brand"] else None
        if proposed["brand"] and brand is None:
            raise ProposalOutdated(_("The brand is not there any more. Please choose another one."))
        product.brand = brand
    for name in TEXTS:
        if name in proposed:
            setattr(product, name, Text(proposed[name]))
    for name in DATA:
        if name in proposed:
            setattr(product, name, list(proposed[name]))
    for name in WHOLE:
        if name in proposed:
            setattr(product, name, proposed[name])
    if "values" in proposed:
        product.said_values = specifications.unpacked(proposed["values"])
    product.__dict__.pop("option_names", None)
    return product


def pending_of(product: Product) -> ProductChange | None:
    """The change of the product that waits for a reviewer."""
    return product.changes.filter(status=ProductChange.Status.PENDING).first()


def gallery_of(product: Product, proposed: dict | None = None) -> list[Shown]:
    """The pictures of a product in their order: those that are proposed, else those that stand."""
    if proposed and "pictures" in proposed:
        return [Shown(**row) for row in proposed["pictures"]]
    return [shown_of(row) for row in product.pictures.order_by("position", "pk")]


def shown_of(row: ProductPicture) -> Shown:
    return Shown(
        image=row.image.name, width=row.width, height=row.height, value_id=row.value_id, alt=row.alt, key=row.pk
    )


def is_standing(product: Product, gallery: Sequence[Shown]) -> bool:
    """Whether the approved version shows exactly these pictures, in this order."""
    return [row.name for row in gallery] == [row.name for row in gallery_of(product)]


def gallery_data(gallery: Iterable[Shown]) -> list[dict]:
    return [asdict(shown) for shown in gallery]


def skus_of(product: Product, choices: Iterable[Sequence[str]]) -> list[Sku]:
    """Those of the product's SKUs that stand for one of these choices."""
    wanted = {tuple(choice) for choice in choices}
    return [sku for sku in product.skus.order_by("pk") if tuple(sku.choice) in wanted]


def skus_with(skus: Iterable[Sku], product: Product, proposed: dict) -> list[Sku]:
    """The product's SKUs as the proposal has them; those that are not there yet have no key."""
    result, waiting = list(skus), {tuple(row["choice"]): row for row in proposed.get("skus", ())}
    for sku in result:
        if row := waiting.pop(tuple(sku.choice), None):
            sku.price, sku.list_price = row["price"], row["list_price"]
            if not row["is_price_only"]:
                for name in ("code", *MEASURES, "barcode", "is_active"):
                    setattr(sku, name, row[name])
    for choice, row in waiting.items():
        fields = {name: row[name] for name in ("price", "list_price", "code", *MEASURES, "barcode", "is_active")}
        result.append(
            Sku(shop_id=product.shop_id, product=product, choice=list(choice), currency=product.currency, **fields)
        )
    return result


# Why a person looks


def reasons_for(
    wanted: Product,
    live: dict | None,
    findings: Sequence[Finding],
    *,
    pictures: Iterable[str] = (),
    had_trouble: bool = False,
) -> list:
    """
    Why a person must look at the words, pictures and category of a product.

    Strict categories want it of every change, watched ones when goods come to them or leave them; whatever is stated
    for customs is looked at.

    :param wanted: the product as it would be
    :param live: the facts of the approved version that it would replace; none of a new product
    :param pictures: names of the pictures that it would show
    """
    reasons = []
    before = Category.objects.filter(pk=live["category"]).first() if live else None
    moves = before is None or before.pk != wanted.category_id
    for category in [wanted.category] + ([before] if before and moves else []):
        if category.needs_review if moves else category.risk == Category.Risk.STRICT:
            reasons.append({"code": str(Why.CATEGORY), "detail": dict(category.name)})
    reasons += [{"code": str(Why.WORD), "detail": str(finding)} for finding in findings]
    if live and wanted.brand_id and wanted.brand_id != live["brand"]:
        reasons.append({"code": str(Why.BRAND), "detail": dict(wanted.brand.name)})
    if wanted.customs and (live is None or wanted.customs != live["customs"]):
        reasons.append({"code": str(Why.CUSTOMS), "detail": wanted.customs["hs_code"]})
    reasons += reasons_of_pictures(pictures)
    if had_trouble:
        reasons.append({"code": str(Why.PAST), "detail": ""})
    return reasons


def reason_of_price(before: Money, after: Money) -> dict:
    return {"code": str(Why.PRICE), "detail": f"{before} → {after}"}


def told(reason: dict) -> str:
    """A reason in words."""
    detail = Text(reason["detail"]) if isinstance(reason["detail"], dict) else reason["detail"]
    label = Why(reason["code"]).label
    return f"{label}: {detail}" if detail else str(label)


# How far a price moves


def window_start(sku: Sku, now: datetime) -> Money | None:
    """What the SKU cost when the window began that is open now; nothing when none is open."""
    is_open = sku.window_from is not None and now - sku.window_from < timedelta(days=PRICE_WINDOW_DAYS.value)
    return sku.window_price if is_open else None


def moves_far(sku: Sku, price: Money, now: datetime) -> bool:
    """Whether this price lies so far from the one at the start of the window that a person looks."""
    if price == sku.price:
        return False
    start = window_start(sku, now) or sku.price
    low, high = sorted((start.minor, price.minor))
    return (high - low) * 100 > high * PRICE_MOVE_PERCENT.value


def note_move(sku: Sku, price: Money, now: datetime) -> None:
    """Open a window with the price that stands, if none is open, before it moves to another one."""
    if price != sku.price and window_start(sku, now) is None:
        sku.window_price, sku.window_from = sku.price, now
