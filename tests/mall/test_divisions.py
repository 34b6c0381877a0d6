"""A2: the real divisions of China, and what one calls them."""

from collections import Counter

import pytest
from django.utils.translation import override

from mall.divisions import by_code, divisions_of, find
from mall.divisions.english import english_name


def everything():
    provinces = divisions_of()
    cities = [city for province in provinces for city in divisions_of(province)]
    return provinces, cities, [district for city in cities for district in divisions_of(city)]


def test_all_provinces_cities_and_districts_are_there_once_each():  # A2
    provinces, cities, districts = everything()

    assert (len(provinces), len(cities), len(districts)) == (34, 394, 3283)
    assert max(Counter(one.code for one in (*provinces, *cities, *districts)).values()) == 1
    assert {len(city.code) for city in cities} == {6} and {len(one.code) for one in districts} == {6, 9}
    assert all(city.code[:2] == by_code(city.above).code[:2] for city in cities)
    assert all(one.code[:2] == one.above[:2] for one in districts)


def test_names_in_one_place_are_told_apart():
    _provinces, cities, _districts = everything()

    for above in (*divisions_of(), *cities):
        names = [one.name for one in divisions_of(above)]
        assert len(set(names)) == len(names), above.name
        assert all(find(*path(one)) == one for one in divisions_of(above))


def path(one) -> list[str]:
    names = [one.name]
    while one.above:
        one = by_code(one.above)
        names.insert(0, one.name)
    return names


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("北京市", "北京市", "朝阳区"), "110105"),  # a municipality is one city
        (("重庆", "重庆", "云阳县"), "500235"),
        (("浙江省", "杭州市", "西湖区"), "330106"),
        (("浙江", "杭州", "西湖"), "330106"),  # as people write
        (("Zhejiang", "hangzhou", "Xihu District"), "330106"),
        (("330000", "330100", "330106"), "330106"),
        (("广东", "东莞", "长安镇"), "441900119"),  # a city without districts has towns
        (("湖北省", "仙桃市"), "429004"),  # governed by its province directly
        (("湖南", "永州", "祁阳县"), "431181"),  # a city meanwhile
        (("新疆维吾尔自治区", "伊犁哈萨克自治州", "伊宁县"), "654021"),
        (("陕西", "Xi'an"), "610100"),
        (("新疆", "Kashi"), "653100"),
        (("新疆", "Kashgar"), "653100"),
        (("Xizang", "Lhasa"), "540100"),
        (("台湾省", "台北市", "大安区"), "710101"),
        (("香港特别行政区", "九龙", "观塘区"), "810205"),
    ],
)
def test_a_division_is_found_however_it_is_spelled(names, code):  # A2
    assert find(*names).code == code


@pytest.mark.parametrize(
    "names",
    [
        ("Atlantis",), ("",), ("杭州市",), ("浙江省", "南京市"), ("浙江省", "杭州市", "玄武区"),
        ("浙江省", "", "西湖区"),
        ("新疆", "伊犁州"), ("新疆", "伊犁哈萨克自治州", "伊宁"),  # the city or the county?
    ],
)  # fmt: skip
def test_what_is_not_there_or_lies_elsewhere_is_not_found(names):  # A2
    assert find(*names) is None


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("西湖区", "Xihu District"), ("长沙县", "Changsha County"), ("六安市", "Lu'an"), ("义乌市", "Yiwu"),
        ("延边朝鲜族自治州", "Yanbian"), ("长阳土家族自治县", "Changyang County"), ("陕西省", "Shaanxi"),
        ("内蒙古自治区", "Inner Mongolia"), ("浦东新区", "Pudong New Area"), ("呼伦贝尔市", "Hulunbuir"),
        ("乐亭县", "Laoting County"), ("吕梁市", "Lüliang"), ("克什克腾旗", "Keshiketeng Banner"),
        ("管城回族区", "Guancheng District"),
    ],
)  # fmt: skip
def test_names_in_english_are_those_of_maps(name, english):  # A2
    assert english_name(name) == english


def test_every_name_in_the_file_is_the_one_that_the_command_gives_it():
    rows = [one for part in everything() for one in part]

    assert [one.name for one in rows if one.english != english_name(one.name)] == []


def test_readers_see_names_in_their_language():
    west_lake = find("浙江", "杭州", "西湖")
    with override("zh-hans"):
        chinese = west_lake.told
    with override("en"):
        english = west_lake.told

    assert (chinese, english) == ("西湖区", "Xihu District")
