"""
Products: written by shops, screened, reviewed, put on sale and taken off.

Words, pictures and the category are what is reviewed; price, code, weight and stock are the shop's own business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import descriptions, specifications
from catalog.brands import must_be_authorized
from catalog.generation import forget_products_after_commit
from catalog.models import Category, CategoryAttribute, Product, ProductPicture, ProductStats, ProductValue, Sku, Stock
from catalog.options import WrongOptions, check_options, matrix
from catalog.search.engine import engine
from catalog.search.index import follow_status
from catalog.stock import default_warehouse
from mall.audit.trail import record, record_many
from mall.events.bus import publish
from mall.events.catalog import ProductApproved, ProductChanged
from mall.flow import WrongStatus
from mall.money import Money
from mall.pictures import make_ours
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.texts import Text
from merchants.agreements import check_offer, may_offer
from merchants.licences import may_sell
from risk.models import BannedWord
from risk.screening import Finding, screen

REVIEWED = ("category_id", "brand_id", "title", "subtitle", "description", "options", "attributes")
LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 20_000
MOST_PICTURES = 12
LONGEST_ALT = 200
WRITABLE = {"category", "brand", "title", "subtitle", "description", "options", "attributes", "handle"}


class IncompleteProduct(Refusal):
    """Something is missing that shoppers need."""

    code = "incomplete-product"
    status = 400


class ForbiddenWords(Refusal):
    """The text holds words that goods must not carry; ``details["words"]`` names them."""

    code = "forbidden-words"
    status = 400


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
    needs_reviewer: bool
    values: dict


@transaction.atomic
def save_product(
    *, shop, product: Product | None = None, fields: dict, skus: Sequence[SkuDraft], by, now: datetime
) -> Product:
    """
    Write a product and its SKUs.

    A SKU is known by its choice and keeps its id; combinations that are no longer there are not offered any more, but
    kept, for carts and orders name them. What is on sale and changes in words or category is looked at again: it stays
    on sale if no person needs to look.

    :param fields: any of category, brand, title, subtitle, description, options, attributes, handle; and ``values``,
        what it says for the attributes of its category, by their keys (``catalog.specifications``)
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
    reviewed_before = {name: getattr(product, name) for name in REVIEWED}
    values_before = {} if is_new else specifications.values_of(product)
    values = _take(product, fields, values_before)
    findings = _checked(product, skus)
    _check_codes(product, skus)
    product.changed_at = now
    values_changed = specifications.differ(values_before, values)
    if values_changed:
        _must_not_fall_silent(product, values_before, values)
    if product.brand_id != reviewed_before["brand_id"]:
        must_be_authorized(product.shop, product.brand, now=now)
    reviewed_changed = values_changed or any(getattr(product, name) != value for name, value in reviewed_before.items())
    if reviewed_changed:
        _look_again(product, findings, is_elsewhere=product.category_id != reviewed_before["category_id"])
        _follow_papers(product)
    product.save()
    if is_new:
        ProductStats.objects.create(product=product)
    if values_changed:
        product.values.all().delete()
        ProductValue.objects.bulk_create(specifications.rows_for(product, values))
    _save_skus(product, skus)
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
    words: Iterable[BannedWord] | None = None,
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
    return Drafted(product=product, skus=skus, needs_reviewer=_needs_reviewer(product, findings), values=values)


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
    if not product.skus.filter(is_active=True).exists():
        raise IncompleteProduct(_("Offer at least one combination with a price first."))
    _must_say_what_is_required(product)
    _must_be_sellable(product, now)
    check_offer(product.shop, now=now)
    findings = _findings(product)
    forbid(findings)
    had_trouble = product.status in {Product.Status.REFUSED, Product.Status.TAKEN_DOWN}
    if had_trouble or _needs_reviewer(product, findings):
        return _move(product, Product.Status.IN_REVIEW, "catalog.submit_product", by=by, now=now)
    return _move(product, Product.Status.ON_SALE, "catalog.submit_product", by=by, now=now)


