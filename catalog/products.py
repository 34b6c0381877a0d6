"""
Products: written by shops, screened, reviewed, put on sale and taken off.

Words, pictures and the category are what is reviewed; price, code, weight and stock are the shop's own business, unless
a price moves far. Where a person must look at an edit of what was approved, the edit waits as a change beside the
approved version, which stays as it is (:mod:`catalog.reviewing` decides it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import changes, customs, descriptions, kinds, specifications, terms
from catalog.brands import must_be_authorized
from catalog.gallery import hang
from catalog.generation import announce_product, forget_products_after_commit
from catalog.models import CategoryAttribute, Product, ProductChange, ProductStats, ProductValue, Sku, Stock
from catalog.options import check_options, matrix
from catalog.product_words import forbid, screening_findings
from catalog.proposals import amend_new, decide, drafts_of, hold_back, locked, locked_change, new_change
from catalog.removed_pictures import forget_pictures, remember_pictures
from catalog.search.engine import engine
from catalog.search.index import follow_status
from catalog.skus import SkuDraft, applied, check_codes, check_drafts, price_range, save_skus
from catalog.stock import default_warehouse
from catalog.stock.shelves import lock_shelves
from mall.audit.trail import record, record_many
from mall.events.bus import publish
from mall.events.catalog import ProductApproved, ProductChanged, ProductTakenDown
from mall.flow import WrongStatus
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.texts import Text
from merchants.agreements import check_offer, may_offer
from merchants.licences import may_sell
from risk.lexicon import Lexicon
from risk.screening import Finding

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 20_000
WRITABLE = {
    "category", "brand", "title", "subtitle", "description", "options", "attributes", "handle", "kind", "promises",
    "at_home", "ships_on", "customs", *terms.LIMITS,
}  # fmt: skip


class IncompleteProduct(Refusal):
    """Something is missing that shoppers need."""

    code = "incomplete-product"
    status = 400


class TradeNotAdmitted(Refusal):
    """The shop may not sell goods of this trade now: it was not admitted to it, or a document has run out."""

    code = "trade-not-admitted"


class KindStays(Refusal):
    """What depends on the kind of a product is there already."""

    code = "kind-stays"

    def __init__(self, message: str):
        super().__init__(message, field="kind")


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

    :param fields: any of category, brand, title, subtitle, description, options, attributes, handle, kind, promises and
        limits (``catalog.terms``), customs (``catalog.customs``); and ``values``, what it says for the attributes of
        its category, by their keys (``catalog.specifications``); of an approved product with a change that waits they
        are laid over that change
    :param resumes: a change of the product that was refused or withdrawn, on which this edit goes on
    :raises ForbiddenWords: the text holds words that goods must not carry
    :raises WrongValue: a value is not of the kind of its attribute
    :raises IncompleteProduct: there is no title
    :raises WrongOptions: the options make no matrix, or a SKU stands outside of it
    :raises WrongPrice: a price that cannot be
    :raises WrongTerms: a promise that the mall does not know, or a limit that cannot be
    :raises WrongCustoms, NotCrossBorder: goods from abroad without their statement, or of a merchant at home
    :raises KindStays: it was approved once, or has stock, and would become of another kind
    :raises DuplicateCode: another SKU of the shop has this code
    """
    is_new = product is None
    product = Product(shop=shop, currency=shop.currency, created_at=now) if is_new else locked(product)
    before = {} if is_new else _facts(product)
    pending = None if is_new else locked_change(product)
    basis = pending or (resumes if product.status in Product.APPROVED else None)
    proposed = basis.proposed if basis else {}
    live = None if is_new else changes.facts_of(product)
    changes.lay_over(product, proposed)
    values_before = changes.values_of(product)
    values = _take(product, fields, values_before)
    if not is_new and product.kind != live["kind"]:
        _must_be_open(product)
    findings = _checked(product, skus, now=now)
    check_codes(product, skus)
    product.changed_at = now
    if specifications.differ(values_before, values):
        _must_not_fall_silent(product, values_before, values)
    if product.brand_id != (live["brand"] if live else None):
        must_be_authorized(product.shop, product.brand, now=now)
    gallery = changes.gallery_of(product, proposed) if "pictures" in proposed else None

    if product.status in Product.APPROVED:
        skus, held = hold_back(product, live, skus, gallery, findings, pending, by=by, now=now)
        if "pictures" in held:
            gallery = None
        if changes.facts_of(product) != live:
            _follow_papers(product)
    else:
        amend_new(product, pending, findings, by=by, now=now)
    product.save()
    if is_new:
        ProductStats.objects.create(product=product)
    elif gallery is not None:
        hang(product, gallery)
    _save_values(product)
    save_skus(product, skus, now=now)
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
    announce_product(product, now)
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
    findings = _checked(product, skus, words, now=now)
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
        new_change(one.product, one.reasons, by=by, now=now)
        for one in drafted
        if one.product.status == Product.Status.IN_REVIEW
    )
    insert_rows(row for one in drafted for row in specifications.rows_for(one.product, one.values))
    skus = insert_rows(
        applied(draft, Sku(shop_id=shop.pk, product=one.product, choice=list(draft.choice), currency=shop.currency))
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
    product = locked(product)
    if product.status in {Product.Status.IN_REVIEW, Product.Status.WITHHELD}:
        raise _wrong_status(product)
    if product.status not in Product.APPROVED:
        _fold(product, by=by, now=now)
    if not product.skus.filter(is_active=True).exists():
        raise IncompleteProduct(_("Offer at least one combination with a price first."))
    _must_say_what_is_required(product)
    _must_be_sellable(product, now)
    check_offer(product.shop, now=now)
    findings = screening_findings(product, now=now)
    forbid(findings)
    if product.status == Product.Status.OFF_SALE:
        return _move(product, Product.Status.ON_SALE, "catalog.submit_product", by=by, now=now)
    had_trouble = product.status in {Product.Status.REFUSED, Product.Status.TAKEN_DOWN}
    shown = [row.image for row in changes.gallery_of(product)]
    reasons = changes.reasons_for(product, None, findings, pictures=shown, had_trouble=had_trouble)
    if reasons:
        looked_at = product.changes.filter(kind=ProductChange.Kind.NEW).order_by("-pk").first()
        new_change(product, reasons, before=looked_at and looked_at.proposed, by=by, now=now).save()
        return _move(product, Product.Status.IN_REVIEW, "catalog.submit_product", by=by, now=now)
    return _move(product, _goal(product, now), "catalog.submit_product", by=by, now=now)


@transaction.atomic
def approve_product(*, product: Product, by, now: datetime) -> Product:
    """
    A reviewer agrees: the product is on sale, or will be at the moment that the shop has set.

    :raises TradeNotAdmitted: the shop may not sell goods of this trade now
    :raises WrongStatus: it does not wait for a reviewer
    """
    product = locked(product)
    if product.status != Product.Status.IN_REVIEW:
        raise _wrong_status(product)
    decide(locked_change(product), product, ProductChange.Status.APPROVED, by=by, now=now)
    forget_pictures(product=product)
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
    product, note = locked(product), _required(note)
    if product.status != Product.Status.IN_REVIEW:
        raise _wrong_status(product)
    decide(locked_change(product), product, ProductChange.Status.REFUSED, by=by, now=now, reason=reason, note=note)
    remember_pictures(product=product, reason=reason, by=by, now=now)
    return _move(product, Product.Status.REFUSED, "catalog.refuse_product", by=by, now=now, note=note)


@transaction.atomic
def take_down_product(
    *, product: Product, note: str, by, now: datetime, reason: str = ProductChange.Reason.OTHER
) -> Product:
    """
    The platform takes a product down, with a reason and in words for the shop; it comes back through a reviewer only.

    :raises IncompleteProduct: no words for the shop
    :raises WrongStatus: it is neither on sale nor off sale
    """
    note, reason = _required(note), ProductChange.Reason(reason)
    action = "catalog.take_down_product"
    product = _move(locked(product), Product.Status.TAKEN_DOWN, action, by=by, now=now, note=note, reason=str(reason))
    remember_pictures(product=product, reason=reason, by=by, now=now)
    publish(
        ProductTakenDown(
            product_id=product.public_id,
            shop_id=product.shop.public_id,
            reason=str(reason),
            note=note,
            decided_by=by and by.pk,
            decided_at=now,
        )
    )
    return product


@transaction.atomic
def put_on_sale(*, product: Product, by, now: datetime) -> Product:
    """
    The shop sells it again.

    :raises TradeNotAdmitted: the shop may not sell goods of this trade now
    :raises BrandNotAuthorized: the brand is protected, and the shop has no valid authorization
    :raises AgreementNotAccepted: a newer agreement binds the shop, and nobody has accepted it
    :raises WrongStatus: it was not taken off sale by the shop
    """
    product = locked(product)
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
    product = locked(product)
    if product.status not in {Product.Status.ON_SALE, Product.Status.WITHHELD}:
        raise _wrong_status(product)
    return _move(product, Product.Status.OFF_SALE, "catalog.take_off_sale", by=by, now=now)


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
    product = locked(product)
    if product.status not in Product.APPROVED:
        raise _wrong_status(product)
    before, live = _facts(product), changes.facts_of(product)
    changes.lay_over(product, change.proposed)
    _take(product, {}, changes.values_of(product))
    _must_be_sellable(product, now)
    drafts = drafts_of(product, change.proposed, matrix(live["options"]))
    _checked(product, drafts, now=now)
    check_codes(product, drafts)
    product.changed_at = now
    _follow_papers(product)
    product.save()
    if "pictures" in change.proposed:
        hang(product, changes.gallery_of(product, change.proposed))
    _save_values(product)
    save_skus(product, drafts, now=now)
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
    announce_product(product, now)
    return product


def _fold(product: Product, *, by, now: datetime) -> None:
    """What waited beside a product that was taken down since is written into it: they are looked at together."""
    pending = locked_change(product)
    if pending is None:
        return
    live = matrix(product.options)
    changes.lay_over(product, pending.proposed)
    drafts = drafts_of(product, pending.proposed, live)
    _checked(product, drafts, now=now)
    check_codes(product, drafts)
    product.save()
    if "pictures" in pending.proposed:
        hang(product, changes.gallery_of(product, pending.proposed))
    save_skus(product, drafts, now=now)
    decide(pending, product, ProductChange.Status.WITHDRAWN, by=None, now=now)
    engine().index_products([product.pk])


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


def _must_be_open(product: Product) -> None:
    """:raises KindStays: its kind cannot be another any more"""
    shelves = lock_shelves(product.skus.values("pk"))
    if product.status not in kinds.STILL_OPEN or any(row.on_hand for row in shelves.rows):
        raise KindStays(_("The kind stays once a product was approved, or has stock. Make a new product instead."))


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


def _checked(
    product: Product, skus: Sequence[SkuDraft], words: Lexicon | None = None, *, now: datetime
) -> list[Finding]:
    """Clean the product's words, hold it against the rules, and reckon its prices; what the screening found."""
    product.title, product.subtitle = Text(product.title), Text(product.subtitle)
    product.description = Text({code: descriptions.cleaned(text).strip() for code, text in product.description.items()})
    _check_texts(product)
    check_options(product.options)
    terms.check(product)
    customs.check(product)
    check_drafts(product, skus)
    findings = screening_findings(product, words, now=now)
    forbid(findings)
    product.price_from, product.price_to = price_range(skus)
    return findings


def _check_texts(product: Product) -> None:
    if not product.title.get("zh-hans", "").strip():
        raise IncompleteProduct(_("Give the product a Chinese title."))
    if any(len(text) > LONGEST_TITLE for text in [*product.title.values(), *product.subtitle.values()]):
        raise IncompleteProduct(_("Titles have at most %(most)d characters.") % {"most": LONGEST_TITLE})
    if any(len(text) > LONGEST_DESCRIPTION for text in product.description.values()):
        raise IncompleteProduct(
            _("The description is longer than %(most)d characters.") % {"most": LONGEST_DESCRIPTION}
        )


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


def _goal(product: Product, now: datetime) -> str:
    """Where an approved product goes: on sale, or to wait for the moment that the shop has set."""
    waits = product.sale_starts_at is not None and product.sale_starts_at > now
    return Product.Status.OFF_SALE if waits else Product.Status.ON_SALE


def _move(product: Product, status: str, action: str, *, by, now: datetime, note: str = "", **why: str) -> Product:
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
        after={"status": str(status), "note": note, **why},
    )
    announce_product(product, now)
    return product


def _wrong_status(product: Product) -> Refusal:
    return WrongStatus(
        _("This cannot be done now: the status is “%(status)s”.") % {"status": product.get_status_display()}
    )


def _required(note: str) -> str:
    if not note.strip():
        raise IncompleteProduct(_("Tell the shop what must be corrected."))
    return note.strip()[:500]


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
