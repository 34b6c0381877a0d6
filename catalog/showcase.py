"""What the pages of products and shops and the home page show, asked for in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog import descriptions, films, questions, shelves, specifications, terms, tunables
from catalog.brands import authorized_shops
from catalog.customs import Customs, duty_of_one, rules_in_force
from catalog.freight.charging import default_terms_sql, terms_in, terms_sql
from catalog.freight.words import shown_of
from catalog.listing import Asked, listing, newest_cards, popular_cards, put_badges
from catalog.models import (
    Brand,
    Category,
    Product,
    ProductPicture,
    Question,
    ShopCategory,
    ShopStats,
    Sku,
    Stock,
    Warehouse,
)
from catalog.navigation import crumbs_of, without_hidden
from catalog.offers import is_over
from catalog.reviews import listing as reviews
from catalog.slots import bookable
from catalog.stock import with_available
from mall import clock
from mall.money import Money
from mall.pages import Choice
from mall.texts import Text
from merchants import standing, states
from merchants.models import Shop

SHOWN_QUESTIONS = 3
SHOWN_SIMILAR = 12
SHOWN_ON_HOME = 12
SHOWN_SHOPS = 8
SHOWN_NEW_SHOPS = 4
SHOWN_OF_SHOP = 4
SHOWN_BANNERS = 4
SHOWN_BRANDS = 12
SHOWN_AUTHORIZED = 24
SHOWN_STORES = 10


@dataclass(frozen=True, slots=True)
class Banner:
    """A wide invitation on the home page."""

    title: Text
    text: Text
    url: str
    picture: str
    tone: str
    call: Text = field(default_factory=Text)
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """An option value as a link to the SKU that it leads to."""

    id: str
    name: Text
    swatch: str
    selected: bool
    available: bool
    url: str


@dataclass(frozen=True, slots=True)
class Option:
    """A dimension of choice on the product page."""

    id: str
    name: Text
    values: list[Value]


@dataclass(frozen=True, slots=True)
class ChosenSku:
    """The SKU that the page offers."""

    public_id: str
    price: Money
    list_price: Money | None
    available: int
    choice_names: list[Text]
    duty: str = ""


# Home ----------------------------------------------------------------------------------------------------------------


def home(*, now: datetime) -> dict:
    """What the home page shows; twelve queries."""
    popular, fresh = popular_cards(SHOWN_ON_HOME), newest_cards(SHOWN_ON_HOME)
    put_badges(popular, fresh, now=now)
    shops = _busiest_shops()
    return {
        "banners": _planned_banners(now) or _shops_as_banners(shops),
        "categories": _category_tree(),
        "fresh": fresh,
        "popular": popular,
        "shops": shops,
        "new_shops": _new_shops(now),
        "brands": _brands(),
        "fresh_part": _fresh_part(None, now),
    }


def _fresh_part(product: Product | None, now: datetime) -> str:
    """Names what marketing shows there by the second; empty when it has nothing to show."""
    return import_string(settings.CATALOG_FLASH_SALE)(product and product.pk, now=now)


def _category_tree() -> list[dict]:
    tree: list[dict] = []
    for category in without_hidden(Category.objects.filter(depth__lte=2).order_by("path")):
        if category.depth == 1:
            tree.append({"category": category, "children": []})
        elif tree:
            tree[-1]["children"].append(category)
    return tree


_BUSIEST = f"""
    SELECT p.shop_id, count(*) FROM catalog_product p JOIN merchants_shop s ON s.id = p.shop_id
        JOIN catalog_productstats t ON t.product_id = p.id
    WHERE p.status = 'on_sale' AND {states.sql("s", "list", "buy")} AND {standing.sql("s")}
    GROUP BY p.shop_id ORDER BY sum(t.sold_count) DESC, p.shop_id LIMIT %s