@transaction.atomic
def approve_product(*, product: Product, by, now: datetime) -> Product:
    """
    A reviewer agrees: the product is on sale.

    :raises TradeNotAdmitted: the shop may not sell goods of this trade now
    :raises WrongStatus: it does not wait for a reviewer
    """
    product = _locked(product)
    if product.status != Product.Status.IN_REVIEW:
        raise _wrong_status(product)
    _move(product, Product.Status.ON_SALE, "catalog.approve_product", by=by, now=now)
    publish(ProductApproved(product_id=product.public_id, shop_id=product.shop.public_id, approved_at=now))
    return product


@transaction.atomic
def refuse_product(*, product: Product, note: str, by, now: datetime) -> Product:
    """
    A reviewer asks for corrections, in words for the shop.

    :raises IncompleteProduct: no words for the shop
    :raises WrongStatus: it does not wait for a reviewer
    """
    return _move(
        _locked(product), Product.Status.REFUSED, "catalog.refuse_product", by=by, now=now, note=_required(note)
    )


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
    return _move(product, Product.Status.ON_SALE, "catalog.put_on_sale", by=by, now=now)


@transaction.atomic
def take_off_sale(*, product: Product, by, now: datetime) -> Product:
    """
    The shop stops selling it for now.

    :raises WrongStatus: it is not on sale
    """
    return _move(_locked(product), Product.Status.OFF_SALE, "catalog.take_off_sale", by=by, now=now)


@transaction.atomic
def add_picture(
    *, product: Product, image: File, value_id: str = "", alt: str = "", by, now: datetime
) -> ProductPicture:
    """
    Put a picture at the end of the gallery; ``value_id`` ties it to an option value, ``alt`` says what it shows.

    :raises NotAPicture: the file is no picture that we can show
    :raises TooManyPictures: the gallery is full
    :raises WrongOptions: the product has no such value
    """
    product = _locked(product)
    if value_id and value_id not in product.option_names:
        raise WrongOptions(_("The product has no such option value."))
    positions = list(product.pictures.values_list("position", flat=True))
    if len(positions) >= MOST_PICTURES:
        raise TooManyPictures(_("A product shows at most %(most)d pictures.") % {"most": MOST_PICTURES})
    ours = make_ours(image)
    picture = ProductPicture.objects.create(
        shop_id=product.shop_id,
        product=product,
        image=ours,
        width=ours.width,
        height=ours.height,
        value_id=value_id,
        alt=alt[:LONGEST_ALT],
        position=max(positions, default=-1) + 1,
    )
    _pictures_changed(product, "catalog.add_picture", picture.image.name, by=by, now=now)
    return picture


@transaction.atomic
def remove_picture(*, picture: ProductPicture, by, now: datetime) -> None:
    """Take a picture out of the gallery. The file stays: past orders show it."""
    product = _locked(picture.product)
    ProductPicture.objects.filter(pk=picture.pk).delete()
    _pictures_changed(product, "catalog.remove_picture", picture.image.name, by=by, now=now)


@transaction.atomic
def arrange_pictures(*, product: Product, picture_ids: Iterable[int], by, now: datetime) -> None:
    """Show these pictures first, in this order; the others follow as they were."""
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


def screening_findings(product: Product, words: Iterable[BannedWord] | None = None) -> list[Finding]:
    """What the screening finds in the product's words, for reviewers; ``words`` are read once for many products."""
    return _findings(product, words)


def forbid(findings: Iterable[Finding]) -> None:
    """:raises ForbiddenWords: one of the findings blocks"""
    words = [finding.word for finding in findings if finding.severity == "block"]
    if words:
        raise ForbiddenWords(_("These words are not allowed: %(words)s.") % {"words": ", ".join(words)}, words=words)


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


def _checked(product: Product, skus: Sequence[SkuDraft], words: Iterable[BannedWord] | None = None) -> list[Finding]:
    """Clean the product's words, hold it against the rules, and reckon its prices; what the screening found."""
    product.title, product.subtitle = Text(product.title), Text(product.subtitle)
    product.description = Text({code: descriptions.cleaned(text).strip() for code, text in product.description.items()})
    _check_texts(product)
    check_options(product.options)
    _check_drafts(product, skus)
    findings = _findings(product, words)
    forbid(findings)
    offered = [draft.price for draft in skus if draft.is_active]
    product.price_from, product.price_to = (min(offered), max(offered)) if offered else (0, 0)
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


