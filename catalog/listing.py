"""
Lists of goods: filtered, counted, sorted, cut into pages – by links and plain forms alone.

Two queries, whatever is shown: one counts (every facet as if it alone were not chosen), one fetches the cards of the
page. Only what can be bought is listed: on sale, in an open shop.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.search.query import all_words, any_word
from mall.money import Money
from mall.pages import Choice
from mall.texts import Text
from merchants import states

PER_PAGE = 24
MOST_COUNTED = 10_000  # beyond it a total is "9999+"
MOST_RANKED = 1_000  # "relevance" orders the most sold thousand
MOST_CHOICES = 12
GOOD_RATING = 4
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,40}")
BANDS = ((None, 50), (50, 100), (100, 300), (300, 1000), (1000, None))  # yuan


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as lists show it."""

    public_id: str
    url: str
    title: Text
    subtitle: Text
    picture: str
    price: Money
    has_range: bool
    list_price: Money | None
    sold_count: int
    rating: float | None
    review_count: int
    shop_name: Text
    shop_url: str
    sold_out: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list, with its choices as links."""

    key: str
    label: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list was asked for: where (category, shop), which words, which filters, which order and page."""

    path: str
    category_ids: tuple[int, ...] | None = None
    shop_id: int | None = None
    words: str = ""
    brands: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    well_rated: bool = False
    sort: str = ""
    page: int = 1

    @property
    def order(self) -> str:
        return self.sort or ("relevance" if self.words else "popular")

    def pairs(self, **instead) -> list[tuple[str, str]]:
        """The query string's names and values; ``instead`` replaces some of the fields."""
        chosen = {name: instead.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        pairs = [("q", chosen["words"])] if chosen["words"] else []
        pairs += [("brand", slug) for slug in chosen["brands"]]
        pairs += [("shop", slug) for slug in chosen["shops"]]
        pairs += [(name, _yuan(chosen[name])) for name in ("price_min", "price_max") if chosen[name] is not None]
        pairs += [("in_stock", "1")] if chosen["in_stock"] else []
        pairs += [("rating", str(GOOD_RATING))] if chosen["well_rated"] else []
        pairs += [("sort", chosen["sort"])] if chosen["sort"] else []
        return pairs

    def url(self, **instead) -> str:
        """The address of this list with some fields replaced, on its first page."""
        pairs = self.pairs(**instead)
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    @property
    def is_plain(self) -> bool:
        """The list as it begins: nothing narrowed, its usual order, its first page."""
        return not self.pairs() and self.page == 1

    @property
    def key(self) -> str:
        """What tells this list from others, for the cache."""
        return f"{self.path}?{urlencode(self.pairs())}#{self.page}"


def asked(
    query: QueryDict,
    *,
    path: str,
    words: str = "",
    in_one_shop: bool = False,
) -> Asked:
    """What the query string of a request asks for; what makes no sense is left out."""
    sort = query.get("sort", "")
    low, high = _fen(query.get("price_min")), _fen(query.get("price_max"))
    if low is not None and high is not None and low > high:
        low, high = high, low
    page = query.get("page", "1")
    return Asked(
        path=path,
        words=" ".join(words.split()),
        brands=_slugs(query.getlist("brand")),
        shops=_slugs(query.getlist("shop")) if not in_one_shop else (),
        price_min=low,
        price_max=high,
        in_stock=query.get("in_stock") == "1",
        well_rated=query.get("rating") == str(GOOD_RATING),
        sort=sort if sort in _ORDERS and (sort != "relevance" or words) else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _slugs(values: list[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if _SLUG.fullmatch(value)})[:20])


def _fen(typed: str | None) -> int | None:
    try:
        amount = Money.parse(typed or "").minor
    except ValueError:
        return None
    return amount if 0 <= amount <= 10**12 else None


def _yuan(fen: int) -> str:
    return f"{Money(fen).decimal.normalize():f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list and everything to go on from it."""

    cards: list[ProductCard]
    total: int
    total_text: str
    page: Page
    pages: list[Choice]
    previous_url: str
    next_url: str
    facets: list[Facet]
    sort_choices: list[Choice]
    price_min: str
    price_max: str
    path: str
    hidden: list[tuple[str, str]]
    chosen: list[Choice]
    clear_url: str
    found_all_words: bool = True


# Counting ------------------------------------------------------------------------------------------------------------

_AVAILABLE = (
    "SELECT 1 FROM catalog_sku k JOIN catalog_stock t ON t.sku_id = k.id"
    " WHERE k.product_id = {product} AND k.is_active AND t.on_hand > t.reserved"
)
_COUNTS = f"""
WITH matched AS MATERIALIZED (
    SELECT p.id, p.brand_id, p.shop_id, p.price_from AS price,
           t.review_count > 0 AND t.review_stars >= {GOOD_RATING} * t.review_count AS well_rated,
           EXISTS ({_AVAILABLE.format(product="p.id")}) AS in_stock,
           coalesce(b.slug = ANY(%(brands)s), false) OR %(brands)s::text[] = '{{}}' AS brand_ok,
           s.slug = ANY(%(shops)s) OR %(shops)s::text[] = '{{}}' AS shop_ok,
           p.price_from BETWEEN %(low)s AND %(high)s AS price_ok
    FROM {{source}}
    LEFT JOIN catalog_brand b ON b.id = p.brand_id
    WHERE {{where}}
    LIMIT {MOST_COUNTED}
), checked AS (
    SELECT *, (in_stock OR NOT %(in_stock)s) AS stock_ok, (well_rated OR NOT %(well_rated)s) AS rating_ok FROM matched
)
SELECT 'total', '', NULL::jsonb,
       count(*) FILTER (WHERE brand_ok AND shop_ok AND price_ok AND stock_ok AND rating_ok), count(*)
FROM checked
UNION ALL
SELECT 'in_stock', '1', NULL, count(*), 0
FROM checked WHERE in_stock AND brand_ok AND shop_ok AND price_ok AND rating_ok
UNION ALL
SELECT 'rating', '{GOOD_RATING}', NULL, count(*), 0
FROM checked WHERE well_rated AND brand_ok AND shop_ok AND price_ok AND stock_ok
UNION ALL
SELECT 'price', width_bucket(price, ARRAY[{", ".join(str(top * 100) for _low, top in BANDS[:-1])}]::bigint[])::text,
       NULL, count(*), 0
FROM checked WHERE brand_ok AND shop_ok AND stock_ok AND rating_ok GROUP BY 2
UNION ALL
(SELECT 'brand', b.slug, b.name, count(*), 0 FROM checked c JOIN catalog_brand b ON b.id = c.brand_id
 WHERE shop_ok AND price_ok AND stock_ok AND rating_ok GROUP BY b.slug, b.name
 ORDER BY count(*) DESC, b.slug LIMIT 40)
UNION ALL
(SELECT 'shop', s.slug, s.name, count(*), 0 FROM checked c JOIN merchants_shop s ON s.id = c.shop_id
 WHERE brand_ok AND price_ok AND stock_ok AND rating_ok GROUP BY s.slug, s.name
 ORDER BY count(*) DESC, s.slug LIMIT 40)
"""  # noqa: S608 - words of this module; what is asked goes in as parameters

_SOURCE = (
    "catalog_product p JOIN merchants_shop s ON s.id = p.shop_id AND {shops}"
    " JOIN catalog_productstats t ON t.product_id = p.id"
)
_LISTED = _SOURCE.format(shops=states.sql("s", "list", "buy"))
_OF_A_SHOP = _SOURCE.format(shops=states.seen_sql("s"))  # on its own page a shop that rests shows what it has
_WORDS = " JOIN catalog_productsearch w ON w.product_id = p.id"


class _Match:
    """The part of a list that stands fixed: where and which words; and the filters chosen in it."""

    def __init__(self, wanted: Asked, tsquery: str):
        conditions = ["p.status = 'on_sale'"]
        self.source = _LISTED if wanted.shop_id is None else _OF_A_SHOP
        if wanted.category_ids is not None:
            conditions.append("p.category_id = ANY(%(categories)s)")
        if wanted.shop_id is not None:
            conditions.append("p.shop_id = %(shop)s")
        if wanted.words:
            self.source += _WORDS
            conditions.append("w.words @@ %(tsquery)s::tsquery" if tsquery else "false")
        self.where = " AND ".join(conditions)
        self.params = {
            "categories": list(wanted.category_ids or ()),
            "shop": wanted.shop_id,
            "tsquery": tsquery,
            "brands": list(wanted.brands),
            "shops": list(wanted.shops),
            "low": wanted.price_min or 0,
            "high": 2**62 if wanted.price_max is None else wanted.price_max,
            "in_stock": wanted.in_stock,
            "well_rated": wanted.well_rated,
        }
        filters = ["p.price_from BETWEEN %(low)s AND %(high)s"]
        if wanted.brands:
            filters.append("p.brand_id IN (SELECT id FROM catalog_brand WHERE slug = ANY(%(brands)s))")
        if wanted.shops:
            filters.append("s.slug = ANY(%(shops)s)")
        if wanted.in_stock:
            filters.append(f"EXISTS ({_AVAILABLE.format(product='p.id')})")
        if wanted.well_rated:
            filters.append(f"t.review_count > 0 AND t.review_stars >= {GOOD_RATING} * t.review_count")
        self.filtered = " AND ".join([self.where, *filters])

    def counts(self) -> tuple[int, int, dict[str, list[tuple[str, Text | None, int]]]]:
        """How many are left, how many match at all, and the counts of every facet's values."""
        with connection.cursor() as cursor:
            sql = _COUNTS.replace("{source}", self.source).replace("{where}", self.where)
            cursor.execute(sql, self.params)
            rows = cursor.fetchall()
        facets: dict[str, list] = {"brand": [], "shop": [], "price": [], "in_stock": [], "rating": []}
        total = matching = 0
        for kind, value, name, count, everything in rows:
            if kind == "total":
                total, matching = count, everything
            else:
                facets[kind].append((value, Text(json.loads(name)) if name else None, count))
        return total, matching, facets


# Cards ---------------------------------------------------------------------------------------------------------------

_ORDERS = {
    "relevance": "ts_rank('{0.05,0.2,0.5,1}', w.words, %(tsquery)s::tsquery) * ln(t.sold_count + 8) DESC, p.id DESC",
    "popular": "t.sold_count DESC, p.id DESC",
    "newest": "p.on_sale_at DESC, p.id DESC",
    "price_up": "p.price_from, p.id DESC",
    "price_down": "p.price_from DESC, p.id DESC",
    "rating": "t.score DESC, t.sold_count DESC, p.id DESC",
}
_CARDS = f"""
WITH page AS (
    SELECT p.id, row_number() OVER (ORDER BY {{order}}) AS place
    FROM {{source}}
    WHERE {{where}}
    ORDER BY place
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT p.public_id, p.title, p.subtitle, p.currency, p.price_from, p.price_to, s.slug, s.name,
       t.sold_count, t.review_count, t.review_stars,
       (SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1),
       (SELECT k.list_price FROM catalog_sku k WHERE k.product_id = p.id AND k.is_active
        ORDER BY k.price, k.id LIMIT 1),
       EXISTS ({_AVAILABLE.format(product="p.id")})
FROM page
JOIN catalog_product p ON p.id = page.id
JOIN merchants_shop s ON s.id = p.shop_id
JOIN catalog_productstats t ON t.product_id = p.id
ORDER BY page.place
"""  # noqa: S608 - as above


def _cards(source: str, where: str, order: str, params: dict, limit: int, offset: int = 0) -> list[ProductCard]:
    sql = _CARDS.replace("{order}", order).replace("{source}", source).replace("{where}", where)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "limit": limit, "offset": offset})
        return [_card(*row) for row in cursor.fetchall()]


