"""
Products: written by shops, screened, reviewed, put on sale and taken off.

Words, pictures and the category are what is reviewed; price, code, weight and stock are the shop's own business, unless
a price moves far. Where a person must look at an edit of what was approved, the edit waits as a change beside the
approved version, which stays as it is (:mod:`catalog.reviewing` decides it).
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import changes, descriptions, specifications
from catalog.brands import must_be_authorized
from catalog.changes import Shown
from catalog.generation import forget_products_after_commit
from catalog.models import (
    Category,
    CategoryAttribute,
    Product,
    ProductChange,
    ProductPicture,
    ProductStats,
    ProductValue,
    Sku,
    Stock,
)
from catalog.options import WrongOptions, check_options, matrix
from catalog.search.engine import engine
from catalog.search.index import follow_status
from catalog.stock import default_warehouse
from mall.audit.trail import record, record_many
from mall.events.bus import publish
from mall.events.catalog import ProductApproved, ProductChanged, ProductChangeDecided
from mall.flow import WrongStatus
from mall.money import Money
from mall.pictures import make_ours
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.texts import Text
from merchants.agreements import check_offer, may_offer
from merchants.licences import may_sell
from risk.lexicon import Lexicon
from risk.screening import Finding, Passage, Verdict, banned_words, screen

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 20_000
MOST_PICTURES = 12
LONGEST_ALT = 200
SKU_FIELDS = [
    "price", "list_price", "code", "weight_grams", "barcode", "is_active", "window_price", "window_from",
]  # fmt: skip
WRITABLE = {"category", "brand", "title", "subtitle", "description", "options", "attributes", "handle"}


class IncompleteProduct(Refusal):
    """Something is missing that shoppers need."""

    code = "incomplete-product"
    status = 400


class ForbiddenWords(Refusal):
    """The text holds words that goods must not carry; ``details`` names them, and ``found`` says where they stand."""

    code = "forbidden-words"
    status = 400
    found: Sequence[Finding] = ()


class WrongPrice(Refusal):
    """A price that cannot be: nothing, or above its crossed-out price."""

    code = "wrong-price"
    status = 400


class DuplicateCode(Refusal):
    """Two SKUs of a shop cannot carry the same code."""

    code = "duplicate-code"


class TradeNotAdmitted(Refusal):
    """The shop may not sell goods of this trade now: it was not admitted to it, or a document has run out."""

    code = "trade-not-admitted"


class TooManyPictures(Refusal):
    """The gallery is full."""

    code = "too-many-pictures"


@dataclass(frozen=True, kw_only=True)
class SkuDraft:
    """One combination as the shop wants it; ``choice`` holds value ids in the order of the options."""

    choice: tuple[str, ...] = ()
    price: Money
    list_price: Money | None = None
    code: str = ""
    weight_grams: int = 0
    barcode: str = ""
    is_active: bool = True
    public_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A new product that was checked and that nobody has written yet (:func:`draft_product`)."""

    product: Product
    skus: Sequence[SkuDraft]
    reasons: list
    values: dict

    @property
    def needs_reviewer(self) -> bool:
        return bool(self.reasons)


@transaction.atomic
def save_product(
    *,
    shop,
    product: Product | None = None,
    fields: dict,
    skus: Sequence[SkuDraft],
    by,
    now: datetime,
    resumes: ProductChange | None = None,
) -> Product:
    """
    Write a product and its SKUs.

    A SKU is known by its choice and keeps its id; combinations that are no longer there are not offered any more, but
    kept, for carts and orders name them. What was approved and changes in what is reviewed stays as it is where a
    person must look: the edit waits as the one pending change of the product, which the next edit amends.

    :param fields: any of category, brand, title, subtitle, description, options, attributes, handle; and ``values``,
        what it says for the attributes of its category, by their keys (``catalog.specifications``); of an approved
        product with a change that waits they are laid over that change
    :param resumes: a change of the product that was refused or withdrawn, on which this edit goes on
    :raises ForbiddenWords: the text holds words that goods must not carry
    :raises WrongValue: a value is not of the kind of its attribute
    :raises IncompleteProduct: there is no title
    :raises WrongOptions: the options make no matrix, or a SKU stands outside of it
    :raises WrongPrice: a price that cannot be
    :raises DuplicateCode: another SKU of the shop has this code
    """
    is_new = product is None
    product = Product(shop=shop, currency=shop.currency, created_at=now) if is_new else _locked(product)
    before = {} if is_new else _facts(product)
    pending = None if is_new else _pending(product)
    basis = pending or (resumes if product.status in Product.APPROVED else None)
    proposed = basis.proposed if basis else {}
    live = None if is_new else changes.facts_of(product)
    changes.lay_over(product, proposed)
    values_before = changes.values_of(product)
    values = _take(product, fields, values_before)
    findings = _checked(product, skus)
    _check_codes(product, skus)
    product.changed_at = now
    if specifications.differ(values_before, values):
        _must_not_fall_silent(product, values_before, values)
    if product.brand_id != (live["brand"] if live else None):
        must_be_authorized(product.shop, product.brand, now=now)
    gallery = changes.gallery_of(product, proposed) if "pictures" in proposed else None

    if product.status in Product.APPROVED:
        skus, held = _hold_back(product, live, skus, gallery, findings, pending, by=by, now=now)
        if "pictures" in held:
            gallery = None
        if changes.facts_of(product) != live:
            _follow_papers(product)
    else:
        _amend_new(product, pending, findings, by=by, now=now)
    product.save()
    if is_new:
        ProductStats.objects.create(product=product)
    elif gallery is not None:
        _hang(product, gallery)
    _save_values(product)
    _save_skus(product, skus, now=now)
    engine().index_products([product.pk])
    record(
        "catalog.save_product",
        product.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        before=before,
        after=_facts(product),
    )
    _announce(product, now)
    return product


