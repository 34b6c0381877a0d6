"""Two to four products side by side (C7): what they cost, what is said of them, and every attribute of any of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.listing import ProductCard, cards_of
from catalog.models import Product
from catalog.specifications import specifications_of, with_specifications
from mall.texts import Text

COOKIE = "compare"
LEAST, MOST = 2, 4
_ID = re.compile(r"prd_[0-9a-z]{20}")


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute across the products; ``""`` where a product does not name it."""

    name: str
    cells: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Columns, and the rows that tell them apart or that they share."""

    cards: list[ProductCard]
    rows: list[Row]

    @property
    def is_enough(self) -> bool:
        return len(self.cards) >= LEAST


def ids_in(told: str) -> list[str]:
    """The products that a cookie, or an address, names: each once, at most four."""
    return list(dict.fromkeys(_ID.findall(told)))[:MOST]


def with_product(ids: Sequence[str], public_id: str) -> list[str]:
    """One more; a fifth takes the place of the first."""
    return [*(other for other in ids if other != public_id), public_id][-MOST:]


def compare(ids: Sequence[str]) -> Comparison:
    """These products side by side, in this order, as far as shoppers can look at them. Two queries."""
    cards = cards_of(ids)
    shown = [public_id for public_id in ids if public_id in cards]
    products = Product.objects.select_related("category", "brand").defer("description").filter(public_id__in=shown)
    by_id = {product.public_id: product for product in with_specifications(products)}
    columns = [by_id[public_id] for public_id in shown]
    return Comparison(cards=[cards[public_id] for public_id in shown], rows=_rows(columns))


def _rows(products: list[Product]) -> list[Row]:
    """The union of their attributes and options, in the order in which they are first named."""
    told: dict[str, dict[int, str]] = {}
    names: dict[str, str] = {}
    for place, product in enumerate(products):
        asked = specifications_of(product)
        for said in asked:
            if said.compares:
                _note(told, names, place, said.name, str(said))
        asked_names = {name for said in asked for name in said.name.values()}
        for attribute in product.attributes:
            if not asked_names & set(attribute["name"].values()):
                _note(told, names, place, Text(attribute["name"]), str(Text(attribute["value"])))
        for option in product.options:
            values = " / ".join(str(Text(value["name"])) for value in option["values"])
            _note(told, names, place, Text(option["name"]), values)
    return [Row(names[key], [cells.get(place, "") for place in range(len(products))]) for key, cells in told.items()]


def _note(told: dict, names: dict, place: int, name: Text, value: str) -> None:
    key = next((text for text in name.values() if text), "").strip().casefold()  # the same in every language
    if key:
        names.setdefault(key, str(name))
        told.setdefault(key, {})[place] = value
