"""
Writing what search knows of products, in the transaction of whoever changed them.

``index_products`` writes a product's whole row; the smaller verbs beside it follow what changes often: whether it is on
sale, and in stock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import F, OuterRef
from django.utils.translation import gettext as _

from catalog import specifications
from catalog.models import Brand, Category, FacetName, FacetValue, Product, ShelvedProduct, Stock, Warehouse
from catalog.search import ranking
from catalog.search.engine import KINDS_FROM, STORES_FROM
from catalog.search.words import (
    BRAND,
    CATEGORY,
    EVERY,
    FEATURE,
    PRICE,
    SHARES,
    SHELF,
    SHOP,
    normalized,
    price_mark,
    vector,
)
from mall import places
from mall.divisions import find
from mall.texts import Text, in_all_languages

BATCH = 1_000
KIND = "=kind"  # the feature that says what kind of goods it is
STORE = "=store"  # the feature that says in stores of which city it lies
MOST_FACETS = 40  # of one product, beside the cities of its stores
LONGEST_FACET = 60

_AVAILABLE = (
    "FROM catalog_sku k JOIN catalog_stock a ON a.sku_id = k.id JOIN catalog_warehouse h ON h.id = a.warehouse_id"
    " WHERE k.is_active AND a.on_hand > a.reserved - a.set_aside AND h.sells_online AND k.product_id"
)
AVAILABLE = f"SELECT 1 {_AVAILABLE} = {{product}}"
THOSE_AVAILABLE = f"SELECT k.product_id {_AVAILABLE} = ANY(%(ids)s)"  # for many, so that no plan reads the whole stock
COLUMNS = (
    "words", "is_listed", "in_stock", "shop_id", "category_id", "brand_id", "price", "sold", "stars", "weight",
    "on_sale_at", "facets",
)  # fmt: skip
_WRITE = f"""
    INSERT INTO catalog_productsearch (product_id, {", ".join(COLUMNS)})
    SELECT p.id, w.words::tsvector, p.status = 'on_sale', p.id IN ({THOSE_AVAILABLE}), p.shop_id,
        p.category_id, p.brand_id, p.price_from, coalesce(t.sold_count, 0), coalesce({ranking.STARS}, 0),
        coalesce({ranking.WEIGHT}, 0), p.on_sale_at, w.facets::int[]
    FROM unnest(%(ids)s::bigint[], %(words)s::text[], %(facets)s::text[]) AS w(id, words, facets)
    JOIN catalog_product p ON p.id = w.id LEFT JOIN catalog_productstats t ON t.product_id = p.id
    WHERE p.id = ANY(%(ids)s) ORDER BY p.id
    ON CONFLICT (product_id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS)}
"""  # noqa: S608 - words of this module


def words_of(product: Product, facets: Iterable[int] = ()) -> str:
    """The tsvector literal of a product; needs ``category`` and ``brand`` loaded."""
    titles = list(product.title.values())
    texts = [(title, "A") for title in titles]
    if product.brand:
        texts += [(name, "A") for name in product.brand.name.values()]
    texts += [(name, "B") for name in product.category.name.values()]
    texts += [(text, "B") for text in product.subtitle.values()]
    texts += [(text, "C") for attribute in product.attributes for text in attribute["value"].values()]
    texts += [(text, "C") for told in specifications.specifications_of(product) for text in told.searchable]
    texts += [
        (text, "C") for option in product.options for value in option["values"] for text in value["name"].values()
    ]
    return vector(texts, sounding=" ".join(titles), marks=_marks(product, facets))


def _marks(product: Product, facets: Iterable[int]) -> list[str]:
    marks = [EVERY, f"{CATEGORY}{product.category_id}", f"{SHOP}{product.shop_id}"]
    marks.append(f"{PRICE}{price_mark(product.price_from.minor)}")
    if product.brand_id:
        marks.append(f"{BRAND}{product.brand_id}")
    scattered = product.pk * 2654435761 % 2**32  # neighbours by age or shop fall into different shares
    marks += [f"{EVERY}{share}" for share in SHARES if (scattered >> 8) % share == 0]
    marks += [f"{SHELF}{shelf}" for shelf in product.shelf_ids]
    return marks + [f"{FEATURE}{facet}" for facet in facets]


def index_products(product_ids: Sequence[int]) -> int:
    """Write the words of these products, in the transaction of whoever changed them; returns how many."""
    return sum(_store(_prepared(batch)) for batch in _batches(_READ.filter(pk__in=product_ids)))


def index_range(first: int, last: int) -> int:
    """Write the words of the products whose keys lie from ``first`` to ``last``; returns how many."""
    products = list(_READ.filter(pk__range=(first, last)))
    return _store(_prepared(products)) if products else 0


_READ = specifications.with_specifications(
    Product.objects.only(
        "shop_id",
        "category_id",
        "brand_id",
        "kind",
        "title",
        "subtitle",
        "options",
        "attributes",
        "currency",
        "price_from",
    )
).annotate(shelf_ids=ArraySubquery(ShelvedProduct.objects.filter(product=OuterRef("pk")).values("category")))


def _batches(products: Iterable[Product]) -> Iterator[list[Product]]:
    rest = iter(products)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _prepared(batch: list[Product]) -> dict:
    """What the database needs to write the rows of these products."""
    categories = Category.objects.only("name").in_bulk({product.category_id for product in batch})
    brands = Brand.objects.only("name").in_bulk({product.brand_id for product in batch if product.brand_id})
    for product in batch:
        product.category = categories[product.category_id]
        product.brand = brands.get(product.brand_id)
    in_stores = _in_stores([product.pk for product in batch])
    for product in batch:
        product.store_places = in_stores.get(product.pk, ())
    facets = _facets_of(batch)
    return {
        "ids": [product.pk for product in batch],
        "words": [words_of(product, facets[product.pk]) for product in batch],
        "facets": [f"{{{','.join(map(str, facets[product.pk]))}}}" for product in batch],
        **ranking.facts(),
    }


def _in_stores(product_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Of these products province and city of the stores in which something of them can be had now."""
    stores = Warehouse.objects.filter(kind=Warehouse.Kind.STORE, sells_online=True).exclude(city="")
    where = {pk: (province, city) for pk, province, city in stores.values_list("pk", "province", "city")}
    if not where:  # most malls, and the whole index of theirs is not held up
        return {}
    rows = Stock.objects.filter(
        warehouse__in=where, sku__is_active=True, sku__product__in=product_ids, on_hand__gt=F("reserved")
    )
    found: dict[int, set[tuple[str, str]]] = {}
    for product_id, warehouse_id in rows.values_list("sku__product_id", "warehouse_id"):
        found.setdefault(product_id, set()).add(where[warehouse_id])
    return {product_id: sorted(cities) for product_id, cities in found.items()}