"""  # noqa: S608 (words of merchants)


def _busiest_shops() -> list[Shop]:
    """Open shops by what they sold, each with ``product_count``."""
    with connection.cursor() as cursor:
        cursor.execute(
            _BUSIEST,
            [SHOWN_SHOPS],
        )
        counts = dict(cursor.fetchall())
    shops = Shop.objects.in_bulk(counts)
    for pk, shop in shops.items():
        shop.product_count = counts[pk]
    return [shops[pk] for pk in counts]


def _new_shops(now: datetime) -> list[Shop]:
    """Shops that opened of late and have something on their shelves, newest first, each with ``newest_pictures``."""
    since = now - timedelta(days=tunables.NEW_SHOP_DAYS.value)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, shown.pictures FROM merchants_shop s, LATERAL (SELECT array_agg(newest.image) AS pictures"
            " FROM (SELECT (SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id"
            " ORDER BY i.position, i.id LIMIT 1) AS image FROM catalog_product p"
            " WHERE p.shop_id = s.id AND p.status = 'on_sale' ORDER BY p.on_sale_at DESC, p.id DESC LIMIT 6) AS newest"
            ") AS shown WHERE s.status = 'open' AND s.opened_at > %s AND s.opened_at <= %s"
            " AND shown.pictures IS NOT NULL ORDER BY s.opened_at DESC, s.id DESC LIMIT %s",
            [since, now, SHOWN_NEW_SHOPS],
        )
        pictures = dict(cursor.fetchall())
    shops = Shop.objects.in_bulk(pictures)
    for pk, shop in shops.items():
        shop.newest_pictures = pictures[pk]
    return [shops[pk] for pk in pictures]


def _planned_banners(now: datetime) -> list[Banner]:
    """What marketing shows at this moment (Wiring in the settings)."""
    return [
        Banner(
            title=row.headline,
            text=row.line,
            url=row.target,
            picture=row.picture.name,
            tone=str(place),
            call=row.call,
            is_wide=True,
        )
        for place, row in enumerate(import_string(settings.CATALOG_BANNERS)(now=now), 1)
    ]


def _shops_as_banners(shops: list[Shop]) -> list[Banner]:
    """Without a plan the best-selling shops invite, each with a picture of what it sells best."""
    shops = shops[:SHOWN_BANNERS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (p.shop_id) p.shop_id, i.image FROM catalog_product p"
            " JOIN catalog_productpicture i ON i.product_id = p.id"
            " JOIN catalog_productstats t ON t.product_id = p.id"
            " WHERE p.shop_id = ANY(%s) AND p.status = 'on_sale'"
            " ORDER BY p.shop_id, t.sold_count DESC, p.id, i.position, i.id",
            [[shop.pk for shop in shops]],
        )
        pictures = dict(cursor.fetchall())
    return [
        Banner(
            title=shop.name,
            text=shop.tagline,
            url=reverse("storefront:catalog:shop", args=[shop.slug]),
            picture=pictures.get(shop.pk, ""),
            tone=str(place),
        )
        for place, shop in enumerate(shops, 1)
    ]


# Product -------------------------------------------------------------------------------------------------------------


def find_product(public_id: str) -> Product | None:
    """The product with its shop, category, brand and counters."""
    rows = Product.objects.select_related("shop", "category", "brand", "stats").filter(public_id=public_id)
    rows = rows.annotate(freight_terms=RawSQL(terms_sql("catalog_product"), []))  # noqa: S611 - words of ours
    return specifications.with_specifications(rows).first()


def is_shown(product: Product) -> bool:
    return product.is_on_sale and states.is_seen(product.shop)


def was_shown(product: Product) -> bool:
    """It was on sale once and left for no fault; what the platform took down is not spoken of."""
    return product.on_sale_at is not None and product.status != Product.Status.TAKEN_DOWN


def first_picture(product: Product) -> str:
    """The one that stands on cards; empty where there is none."""
    return product.pictures.order_by("position", "pk").values_list("image", flat=True).first() or ""


def product_gone(product: Product) -> dict:
    """What the page of a product shows that is not offered now."""
    return {"product": product, "similar": _similar(product)}


def product_page(product: Product, sku_public_id: str = "") -> dict:
    """What the page of a product shows, with one of its SKUs chosen; sixteen queries beside the product's own."""
    pictures = list(product.pictures.order_by("position", "pk"))
    skus = list(with_available(product.skus.filter(is_active=True)).order_by("pk"))
    closed_because = states.why_not(product.shop, "buy")
    if not closed_because and is_over(product.ships_on):
        closed_because = _("The pre-sale is over.")
    for sku in skus:
        sku.product = product
        if closed_because:
            sku.available = 0
    chosen = _chosen(skus, sku_public_id)
    left = chosen.available if chosen else 0
    rating = reviews.summary(product)
    reviews_path = reverse("storefront:catalog:reviews", args=[product.public_id])
    of_shop = popular_cards(SHOWN_OF_SHOP, shop_id=product.shop_id, but=product.public_id)
    similar = _similar(product)
    put_badges(of_shop, similar, now=clock.now())
    return {
        "product": product,
        "gallery": _gallery(pictures, chosen),
        "video": films.shown(product.video, first_picture=pictures[0].image.name if pictures else ""),
        "options": _options(product, skus, chosen),
        "sku": chosen and _chosen_sku(chosen),
        "skus_json": _skus_json(skus, pictures),
        "available": left,
        "stock_state": "out" if not left else "low" if left <= tunables.LOW_STOCK.value else "in",
        "shop": product.shop,
        "shop_note": closed_because,
        "shop_product_count": Product.objects.visible().filter(shop=product.shop_id).count(),
        "shop_rating": shop_rating(product.shop),
        "of_shop": of_shop,
        "rating": rating,
        "reviews": reviews.page_of(
            product, reviews.Asked(path=reviews_path), rating, per_page=reviews.SHOWN_ON_PRODUCT
        ),
        "questions": questions.shown(
            Question.objects.shown().filter(product=product).order_by("-helpful_count", "-pk")[:SHOWN_QUESTIONS],
            most_answers=1,
        ),
        "attributes": specifications.shown_pairs(product),
        "promises": terms.promises_of(product),
        "customs": _customs(product),
        "stores": _stores(product) if not closed_because else [],
        "slots": bookable(chosen.pk, now=clock.now()) if chosen and product.kind == Product.Kind.SERVICE else [],
        "description_html": descriptions.as_html(str(product.description)),
        "similar": similar,
        "crumbs": crumbs_of(product.category),
        "shipping": {
            "hours": import_string(settings.CATALOG_SHIPPING_HOURS).value,
            **_shipping(product, skus),
        },
        "offers": import_string(settings.CATALOG_PRODUCT_OFFERS)(chosen, now=clock.now()) if left > 0 else None,
        "deals": import_string(settings.CATALOG_PRODUCT_DEALS)(product, now=clock.now()) if left > 0 else [],
        "fresh_part": _fresh_part(product, clock.now()),
        "can_buy": left > 0,
        "why_not": closed_because or _why_not(left, chosen),
    }


