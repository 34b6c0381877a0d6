"""What staff of the demonstration told search: synonyms, hot words, a redirect."""

from datetime import datetime

from catalog.models import SearchedWords, SearchRule
from catalog.search import hot
from catalog.search.rules import save_rule
from catalog.search.spelling import learn_words
from mall.accounts.models import User
from mall.clock import business_date

RULES = (
    (SearchRule.Kind.SAME, "耳机, 耳麦, headphones, earphones, headset", ""),
    (SearchRule.Kind.SAME, "笔记本电脑, laptop, notebook computer", ""),
    (SearchRule.Kind.SAME, "手机壳, 保护壳, phone case", ""),
    (SearchRule.Kind.SAME, "拖鞋, 人字拖, slippers, flip flops", ""),
    (SearchRule.Kind.SAME, "马克杯, 水杯, mug", ""),
    (SearchRule.Kind.SAME, "蓝牙, 蓝芽, bluetooth", ""),
    (SearchRule.Kind.ALSO, "电子手表, smart watch, smartwatch", "智能手表, watch"),
    (SearchRule.Kind.ALSO, "充电宝, power bank", "移动电源"),
    (SearchRule.Kind.REDIRECT, "开店, 入驻, open a shop, sell", "/open-a-shop/"),
    (SearchRule.Kind.PINNED, "盖碗, 头戴耳机", ""),
)
LOOKED_FOR = (
    ("绿茶", 61, 1), ("连衣裙", 54, 1), ("机械键盘", 47, 1), ("口红", 41, 1), ("咖啡豆", 37, 1), ("帐篷", 29, 1),
    ("green tea", 26, 1), ("猫粮", 22, 1), ("headphones", 17, 1), ("扫地机器人", 14, 0), ("air fryer", 9, 0),
    ("榨汁杯", 8, 1), ("加湿器", 6, 0),
)  # fmt: skip


def tell_search(*, staff: User, now: datetime) -> None:
    """Rules, a day of what people looked for, and the words of all titles."""
    for place, (kind, words, target) in enumerate(RULES):
        save_rule(kind=kind, words=words, target=target, place=place, by=staff, now=now)
    SearchedWords.objects.bulk_create(
        [
            SearchedWords(on=business_date(now), words=words, visitors=visitors, found=found)
            for words, visitors, found in LOOKED_FOR
        ],
        ignore_conflicts=True,
    )
    hot.forget_hot_words()
    learn_words()