def _store(rows: dict) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, rows)
    return len(rows["ids"])


# What changes often --------------------------------------------------------------------------------------------------


def follow_status(public_ids: Iterable[str]) -> None:
    """These came on sale or are no longer: lists show them or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_productsearch w SET is_listed = (p.status = 'on_sale'), on_sale_at = p.on_sale_at"
            " FROM catalog_product p WHERE p.id = w.product_id AND p.public_id = ANY(%s)"
            " AND (w.is_listed, w.on_sale_at) IS DISTINCT FROM (p.status = 'on_sale', p.on_sale_at)",
            [list(public_ids)],
        )


@transaction.atomic
def follow_stock(product_ids: Iterable[int]) -> None:
    """
    The last piece of these went, or the first one came.

    The rows are locked first: who waited for another's last piece then counts anew what is left.
    """
    ids = _locked(product_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_productsearch w SET in_stock = n.is_there FROM (SELECT id, EXISTS ("  # noqa: S608
            + AVAILABLE.format(product="p.id")
            + ") AS is_there FROM unnest(%s::bigint[]) AS p(id)) n"
            " WHERE w.product_id = n.id AND w.in_stock <> n.is_there",
            [ids],
        )


@transaction.atomic
def follow_stores(product_ids: Iterable[int]) -> None:
    """
    In a store the last piece of these went, or the first one came: the cities that their rows name follow, and whether
    they are in stock at all.
    """
    index_products(_locked(product_ids))


def _locked(product_ids: Iterable[int]) -> list[int]:
    """These by key, their rows locked in the order in which everybody locks them."""
    ids = sorted(set(product_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id FROM catalog_productsearch WHERE product_id = ANY(%s) ORDER BY product_id FOR UPDATE",
            [ids],
        )
    return ids


_TEND = f"""
    UPDATE catalog_productsearch w SET is_listed = n.is_listed, in_stock = n.in_stock
    FROM (SELECT p.id, p.status = 'on_sale' AS is_listed, EXISTS ({AVAILABLE.format(product="p.id")}) AS in_stock
        FROM catalog_product p) n
    WHERE w.product_id = n.id AND (w.is_listed, w.in_stock) IS DISTINCT FROM (n.is_listed, n.in_stock)
"""  # noqa: S608 - words of this module


def tend_index() -> dict[str, int]:
    """Find what stands in no row of search, or otherwise than it is, and put it right; returns how much that was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM catalog_product p LEFT JOIN catalog_productsearch w ON w.product_id = p.id"
            " WHERE w.price IS DISTINCT FROM p.price_from ORDER BY p.id"
        )
        astray = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_TEND)
        followed = cursor.rowcount
    counts = {"indexed": index_products(astray), "followed": followed, "weighed": ranking.weigh_all()}
    return {name: count for name, count in counts.items() if count}


# Features ------------------------------------------------------------------------------------------------------------