def _card(
    public_id, title, subtitle, currency, price_from, price_to, shop_slug, shop_name, sold, reviews, stars, picture,
    list_price, available,
) -> ProductCard:  # fmt: skip
    return ProductCard(
        public_id=public_id,
        url=reverse("storefront:catalog:product", args=[public_id]),
        title=Text(json.loads(title)),
        subtitle=Text(json.loads(subtitle)),
        picture=picture or "",
        price=Money(price_from, currency),
        has_range=price_to > price_from,
        list_price=None if list_price is None else Money(list_price, currency),
        sold_count=sold,
        rating=round(stars / reviews, 1) if reviews else None,
        review_count=reviews,
        shop_name=Text(json.loads(shop_name)),
        shop_url=reverse("storefront:catalog:shop", args=[shop_slug]),
        sold_out=not available,
    )


def popular_cards(
    limit: int, *, category_ids: Sequence[int] | None = None, shop_id: int | None = None, but: str = ""
) -> list[ProductCard]:
    """What sells best, anywhere, in some categories or in a shop, without one product (by public id). One query."""
    where = "p.status = 'on_sale' AND p.public_id <> %(but)s"
    if category_ids is not None:
        where += " AND p.category_id = ANY(%(categories)s)"
    if shop_id is not None:
        where += " AND p.shop_id = %(shop)s"
    params = {"but": but, "categories": list(category_ids or ()), "shop": shop_id}
    return _cards(_LISTED if shop_id is None else _OF_A_SHOP, where, _ORDERS["popular"], params, limit)