def draft_product(
    *,
    shop,
    fields: dict,
    skus: Sequence[SkuDraft],
    now: datetime,
    words: Lexicon | None = None,
    template: Sequence[CategoryAttribute] | None = None,
) -> Drafted:
    """
    A new product, cleaned and checked by the rules of :func:`save_product`, but not written.

    Whether its codes are free is not asked here: who writes many asks once for all of them, and the database keeps it.

    :param words: the banned words, read once for many products
    :param template: what the category asks, likewise
    :raises ForbiddenWords, IncompleteProduct, WrongOptions, WrongPrice, DuplicateCode: as :func:`save_product`
    """
    product = Product(shop=shop, currency=shop.currency, created_at=now, changed_at=now)
    values = _take(product, fields, {}, template)
    findings = _checked(product, skus, words)
    return Drafted(product=product, skus=skus, reasons=changes.reasons_for(product, None, findings), values=values)


@transaction.atomic
def create_products(*, shop, drafted: Sequence[Drafted], submits: Iterable[bool], by, now: datetime) -> list[Product]:
    """
    Write many new products in a few statements: what :func:`save_product` would have written for each, and
    :func:`submit_product` for those that ``submits`` marks.

    :raises IntegrityError: a code or a handle is taken; nothing was written
    """
    products = [draft.product for draft in drafted]
    done = []
    for one, submit in zip(drafted, submits, strict=True):
        product = one.product
        done.append(("catalog.save_product", product.public_id, {}, _facts(product)))
        if submit:
            before = product.status
            Product.FLOW.move(product, Product.Status.IN_REVIEW if one.needs_reviewer else Product.Status.ON_SALE)
            product.on_sale_at = now if product.status == Product.Status.ON_SALE else None
            after = {"status": str(product.status), "note": ""}
            done.append(("catalog.submit_product", product.public_id, {"status": str(before)}, after))

    insert_rows(products)
    ProductStats.objects.bulk_create([ProductStats(product=product) for product in products])
    insert_rows(
        _new_change(one.product, one.reasons, by=by, now=now)
        for one in drafted
        if one.product.status == Product.Status.IN_REVIEW
    )
    insert_rows(row for one in drafted for row in specifications.rows_for(one.product, one.values))
    skus = insert_rows(
        _apply(draft, Sku(shop_id=shop.pk, product=one.product, choice=list(draft.choice), currency=shop.currency))
        for one in drafted
        for draft in one.skus
    )
    warehouse = default_warehouse(shop)
    insert_rows(Stock(shop_id=shop.pk, sku=sku, warehouse=warehouse) for sku in skus)
    engine().index_products([product.pk for product in products])
    record_many(done, by=by, now=now, shop_slug=shop.slug)
    publish(*(ProductChanged(product_id=row.public_id, shop_id=shop.public_id, changed_at=now) for row in products))
    forget_products_after_commit([product.public_id for product in products], lists_too=True)
    return products


def is_sellable(shop, category, *, now: datetime) -> bool:
    """Whether the shop may put goods of this category on sale now: papers are there, no newer agreement waits."""
    return may_sell(shop, category.trade_id) and may_offer(shop, now=now)


