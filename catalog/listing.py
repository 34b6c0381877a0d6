"""
Lists of goods: filtered, counted, sorted, cut into pages – by links and plain forms alone.

What is found and how it is counted is asked of the search engine (``catalog.search.engine``); cards, labels and links
are made here. Three queries, whatever is shown. Only what can be bought is listed: on sale, in an open shop.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog.search import spelling
from catalog.search.engine import (
    BANDS,
    GOOD_RATING,
    KINDS_FROM,
    ORDERS,
    STORES_FROM,
    Count,
    Filters,
    Found,
    Question,
    engine,
)
from catalog.search.index import AVAILABLE
from mall import clock
from mall.money import Money
from mall.pages import Choice
from mall.texts import Text
from merchants import states

PER_PAGE = 24
MOST_TOLD = 10_000  # from here on a total is "10,000+"
MOST_CHOICES = 12
FIRST_CHOICES = 6  # of a facet; the others are folded
MOST_FEATURES = 6
MOST_CHOSEN = 20
NEAR = "near"  # in addresses: stores near the shopper's own address
_SHELF = re.compile(r"shc_[0-9a-z]{20}")
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,40}")
_REGION = re.compile(r"[\w ()·-]{1,40}")
_FEATURE = re.compile(r"[1-9][0-9]{0,7}-[1-9][0-9]{0,7}", re.ASCII)


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
    badges: list[str] = field(default_factory=list)  # what is on offer, see put_badges


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list, with its choices as links; ``more`` of them are folded away."""

    key: str
    label: str
    choices: list[Choice]
    more: list[Choice] = field(default_factory=list)