def newest_cards(limit: int, *, shop_id: int | None = None) -> list[ProductCard]:
    """What came on sale last, anywhere or in a shop. One query."""
    if shop_id is None:
        return _cards(_LISTED, "p.status = 'on_sale'", _ORDERS["newest"], {}, limit)
    where = "p.status = 'on_sale' AND p.shop_id = %(shop)s"
    return _cards(_OF_A_SHOP, where, _ORDERS["newest"], {"shop": shop_id}, limit)


def chosen_cards(public_ids: Iterable[str], *, shop_id: int) -> list[ProductCard]:
    """Those of these products of a shop that can be seen, in any order. One query."""
    chosen = list(public_ids)
    where = "p.status = 'on_sale' AND p.shop_id = %(shop)s AND p.public_id = ANY(%(chosen)s)"
    return _cards(_OF_A_SHOP, where, _ORDERS["newest"], {"shop": shop_id, "chosen": chosen}, len(chosen))


def cards_of(public_ids: Sequence[str]) -> dict[str, ProductCard]:
    """The cards of these products by public id, as far as shoppers can look at them now. One query."""
    if not public_ids:
        return {}
    where = "p.status = 'on_sale' AND p.public_id = ANY(%(ids)s)"
    found = _cards(_OF_A_SHOP, where, "p.id", {"ids": list(public_ids)}, len(public_ids))
    return {card.public_id: card for card in found}