@transaction.atomic
def submit_product(*, product: Product, by, now: datetime) -> Product:
    """
    Ask for the product to go on sale: at once, or to the reviewers where its category, its words or its past need one.

    :raises IncompleteProduct: nothing of it is offered
    :raises ForbiddenWords: the text holds words that goods must not carry
    :raises AgreementNotAccepted: a newer agreement binds the shop, and nobody has accepted it
    :raises WrongStatus: it is on sale or waits for a reviewer already
    """
    product = _locked(product)
    if product.status in {Product.Status.IN_REVIEW, Product.Status.WITHHELD}:
        raise _wrong_status(product)
    if product.status not in Product.APPROVED:
        _fold(product, by=by, now=now)
    if not product.skus.filter(is_active=True).exists():
        raise IncompleteProduct(_("Offer at least one combination with a price first."))
    _must_say_what_is_required(product)
    _must_be_sellable(product, now)
    check_offer(product.shop, now=now)
    findings = _findings(product)
    forbid(findings)
    if product.status == Product.Status.OFF_SALE:
        return _move(product, Product.Status.ON_SALE, "catalog.submit_product", by=by, now=now)
    had_trouble = product.status in {Product.Status.REFUSED, Product.Status.TAKEN_DOWN}
    reasons = changes.reasons_for(product, None, findings, had_trouble=had_trouble)
    if reasons:
        looked_at = product.changes.filter(kind=ProductChange.Kind.NEW).order_by("-pk").first()
        _new_change(product, reasons, before=looked_at and looked_at.proposed, by=by, now=now).save()
        return _move(product, Product.Status.IN_REVIEW, "catalog.submit_product", by=by, now=now)
    return _move(product, _goal(product, now), "catalog.submit_product", by=by, now=now)


@transaction.atomic
def approve_product(*, product: Product, by, now: datetime) -> Product:
    """
    A reviewer agrees: the product is on sale, or will be at the moment that the shop has set.

    :raises TradeNotAdmitted: the shop may not sell goods of this trade now
    :raises WrongStatus: it does not wait for a reviewer
    """
    product = _locked(product)
    if product.status != Product.Status.IN_REVIEW:
        raise _wrong_status(product)
    decide(_pending(product), product, ProductChange.Status.APPROVED, by=by, now=now)
    _move(product, _goal(product, now), "catalog.approve_product", by=by, now=now)
    publish(ProductApproved(product_id=product.public_id, shop_id=product.shop.public_id, approved_at=now))
    return product


@transaction.atomic
def refuse_product(
    *, product: Product, note: str, by, now: datetime, reason: str = ProductChange.Reason.OTHER
) -> Product:
    """
    A reviewer asks for corrections, with a reason and in words for the shop.

    :raises IncompleteProduct: no words for the shop
    :raises WrongStatus: it does not wait for a reviewer
    """
    product, note = _locked(product), _required(note)
    if product.status != Product.Status.IN_REVIEW:
        raise _wrong_status(product)
    decide(_pending(product), product, ProductChange.Status.REFUSED, by=by, now=now, reason=reason, note=note)
    return _move(product, Product.Status.REFUSED, "catalog.refuse_product", by=by, now=now, note=note)


@transaction.atomic
def take_down_product(*, product: Product, note: str, by, now: datetime) -> Product:
    """
    The platform takes a product down, in words for the shop; it comes back through a reviewer only.

    :raises IncompleteProduct: no words for the shop
    :raises WrongStatus: it is neither on sale nor off sale
    """
    return _move(
        _locked(product), Product.Status.TAKEN_DOWN, "catalog.take_down_product", by=by, now=now, note=_required(note)
    )


@transaction.atomic
def put_on_sale(*, product: Product, by, now: datetime) -> Product:
    """
    The shop sells it again.

    :raises TradeNotAdmitted: the shop may not sell goods of this trade now
    :raises BrandNotAuthorized: the brand is protected, and the shop has no valid authorization
    :raises AgreementNotAccepted: a newer agreement binds the shop, and nobody has accepted it
    :raises WrongStatus: it was not taken off sale by the shop
    """
    product = _locked(product)
    if product.status != Product.Status.OFF_SALE:
        raise _wrong_status(product)
    check_offer(product.shop, now=now)
    if product.sale_starts_at is not None:  # it has come, or was not waited for
        product.sale_starts_at = None
        product.save(update_fields=["sale_starts_at"])
    return _move(product, Product.Status.ON_SALE, "catalog.put_on_sale", by=by, now=now)


@transaction.atomic
def take_off_sale(*, product: Product, by, now: datetime) -> Product:
    """
    The shop stops selling it for now.

    :raises WrongStatus: it is not on sale
    """
    product = _locked(product)
    if product.status not in {Product.Status.ON_SALE, Product.Status.WITHHELD}:
        raise _wrong_status(product)
    return _move(product, Product.Status.OFF_SALE, "catalog.take_off_sale", by=by, now=now)


