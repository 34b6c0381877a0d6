"""
The divisions of China: its provinces, their cities, the districts of those (A2), with the codes of GB/T 2260.

``china.csv`` holds them, ``README.md`` says where they are from. An address keeps the full names of its three; what was
typed or comes in a file may spell them otherwise: 杭州, 杭州市, Hangzhou and 330100 are one.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language

from mall.divisions.spelling import PREFECTURES, bare, province_of, romanized

FILE = Path(__file__).parent / "china.csv"
WHOLE = ""  # what the provinces lie in
_KIND = re.compile(r"(?:新区|林区|特区|自治县|自治旗|街道|地区|区|县|市|旗|镇|乡)$")
_ENGLISH_KIND = re.compile(r"(?:city|prefecture|district|county|banner|town|township|subdistrict|newarea)$")


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or district by its code, and the code of what it lies in."""

    code: str
    above: str
    name: str
    english: str

    @property
    def told(self) -> str:
        """Its name in the reader's language."""
        return self.name if get_language() == "zh-hans" else self.english

    @property
    def short(self) -> str:
        """Without its kind, as people write a province or a city: 浙江 of 浙江省, 恩施 of its autonomous prefecture."""
        return PREFECTURES.sub("", bare(self.name)) or self.name


@lru_cache
def _all() -> dict[str, Division]:
    with FILE.open(encoding="utf-8") as file:
        return {row["code"]: Division(*row.values()) for row in csv.DictReader(file)}


@lru_cache
def _by_place() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for one in _all().values():
        found.setdefault(one.above, []).append(one)
    return {above: tuple(rows) for above, rows in found.items()}


def by_code(code: str) -> Division | None:
    return _all().get(code)


def divisions_of(above: Division | None = None) -> tuple[Division, ...]:
    """The provinces; the cities of a province; the districts of a city (some have none)."""
    return _by_place().get(above.code if above else WHOLE, ())


@lru_cache(maxsize=8192)
def find(province: str, city: str = "", district: str = "") -> Division | None:
    """The last of these that is named; ``None`` where one of them is not there, or does not lie in the one before."""
    found = _province(province)
    for name in (city, district):
        if found is None or not name.strip():
            break
        found = _inside(found, name)
    return found if city.strip() or not district.strip() else None


def _province(name: str) -> Division | None:
    known = province_of(name)
    return next((one for one in divisions_of() if (known and one.name.startswith(known)) or one.code == name), None)


def inside(above: Division | None, name: str) -> Division | None:
    """The one of this name, however it is spelled, in another one; a province: in ``None``."""
    return _province(name) if above is None else _inside(above, name)


def _inside(above: Division, name: str) -> Division | None:
    names, key = _names_in(above), _key(name)
    for said in (key, _ENGLISH_KIND.sub("", key), _KIND.sub("", key)):
        if said in names:
            return names[said]
    return None


@lru_cache(maxsize=512)
def _names_in(above: Division) -> dict[str, Division | None]:
    """By every spelling; ``None`` where two have it."""
    rows = divisions_of(above)
    found: dict[str, Division | None] = {}
    for one in rows:
        stem = _KIND.sub("", one.short) or one.short
        spellings = {one.short, stem, one.english, romanized(stem)}
        for said in {_key(word) for word in spellings} | {_ENGLISH_KIND.sub("", _key(one.english))}:
            found[said] = None if said in found else one
    return found | {_key(said): one for one in rows for said in (one.name, one.code)}


def _key(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
