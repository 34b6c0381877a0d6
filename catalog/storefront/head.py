"""
What each page of the catalogue says in its head: its one address, how it looks when somebody shares it, and what it is
in terms that machines share (K17). Made when the page is made, and kept with it.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.descriptions import as_text
from catalog.listing import Asked
from catalog.models import Brand, Category, Product
from catalog.reviews.listing import Asked as Reviews
from mall.money import Money
from mall.pictures import sizes_of
from mall.structured import breadcrumbs, json_ld, rating
from merchants.models import Shop

LOCALES = {"zh-hans": "zh_CN", "en": "en_US"}
LONGEST_DESCRIPTION = 160
IN_STOCK, OUT_OF_STOCK = "https://schema.org/InStock", "https://schema.org/OutOfStock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a page; ``data`` is structured data, ready to stand there."""

    path: str = ""
    title: str
    description: str = ""
    kind: str = "website"
    picture_url: str = ""
    picture_size: tuple[int, int] = (0, 0)
    price: Money | None = None
    can_buy: bool = False
    is_listed: bool = True
    data: str = ""

    @property
    def url(self) -> str:
        return whole(self.path)

    @property
    def locale(self) -> str:
        return LOCALES.get(get_language() or "", LOCALES["en"])


def whole(address: str) -> str:
    """The whole address of a path of this mall (of a picture's address, wherever it is kept)."""
    return urljoin(f"{settings.MALL_BASE_URL}/", address)