@transaction.atomic
def add_picture(
    *, product: Product, image: File, value_id: str = "", alt: str = "", by, now: datetime
) -> ProductPicture | None:
    """
    Put a picture at the end of the gallery; ``value_id`` ties it to an option value, ``alt`` says what it shows.

    Nothing is returned where it waits for a reviewer with the rest of the change.

    :raises NotAPicture: the file is no picture that we can show
    :raises TooManyPictures: the gallery is full
    :raises WrongOptions: the product has no such value
    """
    product, pending, wanted = _with_change(product)
    if value_id and value_id not in wanted.option_names:
        raise WrongOptions(_("The product has no such option value."))
    proposed = pending.proposed if pending else {}
    gallery = changes.gallery_of(product, proposed)
    if len(gallery) >= MOST_PICTURES:
        raise TooManyPictures(_("A product shows at most %(most)d pictures.") % {"most": MOST_PICTURES})
    ours = make_ours(image)
    folder = ProductPicture._meta.get_field("image").upload_to
    shown = Shown(
        image=ours.keep(folder), width=ours.width, height=ours.height, value_id=value_id, alt=alt[:LONGEST_ALT]
    )
    if _holds_pictures(product, wanted, pending, [*gallery, shown], by=by, now=now):
        return None
    picture = ProductPicture.objects.create(
        shop_id=product.shop_id,
        product=product,
        image=shown.image,
        width=shown.width,
        height=shown.height,
        value_id=value_id,
        alt=shown.alt,
        position=max(product.pictures.values_list("position", flat=True), default=-1) + 1,
    )
    _pictures_changed(product, "catalog.add_picture", shown.image, by=by, now=now)
    return picture


@transaction.atomic
def remove_picture(*, picture: ProductPicture, by, now: datetime) -> None:
    """Take a picture out of the gallery. The file stays: past orders show it."""
    product, pending, _wanted = _with_change(picture.product)
    gallery = changes.gallery_of(product, pending.proposed if pending else {})
    show_gallery(product=product, names=[row.name for row in gallery if row.key != picture.pk], by=by, now=now)


@transaction.atomic
def show_gallery(*, product: Product, names: Sequence[str], by, now: datetime) -> bool:
    """
    Of the pictures that the shop sees show these, in this order; what is not named goes. The files stay.

    Whether it waits for a reviewer now: taking away may, as may whatever meets a gallery that waits already.
    """
    product, pending, wanted = _with_change(product)
    proposed = pending.proposed if pending else {}
    known = {row.name: row for row in changes.gallery_of(product, proposed)}
    gallery = [known[name] for name in dict.fromkeys(names) if name in known]
    if len(gallery) == len(known) and "pictures" not in proposed:
        arrange_pictures(product=product, picture_ids=[row.key for row in gallery if row.key], by=by, now=now)
        return False
    if _holds_pictures(product, wanted, pending, gallery, by=by, now=now):
        return True
    gone = [row.image for name, row in known.items() if name not in names]
    _hang(product, gallery)
    _pictures_changed(product, "catalog.remove_picture", ", ".join(gone)[:500], by=by, now=now)
    return False


@transaction.atomic
def arrange_pictures(*, product: Product, picture_ids: Iterable[int], by, now: datetime) -> None:
    """Show these pictures first, in this order; the others follow as they were. No person needs to look at that."""
    product = _locked(product)
    wanted = {pk: place for place, pk in enumerate(picture_ids)}
    pictures = sorted(
        product.pictures.order_by("position", "pk"), key=lambda picture: wanted.get(picture.pk, len(wanted))
    )
    for place, picture in enumerate(pictures):
        picture.position = place
    ProductPicture.objects.bulk_update(pictures, ["position"])
    record("catalog.arrange_pictures", product.public_id, by=by, now=now, shop_slug=product.shop.slug)
    _announce(product, now)


# Changes beside the approved version


@transaction.atomic
def apply_change(*, product: Product, change: ProductChange, by, now: datetime) -> Product:
    """
    Write what a locked change proposes onto the product as it stands now: stock, and prices that no proposal names,
    stay what they have become.

    :raises ProposalOutdated: its category or its brand is not there any more
    :raises TradeNotAdmitted: the shop may not sell goods of that category now
    :raises ForbiddenWords, WrongOptions, WrongValue, DuplicateCode: it cannot be any more
    """
    product = _locked(product)
    if product.status not in Product.APPROVED:
        raise _wrong_status(product)
    before, live = _facts(product), changes.facts_of(product)
    changes.lay_over(product, change.proposed)
    _take(product, {}, changes.values_of(product))
    _must_be_sellable(product, now)
    drafts = _drafts_of(product, change.proposed, matrix(live["options"]))
    _checked(product, drafts)
    _check_codes(product, drafts)
    product.changed_at = now
    _follow_papers(product)
    product.save()
    if "pictures" in change.proposed:
        _hang(product, changes.gallery_of(product, change.proposed))
    _save_values(product)
    _save_skus(product, drafts, now=now)
    for sku in changes.skus_of(product, [row["choice"] for row in change.proposed.get("skus", ())]):
        sku.window_price, sku.window_from = sku.price, now  # from here moves are summed up again
        sku.save(update_fields=["window_price", "window_from"])
    engine().index_products([product.pk])
    record(
        "catalog.approve_change",
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        before=before,
        after=_facts(product) | {"change": change.public_id},
    )
    _announce(product, now)
    return product


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


def _pending(product: Product) -> ProductChange | None:
    return (
        ProductChange.objects.select_for_update(no_key=True)
        .filter(product=product, status=ProductChange.Status.PENDING)
        .first()
    )