# A page of a list ----------------------------------------------------------------------------------------------------


def listing(wanted: Asked) -> Listing:
    """
    The page asked for; a page that does not exist is the nearest one.

    Words that are found nowhere together are looked for one by one (``found_all_words`` is false then).
    """
    match = _Match(wanted, all_words(wanted.words) if wanted.words else "")
    total, matching, counted = match.counts()
    found_all_words = True
    if wanted.words and not matching and (loose := any_word(wanted.words)):
        match = _Match(wanted, loose)
        total, matching, counted = match.counts()
        found_all_words = not matching

    source, where, order = match.source, match.filtered, _ORDERS[wanted.order]
    reachable = total
    if wanted.order == "relevance" and total > MOST_RANKED:
        reachable = MOST_RANKED
        where = (
            f"p.id IN (SELECT p.id FROM {source} WHERE {match.filtered}"  # noqa: S608 - as above
            f" ORDER BY t.sold_count DESC, p.id DESC LIMIT {MOST_RANKED})"
        )
    page = Paginator(range(reachable), PER_PAGE).get_page(wanted.page)
    first = (page.number - 1) * PER_PAGE
    cards = _cards(source, where, order, match.params, PER_PAGE, first) if total else []
    return Listing(
        cards=cards,
        total=total,
        total_text=f"{MOST_COUNTED - 1}+" if total >= MOST_COUNTED else str(total),
        page=page,
        pages=_pages(wanted, page),
        previous_url=_page_url(wanted, page.number - 1) if page.has_previous() else "",
        next_url=_page_url(wanted, page.number + 1) if page.has_next() else "",
        facets=_facets(wanted, counted),
        sort_choices=_sort_choices(wanted),
        price_min="" if wanted.price_min is None else _yuan(wanted.price_min),
        price_max="" if wanted.price_max is None else _yuan(wanted.price_max),
        path=wanted.path,
        hidden=wanted.pairs(price_min=None, price_max=None),
        chosen=_chosen(wanted, counted),
        clear_url=wanted.url(brands=(), shops=(), price_min=None, price_max=None, in_stock=False, well_rated=False),
        found_all_words=found_all_words,
    )


def _page_url(wanted: Asked, number: int) -> str:
    pairs = wanted.pairs() + ([("page", str(number))] if number > 1 else [])
    return f"{wanted.path}?{urlencode(pairs)}" if pairs else wanted.path