_MANY = {
    "category": "categories",
    "brand": "brands",
    "shop": "shops",
    "from": "regions",
    "is": "features",
}  # in addresses
_UNFILTERED = {
    **dict.fromkeys(_MANY.values(), ()), "price_min": None, "price_max": None, "in_stock": False, "well_rated": False
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list was asked for: where (category, shop), which words, which filters, which order and page."""

    path: str
    category_ids: tuple[int, ...] | None = None
    shop_id: int | None = None
    shelf: str = ""  # a category of the shop's own
    shelf_ids: tuple[int, ...] | None = None
    brand_id: int | None = None
    words: str = ""
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()  # "name-value", by key
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    well_rated: bool = False
    sort: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether filters are chosen."""
        return any(getattr(self, name) != nothing for name, nothing in _UNFILTERED.items())

    @property
    def order(self) -> str:
        return self.sort or ("relevance" if self.words else "popular")

    def pairs(self, **instead) -> list[tuple[str, str]]:
        """The query string's names and values; ``instead`` replaces some of the fields."""
        chosen = {name: instead.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        pairs = [("q", chosen["words"])] if chosen["words"] else []
        pairs += [("shelf", chosen["shelf"])] if chosen["shelf"] else []
        pairs += [(name, value) for name, many in _MANY.items() for value in chosen[many]]
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
    def url_near(self) -> str:
        """The address that narrows this list to stores near the shopper's own address, wherever that is."""
        return f"{self.path}?{urlencode([*self.pairs(), (NEAR, '1')])}"

    @property
    def is_plain(self) -> bool:
        """The list as it begins: nothing narrowed, its usual order, its first page."""
        return not self.pairs() and self.page == 1

    @property
    def filters(self) -> Filters:
        features: dict[int, tuple[int, ...]] = {}
        for pair in self.features:
            name, value = map(int, pair.split("-"))
            features[name] = (*features.get(name, ()), value)
        return Filters(
            categories=self.categories,
            brands=self.brands,
            shops=self.shops,
            regions=self.regions,
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            well_rated=self.well_rated,
            features=features,
        )

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
    page, shelf = query.get("page", "1"), query.get("shelf", "")
    return Asked(
        path=path,
        shelf=shelf if in_one_shop and _SHELF.fullmatch(shelf) else "",
        words=" ".join(words.split()),
        categories=_chosen_values(query.getlist("category"), _SLUG),
        brands=_chosen_values(query.getlist("brand"), _SLUG),
        shops=_chosen_values(query.getlist("shop"), _SLUG) if not in_one_shop else (),
        regions=_chosen_values(query.getlist("from"), _REGION) if not in_one_shop else (),
        features=_chosen_values(query.getlist("is"), _FEATURE),
        price_min=low,
        price_max=high,
        in_stock=query.get("in_stock") == "1",
        well_rated=query.get("rating") == str(GOOD_RATING),
        sort=sort if sort in ORDERS and (sort != "relevance" or words) else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _chosen_values(values: list[str], form: re.Pattern) -> tuple[str, ...]:
    return tuple(sorted({value for value in values[:100] if form.fullmatch(value)})[:MOST_CHOSEN])


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
    instead: str = ""  # nothing has what was typed; these words are near it and were looked for
    share: int = 1  # every how manieth product the numbers of the facets come from
    matching: int = 0
    consolation: list[ProductCard] = field(default_factory=list)  # what sells best, where nothing was found


# Cards ---------------------------------------------------------------------------------------------------------------

_SOURCE = (
    "catalog_product p JOIN merchants_shop s ON s.id = p.shop_id AND {shops}"
    " JOIN catalog_productstats t ON t.product_id = p.id"
)
_LISTED = _SOURCE.format(shops=states.sql("s", "list", "buy"))
_OF_A_SHOP = _SOURCE.format(shops=states.seen_sql("s"))  # on its own page a shop that rests shows what it has
_POPULAR, _NEWEST = "t.sold_count DESC, p.id DESC", "p.on_sale_at DESC, p.id DESC"
_BY_KEY = "SELECT id, place FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS asked(id, place)"
_CHOSEN = """
    SELECT p.id, row_number() OVER (ORDER BY {order}) AS place
    FROM {source}
    WHERE {where}
    ORDER BY place
    LIMIT %(limit)s"""
_CARDS = f"""
WITH page AS ({{page}})
SELECT p.public_id, p.title, p.subtitle, p.currency, p.price_from, p.price_to, s.slug, s.name,
       t.sold_count, t.review_count, t.review_stars,
       (SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id ORDER BY i.position, i.id LIMIT 1),
       (SELECT k.list_price FROM catalog_sku k WHERE k.product_id = p.id AND k.is_active
        ORDER BY k.price, k.id LIMIT 1),
       EXISTS ({AVAILABLE.format(product="p.id")})
FROM page
JOIN catalog_product p ON p.id = page.id
JOIN merchants_shop s ON s.id = p.shop_id
JOIN catalog_productstats t ON t.product_id = p.id
ORDER BY page.place
"""  # noqa: S608 - as above


def _cards(page: str, params: dict) -> list[ProductCard]:
    with connection.cursor() as cursor:
        cursor.execute(_CARDS.replace("{page}", page), params)
        return [_card(*row) for row in cursor.fetchall()]


def _cards_in_order(ids: Sequence[int]) -> list[ProductCard]:
    """The cards of these products (by key), in this order. One query; none for nothing."""
    return _cards(_BY_KEY, {"ids": list(ids)}) if ids else []


def _chosen_cards(source: str, where: str, order: str, params: dict, limit: int) -> list[ProductCard]:
    page = _CHOSEN.replace("{order}", order).replace("{source}", source).replace("{where}", where)
    return _cards(page, {**params, "limit": limit})


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
    return _chosen_cards(_LISTED if shop_id is None else _OF_A_SHOP, where, _POPULAR, params, limit)


def newest_cards(limit: int, *, shop_id: int | None = None) -> list[ProductCard]:
    """What came on sale last, anywhere or in a shop. One query."""
    if shop_id is None:
        return _chosen_cards(_LISTED, "p.status = 'on_sale'", _NEWEST, {}, limit)
    where = "p.status = 'on_sale' AND p.shop_id = %(shop)s"
    return _chosen_cards(_OF_A_SHOP, where, _NEWEST, {"shop": shop_id}, limit)


def chosen_cards(public_ids: Iterable[str], *, shop_id: int) -> list[ProductCard]:
    """Those of these products of a shop that can be seen, in any order. One query."""
    chosen = list(public_ids)
    where = "p.status = 'on_sale' AND p.shop_id = %(shop)s AND p.public_id = ANY(%(chosen)s)"
    return _chosen_cards(_OF_A_SHOP, where, _NEWEST, {"shop": shop_id, "chosen": chosen}, len(chosen))


def cards_of(public_ids: Sequence[str]) -> dict[str, ProductCard]:
    """The cards of these products by public id, as far as shoppers can look at them now, with badges. Two queries."""
    if not public_ids:
        return {}
    where = "p.status = 'on_sale' AND p.public_id = ANY(%(ids)s)"
    found = _chosen_cards(_OF_A_SHOP, where, "p.id", {"ids": list(public_ids)}, len(public_ids))
    put_badges(found, now=clock.now())
    return {card.public_id: card for card in found}


def put_badges(*lists: Iterable[ProductCard], now: datetime) -> None:
    """Say on the cards of a page what is on offer for their goods (K1): one query for all of them."""
    cards = [card for cards in lists for card in cards]
    if not cards:
        return
    words = import_string(settings.CATALOG_CARD_BADGES)({card.public_id for card in cards}, now=now)
    for card in cards:
        card.badges[:] = words.get(card.public_id, [])


# A page of a list ----------------------------------------------------------------------------------------------------


def listing(wanted: Asked) -> Listing:
    """
    The page asked for; a page that does not exist is the nearest one.

    Where nothing has all of the words, words that are near them are looked for (``instead`` names them), and where
    there are none, each word by itself (``found_all_words`` is false then). The page says so.
    """
    question = Question(
        words=wanted.words,
        category_ids=wanted.category_ids,
        shop_id=wanted.shop_id,
        shelf_ids=wanted.shelf_ids,
        brand_id=wanted.brand_id,
        filters=wanted.filters,
        order=wanted.order,
        first=(wanted.page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    found, instead, found_all_words = engine().find(question), "", True
    if wanted.words and not found.matching:
        if (near := spelling.nearest(wanted.words)) and (
            other := engine().find(replace(question, words=near))
        ).matching:
            found, instead, question = other, near, replace(question, words=near)
        elif (other := engine().find(replace(question, all_words=False))).matching:
            found, found_all_words, question = other, False, replace(question, all_words=False)
    page = Paginator(range(found.reachable), PER_PAGE).get_page(wanted.page)
    if page.number != wanted.page and found.reachable:
        found = engine().find(replace(question, first=(page.number - 1) * PER_PAGE))
    cards = _cards_in_order(found.ids)
    consolation = popular_cards(MOST_CHOICES) if wanted.words and not found.matching else []
    put_badges(cards, consolation, now=clock.now())
    return Listing(
        cards=cards,
        total=found.total,
        total_text=f"{MOST_TOLD:,}+" if found.total >= MOST_TOLD else str(_told(found.total, 1 + found.is_about)),
        page=page,
        pages=_pages(wanted, page),
        previous_url=_page_url(wanted, page.number - 1) if page.has_previous() else "",
        next_url=_page_url(wanted, page.number + 1) if page.has_next() else "",
        facets=_facets(wanted, found),
        sort_choices=_sort_choices(wanted),
        price_min="" if wanted.price_min is None else _yuan(wanted.price_min),
        price_max="" if wanted.price_max is None else _yuan(wanted.price_max),
        path=wanted.path,
        hidden=wanted.pairs(price_min=None, price_max=None),
        chosen=_chosen(wanted, found),
        clear_url=wanted.url(**_UNFILTERED),
        found_all_words=found_all_words,
        instead=instead,
        share=found.share,
        matching=found.matching,
        consolation=consolation,
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


def _facets(wanted: Asked, found: Found) -> list[Facet]:
    counts, shown = found.counts, []
    if not counts:
        return []
    if wanted.categories or len(counts["category"]) > 1:
        shown.append(_facet("category", _("Category"), _toggles(wanted, "categories", counts["category"], found.share)))
    shown += _kind_facet(wanted, found)
    shown += _store_facet(wanted, found)
    if wanted.brand_id is None:
        shown.append(_facet("brand", _("Brand"), _toggles(wanted, "brands", counts["brand"], found.share)))
    shown += [
        Facet("price", _("Price"), _bands(wanted, counts["price"], found.share)),
        Facet("more", _("Only"), _flags(wanted, found)),
    ]
    shown += _feature_facets(wanted, found)
    if wanted.shop_id is None:
        shown.append(_facet("shop", _("Shop"), _toggles(wanted, "shops", counts["shop"], found.share)))
        shown.append(_facet("from", _("Ships from"), _toggles(wanted, "regions", counts["region"], found.share)))
    return [facet for facet in shown if facet.choices]


def _facet(key: str, label: str, choices: list[Choice]) -> Facet:
    """The first choices stand open, and every chosen one; a fold that would hide one or two is none."""
    chosen = sum(choice.selected for choice in choices)
    open_ones = max(FIRST_CHOICES, chosen)
    if len(choices) <= open_ones + 2:
        return Facet(key, label, choices)
    return Facet(key, label, choices[:open_ones], choices[open_ones:])


def _toggles(wanted: Asked, name: str, counted: Sequence[Count], share: int) -> list[Choice]:
    selected = getattr(wanted, name)
    rows = [row for row in counted if row.value in selected] + [row for row in counted if row.value not in selected]
    return [
        _toggle(wanted, name, row.value, str(row.label or row.value), row.count, share)
        for row in rows[: max(MOST_CHOICES, len(selected))]
    ]


def _toggle(wanted: Asked, name: str, value: str, label: str, count: int, share: int) -> Choice:
    chosen = getattr(wanted, name)
    url = wanted.url(**{name: tuple(sorted(set(chosen) ^ {value}))})
    return Choice(value, label, url, selected=value in chosen, count=_told(count, share))


def _told(count: int, share: int) -> int | str:
    """A count as people read it: exact, or about so many where only a share was counted."""
    if share == 1:
        return count
    digits = max(0, len(str(count)) - 2)
    return f"≈{round(count, -digits):,}"


def _kind_facet(wanted: Asked, found: Found) -> list[Facet]:
    """What kinds of goods there are, in the house's order; nothing where all are of one kind."""
    rows = [row for row in found.counts["feature"] if KINDS_FROM <= row.place < STORES_FROM]
    rows.sort(key=lambda row: row.place)
    if len(rows) < 2 and not any(row.group in wanted.filters.features for row in rows):
        return []
    choices = [
        _toggle(wanted, "features", f"{row.group}-{row.value}", str(row.label), row.count, found.share) for row in rows
    ]
    return [Facet("kind", str(rows[0].group_label), choices)]


def _store_facet(wanted: Asked, found: Found) -> list[Facet]:
    """The cities in whose stores something lies, most first; and the way to the one of the shopper's own address."""
    rows = [row for row in found.counts["feature"] if row.place == STORES_FROM]
    if not rows:
        return []
    named = [replace(row, value=f"{row.group}-{row.value}") for row in rows]
    choices = _toggles(wanted, "features", named, found.share)
    if not any(choice.selected for choice in choices):
        choices.insert(0, Choice(NEAR, _("Near my default address"), wanted.url_near))
    return [_facet("store", str(rows[0].group_label), choices)]


def _feature_facets(wanted: Asked, found: Found) -> list[Facet]:
    """The features that tell most products apart: those with several values, chosen ones first."""
    by_name: dict[int, list[Count]] = {}
    for count in found.counts["feature"]:
        if count.place < KINDS_FROM:
            by_name.setdefault(count.group, []).append(count)
    chosen = wanted.filters.features
    ordered = sorted(
        by_name.items(),
        key=lambda item: (item[0] not in chosen, not item[1][0].is_asked, -sum(row.count for row in item[1])),
    )
    facets = []
    for name, rows in ordered:
        if (name not in chosen and not _tells_apart(rows, found)) or len(facets) >= max(MOST_FEATURES, len(chosen)):
            continue
        if rows[0].place:
            rows = sorted(rows, key=lambda row: row.place)
        rows = [row for row in rows if f"{name}-{row.value}" in wanted.features] + [
            row for row in rows if f"{name}-{row.value}" not in wanted.features
        ]
        choices = [
            _toggle(wanted, "features", f"{name}-{row.value}", str(row.label), row.count, found.share)
            for row in rows[: max(MOST_CHOICES, len(chosen.get(name, ())))]
        ]
        facets.append(_facet(f"is-{name}", str(rows[0].group_label), choices))
    return facets


def _tells_apart(rows: list[Count], found: Found) -> bool:
    """Whether choosing among these would leave something out."""
    return len(rows) > 1 or (rows[0].is_asked and rows[0].count < found.total)


def _bands(wanted: Asked, counted: Sequence[Count], share: int) -> list[Choice]:
    counts = {int(row.value): row.count for row in counted}
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
        count = _told(counts.get(place, 0), share)
        choices.append(Choice(f"{low or ''}-{high or ''}", _band_label(low, high), url, selected, count))
    return choices


def _band_label(low: int | None, high: int | None) -> str:
    if low is None:
        return _("under ¥%(high)d") % {"high": high}
    if high is None:
        return _("from ¥%(low)d") % {"low": low}
    return f"¥{low}–{high}"


def _flags(wanted: Asked, found: Found) -> list[Choice]:
    in_stock, well_rated = found.counts["in_stock"][0].count, found.counts["rating"][0].count
    choices = []
    if in_stock or wanted.in_stock:
        url = wanted.url(in_stock=not wanted.in_stock)
        choices.append(Choice("in_stock", _("In stock"), url, wanted.in_stock, _told(in_stock, found.share)))
    if well_rated or wanted.well_rated:
        url, count = wanted.url(well_rated=not wanted.well_rated), _told(well_rated, found.share)
        choices.append(Choice("rating", _("4 stars and up"), url, wanted.well_rated, count))
    return choices


def _chosen(wanted: Asked, found: Found) -> list[Choice]:
    """What narrows the list now, each as a link that takes it away."""
    chosen = []
    for name, kind in (("categories", "category"), ("brands", "brand"), ("shops", "shop"), ("regions", "region")):
        names = {row.value: str(row.label or row.value) for row in found.counts.get(kind, ())}
        for value in getattr(wanted, name):
            chosen.append(Choice(value, names.get(value, value), _without(wanted, name, value), selected=True))
    features = {f"{row.group}-{row.value}": row for row in found.counts.get("feature", ())}
    for pair in wanted.features:
        row = features.get(pair)
        label = f"{row.group_label}: {row.label}" if row else _("a feature")
        chosen.append(Choice(pair, label, _without(wanted, "features", pair), selected=True))
    if wanted.price_min is not None or wanted.price_max is not None:
        low = "" if wanted.price_min is None else str(Money(wanted.price_min))
        high = "" if wanted.price_max is None else str(Money(wanted.price_max))
        chosen.append(Choice("price", f"{low}–{high}", wanted.url(price_min=None, price_max=None), selected=True))
    if wanted.in_stock:
        chosen.append(Choice("in_stock", _("In stock"), wanted.url(in_stock=False), selected=True))
    if wanted.well_rated:
        chosen.append(Choice("rating", _("4 stars and up"), wanted.url(well_rated=False), selected=True))
    return chosen


def _without(wanted: Asked, name: str, value: str) -> str:
    return wanted.url(**{name: tuple(other for other in getattr(wanted, name) if other != value)})