def _new_change(product: Product, reasons: list, *, before: dict | None = None, by, now: datetime) -> ProductChange:
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
        "skus": [_sku_data(sku, is_price_only=False) for sku in skus],
    }


def _sku_data(sku: Sku | SkuDraft, *, is_price_only: bool) -> dict:
    return {
        "choice": list(sku.choice),
        "price": sku.price.minor,
        "list_price": sku.list_price.minor if sku.list_price else None,
        "code": sku.code,
        "weight_grams": sku.weight_grams,
        "barcode": sku.barcode,
        "is_active": sku.is_active,
        "is_price_only": is_price_only,
    }


def _draft_of(sku: Sku, **other) -> SkuDraft:
    """A SKU as it stands, but for what is told otherwise."""
    names = ("price", "list_price", "code", "weight_grams", "barcode", "is_active")
    return SkuDraft(**{"choice": tuple(sku.choice), **{name: getattr(sku, name) for name in names}, **other})


def _drafts_of(product: Product, proposed: dict, live: Sequence[tuple[str, ...]]) -> list[SkuDraft]:
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
            drafts.append(_draft_of(standing[choice], **prices))
        elif row:
            names = ("code", "weight_grams", "barcode", "is_active")
            drafts.append(
                SkuDraft(
                    choice=choice,
                    price=money(row["price"]),
                    list_price=money(row["list_price"]),
                    **{name: row[name] for name in names},
                )
            )
    return drafts


