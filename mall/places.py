"""Provinces and cities of China: how their readers write them, and when two spellings mean the same one."""

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

KINDS = re.compile(r"(?:特别行政区|(?:[壮回]族|维吾尔)?自治区|省|市)$")
OTHERWISE = {  # whose English name is not their sound in Mandarin
    "陕西": "Shaanxi",
    "内蒙古": "Inner Mongolia",
    "西藏": "Tibet",
    "香港": "Hong Kong",
    "澳门": "Macao",
    "哈尔滨": "Harbin",
    "呼和浩特": "Hohhot",
    "乌鲁木齐": "Urumqi",
    "拉萨": "Lhasa",
}


def bare(name: str) -> str:
    """The name without its kind: 浙江 of 浙江省, 杭州 of 杭州市."""
    name = name.strip()
    return KINDS.sub("", name) or name


@lru_cache(maxsize=1024)
def romanized(name: str) -> str:
    """As English readers write it: Lishui of 丽水市."""
    short = bare(name)
    return OTHERWISE.get(short) or "".join(lazy_pinyin(short)).capitalize()


def same(name: str) -> str:
    """What all spellings of a place have in common: 杭州市, 杭州, Hangzhou and hangzhou are one."""
    return "".join(romanized(name).casefold().split())
