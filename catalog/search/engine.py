"""
The port to what finds goods: what can be asked, what is answered, and whom to ask.

Pages and lists know :class:`SearchEngine` and nothing behind it. ``settings.CATALOG_SEARCH`` names the engine; the one
that comes with the mall is PostgreSQL (``catalog.search.postgres``). An engine answers with products by key and with
numbers; cards, labels and links are made by whoever asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from mall.texts import Text

ORDERS = ("relevance", "popular", "newest", "price_up", "price_down", "rating")
GOOD_RATING = 4
KINDS_FROM = 10_000  # places of features from here on are those of kinds of goods
STORES_FROM = 20_000  # and from here on cities in whose stores the goods are
BANDS = ((None, 50), (50, 100), (100, 300), (300, 1000), (1000, None))  # yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """
    What narrows a list. Choices of one kind are alternatives, kinds come together.

    :ivar features: by the key of their name, the keys of the chosen values
    """

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool = False
    well_rated: bool = False
    features: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    Where (categories, one shop and its own categories, one brand), which words (all of them, or one of them is enough),
    narrowed, ordered, which.
    """

    words: str = ""
    all_words: bool = True
    category_ids: tuple[int, ...] | None = None
    shop_id: int | None = None
    shelf_ids: tuple[int, ...] | None = None
    brand_id: int | None = None
    filters: Filters = field(default_factory=Filters)
    order: str = "popular"
    first: int = 0
    limit: int = 24


@dataclass(frozen=True, slots=True)
class Count:
    """
    So many would be found with this choice.

    :ivar group: with ``group_label``, the feature that it is a value of
    :ivar place: of a range of numbers its place among the ranges; of a kind of goods its place after ``KINDS_FROM``; of
        a city in whose stores they are ``STORES_FROM``
    :ivar is_asked: whether it answers an attribute of the category, not one that a shop has made up
    """

    value: str
    label: Text | None
    count: int
    group: int = 0
    group_label: Text | None = None
    place: int = 0
    is_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    An answer.

    :ivar ids: products by key, of the page asked for, in order
    :ivar total: how many fit everything; ``is_about``: about so many, for very many are not counted one by one
    :ivar matching: how many there are without the filters, by the same rule
    :ivar reachable: how many of them pages can lead to
    :ivar share: every how manieth product the counts come from; 1 when each was counted
    :ivar counts: by kind (category, brand, shop, region, price, in_stock, rating, feature), each as if the choices of
        its own kind were not made
    """

    ids: list[int]
    total: int
    matching: int
    reachable: int
    is_about: bool = False
    share: int = 1
    counts: Mapping[str, list[Count]] = field(default_factory=dict)


class SearchEngine(Protocol):
    """What finds goods. Only what is on sale in a shop that is listed is ever found."""

    def find(self, question: Question) -> Found:
        """The page asked for, with its counts; nonsense finds nothing and never fails."""

    def titles(self, words: str, limit: int) -> list[int]:
        """Products for what is being typed, the most sold first."""

    def index_products(self, product_ids: Iterable[int]) -> int:
        """Learn what these products are now, in the transaction of whoever changed them where the engine can."""


@lru_cache(maxsize=1)
def _engine(name: str) -> SearchEngine:
    return import_string(name)()


def engine() -> SearchEngine:
    """The engine that the settings name."""
    return _engine(settings.CATALOG_SEARCH)