def _hold_back(
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
    if gallery is not None and not _is_standing(product, gallery):
        held["pictures"] = changes.gallery_data(gallery)
    reasons = changes.reasons_for(product, live, findings) if held else []
    if not reasons:
        held = {}
    elif held:
        changes.lay_over(product, {name: live[name] for name in held if name in live})

    standing = {tuple(sku.choice): sku for sku in product.skus.order_by("pk")}
    here, there = set(matrix(live["options"])), set(matrix(wanted["options"]))
    result, waiting = [], []
    for draft in skus:
        sku = standing.get(draft.choice)
        if "options" in held and draft.choice not in here:
            waiting.append(_sku_data(draft, is_price_only=False))
        elif sku is not None and draft.choice in here and changes.moves_far(sku, draft.price, now):
            reasons.append(changes.reason_of_price(sku.price, draft.price))
            waiting.append(_sku_data(draft, is_price_only=True))
            result.append(replace(draft, price=sku.price, list_price=sku.list_price))
        else:
            result.append(draft)
    if "options" in held:  # what the proposal does without is offered until it is approved
        result += [_draft_of(standing[choice]) for choice in sorted(here - there) if choice in standing]
        _check_own_codes(result)
    if waiting:
        held["skus"] = waiting
    product.price_from, product.price_to = _price_range(result)
    _propose(product, pending, held, live, reasons, by=by, now=now)
    return result, held


def _propose(
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
        before["skus"] = [_sku_data(sku, is_price_only=True) for sku in changes.skus_of(product, choices)]
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


def _amend_new(product: Product, pending: ProductChange | None, findings: list[Finding], *, by, now: datetime) -> None:
    """What is not approved is written as it is: a reviewer who had taken it on looks again, an old change ends."""
    if pending is None:
        return
    if pending.kind == ProductChange.Kind.EDIT:
        decide(pending, product, ProductChange.Status.WITHDRAWN, by=None, now=now)
        return
    past = [reason for reason in pending.reasons if reason["code"] == ProductChange.Why.PAST]
    pending.reasons = changes.reasons_for(product, None, findings) + past
    pending.amended_at, pending.claimed_at, pending.claimed_by = now, None, None
    pending.save(update_fields=["reasons", "amended_at", "claimed_at", "claimed_by"])


def _fold(product: Product, *, by, now: datetime) -> None:
    """What waited beside a product that was taken down since is written into it: they are looked at together."""
    pending = _pending(product)
    if pending is None:
        return
    live = matrix(product.options)
    changes.lay_over(product, pending.proposed)
    drafts = _drafts_of(product, pending.proposed, live)
    _checked(product, drafts)
    _check_codes(product, drafts)
    product.save()
    if "pictures" in pending.proposed:
        _hang(product, changes.gallery_of(product, pending.proposed))
    _save_skus(product, drafts, now=now)
    decide(pending, product, ProductChange.Status.WITHDRAWN, by=None, now=now)
    engine().index_products([product.pk])


def _with_change(product: Product) -> tuple[Product, ProductChange | None, Product]:
    """The locked product, its pending change, and the product as that change would make it."""
    product = _locked(product)
    pending = _pending(product)
    wanted = changes.lay_over(copy(product), pending.proposed if pending else {})
    return product, pending, wanted


def _holds_pictures(
    product: Product, wanted: Product, pending: ProductChange | None, gallery: list[Shown], *, by, now: datetime
) -> bool:
    """Whether these pictures wait for a reviewer now, and are written so."""
    if product.status not in Product.APPROVED:
        if pending is not None and pending.kind == ProductChange.Kind.NEW:
            _amend_new(product, pending, _findings(product), by=by, now=now)
        return False
    live, proposed = changes.facts_of(product), dict(pending.proposed) if pending else {}
    proposed.pop("pictures", None)
    if not _is_standing(product, gallery):
        proposed["pictures"] = changes.gallery_data(gallery)
    facts = set(proposed) - {"skus"}
    reasons = changes.reasons_for(wanted, live, _findings(wanted)) if facts else []
    if "pictures" in proposed and not reasons:
        return False
    if pending is None and not proposed:
        return False
    prices = [row for row in pending.reasons if row["code"] == ProductChange.Why.PRICE] if pending else []
    _propose(product, pending, proposed, live, reasons + prices, by=by, now=now)
    return True


def _is_standing(product: Product, gallery: Sequence[Shown]) -> bool:
    return [row.name for row in gallery] == [row.name for row in changes.gallery_of(product)]


def _hang(product: Product, gallery: Sequence[Shown]) -> None:
    """The gallery is these pictures, in this order; those that hang already keep their rows."""
    standing = {row.pk: row for row in product.pictures.all()}
    keep = {row.key for row in gallery if row.key in standing}
    product.pictures.exclude(pk__in=keep).delete()
    for place, row in enumerate(gallery):
        fields = {"position": place, "value_id": row.value_id, "alt": row.alt}
        if row.key in standing:
            ProductPicture.objects.filter(pk=row.key).update(**fields)
        else:
            ProductPicture.objects.create(
                shop_id=product.shop_id,
                product=product,
                image=row.image,
                width=row.width,
                height=row.height,
                **fields,
            )


def screening_findings(product: Product, words: Lexicon | None = None) -> list[Finding]:
    """What the screening finds in the product's words, for reviewers; ``words`` are read once for many products."""
    return _findings(product, words)


def screened(product: Product, words: Lexicon | None = None) -> Verdict:
    """What the screening says of the product's words as it has them in memory, hints too; with the place of each."""
    words = banned_words() if words is None else words
    return screen(_passages(product), words, scope=_scope(product, words))


def forbid(findings: Iterable[Finding]) -> None:
    """:raises ForbiddenWords: one of the findings blocks"""
    blocking = [finding for finding in findings if finding.severity == "block"]
    if not blocking:
        return
    words = [finding.word for finding in blocking]
    refusal = ForbiddenWords(
        _("These words are not allowed: %(words)s.") % {"words": ", ".join(words)},
        words=words,
        findings=[finding.as_data() for finding in blocking],
    )
    refusal.found = blocking
    raise refusal


def _locked(product: Product) -> Product:
    return (
        Product.objects.select_related("shop", "category__trade")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=product.pk)
    )


def _facts(product: Product) -> dict:
    return {
        "status": str(product.status),
        "title": dict(product.title),
        "category": product.category.slug,
        "price_from": product.price_from.minor,
        "price_to": product.price_to.minor,
    }


def _take(product: Product, fields: dict, values: dict, template: Sequence[CategoryAttribute] | None = None) -> dict:
    """Set the fields; what it says for the attributes of the category that it has then."""
    for name, value in fields.items():
        if name == "values":
            values = value
        elif name not in WRITABLE:
            raise TypeError(f"a product has no {name} that could be saved")
        else:
            setattr(product, name, value)
    if not values:
        product.said_values = {}
        return {}
    asked = specifications.template_of(product.category_id) if template is None else template
    product.said_values = specifications.checked(asked, values)
    return product.said_values


def _must_say_what_is_required(product: Product) -> None:
    asked = specifications.template_of(product.category_id)
    if asked and (names := specifications.missing(asked, specifications.values_of(product))):
        raise IncompleteProduct(
            _("Say what goods of this category must tell: %(names)s.") % {"names": _(", ").join(names)}, missing=names
        )


def _must_not_fall_silent(product: Product, before: dict, after: dict) -> None:
    """What is on sale goes on telling what it must."""
    if product.status not in {Product.Status.ON_SALE, Product.Status.IN_REVIEW, Product.Status.WITHHELD}:
        return
    asked = specifications.template_of(product.category_id)
    told = [row for row in asked if row.attribute_id in before]
    if names := specifications.missing(told, after):
        raise IncompleteProduct(
            _("Say what goods of this category must tell: %(names)s.") % {"names": _(", ").join(names)}, missing=names
        )


def _checked(product: Product, skus: Sequence[SkuDraft], words: Lexicon | None = None) -> list[Finding]:
    """Clean the product's words, hold it against the rules, and reckon its prices; what the screening found."""
    product.title, product.subtitle = Text(product.title), Text(product.subtitle)
    product.description = Text({code: descriptions.cleaned(text).strip() for code, text in product.description.items()})
    _check_texts(product)
    check_options(product.options)
    _check_drafts(product, skus)
    findings = _findings(product, words)
    forbid(findings)
    product.price_from, product.price_to = _price_range(skus)
    return findings


def _price_range(skus: Sequence[SkuDraft]) -> tuple:
    offered = [draft.price for draft in skus if draft.is_active]
    return (min(offered), max(offered)) if offered else (0, 0)


def _check_texts(product: Product) -> None:
    if not product.title.get("zh-hans", "").strip():
        raise IncompleteProduct(_("Give the product a Chinese title."))
    if any(len(text) > LONGEST_TITLE for text in [*product.title.values(), *product.subtitle.values()]):
        raise IncompleteProduct(_("Titles have at most %(most)d characters.") % {"most": LONGEST_TITLE})
    if any(len(text) > LONGEST_DESCRIPTION for text in product.description.values()):
        raise IncompleteProduct(
            _("The description is longer than %(most)d characters.") % {"most": LONGEST_DESCRIPTION}
        )


def _check_drafts(product: Product, drafts: Sequence[SkuDraft]) -> None:
    choices = [tuple(draft.choice) for draft in drafts]
    if len(set(choices)) != len(choices) or not set(choices) <= set(matrix(product.options)):
        raise WrongOptions(_("The combinations do not match the options."))
    for draft in drafts:
        if draft.price.minor <= 0:
            raise WrongPrice(_("Enter a price above zero."))
        if draft.list_price is not None and draft.list_price <= draft.price:
            raise WrongPrice(_("The crossed-out price must be above the price."))
    _check_own_codes(drafts)


def _check_own_codes(drafts: Sequence[SkuDraft]) -> None:
    codes = [draft.code for draft in drafts if draft.code]
    if len(set(codes)) != len(codes):
        raise _duplicate(next(code for code in codes if codes.count(code) > 1))


def _check_codes(product: Product, drafts: Sequence[SkuDraft]) -> None:
    """:raises DuplicateCode: another product of the shop has one of these codes"""
    codes = [draft.code for draft in drafts if draft.code]
    if not codes:
        return
    others = Sku.objects.filter(shop=product.shop, code__in=codes).exclude(product_id=product.pk)
    if taken := others.values_list("code", flat=True).first():
        raise _duplicate(taken)


def _duplicate(code: str) -> DuplicateCode:
    return DuplicateCode(_("Another SKU of the shop has the code %(code)s.") % {"code": code}, taken=code)


def _findings(product: Product, words: Lexicon | None = None) -> list[Finding]:
    return list(screened(product, words).findings)


def _passages(product: Product) -> Iterable[Passage]:
    """Every text of the product, each once, with the place where it stands."""
    names = dict(settings.LANGUAGES)
    passages = [
        Passage(descriptions.words_of(text), f"{label} ({names.get(code, code)})", field)
        for field, label in (("title", _("title")), ("subtitle", _("subtitle")), ("description", _("description")))
        for code, text in getattr(product, field).items()
    ]
    passages += [
        Passage(text, f"{_('attributes')} ({Text(attribute['name'])})", "attributes")
        for attribute in product.attributes
        for text in attribute["value"].values()
    ]
    passages += [
        Passage(text, f"{_('options')} ({Text(option['name'])})", f"option{number}_values")
        for number, option in enumerate(product.options, 1)
        for value in option["values"]
        for text in value["name"].values()
    ]
    passages += [Passage(text, _("attributes")) for text in specifications.words_in(changes.values_of(product))]
    once: dict[str, Passage] = {}
    for passage in passages:
        once.setdefault(passage.text, passage)
    return once.values()


def _scope(product: Product, words: Lexicon) -> set[str]:
    """Of the categories to which packs are bound, those in which the product stands; asked once for many products."""
    if not words.scopes or product.category_id is None:
        return set()
    if words.bound is None:
        bound = Category.objects.filter(slug__in=words.scopes)
        words.bound = dict(bound.values_list("slug", "path"))
    return {slug for slug, path in words.bound.items() if product.category.path.startswith(path)}


def _save_values(product: Product) -> None:
    """Write what the product says for the attributes of its category, if that is something else than what stands."""
    said = changes.values_of(product)
    if specifications.differ(specifications.values_of(product), said):
        product.values.all().delete()
        ProductValue.objects.bulk_create(specifications.rows_for(product, said))


def _follow_papers(product: Product) -> None:
    """Moved to another category, what is on sale may have come to need papers that the shop lacks, or the reverse."""
    if product.status in {Product.Status.ON_SALE, Product.Status.WITHHELD}:
        sellable = may_sell(product.shop, product.category.trade_id)
        wanted = Product.Status.ON_SALE if sellable else Product.Status.WITHHELD
        if product.status != wanted:
            Product.FLOW.move(product, wanted)


def _must_be_sellable(product: Product, now: datetime) -> None:
    must_be_authorized(product.shop, product.brand, now=now)
    trade = product.category.trade
    if not may_sell(product.shop, trade and trade.pk):
        name = trade.name if trade else product.category
        raise TradeNotAdmitted(
            _("Your business may not sell “%(trade)s” now: its documents are missing or have run out.")
            % {"trade": name},
            way="backoffice:merchants:trades",
        )


def _save_skus(product: Product, drafts: Sequence[SkuDraft], *, now: datetime) -> None:
    known = {tuple(sku.choice): sku for sku in product.skus.select_for_update(no_key=True).order_by("pk")}
    wanted = {tuple(draft.choice): draft for draft in drafts}
    gone = [sku for choice, sku in known.items() if choice not in wanted]
    stay = [sku for choice, sku in known.items() if choice in wanted]
    for sku in gone:
        sku.is_active, sku.code = False, ""
    for sku in stay:
        if product.status in Product.APPROVED:
            changes.note_move(sku, wanted[tuple(sku.choice)].price, now)
        _apply(wanted[tuple(sku.choice)], sku)
    if any(sku.code for sku in stay):
        product.skus.exclude(code="").update(code="")  # so that two SKUs may swap their codes
    Sku.objects.bulk_update(gone + stay, SKU_FIELDS)

    fresh = [
        _apply(draft, Sku(shop_id=product.shop_id, product=product, choice=list(choice), currency=product.currency))
        for choice, draft in wanted.items()
        if choice not in known
    ]
    if fresh:
        Sku.objects.bulk_create(fresh)
        warehouse = default_warehouse(product.shop)
        Stock.objects.bulk_create(Stock(shop_id=product.shop_id, sku=sku, warehouse=warehouse) for sku in fresh)


def _apply(draft: SkuDraft, sku: Sku) -> Sku:
    sku.price, sku.list_price, sku.code = draft.price, draft.list_price, draft.code
    sku.weight_grams, sku.barcode, sku.is_active = draft.weight_grams, draft.barcode, draft.is_active
    return sku


def _goal(product: Product, now: datetime) -> str:
    """Where an approved product goes: on sale, or to wait for the moment that the shop has set."""
    waits = product.sale_starts_at is not None and product.sale_starts_at > now
    return Product.Status.OFF_SALE if waits else Product.Status.ON_SALE


def _move(product: Product, status: str, action: str, *, by, now: datetime, note: str = "") -> Product:
    before = product.status
    if status == Product.Status.ON_SALE:
        _must_be_sellable(product, now)
    Product.FLOW.move(product, status)
    product.review_note = note
    if status == Product.Status.ON_SALE and product.on_sale_at is None:
        product.on_sale_at = now
    product.changed_at = now
    product.save(update_fields=["status", "review_note", "on_sale_at", "changed_at"])
    follow_status([product.public_id])
    record(
        action,
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        before={"status": str(before)},
        after={"status": str(status), "note": note},
    )
    _announce(product, now)
    return product


def _wrong_status(product: Product) -> Refusal:
    return WrongStatus(
        _("This cannot be done now: the status is “%(status)s”.") % {"status": product.get_status_display()}
    )


def _required(note: str) -> str:
    if not note.strip():
        raise IncompleteProduct(_("Tell the shop what must be corrected."))
    return note.strip()[:500]


def _pictures_changed(product: Product, action: str, name: str, *, by, now: datetime) -> None:
    product.changed_at = now
    product.save(update_fields=["changed_at"])
    record(action, product.public_id, by=by, now=now, shop_slug=product.shop.slug, after={"picture": name})
    _announce(product, now)


def _announce(product: Product, now: datetime) -> None:
    publish(ProductChanged(product_id=product.public_id, shop_id=product.shop.public_id, changed_at=now))
    forget_products_after_commit([product.public_id], lists_too=True)


@transaction.atomic
def archive_goods_of_shop(*, shop_id: str, now: datetime) -> int:
    """A shop leaves: what stands on its shelf is taken off; returns how many. Orders keep what they copied."""
    shelf = Product.objects.filter(shop__public_id=shop_id, status=Product.Status.ON_SALE)
    count = 0
    for product in shelf.order_by("pk"):
        take_off_sale(product=product, by=None, now=now)
        count += 1
    waiting = ProductChange.objects.filter(
        shop__public_id=shop_id, kind=ProductChange.Kind.EDIT, status=ProductChange.Status.PENDING
    )
    for change in waiting.select_for_update(of=("self",)).select_related("product__shop").order_by("pk"):
        decide(change, change.product, ProductChange.Status.WITHDRAWN, by=None, now=now)
    return count


def goods_on_shelf(shop) -> str:
    """How many of a shop's products are on sale, in words for who wants to leave; nothing: ''."""
    count = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE).count()
    if not count:
        return ""
    return ngettext("%(count)d product is on sale.", "%(count)d products are on sale.", count) % {"count": count}