def _check_drafts(product: Product, drafts: Sequence[SkuDraft]) -> None:
    choices = [tuple(draft.choice) for draft in drafts]
    if len(set(choices)) != len(choices) or not set(choices) <= set(matrix(product.options)):
        raise WrongOptions(_("The combinations do not match the options."))
    for draft in drafts:
        if draft.price.minor <= 0:
            raise WrongPrice(_("Enter a price above zero."))
        if draft.list_price is not None and draft.list_price <= draft.price:
            raise WrongPrice(_("The crossed-out price must be above the price."))
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
    return DuplicateCode(_("Another SKU of the shop has the code %(code)s.") % {"code": code})


def _findings(product: Product, words: Iterable[BannedWord] | None = None) -> list[Finding]:
    texts = [*product.title.values(), *product.subtitle.values(), *product.description.values()]
    texts += [text for attribute in product.attributes for text in attribute["value"].values()]
    texts += [text for option in product.options for value in option["values"] for text in value["name"].values()]
    said = product.said_values if hasattr(product, "said_values") else specifications.values_of(product)
    texts += specifications.words_in(said)
    return list(screen(dict.fromkeys(texts), words).findings)


def _needs_reviewer(product: Product, findings: list[Finding]) -> bool:
    return product.category.needs_review or bool(findings)


def _look_again(product: Product, findings: list[Finding], *, is_elsewhere: bool = False) -> None:
    """
    What was approved has changed: where a person must look, it waits; the shop's own "off sale" becomes a draft. Strict
    categories want that of every change, watched ones when goods come to them.
    """
    is_risky = product.category.risk == Category.Risk.STRICT or (is_elsewhere and product.category.needs_review)
    if not is_risky and not findings:
        return
    if product.status in {Product.Status.ON_SALE, Product.Status.WITHHELD}:
        Product.FLOW.move(product, Product.Status.IN_REVIEW)
    elif product.status == Product.Status.OFF_SALE:
        Product.FLOW.move(product, Product.Status.DRAFT)


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


def _save_skus(product: Product, drafts: Sequence[SkuDraft]) -> None:
    known = {tuple(sku.choice): sku for sku in product.skus.select_for_update(no_key=True).order_by("pk")}
    wanted = {tuple(draft.choice): draft for draft in drafts}
    gone = [sku for choice, sku in known.items() if choice not in wanted]
    stay = [sku for choice, sku in known.items() if choice in wanted]
    for sku in gone:
        sku.is_active, sku.code = False, ""
    for sku in stay:
        _apply(wanted[tuple(sku.choice)], sku)
    if any(sku.code for sku in stay):
        product.skus.exclude(code="").update(code="")  # so that two SKUs may swap their codes
    Sku.objects.bulk_update(gone + stay, ["price", "list_price", "code", "weight_grams", "barcode", "is_active"])

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
    before = product.status
    _look_again(product, _findings(product) if product.status != Product.Status.DRAFT else [])
    product.changed_at = now
    product.save(update_fields=["status", "changed_at"])
    follow_status([product.public_id])
    record(
        action,
        product.public_id,
        by=by,
        now=now,
        shop_slug=product.shop.slug,
        before={"status": str(before)},
        after={"status": str(product.status), "picture": name},
    )
    _announce(product, now)


def _announce(product: Product, now: datetime) -> None:
    publish(ProductChanged(product_id=product.public_id, shop_id=product.shop.public_id, changed_at=now))
    forget_products_after_commit([product.public_id], lists_too=True)


def archive_goods_of_shop(*, shop_id: str, now: datetime) -> int:
    """A shop leaves: what stands on its shelf is taken off; returns how many. Orders keep what they copied."""
    shelf = Product.objects.filter(shop__public_id=shop_id, status=Product.Status.ON_SALE)
    count = 0
    for product in shelf.order_by("pk"):
        take_off_sale(product=product, by=None, now=now)
        count += 1
    return count


def goods_on_shelf(shop) -> str:
    """How many of a shop's products are on sale, in words for who wants to leave; nothing: ''."""
    count = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE).count()
    if not count:
        return ""
    return ngettext("%(count)d product is on sale.", "%(count)d products are on sale.", count) % {"count": count}