def _facets_of(products: Sequence[Product]) -> dict[int, list[int]]:
    """The features of each product by key, made where nobody had them before; two queries for all that are known."""
    said = {product.pk: {(feature.name, feature.value): feature for feature in _told(product)} for product in products}
    most = {product.pk: MOST_FACETS + len(product.store_places) for product in products}
    told = {pk: list(features)[: most[pk]] for pk, features in said.items()}
    features = {pair: feature for features in said.values() for pair, feature in features.items()}
    wanted = sorted({pair for pairs in told.values() for pair in pairs})
    if not wanted:
        return {product.pk: [] for product in products}
    names = _known(FacetName, {name: features[name, value].of_name() for name, value in wanted}, ("key",))
    values = _known(
        FacetValue, {(names[name], value): features[name, value].of_value() for name, value in wanted}, ("of_id", "key")
    )
    return {pk: sorted(values[names[name], value] for name, value in pairs) for pk, pairs in told.items()}


def _known(model, wanted: dict, keys: tuple[str, ...]) -> dict:
    """The rows' keys by what names them; those that are not there yet are made."""
    search = {f"{key}__in": {(key_of if len(keys) > 1 else (key_of,))[place] for key_of in wanted}
              for place, key in enumerate(keys)}  # fmt: skip

    def read() -> dict:
        rows = model.objects.filter(**search).values_list(*keys, "pk")
        return {(row[0] if len(keys) == 1 else row[:-1]): row[-1] for row in rows}

    known = read()
    missing = [key for key in wanted if key not in known]
    if missing:
        rows = [
            model(**dict(zip(keys, key if len(keys) > 1 else (key,), strict=True)), **wanted[key]) for key in missing
        ]
        model.objects.bulk_create(rows, ignore_conflicts=True)
        known = read()
    return known


@dataclass(frozen=True, slots=True)
class _Feature:
    """One thing that a product says of itself; of an attribute of its category, or freely."""

    name: str
    value: str
    name_text: Text
    value_text: Text
    attribute: int | None = None
    place: int = 0

    def of_name(self) -> dict:
        return {"name": self.name_text, "attribute_id": self.attribute}

    def of_value(self) -> dict:
        return {"value": self.value_text, "place": self.place}


def _told(product: Product) -> Iterator[_Feature]:
    """
    What lists can be narrowed by: the kind, the cities where it lies in a store, attributes of the category that are
    for it, free ones, options.
    """
    place, name, labels = _kinds()[product.kind]
    yield _Feature(KIND, product.kind, name, labels, None, place)
    for province, city in product.store_places:
        if places.region(province, city).city:
            yield _Feature(STORE, place_key(province, city), _stores(), place_text(province, city), None, STORES_FROM)
    typed = specifications.specifications_of(product)
    for told in typed:
        if told.filters:
            for key, text, place in told.features():
                yield _Feature(f"={told.id}", key, told.name, text, told.id, place)
    names = {_key(told.name) for told in typed}
    pairs = [(attribute["name"], attribute["value"]) for attribute in product.attributes]
    pairs = [(name, value) for name, value in pairs if _key(name) not in names]
    pairs += [(option["name"], value["name"]) for option in product.options for value in option["values"]]
    for name, value in pairs:
        name_key, value_key = _key(name), _key(value)
        if name_key and value_key and not name_key.startswith("="):  # "=" marks those of attributes
            yield _Feature(name_key, value_key, Text(name), Text(value))


@lru_cache
def _kinds() -> dict[str, tuple[int, Text, Text]]:
    """Of each kind of goods its place in lists, what kinds are called, and its own name, in every language."""

    name = in_all_languages(lambda: _("Kind of goods"))
    return {
        str(kind): (KINDS_FROM + place, name, in_all_languages(lambda kind=kind: kind.label))
        for place, kind in enumerate(Product.Kind)
    }


@lru_cache
def _stores() -> Text:
    """What the cities of stores are called together."""
    return in_all_languages(lambda: _("In a store near you"))


def place_key(province: str, city: str = "") -> str:
    """By what a city of stores is known, its code; without a city how those of its province begin."""
    where = places.region(province, city)
    return f"{where.province}/{where.city}"


def place_text(province: str, city: str) -> Text:
    """A city of stores as its readers write it."""
    rows = [one for one in (find(province), find(province, city) if city else None) if one]
    chinese = list(dict.fromkeys(one.short for one in rows)) or [province, city]
    english = list(dict.fromkeys(one.english for one in reversed(rows))) or [province, city]
    return Text({"zh-hans": " ".join(chinese).strip(), "en": ", ".join(english)})


def _key(text: dict) -> str:
    """Texts that are the same but for case and width are one; what is longer than a label is no feature."""
    return _key_of(text.get("zh-hans") or next((words for words in text.values() if words), ""))


@lru_cache(maxsize=65_536)
def _key_of(said: str) -> str:
    key = " ".join(normalized(said).split())
    return key if len(key) <= LONGEST_FACET else ""