def of_home() -> Head:
    home, search = reverse("storefront:catalog:home"), reverse("storefront:catalog:search")
    name = _("Wanxiang Lane")
    organization = {"@type": "Organization", "@id": whole("/#mall"), "name": name, "url": whole(home)}
    site = {
        "@type": "WebSite",
        "name": name,
        "url": whole(home),
        "inLanguage": get_language(),
        "publisher": {"@id": whole("/#mall")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{whole(search)}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return Head(
        path=home,
        title=name,
        description=_(
            "Tea, tableware, lamps, clothes, keyboards and more from independent shops: one cart, one payment, safe"
            " until it arrives."
        ),
        **_shown(),
        data=_blocks({**organization, "logo": whole(static("img/icon-512.png"))}, site),
    )


def of_category(category: Category, crumbs: list[Category], asked: Asked) -> Head:
    """Filters and orders of a list are the same list; its further pages are pages of their own."""
    return Head(
        path=_paged(asked),
        title=str(category.name),
        description=_("%(category)s from many independent shops: one cart, one payment, safe until it arrives.")
        % {"category": category.name},
        **_shown(category.icon.name),
        data=_blocks(_way(crumbs)),
    )


def of_brand(brand: Brand, asked: Asked) -> Head:
    address = reverse("storefront:catalog:brand", args=[brand.slug])
    logo = default_storage.url(brand.logo.name) if brand.logo else ""
    description = _short(str(brand.story)) or _("Goods of %(brand)s from shops of the lane.") % {"brand": brand}
    told = {
        "@type": "Brand",
        "@id": whole(f"{address}#brand"),
        "name": str(brand.name),
        "description": description,
        "url": whole(address),
        "logo": whole(logo) if logo else "",
    }
    places = breadcrumbs([(_("Home"), whole(reverse("storefront:catalog:home"))), (str(brand.name), whole(address))])
    return Head(
        path=_paged(asked),
        title=str(brand.name),
        description=description,
        **_shown(brand.logo.name),
        data=_blocks(told, places),
    )


def of_campaign(path: str, title: str, words: str, *, is_listed: bool) -> Head:
    """The page of a campaign of the mall."""
    places = breadcrumbs([(_("Home"), whole(reverse("storefront:catalog:home"))), (title, whole(path))])
    description = _short(words) or _("Goods of %(campaign)s, from many shops of the lane.") % {"campaign": title}
    return Head(
        path=path, title=title, description=description, is_listed=is_listed, **_shown(), data=_blocks(places)
    )  # fmt: skip


def of_search(title: str) -> Head:
    return Head(title=title, is_listed=False)


def of_shop(shop: Shop, stars: dict, asked: Asked) -> Head:
    logo = default_storage.url(shop.logo.name) if shop.logo else ""
    description = str(shop.tagline) or str(shop.about)
    store = {
        "@type": "OnlineStore",
        "name": str(shop.name),
        "description": description,
        "url": whole(asked.path),
        "logo": whole(logo) if logo else "",
        "image": whole(logo) if logo else "",
        "address": {"@type": "PostalAddress", "addressRegion": shop.province, "addressLocality": shop.city}
        if shop.city
        else None,
        "aggregateRating": rating(stars["average"], stars["count"]),
    }
    return Head(
        path=_paged(asked),
        title=str(shop.name),
        description=_short(description),
        **_shown(shop.logo.name),
        data=_blocks(store),
    )


def of_product(product: Product, page: dict) -> Head:
    """``page`` is what the page of the product shows (``catalog.showcase.product_page``)."""
    path = reverse("storefront:catalog:product", args=[product.public_id])
    can_buy = any(sku["available"] > 0 for sku in page["skus_json"])
    description = _short(str(product.subtitle) or as_text(str(product.description)))
    gallery = page["gallery"]
    thing = {
        "@type": "Product",
        "@id": whole(f"{path}#product"),
        "name": str(product.title),
        "description": description,
        "url": whole(path),
        "image": [whole(picture["url"]) for picture in gallery],
        "sku": product.public_id,
        "category": " > ".join(str(crumb.name) for crumb in page["crumbs"]),
        "brand": _brand(product.brand) if product.brand else None,
        "aggregateRating": rating(page["rating"]["average"], page["rating"]["count"]),
        "additionalProperty": [
            {"@type": "PropertyValue", "name": str(name), "value": str(value)} for name, value in page["attributes"]
        ],
        "offers": _offers(product, page, whole(path), can_buy=can_buy),
    }
    return Head(
        path=path,
        title=str(product.title),
        description=description,
        kind="product",
        **(_shown(gallery[0]["picture"]) if gallery else {}),
        price=product.price_from if page["skus_json"] else None,
        can_buy=can_buy,
        data=_blocks(thing, _way(page["crumbs"], (str(product.title), path))),
    )


def _brand(brand: Brand) -> dict:
    url = whole(reverse("storefront:catalog:brand", args=[brand.slug]))
    return {"@type": "Brand", "name": str(brand), "url": url}


def of_reviews(product: Product, asked: Reviews, title: str) -> Head:
    """What narrows or goes on in the list is the same page."""
    return Head(path=asked.path, title=title, is_listed=not asked.is_narrowed and asked.after is None)


def of_what_is_gone(title: str) -> Head:
    return Head(title=title, is_listed=False)


def _offers(product: Product, page: dict, url: str, *, can_buy: bool) -> dict | None:
    if not page["skus_json"]:
        return None
    shop_path = reverse("storefront:catalog:shop", args=[product.shop.slug])
    common = {
        "url": url,
        "priceCurrency": product.currency,
        "availability": IN_STOCK if can_buy else OUT_OF_STOCK,
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "OnlineStore", "name": str(product.shop.name), "url": whole(shop_path)},
    }
    low, high = product.price_from, product.price_to
    if low == high:
        return {"@type": "Offer", "price": str(low.decimal), **common}
    return {
        "@type": "AggregateOffer",
        "lowPrice": str(low.decimal),
        "highPrice": str(high.decimal),
        "offerCount": len(page["skus_json"]),
        **common,
    }


def _way(crumbs: list[Category], *further: tuple[str, str]) -> dict:
    places = [(_("Home"), reverse("storefront:catalog:home"))]
    places += [(str(crumb.name), reverse("storefront:catalog:category", args=[crumb.slug])) for crumb in crumbs]
    return breadcrumbs([(name, whole(path)) for name, path in [*places, *further]])


def _paged(asked: Asked) -> str:
    return asked.path if asked.page == 1 else f"{asked.path}?page={asked.page}"


def _shown(picture: str | None = "") -> dict:
    """A picture of the thing itself with its shape, else the mall's own card."""
    if not picture:
        return {"picture_url": whole(static("img/share.png")), "picture_size": (1200, 630)}
    sizes = sizes_of(picture)
    shape = (sizes[-1].width, sizes[-1].height) if sizes else (0, 0)
    return {"picture_url": whole(default_storage.url(picture)), "picture_size": shape}


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST_DESCRIPTION)


def _blocks(*data: dict) -> SafeString:
    return mark_safe("".join(map(json_ld, data)))  # noqa: S308 each is escaped
