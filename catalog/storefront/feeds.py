"""
Feeds for Google Merchant and whoever else reads them (C8): what is sold, of the mall or of one shop, as RSS 2.0 with
Google's elements or as a table with tabs.

An item is a SKU. Files of ``PER_FILE`` products, each naming the next, are kept for half an hour; they are made of four
questions to the database, however many items they hold.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.descriptions import as_text
from catalog.freight.charging import Goods, flat, freight, terms_in, terms_sql
from catalog.models import Category, Product, ProductPicture, Sku
from catalog.offers import choice_text
from catalog.specifications import shown_pairs, with_specifications
from catalog.stock import with_available
from catalog.storefront.head import whole
from mall.money import Money
from merchants import states
from merchants.models import Shop

PER_FILE = 1_000
KEPT_SECONDS = 1_800
LONGEST_TITLE, LONGEST_DESCRIPTION = 150, 5_000
MOST_FURTHER_PICTURES = 10
LONGEST_NAME, LONGEST_DETAIL, MOST_DETAILS = 140, 1_000, 40
FORMATS = {"xml": "application/rss+xml; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8"}
FIELDS = [
    "id", "item_group_id", "title", "description", "link", "image_link", "additional_image_link", "availability",
    "price", "sale_price", "condition", "brand", "gtin", "identifier_exists", "product_type", "color", "size",
    "material", "shipping_weight", "shipping", "product_detail",
]  # fmt: skip
_MEANINGS = {
    "color": {"color", "colour", "颜色", "色彩"},
    "size": {"size", "尺寸", "尺码", "大小", "规格"},
    "material": {"material", "材质", "材料"},
}
_GTIN_LENGTHS = {8, 12, 13, 14}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@require_safe
def feed(request: HttpRequest, language: str, format: str) -> HttpResponse:
    """What the whole mall sells."""
    return _answer(request, None, language, format)


@require_safe
def feed_of_shop(request: HttpRequest, slug: str, language: str, format: str) -> HttpResponse:
    """What one shop sells; nothing is to be had of a shop that nobody can buy from."""
    shop = get_object_or_404(Shop.objects.filter(states.in_states("list", "buy")), slug=slug)
    return _answer(request, shop, language, format)


def _answer(request: HttpRequest, shop: Shop | None, language: str, format: str) -> HttpResponse:
    page = request.GET.get("p", "1")
    if language not in dict(settings.LANGUAGES) or format not in FORMATS:
        raise Http404
    if not (page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) > 0):
        raise Http404
    name = f"feed:{shop.pk if shop else ''}:{language}:{format}:{int(page)}"
    kept = cache.get(name)
    if kept is None:
        with translation.override(language):
            text, following = _file(shop, language, format, int(page))
        kept = zlib.compress(text.encode()), following
        cache.set(name, kept, KEPT_SECONDS)
    packed, following = kept
    answer = HttpResponse(zlib.decompress(packed), content_type=FORMATS[format])
    if following:
        answer["Link"] = f'<{following}>; rel="next"'
    answer["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _file(shop: Shop | None, language: str, format: str, page: int) -> tuple[str, str]:
    """One file of the feed, and the address of the next one, if there is one."""
    rows = with_specifications(sold(shop)).order_by("pk")
    first = (page - 1) * PER_FILE
    rows = rows.annotate(freight_terms=RawSQL(terms_sql("catalog_product"), []))  # noqa: S611 - words of ours
    products = list(rows.select_related("shop", "brand", "category")[first : first + PER_FILE + 1])
    if page > 1 and not products:
        raise Http404
    items = items_of(products[:PER_FILE])
    home = reverse("storefront:catalog:shop", args=[shop.slug]) if shop else reverse("storefront:catalog:home")
    own = _address(shop, language, format)
    following = f"{own}?p={page + 1}" if len(products) > PER_FILE else ""
    if format == "tsv":
        return _table(items), following
    title = str(shop.name) if shop else _("Wanxiang Lane")
    return _rss(items, title=title, home=whole(home), own=own, next=following), following


def _address(shop: Shop | None, language: str, format: str) -> str:
    if shop:
        return whole(reverse("storefront:catalog:feed-of-shop", args=[shop.slug, language, format]))
    return whole(reverse("storefront:catalog:feed", args=[language, format]))


def sold(shop: Shop | None) -> QuerySet:
    """What is on sale, in shops in which one can buy now."""
    rows = Product.objects.visible().filter(states.in_states("buy", prefix="shop__"))
    return rows.filter(shop=shop) if shop else rows


def items_of(products: list[Product]) -> Iterator[dict[str, str | list[str]]]:
    """The items of these products, by the names of ``FIELDS``; three questions for all of them."""
    keys = [product.pk for product in products]
    skus: dict[int, list[Sku]] = {}
    for sku in with_available(Sku.objects.filter(product__in=keys, is_active=True)).order_by("product_id", "pk"):
        skus.setdefault(sku.product_id, []).append(sku)
    pictures: dict[int, list[ProductPicture]] = {}
    for picture in ProductPicture.objects.filter(product__in=keys).order_by("product_id", "position", "pk"):
        pictures.setdefault(picture.product_id, []).append(picture)
    types = _types({product.category.path for product in products})
    for product in products:
        mine = skus.get(product.pk, [])
        for sku in mine:
            sku.product = product
            yield _item(product, sku, pictures.get(product.pk, []), types, is_one_of_several=len(mine) > 1)


def _types(paths: Iterable[str]) -> dict[str, str]:
    step = Category.steplen
    above = {path: [path[:end] for end in range(step, len(path) + 1, step)] for path in paths}
    rows = Category.objects.filter(path__in={one for several in above.values() for one in several})
    names = {category.path: str(category.name) for category in rows}
    return {path: " > ".join(names.get(one, "") for one in several) for path, several in above.items()}


def _item(
    product: Product, sku: Sku, pictures: list[ProductPicture], types: dict[str, str], *, is_one_of_several: bool
) -> dict[str, str | list[str]]:
    words = str(choice_text(sku)) if sku.choice else ""
    title = f"{product.title} – {words}" if words else str(product.title)
    description = " ".join(as_text(str(product.description)).split()) or str(product.subtitle) or str(product.title)
    path = reverse("storefront:catalog:product", args=[product.public_id])
    shown = sorted(pictures, key=lambda picture: not (picture.value_id and picture.value_id in sku.choice))
    addresses = [whole(default_storage.url(picture.image.name)) for picture in shown]
    gtin = sku.barcode if is_gtin(sku.barcode) else ""
    brand = str(product.brand.name) if product.brand else ""
    item: dict[str, str | list[str]] = {
        "id": sku.public_id,
        "item_group_id": product.public_id if is_one_of_several else "",
        "title": title[:LONGEST_TITLE],
        "description": description[:LONGEST_DESCRIPTION],
        "link": whole(f"{path}?sku={sku.public_id}" if sku.choice else path),
        "image_link": addresses[0] if addresses else "",
        "additional_image_link": addresses[1 : MOST_FURTHER_PICTURES + 1],
        "availability": "in_stock" if sku.available > 0 else "out_of_stock",
        "price": _amount(sku.list_price or sku.price),
        "sale_price": _amount(sku.price) if sku.list_price else "",
        "condition": "new",
        "brand": brand,
        "gtin": gtin,
        "identifier_exists": "" if gtin or brand else "no",
        "product_type": types.get(product.category.path, ""),
        "shipping_weight": f"{sku.weight_grams} g" if sku.weight_grams else "",
        "shipping": f"CN:::{_amount(_shipping(product, sku))}",
    }
    details = [(str(name)[:LONGEST_NAME], value[:LONGEST_DETAIL]) for name, value in shown_pairs(product)]
    item["product_detail"] = [f":{_no_colon(name)}:{_no_colon(value)}" for name, value in details[:MOST_DETAILS]]
    for option, value in zip(product.options, sku.choice, strict=False):
        names = {name.casefold() for name in option["name"].values()}
        for field, meanings in _MEANINGS.items():
            if names & meanings:
                item.setdefault(field, str(product.option_names[value])[:100])
    return item


def _no_colon(words: str) -> str:
    return " ".join(words.replace(":", "：").split())


def _amount(amount: Money) -> str:
    return f"{amount.decimal} {amount.currency}"


def _shipping(product: Product, sku: Sku) -> Money:
    """What delivery of one piece costs where no zone is named."""
    if text := getattr(product, "freight_terms", None):
        terms = terms_in(text)
    else:
        terms = flat(product.shop.shipping_fee, product.shop.free_shipping_over)
    goods = Goods(sku.pk, terms, 1, sku.weight_grams, sku.volume_cm3)
    return Money(freight([goods], [sku.price.minor]).fee, sku.price.currency)


def is_gtin(code: str) -> bool:
    """Whether this is a number of GS1 (GTIN, EAN, UPC): length and check digit fit, and it is not for one shop only."""
    if not (code.isascii() and code.isdigit() and len(code) in _GTIN_LENGTHS) or not int(code):
        return False
    digits = [int(digit) for digit in code.zfill(14)]
    if digits[1] == 2 and len(code) == 13:  # numbers that shops give out among themselves
        return False
    return sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _table(items: Iterable[dict]) -> str:
    lines = ["\t".join(FIELDS)]
    for item in items:
        cells = [item.get(field, "") for field in FIELDS]
        words = [
            ",".join(one.replace(",", "%2C") for one in cell) if isinstance(cell, list) else cell for cell in cells
        ]
        lines.append("\t".join(" ".join(word.split()) for word in words))
    return "\n".join(lines) + "\n"


def _without_comma(address: str) -> str:
    return address.replace(",", "%2C")


def _rss(items: Iterable[dict], *, title: str, home: str, own: str, next: str) -> str:
    following = f'<atom:link rel="next" href="{_xml(next)}"/>' if next else ""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{_xml(title)}</title><link>{_xml(home)}</link><description>{_xml(title)}</description>"
        f'<atom:link rel="self" href="{_xml(own)}"/>{following}\n'
    ]
    for item in items:
        parts.append("<item>" + "".join(_elements(item)) + "</item>\n")
    parts.append("</channel></rss>\n")
    return "".join(parts)


def _elements(item: dict) -> Iterator[str]:
    for field in FIELDS:
        value = item.get(field)
        if not value:
            continue
        if field == "shipping":
            country, _region, _service, price = value.split(":")
            yield f"<g:shipping><g:country>{country}</g:country><g:price>{_xml(price)}</g:price></g:shipping>"
            continue
        if field == "product_detail":
            for detail in value:
                _section, name, said = detail.split(":", 2)
                yield (
                    f"<g:product_detail><g:attribute_name>{_xml(name)}</g:attribute_name>"
                    f"<g:attribute_value>{_xml(said)}</g:attribute_value></g:product_detail>"
                )
            continue
        for one in value if isinstance(value, list) else [value]:
            yield f"<g:{field}>{_xml(one)}</g:{field}>"


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text), {'"': "&quot;"})