def _shipping(product: Product, skus: list[Sku]) -> dict:
    """What delivery of one piece costs, where to, and what is free."""
    return shown_of(
        terms_in(text) if (text := getattr(product, "freight_terms", None)) else None,
        fee=product.shop.shipping_fee,
        free_over=product.shop.free_shipping_over,
        measures=[(sku.weight_grams, sku.volume_cm3) for sku in skus],
    )


def _stores(product: Product) -> list[Warehouse]:
    """The stores in which some combination of this lies now, in the shop's order."""
    lies_there = Stock.objects.filter(
        warehouse=OuterRef("pk"), sku__product=product, sku__is_active=True, on_hand__gt=F("reserved")
    )
    rows = Warehouse.objects.owned_by(product.shop).filter(
        Exists(lies_there), kind=Warehouse.Kind.STORE, sells_online=True
    )
    return list(rows.order_by("position", "pk")[:SHOWN_STORES])


def _why_not(left: int, chosen: Sku | None) -> str:
    if left > 0:
        return ""
    return _("Sold out.") if chosen else _("This item is no longer offered.")


def _similar(product: Product) -> list:
    return popular_cards(SHOWN_SIMILAR, category_ids=[product.category_id], but=product.public_id)


def _chosen(skus: list[Sku], public_id: str) -> Sku | None:
    """The SKU asked for; else the first that can be bought; else the first."""
    asked = next((sku for sku in skus if sku.public_id == public_id), None)
    return asked or next((sku for sku in skus if sku.available), None) or next(iter(skus), None)


def _chosen_sku(sku: Sku) -> ChosenSku:
    return ChosenSku(
        public_id=sku.public_id,
        price=sku.price,
        list_price=sku.list_price,
        available=sku.available,
        choice_names=sku.choice_names,
        duty=_duty(sku),
    )


def _gallery(pictures: list[ProductPicture], chosen: Sku | None) -> list[dict]:
    """All pictures, those of the chosen values first."""
    values = set(chosen.choice) if chosen else set()
    ordered = sorted(pictures, key=lambda picture: not (picture.value_id and picture.value_id in values))
    return [
        {
            "picture": picture.image.name,
            "url": default_storage.url(picture.image.name),
            "width": picture.width,
            "height": picture.height,
            "value_id": picture.value_id,
            "alt": picture.alt,
        }
        for picture in ordered
    ]


def _options(product: Product, skus: list[Sku], chosen: Sku | None) -> list[Option]:
    by_choice = {tuple(sku.choice): sku for sku in skus}
    now = list(chosen.choice) if chosen else []
    options = []
    for place, option in enumerate(product.options):
        values = []
        for value in option["values"]:
            target = by_choice.get((*now[:place], value["id"], *now[place + 1 :])) or next(
                (sku for sku in skus if place < len(sku.choice) and sku.choice[place] == value["id"]), None
            )
            if target is None:
                continue
            values.append(
                Value(
                    id=value["id"],
                    name=Text(value["name"]),
                    swatch=value.get("swatch", ""),
                    selected=place < len(now) and now[place] == value["id"],
                    available=target.available > 0,
                    url=f"?sku={target.public_id}",
                )
            )
        options.append(Option(id=option["id"], name=Text(option["name"]), values=values))
    return options


