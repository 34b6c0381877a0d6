"""Regions of China as freight, stores and ways compare them: by the codes of divisions, however they are spelled."""

import re
from dataclasses import dataclass

from mall.divisions import find
from mall.divisions.spelling import ALSO_CALLED, PROVINCES, bare, province_of, romanized, same

__all__ = ["PROVINCES", "Region", "bare", "province_of", "region", "romanized", "same", "split_region"]


@dataclass(frozen=True, slots=True)
class Region:
    """A province, or one of its cities, by their codes (GB/T 2260); nowhere in particular: both empty."""

    province: str = ""
    city: str = ""

    @property
    def whole(self) -> "Region":
        """The province that it lies in."""
        return Region(self.province)


def region(province: str, city: str = "") -> Region:
    """
    Where this is, however it is written: 新疆维吾尔自治区, 新疆, Xinjiang and xinjiang are one.

    A city that its province does not have is nowhere in particular in it, and a province that China does not have is
    nowhere in particular.
    """
    whole = find(province)
    if whole is None:
        return Region()
    inside = find(province, city) if city.strip() else None
    return Region(whole.code, inside.code if inside else "")


def split_region(written: str) -> tuple[str, str]:
    """The province (as :data:`PROVINCES` calls it; empty when it is none) and the city of a region in one line."""
    words = " ".join(written.replace("/", " ").split())
    if name := next((name for name in PROVINCES if words.startswith(name)), ""):
        return name, re.sub(r"^(?:特别行政区|(?:[壮回]族|维吾尔)?自治区|省|市)", "", words.removeprefix(name)).strip()
    parts = [part for part in words.split(" ") if part.casefold() != "province"]
    for count in range(len(parts), 0, -1):
        said = " ".join(parts[:count])
        if (known := province_of(said)) and (same(said) == same(known) or same(said) in ALSO_CALLED or count == 1):
            return known, " ".join(parts[count:])
    return "", ""
