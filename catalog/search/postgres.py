"""
The engine that comes with the mall: one table, one GIN index over words and marks (see docs/decisions).

How many match is estimated by a sixty-fourth of them first. As long as they are about ``MOST_COUNTED`` at most, one
statement reads each of them once, notes in which kinds of choice it does not fit, and counts by that. A product that
fails one kind only still counts for the other choices of that kind, one that fails two counts nowhere, so every facet
is counted as if it alone were not chosen.

Of more than that a fair share is counted (every second,
fourth and so on product carries a mark), and the page itself is found along an index of the order, in a walk of bounded
length, or by reading all that the index finds for the filters: whichever of the two reads fewer rows.
"""

import json
from collections.abc import Iterable

from django.db import connection

from catalog.search import index, ranking
from catalog.search.engine import BANDS, GOOD_RATING, Count, Found, Question
from catalog.search.query import all_beginnings, all_words, any_word
from catalog.search.words import BRAND, CATEGORY, EVERY, FEATURE, PRICE, SHARES, SHELF, SHOP, price_mark, quoted
from mall.texts import Text
from merchants import states

MOST_COUNTED = 5_000  # facets and totals are exact up to here
MOST_SAMPLED = 2_500  # of more than that at most so many are counted, and at least half as many
SIZED_BY = 64  # every how manieth product is counted to know about how many match
MOST_REACHED = 1_200  # products that the pages of one list lead to
# "Relevance" weighs the words of so many at a time, those of the highest weight first; other orders walk for a page.
WINDOW, WALKED_WINDOW = 480, 72
MOST_WALKED = 30_000  # rows along an order for each window before a walk gives up
BYTES_OF_ROW = 1_024  # about; says how many rows there are until the database has counted them
MOST_NAMED = 60  # shops, and brands, that a list tells apart
MOST_FEATURE_GROUPS = 5
MOST_PRICE_MARKS = 4  # a range over more of them leaves little out

_RANK = "ts_rank('{0.05,0.2,0.5,1}', w.words, %(ranked)s::tsquery)"
_STOCK = f"CASE WHEN in_stock THEN 1 ELSE {ranking.SOLD_OUT} END"
_ORDERS = {
    "relevance": f"weight * {_STOCK} DESC, product_id DESC",
    "popular": "sold DESC, product_id DESC",
    "newest": "on_sale_at DESC, product_id DESC",
    "price_up": "price, product_id DESC",
    "price_down": "price DESC, product_id DESC",
    "rating": "stars DESC, sold DESC, product_id DESC",
}
_WALKS = _ORDERS | {"relevance": "weight DESC, product_id DESC", "price_down": "price DESC, product_id"}

_SHOPS = "w.shop_id NOT IN (SELECT id FROM merchants_shop s WHERE NOT {})"
_LISTED = _SHOPS.format(states.sql("s", "list", "buy"))
_SEEN = _SHOPS.format(states.seen_sql("s"))

# Kinds of choice that a product can fail, each a bit.
_BITS = {"category": 1, "brand": 2, "shop": 4, "region": 8, "price": 16, "in_stock": 32, "rating": 64}
_FIRST_FEATURE = 128
# Choices of these kinds are not looked up in the index but read off the rows; the price is, if the range is wide.
_READ_OFF = _BITS["region"] | _BITS["in_stock"] | _BITS["rating"]

_ROW = """
    SELECT w.product_id, w.category_id, w.brand_id, w.shop_id, w.price, w.in_stock, w.stars, w.sold, w.weight,
        w.on_sale_at, w.facets, {fails} AS fails
    FROM catalog_productsearch w WHERE w.is_listed AND {shops} AND w.words @@ {base}"""
