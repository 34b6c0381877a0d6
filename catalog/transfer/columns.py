"""
What the columns of a file of goods are called: Shopify's names, those of today and those of before, and our own.

Ours carry what Shopify has no place for: words per language in square brackets (``Title [en]``), selling point,
attributes, whether a combination is offered. Programs that do not know them pass over them. HS code and country of
origin are called as in Shopify's file of inventory, for its file of products has neither; what else is stated of goods
from abroad is ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.options import MOST_OPTIONS
from catalog.transfer.cells import Cell, UnreadableFile

LANGUAGES = [code for code, _name in settings.LANGUAGES]
OPTIONS = range(1, MOST_OPTIONS + 1)
RATES = {"tariff": "Tariff (%)", "consumption": "Consumption Tax (%)", "vat": "VAT (%)"}
LIMITS = {"most_per_order": "Limit per order", "most_per_buyer": "Limit per buyer", "limit_days": "Limit over days"}

# key: the name in a file that Shopify writes, then the other names under which it comes
NAMES: dict[str, tuple[str, ...]] = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description", "Body HTML"),
    "vendor": ("Vendor",),
    "category": ("Product Category", "Standard Product Type", "Standardized Product Type"),
    "type": ("Type", "Custom Product Type", "Product type"),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    **{f"option{n}_name": (f"Option{n} Name",) for n in OPTIONS},
    **{f"option{n}_value": (f"Option{n} Value",) for n in OPTIONS},
    "sku": ("Variant SKU", "SKU"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity", "Variant Inventory Quantity"),
    "price": ("Variant Price", "Price"),
    "list_price": ("Variant Compare At Price", "Compare-at price"),
    "barcode": ("Variant Barcode", "Barcode"),
    "image": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "gift_card": ("Gift Card",),
    "variant_image": ("Variant Image", "Variant image URL"),
    "status": ("Status",),
    **{f"title:{code}": (f"Title [{code}]",) for code in LANGUAGES},
    "subtitle": ("Subtitle",),
    **{f"subtitle:{code}": (f"Subtitle [{code}]",) for code in LANGUAGES},
    **{f"body:{code}": (f"Body (HTML) [{code}]",) for code in LANGUAGES},
    **{f"option{n}_name:{code}": (f"Option{n} Name [{code}]",) for n in OPTIONS for code in LANGUAGES},
    **{f"option{n}_value:{code}": (f"Option{n} Value [{code}]",) for n in OPTIONS for code in LANGUAGES},
    "attributes": ("Attributes",),
    "volume": ("Volume (cm³)", "Volume (cm3)"),
    "offered": ("Offered",),
    "kind": ("Kind",),
    "at_home": ("At home",),
    "ships_on": ("Ships from",),
    "promises": ("Promises",),
    "freight": ("Freight Template",),
    **{key: (name,) for key, name in LIMITS.items()},
    "hs_code": ("HS Code", "Variant HS Code", "Harmonized System Code"),
    "origin": ("COO", "Country of Origin", "Variant Country of Origin", "Country/Region of Origin"),
    "customs_record": ("Customs Record",),
    **{key: (name, name.removesuffix(" (%)")) for key, name in RATES.items()},
}
CUSTOMS = ("hs_code", "origin", "customs_record", *RATES)
ATTRIBUTE = "Attribute: "  # and the name of what the category asks, in any language
NEEDED = ("handle", "title", "price")
ROW, COLUMN, ERROR = "Row", "Column", "Error"  # what the file of errors puts in front; passed over when it comes back


def _normal(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.replace("\ufeff", "").replace("\u200b", "")).strip(" *").casefold()


_ATTRIBUTE = _normal(ATTRIBUTE)
_KEYS = {_normal(name): key for key, names in NAMES.items() for name in names}
_OURS = {_normal(name) for name in (ROW, COLUMN, ERROR)}


def _key(name: str) -> str | None:
    normal = _normal(name)
    if normal.startswith(_ATTRIBUTE) and (asked := normal[len(_ATTRIBUTE) :].strip()):
        return f"{_ATTRIBUTE}{asked}"
    return _KEYS.get(normal)


def attribute_called(key: str) -> str:
    """The name of the attribute that a column of :attr:`Columns.asked` is for, without regard to case."""
    return key[len(_ATTRIBUTE) :]


def known(head: Sequence[Cell]) -> int:
    """How many columns of this head are known."""
    return sum(1 for cell in head if isinstance(cell, str) and _key(cell))


@dataclass(frozen=True)
class Columns:
    """Where in a row what stands; ``passed_over`` are the names of columns that we have no place for."""

    places: dict[str, int]
    names: dict[str, str]
    passed_over: list[str]

    @classmethod
    def of(cls, head: Sequence[Cell]) -> "Columns":
        """:raises UnreadableFile: a column is missing, or there twice"""
        places: dict[str, int] = {}
        names: dict[str, str] = {}
        passed_over: list[str] = []
        for place, cell in enumerate(head):
            name = str(cell).strip()
            key = _key(name) if isinstance(cell, str) else None
            if key in places:
                raise UnreadableFile(_("The column “%(column)s” is there twice.") % {"column": name})
            if key:
                places[key], names[key] = place, name
            elif name and _normal(name) not in _OURS:
                passed_over.append(name[:100])
        missing = [NAMES[key][0] for key in NEEDED if key not in places]
        if missing and not ("title" in missing and any(f"title:{code}" in places for code in LANGUAGES)):
            raise UnreadableFile(
                _("These columns are missing: %(columns)s. The first row must name the columns as Shopify does.")
                % {"columns": ", ".join(missing)}
            )
        return cls(places, names, passed_over)

    def __contains__(self, key: str) -> bool:
        return key in self.places

    def name(self, key: str) -> str:
        """What the file itself calls it."""
        return self.names.get(key) or NAMES[key][0]

    @property
    def asked(self) -> list[str]:
        """The columns for what categories ask of their goods."""
        return [key for key in self.places if key.startswith(_ATTRIBUTE)]
