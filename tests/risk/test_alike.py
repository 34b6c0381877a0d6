"""What looks like a protected brand is found (R1), and what only resembles it by chance is let be."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.alike import LOOKS, Names, chinese_cost, letters_cost
from risk.lexicon import EXACT

EXAMPLES = Path(__file__).parent / "alike_examples.tsv"
BRANDS = [
    "康师傅", "雪碧", "奥利奥", "老干妈", "龙泉窑", "大白兔奶糖", "云南白药", "Adidas", "Nike", "Lenovo", "Huawei",
    "Samsung", "Starbucks", "Timberland", "Sony", "Philips", "Panasonic",
]  # fmt: skip
LEAST_RECALL, LEAST_PRECISION = 0.95, 0.90


def examples() -> list[tuple[bool, str, str]]:
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(label == "flag", brand, text) for label, brand, text in rows]


def test_look_alikes_are_found_and_little_else():  # R1
    names = Names(BRANDS)
    right = missed = wrong = 0
    told = []
    for is_alike, brand, text in examples():
        found = {one.name for one in names.find(text)}
        is_right = brand in found
        right += is_alike and is_right
        missed += is_alike and not is_right
        wrong += bool(found - {brand})
        if is_alike != is_right or found - {brand}:
            told.append(f"{brand}: {text} {found}")
    recall, precision = right / (right + missed), right / (right + wrong)

    print(f"\nrecall {recall:.3f}, precision {precision:.3f}", *told, sep="\n")
    assert recall >= LEAST_RECALL
    assert precision >= LEAST_PRECISION


def test_the_very_names_alone_would_find_few_of_them():
    """The negative control: the figures come from the distance, not from the names."""
    names = Names(BRANDS)
    alike = [(brand, text) for is_alike, brand, text in examples() if is_alike]
    found = [text for brand, text in alike if brand in {one.name for one in names.find(text, only_exact=True)}]

    assert len(alike) >= 50
    assert len(found) < len(alike) / 4


def test_each_example_stands_once_and_there_are_many_of_both_kinds():
    rows = examples()

    assert len({text for _is_alike, _brand, text in rows}) == len(rows) >= 95
    assert min(sum(row[0] for row in rows), sum(not row[0] for row in rows)) >= 40


@pytest.mark.parametrize(
    ("text", "name", "how", "found"),
    [
        ("正品Ｎ i k e跑鞋", "Nike", EXACT, "Ｎ i k e"),
        ("买abidas的鞋", "Adidas", LOOKS, "abidas"),
        ("【龙·泉·瑶】青瓷", "龙泉窑", LOOKS, "龙·泉·瑶"),
        ("龍泉窯 青瓷", "龙泉窑", EXACT, "龍泉窯"),
    ],
)
def test_the_place_is_where_it_was_typed(text, name, how, found):
    (one,) = Names(BRANDS).find(text)

    assert (one.name, one.how, text[one.start : one.end]) == (name, how, found)


def test_a_name_of_another_brand_is_nobodys_imitation():
    assert [one.name for one in Names(["Lenovo"]).find("Lenova")] == ["Lenovo"]
    assert Names(["Lenovo"], known=["LENOVA"]).find("Lenova") == []


def test_the_very_name_outweighs_what_looks_like_it_and_each_is_told_once():
    (one,) = Names(["Adidas"]).find("abidas abidas adidas")

    assert (one.how, one.start) == (EXACT, 14)


def test_of_short_names_everything_must_look_alike():
    names = Names(["LG", "3M", "Dior", "美的"])

    assert [names.find(text) for text in ("LC", "4M", "Door", "好的", "没的", "Diver")] == [[]] * 6
    assert {one.name for text in ("LG", "D1or", "3M") for one in names.find(text)} == {"LG", "Dior", "3M"}


def test_distances_are_those_that_the_words_promise():
    assert letters_cost("nike", "nike") == 0
    assert letters_cost("huavvei", "huawei") == 1  # seen as w
    assert letters_cost("lenova", "lenovo") == 2  # another letter
    assert letters_cost("hauwei", "huawei") == 2  # exchanged
    assert letters_cost("timberlamd", "timberland") == 1  # side by side on the keyboard
    assert chinese_cost("康帅傅", "康师傅") == 1
    assert chinese_cost("龙泉剑", "龙泉窑") == 4


@given(st.text(alphabet="康帅师傅 Nike1lж·-龙泉瑶adidabs０", max_size=40))
@settings(max_examples=200, deadline=None)
def test_every_place_lies_in_the_text(text):
    for one in Names(BRANDS).find(text):
        assert 0 <= one.start < one.end <= len(text)


def test_a_title_is_read_against_five_hundred_brands_in_an_instant():
    import time

    from pypinyin import lazy_pinyin

    signs = "云山清风明月松竹梅兰江河湖海春夏秋冬金木水火土石玉翠碧红"
    brands = [signs[n % 28] + signs[(n * 7 + n // 28) % 28] + signs[(n * 3) % 28] for n in range(250)]
    names = Names([*brands, *("".join(lazy_pinyin(brand)) for brand in brands)])
    title = "Handmade celadon teapot with six cups, for the summer 云山手作青瓷茶壶 送礼佳品 " * 2
    names.find(title)

    began = time.process_time()
    for _each in range(5):
        names.find(title)

    assert (time.process_time() - began) / 5 < 0.25