_SIZE = f"""
    SELECT count(*) FROM catalog_productsearch w
    WHERE w.is_listed AND w.words @@ (%(base)s || ' & ''{EVERY}{SIZED_BY}''')::tsquery
"""  # noqa: S608 - words of this module
_COUNTS = f"""
WITH matched AS MATERIALIZED (
    {_ROW.replace("{base}", "%(sampled)s::tsquery")}
), counted AS MATERIALIZED (
    SELECT grouping(category_id, brand_id, shop_id, band) AS kind, category_id, brand_id, shop_id, band, in_stock,
        well_rated, fails, count(*) AS n
    FROM (SELECT *, width_bucket(price,
            ARRAY[{", ".join(str(top * 100) for _low, top in BANDS[:-1])}]::bigint[]) AS band,
        stars >= {GOOD_RATING * 10} AS well_rated FROM matched) m
    WHERE fails & (fails - 1) = 0
    GROUP BY GROUPING SETS (
        (category_id, fails), (brand_id, fails), (shop_id, fails), (band, in_stock, well_rated, fails)
    )
)
SELECT 'matching' AS kind, '' AS value, NULL::jsonb AS label, 0 AS fails, count(*) AS n,
    count(*) FILTER (WHERE fails | %(read_off)s = %(read_off)s) AS grp, NULL::jsonb AS grp_label FROM matched
UNION ALL SELECT 'everything', '', NULL, 0,
    CASE WHEN reltuples > 0 THEN reltuples::bigint ELSE pg_relation_size(oid) / {BYTES_OF_ROW} END, 0, NULL
    FROM pg_class WHERE oid = 'catalog_productsearch'::regclass
UNION ALL SELECT 'flat', band || ' ' || in_stock::int || ' ' || well_rated::int, NULL, fails, n, 0, NULL
    FROM counted WHERE kind = 14
UNION ALL SELECT 'category', c.slug, c.name, 0, n.n, 0, NULL FROM (
    SELECT category_id, sum(n) AS n FROM counted WHERE kind = 7 AND fails IN (0, 1) GROUP BY 1
) n JOIN catalog_category c ON c.id = n.category_id
UNION ALL SELECT 'brand', b.slug, b.name, 0, n.n, 0, NULL FROM (
    SELECT brand_id, sum(n) AS n FROM counted WHERE kind = 11 AND fails IN (0, 2) AND brand_id IS NOT NULL GROUP BY 1
    ORDER BY brand_id IN (SELECT id FROM catalog_brand WHERE slug = ANY(%(brands)s)) DESC, 2 DESC, 1 LIMIT {MOST_NAMED}
) n JOIN catalog_brand b ON b.id = n.brand_id
UNION ALL SELECT 'shop', s.slug, s.name, 0, n.n, 0, NULL FROM (
    SELECT shop_id, sum(n) AS n FROM counted WHERE kind = 13 AND fails IN (0, 4) GROUP BY 1
    ORDER BY shop_id IN (SELECT id FROM merchants_shop WHERE slug = ANY(%(shops)s)) DESC, 2 DESC, 1 LIMIT {MOST_NAMED}
) n JOIN merchants_shop s ON s.id = n.shop_id
UNION ALL SELECT 'region', s.province, NULL, 0, sum(n.n), 0, NULL FROM counted n
    JOIN merchants_shop s ON s.id = n.shop_id AND s.province <> '' WHERE n.kind = 13 AND fails IN (0, 8) GROUP BY 2
UNION ALL SELECT 'feature', concat_ws(' ', v.id, v.place, (f.attribute_id IS NOT NULL)::int), v.value,
    n.fails, n.n, v.of_id, f.name FROM (
    SELECT u.v, fails, count(*) AS n FROM matched, unnest(facets) AS u(v)
    WHERE fails = 0 OR fails >= {_FIRST_FEATURE} AND fails & (fails - 1) = 0 GROUP BY 1, 2
) n JOIN catalog_facetvalue v ON v.id = n.v JOIN catalog_facetname f ON f.id = v.of_id
{{further}}
"""  # noqa: S608 - words of this module; what is asked goes in as parameters

# The page itself, out of rows that have all been read ("matched", those that fit) ...
_PLAIN_HITS = """
    SELECT 'hit', product_id::text, NULL, 0, row_number() OVER (ORDER BY {order}), 0, NULL FROM matched
    WHERE fails = 0 ORDER BY 5 OFFSET %(first)s LIMIT %(limit)s"""
_RANKED_HITS = f"""
    SELECT 'hit', product_id::text, NULL, 0, row_number() OVER (ORDER BY rank DESC, product_id DESC), 0, NULL FROM (
        SELECT r.product_id, {_RANK} * r.weight * {_STOCK.replace("in_", "r.in_")} AS rank
        FROM (SELECT product_id, weight, in_stock FROM matched WHERE fails = 0
            ORDER BY {_ORDERS["relevance"]} OFFSET %(window)s LIMIT {{window_size}}) r
        JOIN catalog_productsearch w ON w.product_id = r.product_id
    ) ranked ORDER BY 5 OFFSET %(within)s LIMIT %(limit)s"""  # noqa: S608 - as above