def _skus_json(skus: list[Sku], pictures: list[ProductPicture]) -> list[dict]:
    by_value: Mapping[str, str] = {
        picture.value_id: default_storage.url(picture.image.name) for picture in reversed(pictures) if picture.value_id
    }
    return [
        {
            "id": sku.public_id,
            "choice": sku.choice,
            "price": str(sku.price),
            "duty": _duty(sku),
            "list_price": str(sku.list_price or ""),
            "available": sku.available,
            "picture": next((by_value[value] for value in sku.choice if value in by_value), ""),
        }
        for sku in skus
    ]


def _customs(product: Product) -> dict | None:
    """What shoppers read of goods from abroad: the statement, and what they may order."""
    customs = Customs.of(product.customs)
    if customs is None:
        return None
    rules = rules_in_force()
    return {
        "statement": customs,
        "purchase_limit": Money(rules.purchase_limit, product.currency),
        "year_limit": Money(rules.year_limit, product.currency),
    }


def _duty(sku: Sku) -> str:
    """What is taken for customs of one piece; empty of goods from home."""
    customs = Customs.of(sku.product.customs)
    return str(duty_of_one(sku.price, customs)) if customs else ""


def shop_rating(shop: Shop) -> dict:
    """What people say of a shop: goods, service, delivery, and how many follow it. One query."""
    stats = ShopStats.objects.filter(shop=shop).first() or ShopStats(shop=shop)
    return {
        "average": _average(stats.review_stars, stats.review_count),
        "count": stats.review_count,
        "service": _average(stats.service_stars, stats.service_count),
        "delivery": _average(stats.delivery_stars, stats.delivery_count),
        "followers": stats.follower_count,
    }


def _average(stars: int, count: int) -> float | None:
    return round(stars / count, 1) if count else None


# Shop ----------------------------------------------------------------------------------------------------------------


def find_shop(slug: str) -> Shop | None:
    """The shop with the terms of its default freight template, unless it is frozen."""
    rows = Shop.objects.annotate(freight_terms=RawSQL(default_terms_sql("merchants_shop"), []))  # noqa: S611 - ours
    return rows.filter(slug=slug).exclude(status=Shop.Status.FROZEN).first()


def shop_page(shop: Shop, asked: Asked) -> dict:
    """What the page of a shop (:func:`find_shop`) shows beside what it has decorated itself; seven queries."""
    tree = shelves.tree_of(shop)
    keys = shelves.keys_below(tree, asked.shelf)
    wanted = replace(asked, shop_id=shop.pk, shelf=asked.shelf if keys else "", shelf_ids=keys or None)
    freight = getattr(shop, "freight_terms", None)
    return {
        "shop": shop,
        "note": states.why_not(shop, "buy"),
        "listing": listing(wanted),
        "shelves": _shelf_links(tree, wanted),
        "shelf": next((row for row in shelves.flat(tree) if row.public_id == wanted.shelf), None),
        "product_count": Product.objects.visible().filter(shop=shop).count(),
        "rating": shop_rating(shop),
        "coupons": import_string(settings.CATALOG_SHOP_COUPONS)(shop, now=clock.now()),
        "shipping": shown_of(
            terms_in(freight) if freight else None,
            fee=shop.shipping_fee,
            free_over=shop.free_shipping_over,
        ),
    }


def _shelf_links(tree: list[ShopCategory], asked: Asked) -> list[dict]:
    """The shop's own categories as links, those below the chosen one beside it."""
    plain = Asked(path=asked.path)

    def link(row: ShopCategory) -> Choice:
        return Choice(row.public_id, str(row.name), plain.url(shelf=row.public_id), row.public_id == asked.shelf)

    links = []
    for top in tree:
        below = [link(row) for row in top.below]
        is_open = top.public_id == asked.shelf or any(choice.selected for choice in below)
        links.append({"choice": link(top), "below": below if is_open else []})
    return links


# Brand ---------------------------------------------------------------------------------------------------------------


def brand_page(brand: Brand, asked: Asked, *, now: datetime) -> dict:
    """What the hall of a brand shows; five queries."""
    authorized = (
        Shop.objects.filter(states.in_states("list"), pk__in=authorized_shops(brand, on=clock.business_date(now)))
        if brand.is_protected
        else Shop.objects.none()
    )
    return {
        "brand": brand,
        "listing": listing(replace(asked, brand_id=brand.pk)),
        "shops": list(authorized.order_by("pk")[:SHOWN_AUTHORIZED]) if brand.is_protected else [],
    }


def _brands() -> list[Brand]:
    """Brands with a sign of their own that have something on sale."""
    rows = Brand.objects.exclude(logo="").filter(
        Exists(Product.objects.filter(brand=OuterRef("pk"), status=Product.Status.ON_SALE))
    )
    return list(rows.order_by("slug")[:SHOWN_BRANDS])
