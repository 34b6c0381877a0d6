"""
Changes that wait beside an approved version, and the row by which reviewers find what is new: written, amended, closed.

Of an edit is kept back what a person must look at first; the rest applies at once (:mod:`catalog.products`).
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime

from catalog import changes, prices
from catalog.changes import Shown
from catalog.models import Product, ProductChange
from catalog.options import matrix
from catalog.skus import SkuDraft, check_own_codes, draft_of, price_range, sku_data
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import ProductChangeDecided
from mall.money import Money
from risk.screening import Finding


def decide(
    change: ProductChange | None, product: Product, status: str, *, by, now: datetime, reason: str = "", note: str = ""
) -> None:
    """Close a pending change; of a new product what was looked at is kept with it. Nothing waits: nothing happens."""
    if change is None:
        return
    if change.kind == ProductChange.Kind.NEW:
        change.proposed = _whole(product)
    ProductChange.FLOW.move(change, status)
    change.decided_at, change.decided_by, change.reason, change.note = now, by, reason, note
    change.save(update_fields=["status", "proposed", "decided_at", "decided_by", "reason", "note"])
    publish(
        ProductChangeDecided(
            change_id=change.public_id,
            product_id=product.public_id,
            shop_id=product.shop.public_id,
            is_new=change.kind == ProductChange.Kind.NEW,
            outcome=str(status),
            by_staff=by is not None and status != ProductChange.Status.WITHDRAWN,
            decided_at=now,
        )
    )


def locked_change(product: Product) -> ProductChange | None:
    """The pending change of the product, locked."""
    return (
        ProductChange.objects.select_for_update(no_key=True)
        .filter(product=product, status=ProductChange.Status.PENDING)
        .first()
    )


def with_change(product: Product) -> tuple[Product, ProductChange | None, Product]:
    """The locked product, its pending change, and the product as that change would make it."""
    product = locked(product)
    pending = locked_change(product)
    wanted = changes.lay_over(copy(product), pending.proposed if pending else {})
    return product, pending, wanted


def new_change(product: Product, reasons: list, *, before: dict | None = None, by, now: datetime) -> ProductChange:
    """The row by which reviewers find a product that is submitted; ``before`` is what was decided about it last."""
    return ProductChange(
        shop_id=product.shop_id,
        product=product,
        kind=ProductChange.Kind.NEW,
        before=before or {},
        reasons=reasons,
        asked_at=now,
        asked_by=by,
    )


def _whole(product: Product) -> dict:
    """Everything about a new product that a reviewer looks at."""
    skus = product.skus.filter(is_active=True).order_by("pk")
    return changes.facts_of(product) | {
        "pictures": changes.gallery_data(changes.gallery_of(product)),
        "skus": [sku_data(sku, is_price_only=False) for sku in skus],
    }


def drafts_of(product: Product, proposed: dict, live: Sequence[tuple[str, ...]]) -> list[SkuDraft]:
    """The SKUs of the options that the product has in memory: those that stand as they stand, and the proposed ones."""
    waiting = {tuple(row["choice"]): row for row in proposed.get("skus", ())}
    standing = {tuple(sku.choice): sku for sku in product.skus.order_by("pk")}

    def money(minor):
        return None if minor is None else Money(minor, product.currency)

    drafts = []
    for choice in matrix(product.options):
        row = waiting.get(choice)
        if choice in standing and choice in live and (row is None or row["is_price_only"]):
            prices = {"price": money(row["price"]), "list_price": money(row["list_price"])} if row else {}
            drafts.append(draft_of(standing[choice], **prices))
        elif row:
            names = ("code", "weight_grams", "volume_cm3", "barcode", "is_active")
            drafts.append(
                SkuDraft(
                    choice=choice,
                    price=money(row["price"]),
                    list_price=money(row["list_price"]),
                    **{name: row[name] for name in names},
                )
            )
    return drafts


def hold_back(
    product: Product,
    live: dict,
    skus: Sequence[SkuDraft],
    gallery: list[Shown] | None,
    findings: list[Finding],
    pending: ProductChange | None,
    *,
    by,
    now: datetime,
) -> tuple[list[SkuDraft], dict]:
    """
    Of an edit of what was approved keep back what a person must look at first, as its pending change.

    The product in memory keeps what applies at once; returns its SKUs as they apply at once, and what is held back.
    """
    wanted = changes.facts_of(product)
    held = {name: value for name, value in wanted.items() if value != live[name]}
    if gallery is not None and not changes.is_standing(product, gallery):
        held["pictures"] = changes.gallery_data(gallery)
    shown = [row.image for row in gallery] if "pictures" in held else []
    reasons = changes.reasons_for(product, live, findings, pictures=shown) if held else []
    if not reasons:
        held = {}
    elif held:
        changes.lay_over(product, {name: live[name] for name in held if name in live})

    standing = {tuple(sku.choice): sku for sku in product.skus.order_by("pk")}
    coming = [(standing[draft.choice], draft.price) for draft in skus if draft.choice in standing]
    prices.check_unlocked({sku.pk: price for sku, price in coming if price != sku.price}, now=now)
    here, there = set(matrix(live["options"])), set(matrix(wanted["options"]))
    result, waiting = [], []
    for draft in skus:
        sku = standing.get(draft.choice)
        if "options" in held and draft.choice not in here:
            waiting.append(sku_data(draft, is_price_only=False))
        elif sku is not None and draft.choice in here and changes.moves_far(sku, draft.price, now):
            reasons.append(changes.reason_of_price(sku.price, draft.price))
            waiting.append(sku_data(draft, is_price_only=True))
            result.append(replace(draft, price=sku.price, list_price=sku.list_price))
        else:
            result.append(draft)
    if "options" in held:  # what the proposal does without is offered until it is approved
        result += [draft_of(standing[choice]) for choice in sorted(here - there) if choice in standing]
        check_own_codes(result)
    if waiting:
        held["skus"] = waiting
    product.price_from, product.price_to = price_range(result)
    propose(product, pending, held, live, reasons, by=by, now=now)
    return result, held


def propose(
    product: Product, pending: ProductChange | None, held: dict, live: dict, reasons: list, *, by, now: datetime
) -> None:
    """Write what is held back as the pending change of the product; nothing held back ends the one that waited."""
    if not held:
        if pending is not None:
            is_live = changes.facts_of(product) == live
            status = ProductChange.Status.WITHDRAWN if is_live else ProductChange.Status.APPROVED
            decide(pending, product, status, by=None, now=now)
        return
    before = {name: live[name] for name in held if name in live}
    if "pictures" in held:
        before["pictures"] = changes.gallery_data(changes.gallery_of(product))
    if "skus" in held:
        choices = [row["choice"] for row in held["skus"]]
        before["skus"] = [sku_data(sku, is_price_only=True) for sku in changes.skus_of(product, choices)]
    if pending is None:
        pending = ProductChange(shop_id=product.shop_id, product=product, asked_at=now, asked_by=by)
    elif pending.proposed == held:
        return
    else:  # who had taken it on has looked at something else
        pending.amended_at, pending.claimed_at, pending.claimed_by = now, None, None
    pending.proposed, pending.before, pending.reasons = held, before, _once(reasons)
    pending.save()
    record(
        "catalog.propose_change",
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        after={"change": pending.public_id, "changes": sorted(held)},
    )


def _once(reasons: list) -> list:
    return [reason for place, reason in enumerate(reasons) if reason not in reasons[:place]]


def amend_new(
    product: Product,
    pending: ProductChange | None,
    findings: list[Finding],
    *,
    pictures: Iterable[str] | None = None,
    by,
    now: datetime,
) -> None:
    """
    What is not approved is written as it is: a reviewer who had taken it on looks again, an old change ends.

    :param pictures: names of those that it will show, unless they are those that it shows
    """
    if pending is None:
        return
    if pending.kind == ProductChange.Kind.EDIT:
        decide(pending, product, ProductChange.Status.WITHDRAWN, by=None, now=now)
        return
    past = [reason for reason in pending.reasons if reason["code"] == ProductChange.Why.PAST]
    if pictures is None:
        pictures = [row.image for row in changes.gallery_of(product)]
    pending.reasons = changes.reasons_for(product, None, findings, pictures=pictures) + past
    pending.amended_at, pending.claimed_at, pending.claimed_by = now, None, None
    pending.save(update_fields=["reasons", "amended_at", "claimed_at", "claimed_by"])


def locked(product: Product) -> Product:
    """The product as it stands, locked, with its shop and its trade."""
    return (
        Product.objects.select_related("shop", "category__trade")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=product.pk)
    )
