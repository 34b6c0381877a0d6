"""How places of China are written, and what all spellings of one have in common."""

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽",
    "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州",
    "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "台湾", "香港", "澳门",
)  # fmt: skip
ALSO_CALLED = {"xizang": "tibet", "macau": "macao", "neimenggu": "innermongolia", "xianggang": "hongkong"}
PEOPLES = (
    "朝鲜|土家|苗|藏|羌|彝|布依|侗|傣|白|哈尼|壮|傈僳|景颇|回|蒙古|柯尔克孜|哈萨克|黎"  # of the autonomous prefectures
)
PREFECTURES = re.compile(rf"(?:地区|盟|(?:(?:{PEOPLES})族?)*自治州|(?:(?:{PEOPLES})族)+自治县)$")
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


def province_of(written: str) -> str:
    """Which of the provinces this names; empty when it is none."""
    sound = same(written)
    sound = next((meant for other, meant in ALSO_CALLED.items() if sound.startswith(other)), sound)
    return next((name for name in PROVINCES if sound.startswith(same(name))), "")