def _pages(wanted: Asked, page: Page) -> list[Choice]:
    """Links to the pages around, to the first and the last; a gap is a choice without address."""
    return [
        Choice(str(number), str(number), _page_url(wanted, number), selected=number == page.number)
        if isinstance(number, int)
        else Choice("", "…", "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]


def _sort_choices(wanted: Asked) -> list[Choice]:
    labels = {
        "relevance": _("Best match"),
        "popular": _("Most sold"),
        "newest": _("Newest"),
        "price_up": _("Price, low to high"),
        "price_down": _("Price, high to low"),
        "rating": _("Best rated"),
    }
    if not wanted.words:
        del labels["relevance"]
    usual = "relevance" if wanted.words else "popular"
    return [
        Choice(value, label, wanted.url(sort="" if value == usual else value), selected=wanted.order == value)
        for value, label in labels.items()
    ]


def _facets(wanted: Asked, counted: dict) -> list[Facet]:
    facets = [
        Facet("brand", _("Brand"), _toggles(wanted, "brands", counted["brand"])),
        Facet("price", _("Price"), _bands(wanted, counted["price"])),
        Facet("more", _("Only"), _flags(wanted, counted)),
    ]
    if wanted.shop_id is None:
        facets.append(Facet("shop", _("Shop"), _toggles(wanted, "shops", counted["shop"])))
    return [facet for facet in facets if facet.choices]


def _toggles(wanted: Asked, name: str, counted: list) -> list[Choice]:
    selected = getattr(wanted, name)
    rows = [row for row in counted if row[0] in selected] + [row for row in counted if row[0] not in selected]
    return [
        Choice(
            slug,
            str(label),
            wanted.url(**{name: tuple(sorted(set(selected) ^ {slug}))}),
            selected=slug in selected,
            count=count,
        )
        for slug, label, count in rows[: max(MOST_CHOICES, len(selected))]
    ]


def _bands(wanted: Asked, counted: list) -> list[Choice]:
    counts = {int(value): count for value, _name, count in counted}
    choices = []
    for place, (low, high) in enumerate(BANDS):
        limits = {
            "price_min": None if low is None else low * 100,
            "price_max": None if high is None else high * 100 - 1,
        }
        selected = (wanted.price_min, wanted.price_max) == (limits["price_min"], limits["price_max"])
        if not counts.get(place) and not selected:
            continue
        url = wanted.url(price_min=None, price_max=None) if selected else wanted.url(**limits)
        choices.append(Choice(f"{low or ''}-{high or ''}", _band_label(low, high), url, selected, counts.get(place, 0)))
    return choices


def _band_label(low: int | None, high: int | None) -> str:
    if low is None:
        return _("under ¥%(high)d") % {"high": high}
    if high is None:
        return _("from ¥%(low)d") % {"low": low}
    return f"¥{low}–{high}"


def _flags(wanted: Asked, counted: dict) -> list[Choice]:
    in_stock, well_rated = counted["in_stock"][0][2], counted["rating"][0][2]
    choices = []
    if in_stock or wanted.in_stock:
        choices.append(
            Choice("in_stock", _("In stock"), wanted.url(in_stock=not wanted.in_stock), wanted.in_stock, in_stock)
        )
    if well_rated or wanted.well_rated:
        url = wanted.url(well_rated=not wanted.well_rated)
        choices.append(Choice("rating", _("4 stars and up"), url, wanted.well_rated, well_rated))
    return choices


def _chosen(wanted: Asked, counted: dict) -> list[Choice]:
    """What narrows the list now, each as a link that takes it away."""
    chosen = []
    for name, kind in (("brands", "brand"), ("shops", "shop")):
        names = {slug: str(label) for slug, label, _count in counted[kind]}
        for slug in getattr(wanted, name):
            rest = tuple(other for other in getattr(wanted, name) if other != slug)
            chosen.append(Choice(slug, names.get(slug, slug), wanted.url(**{name: rest}), selected=True))
    if wanted.price_min is not None or wanted.price_max is not None:
        low = "" if wanted.price_min is None else str(Money(wanted.price_min))
        high = "" if wanted.price_max is None else str(Money(wanted.price_max))
        chosen.append(Choice("price", f"{low}–{high}", wanted.url(price_min=None, price_max=None), selected=True))
    if wanted.in_stock:
        chosen.append(Choice("in_stock", _("In stock"), wanted.url(in_stock=False), selected=True))
    if wanted.well_rated:
        chosen.append(Choice("rating", _("4 stars and up"), wanted.url(well_rated=False), selected=True))
    return chosen