# ... or by reading only what fits the filters ...
_READ = """
WITH matched AS MATERIALIZED (
    SELECT product_id, in_stock, sold, weight, on_sale_at, price, stars, 0 AS fails
    FROM catalog_productsearch w WHERE w.is_listed AND {shops} AND w.words @@ {narrow} AND {fits}
)
SELECT 'matching', '', NULL::jsonb, 0, count(*), 0, NULL::jsonb FROM matched UNION ALL ({hits})
"""
# ... or in a walk along the order, which ends when the page is full or has gone far enough.
_WALK = """
WITH matched AS MATERIALIZED (
    SELECT product_id, in_stock, sold, weight, on_sale_at, price, stars, 0 AS fails FROM (
        SELECT * FROM catalog_productsearch WHERE is_listed ORDER BY {walk} LIMIT %(walked)s
    ) w WHERE {shops} AND w.words @@ {narrow} AND {fits} OFFSET %(walked_from)s LIMIT %(walked_window)s
)
SELECT 'matching', '', NULL::jsonb, 0, count(*), 0, NULL::jsonb FROM matched UNION ALL ({hits})
"""
_FEW_TITLES = f"""
    SELECT product_id FROM catalog_productsearch w WHERE w.words @@ %(base)s::tsquery AND w.is_listed AND {_LISTED}
    ORDER BY sold DESC, product_id DESC LIMIT %(limit)s
"""  # noqa: S608 - words of this module
_MANY_TITLES = f"""
    SELECT product_id FROM (
        SELECT * FROM catalog_productsearch WHERE is_listed ORDER BY sold DESC, product_id DESC LIMIT {MOST_WALKED}
    ) w WHERE w.words @@ %(base)s::tsquery AND {_LISTED} ORDER BY sold DESC, product_id DESC LIMIT %(limit)s
"""  # noqa: S608 - words of this module


class PostgresSearch:
    """:class:`catalog.search.engine.SearchEngine` by PostgreSQL alone."""

    def find(self, question: Question) -> Found:
        asked = _Asked(question)
        if question.words and not asked.words:
            return Found(ids=[], total=0, matching=0, reachable=0)
        share = _share(_about(asked.params))
        rows = asked.run(_COUNTS, share=share)
        total = share * sum(row.n for row in rows if row.kind == "flat" and row.fails == 0)
        matching = next(row for row in rows if row.kind == "matching")
        found = {"matching": share * matching.n, "share": share, "counts": _counts(rows, share, asked)}
        if share == 1:
            return Found(ids=_hits(rows), total=total, reachable=min(total, MOST_REACHED), **found)
        everything = next(row.n for row in rows if row.kind == "everything")
        return self._page_of_many(asked, total, share * matching.group, everything, found)

    def titles(self, words: str, limit: int) -> list[int]:
        base = all_beginnings(words)
        if not base:
            return []
        params = {"base": f"({base})", "limit": limit}
        return [pk for (pk,) in _rows(_FEW_TITLES if _about(params) <= MOST_COUNTED else _MANY_TITLES, params)]

    def index_products(self, product_ids: Iterable[int]) -> int:
        return index.index_products(list(product_ids))

    def _page_of_many(self, asked: "_Asked", about: int, read: int, everything: int, found: dict) -> Found:
        """
        The page where more match than are counted.

        :param about: how many fit
        :param read: how many the index finds, of which those are some
        :param everything: how many rows there are, as the database last counted them
        """
        walked = asked.reach * everything // max(about, 1)
        if about > MOST_REACHED and walked < min(read, asked.params["walked"]):
            rows = asked.run(_WALK)
            if next(row.n for row in rows if row.kind == "matching") == asked.params["walked_window"]:
                return Found(ids=_hits(rows), total=about, is_about=True, reachable=MOST_REACHED, **found)
        rows = asked.run(_READ)
        total = next(row.n for row in rows if row.kind == "matching")
        return Found(ids=_hits(rows), total=total, reachable=min(total, MOST_REACHED), **found)


class _Row:
    """A line of what the database answers."""

    __slots__ = ("fails", "group", "group_label", "kind", "label", "n", "value")

    def __init__(self, kind, value, label, fails, n, group, group_label):
        self.kind, self.value, self.label, self.fails = kind, value, label, fails
        self.n, self.group, self.group_label = int(n), group, group_label


