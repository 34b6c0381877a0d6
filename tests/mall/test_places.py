"""When two spellings of a place are one."""

import pytest

from mall.places import PROVINCES, Region, province_of, region, same, split_region


@pytest.mark.parametrize(
    ("province", "city", "found"),
    [
        ("新疆维吾尔自治区", "乌鲁木齐市", Region("650000", "650100")),
        ("新疆", "Urumqi", Region("650000", "650100")),
        ("Xinjiang Uygur Autonomous Region", "", Region("650000")),
        ("Xizang", "Lhasa", Region("540000", "540100")),
        ("西藏自治区", "拉萨市", Region("540000", "540100")),
        ("吉林省", "延边朝鲜族自治州", Region("220000", "222400")),
        ("吉林", "延边", Region("220000", "222400")),
        ("湖北省", "恩施土家族苗族自治州", Region("420000", "422800")),
        ("新疆", "喀什地区", Region("650000", "653100")),
        ("陕西省", "咸阳市", Region("610000", "610400")),
        ("山西", "太原", Region("140000", "140100")),
        ("", "杭州", Region()),
        ("浙江省", "南京市", Region("330000")),  # no city of it
        ("Atlantis", "", Region()),
    ],
)
def test_all_spellings_of_a_region_are_one(province, city, found):  # O2
    assert region(province, city) == found


def test_no_province_sounds_like_the_beginning_of_another():
    sounds = [same(name) for name in PROVINCES]

    assert len(set(sounds)) == 34
    assert not [(one, other) for one in sounds for other in sounds if one != other and other.startswith(one)]
    assert [province_of(name) for name in PROVINCES] == list(PROVINCES)


def test_what_is_no_province_is_none():
    assert (province_of("Atlantis"), province_of(""), province_of("杭州")) == ("", "", "")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("新疆", ("新疆", "")),
        ("新疆维吾尔自治区", ("新疆", "")),
        ("浙江省杭州市", ("浙江", "杭州市")),
        ("浙江 杭州", ("浙江", "杭州")),
        ("上海市", ("上海", "")),
        ("Hong Kong", ("香港", "")),
        ("Inner Mongolia Hohhot", ("内蒙古", "Hohhot")),
        ("Zhejiang Province / Hangzhou", ("浙江", "Hangzhou")),
        ("zhejiang", ("浙江", "")),
        ("Xizang Lhasa", ("西藏", "Lhasa")),
        ("杭州", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_region_in_one_line_is_a_province_and_maybe_a_city(written, found):
    assert split_region(written) == found
