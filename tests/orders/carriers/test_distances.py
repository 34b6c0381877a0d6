"""O6: how far it is, and when a parcel should arrive."""

from datetime import date

import pytest

from orders.carriers import carrier
from orders.carriers.distances import kilometers, on_the_way, province, provinces
from tests.conftest import NOON


def test_all_provinces_are_known_however_they_are_written():
    assert len(provinces()) == 34
    assert province("Zhejiang") == province("浙江") == province("浙江省")
    assert province("Shaanxi") == province("陕西省") != province("山西省") == province("Shanxi")
    assert province("内蒙古自治区") == province("Inner Mongolia")
    assert province("Atlantis") is None and province("") is None


def test_distances_are_those_of_the_map():
    assert 1000 < kilometers("Beijing", "Shanghai") < 1150
    assert 3000 < kilometers("广东", "新疆") < 3500
    assert kilometers("浙江", "Zhejiang") == 120
    assert kilometers("浙江", "Atlantis") is None


def test_long_ways_lead_through_other_cities():
    assert on_the_way("江苏", "上海") == []
    assert len(on_the_way("北京", "上海")) == 1
    assert len(on_the_way("广东", "新疆")) == 2


@pytest.mark.parametrize(
    ("code", "end", "day"),
    [
        ("sf", "Zhejiang", date(2026, 3, 3)),
        ("sf", "Beijing", date(2026, 3, 4)),
        ("yto", "Zhejiang", date(2026, 3, 4)),
        ("yto", "Xinjiang", date(2026, 3, 8)),
        ("self", "Zhejiang", None),
        ("sf", "Atlantis", None),
    ],
)
def test_the_day_of_arrival_follows_from_the_way_and_the_carrier(code, end, day):
    found = carrier(code).expected_on(start="Zhejiang", end=end, at=NOON)

    assert found == day
