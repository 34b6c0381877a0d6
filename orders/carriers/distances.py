"""
How far it is from one province to another, and which city lies on the way: by air between their capitals, which is as
much as a day of arrival needs. ``provinces.csv`` lists them.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from mall.places import region

FILE = Path(__file__).parent / "provinces.csv"
EARTH_KM = 6371
WITHIN_KM = 120  # within one province
FARTHEST_DETOUR = 1.15


@dataclass(frozen=True, slots=True)
class Province:
    name: str
    capital: str
    latitude: float
    longitude: float


@lru_cache
def provinces() -> dict[str, Province]:
    """All provinces by their codes."""
    with FILE.open(encoding="utf-8") as rows:
        return {
            region(row["province"]).province: Province(
                row["province"], row["capital"], float(row["latitude"]), float(row["longitude"])
            )
            for row in csv.DictReader(rows)
        }


def province(name: str) -> Province | None:
    """The province of this name, however it is spelled."""
    return provinces().get(region(name).province) if name else None


def kilometers(start: str, end: str) -> int | None:
    """Between two provinces by their names; ``None`` when one is not known."""
    first, last = province(start), province(end)
    if first is None or last is None:
        return None
    return WITHIN_KM if first == last else round(_by_air(first, last))


def on_the_way(start: str, end: str) -> list[str]:
    """The capitals between two provinces where parcels change vans: none nearby, one or two on long ways."""
    whole = kilometers(start, end)
    if whole is None or whole < 500:
        return []
    first, last = province(start), province(end)
    passed = []
    for share in (0.5,) if whole < 1500 else (0.35, 0.7):
        found = min(
            (one for one in provinces().values() if one not in (first, last) and one.capital not in passed),
            key=lambda one: _by_air(first, one) + _by_air(one, last) + abs(_by_air(first, one) - whole * share),
        )
        if _by_air(first, found) + _by_air(found, last) <= whole * FARTHEST_DETOUR:
            passed.append(found.capital)
    return passed


def _by_air(first: Province, last: Province) -> float:
    half = sin(radians(last.latitude - first.latitude) / 2) ** 2 + cos(radians(first.latitude)) * cos(
        radians(last.latitude)
    ) * (sin(radians(last.longitude - first.longitude) / 2) ** 2)
    return 2 * EARTH_KM * asin(sqrt(half))