class _Asked:
    """A question as pieces of SQL and their parameters."""

    def __init__(self, question: Question):
        filters = question.filters
        self.order, self.filters = question.order, filters
        self.words = ""
        if question.words:
            self.words = all_words(question.words) if question.all_words else any_word(question.words)
        fixed = [f"({self.words})"] if self.words else []
        if question.category_ids is not None:
            marks = [quoted(f"{CATEGORY}{pk}") for pk in question.category_ids]
            fixed.append(f"({' | '.join(marks)})" if marks else quoted(f"{CATEGORY}0"))
        if question.shop_id is not None:
            fixed.append(quoted(f"{SHOP}{question.shop_id}"))
        if question.shelf_ids is not None:
            fixed.append(f"({' | '.join(quoted(f'{SHELF}{pk}') for pk in question.shelf_ids)})")
        if question.brand_id is not None:
            fixed.append(quoted(f"{BRAND}{question.brand_id}"))
        self.is_ranked = question.order == "relevance" and bool(self.words)
        window = WALKED_WINDOW if self.is_ranked else max(question.limit, 1)
        walked_from = question.first // window * window if self.is_ranked else question.first
        self.reach = walked_from + window  # how many that fit a walk must pass
        self.shops = _LISTED if question.shop_id is None else _SEEN  # on its own page a resting shop shows what it has
        self.params = {
            "base": " & ".join(fixed or [quoted(EVERY)]),
            "ranked": self.words,
            "first": question.first,
            "limit": question.limit,
            "window": question.first // WINDOW * WINDOW,
            "within": question.first % WINDOW,
            "walked": MOST_WALKED * (1 + question.first // WALKED_WINDOW),
            "walked_from": walked_from,
            "walked_window": window,
            "categories": list(filters.categories),
            "brands": list(filters.brands),
            "shops": list(filters.shops),
            "regions": list(filters.regions),
            "low": filters.price_min or 0,
            "high": 2**62 if filters.price_max is None else filters.price_max,
            "read_off": _READ_OFF,
        }
        self.features = dict(list(filters.features.items())[:MOST_FEATURE_GROUPS])
        self.narrow = "%(base)s::tsquery"
        self.conditions = self._conditions()

    def _conditions(self) -> dict[int, str]:
        """By bit what must hold of a row ``w``, of the kinds in which something is chosen."""
        filters, chosen = self.filters, {}
        if filters.categories:
            chosen[_BITS["category"]] = _one_of("category_id", "catalog_category", "slug", "categories")
            self._narrow(CATEGORY, "catalog_category", "slug", "categories")
        if filters.brands:
            chosen[_BITS["brand"]] = f"coalesce({_one_of('brand_id', 'catalog_brand', 'slug', 'brands')}, false)"
            self._narrow(BRAND, "catalog_brand", "slug", "brands")
        if filters.shops:
            chosen[_BITS["shop"]] = _one_of("shop_id", "merchants_shop", "slug", "shops")
            self._narrow(SHOP, "merchants_shop", "slug", "shops")
        if filters.regions:
            chosen[_BITS["region"]] = _one_of("shop_id", "merchants_shop", "province", "regions")
        if filters.price_min is not None or filters.price_max is not None:
            chosen[_BITS["price"]] = "w.price BETWEEN %(low)s AND %(high)s"
            marks = range(price_mark(self.params["low"]), price_mark(self.params["high"]) + 1)
            if len(marks) <= MOST_PRICE_MARKS:
                self.params["prices"] = " | ".join(quoted(f"{PRICE}{mark}") for mark in marks) or quoted(f"{PRICE}0")
                self.narrow = f"({self.narrow} && %(prices)s::tsquery)"
            else:
                self.params["read_off"] |= _BITS["price"]
        if filters.in_stock:
            chosen[_BITS["in_stock"]] = "w.in_stock"
        if filters.well_rated:
            chosen[_BITS["rating"]] = f"w.stars >= {GOOD_RATING * 10}"
        for place, (_name, values) in enumerate(self.features.items()):
            self.params[f"feature{place}"] = list(values)
            self.params[f"marks{place}"] = " | ".join(quoted(f"{FEATURE}{value}") for value in values)
            chosen[_FIRST_FEATURE << place] = f"w.facets && %(feature{place})s::int[]"
            self.narrow = f"({self.narrow} && %(marks{place})s::tsquery)"
        return chosen

    def _narrow(self, mark: str, table: str, column: str, given: str) -> None:
        """What is chosen becomes a part of the question to the index too."""
        self.narrow = (
            f"({self.narrow} && (SELECT coalesce(string_agg('''{mark}' || id || '''', ' | '), '''{mark}0''')"  # noqa: S608
            f" FROM {table} WHERE {column} = ANY(%({given})s))::tsquery)"
        )

    def run(self, statement: str, *, share: int = 1) -> list[_Row]:
        fails = " + ".join(f"CASE WHEN {held} THEN 0 ELSE {bit} END" for bit, held in self.conditions.items())
        fits = " AND ".join(self.conditions.values()) or "true"
        order = _ORDERS["relevance" if self.is_ranked else "popular" if self.order == "relevance" else self.order]
        hits = _RANKED_HITS if self.is_ranked else _PLAIN_HITS
        walk = _WALKS["popular" if self.order == "relevance" and not self.is_ranked else self.order]
        base = self.params["base"]
        params = self.params | {"sampled": base if share == 1 else f"{base} & {quoted(f'{EVERY}{share}')}"}
        if statement is _WALK:  # what was walked to is one window already
            within = params["first"] - params["walked_from"]
            params = params | {"window": 0, "within": within, "first": within}
        for name, piece in (
            ("fails", f"({fails or '0'})" if statement is _COUNTS else "0"),
            ("further", f"UNION ALL ({hits})" if share == 1 else ""), ("hits", hits), ("order", order), ("walk", walk),
            ("narrow", self.narrow), ("fits", fits), ("shops", self.shops), ("window_size", str(WINDOW)),
        ):  # fmt: skip
            statement = statement.replace(f"{{{name}}}", piece)
        return [_Row(*row) for row in _rows(statement, params)]


def _rows(statement: str, params: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _about(params: dict) -> int:
    """About how many match."""
    return SIZED_BY * _rows(_SIZE, params)[0][0]


def _one_of(column: str, table: str, named: str, given: str) -> str:
    return f"w.{column} IN (SELECT id FROM {table} WHERE {named} = ANY(%({given})s))"  # noqa: S608


def _share(about: int) -> int:
    """Every how manieth product is counted when about so many match."""
    if about <= MOST_COUNTED:
        return 1
    return next((share for share in SHARES if about <= MOST_SAMPLED * share), SHARES[-1])


def _hits(rows: Iterable[_Row]) -> list[int]:
    return [int(row.value) for row in sorted((row for row in rows if row.kind == "hit"), key=lambda row: row.n)]


def _counts(rows: list[_Row], share: int, asked: _Asked) -> dict[str, list[Count]]:
    counts: dict[str, list[Count]] = {kind: [] for kind in (*_BITS, "feature")}
    for row in rows:
        if row.kind in {"category", "brand", "shop", "region"}:
            counts[row.kind].append(Count(row.value, _text(row.label), row.n * share))
    for kind in ("category", "brand", "shop", "region"):
        counts[kind].sort(key=lambda choice: (-choice.count, choice.value))
    bands, in_stock, well_rated = {}, 0, 0
    for row in rows:
        if row.kind == "flat":
            band, is_there, is_good = row.value.split()
            if row.fails in {0, _BITS["price"]}:
                bands[band] = bands.get(band, 0) + row.n * share
            if row.fails in {0, _BITS["in_stock"]} and is_there == "1":
                in_stock += row.n * share
            if row.fails in {0, _BITS["rating"]} and is_good == "1":
                well_rated += row.n * share
    counts["price"] = [Count(band, None, count) for band, count in sorted(bands.items())]
    counts["in_stock"], counts["rating"] = [Count("1", None, in_stock)], [Count("1", None, well_rated)]
    counts["feature"] = _features(rows, share, asked)
    return counts


def _features(rows: list[_Row], share: int, asked: _Asked) -> list[Count]:
    bits = {name: _FIRST_FEATURE << place for place, name in enumerate(asked.features)}
    found: dict[str, Count] = {}
    for row in rows:
        if row.kind == "feature" and row.fails in {0, bits.get(row.group, 0)}:
            value, place, is_asked = row.value.split()
            before = found[value].count if value in found else 0
            count = before + row.n * share
            label, group_label = _text(row.label), _text(row.group_label)
            found[value] = Count(value, label, count, row.group, group_label, int(place), is_asked == "1")
    return sorted(found.values(), key=lambda choice: (-choice.count, int(choice.value)))


def _text(value) -> Text | None:
    """A label as the database hands it out: text of JSON, or read already."""
    if value is None:
        return None
    if isinstance(value, str):
        value = json.loads(value)
    return Text(value)
