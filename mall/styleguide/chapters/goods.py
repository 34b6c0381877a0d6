"""Prices, ratings, faces, cards."""

from datetime import datetime, timedelta

from mall.money import Money
from mall.styleguide.samples import CUP, GOODS, LAMP, PEOPLE, PLANT
from mall.styleguide.specimen import NOTHING, USUAL, Chapter, Specimen, State, both, plain


def _cards() -> list[dict]:
    return [
        {
            "url": "#main",
            "title": title,
            "subtitle": both("日用之物，耐看耐用", "For every day, made to last"),
            "picture": picture,
            "picture_url": picture,
            "price": Money(price),
            "list_price": Money(before) if place % 2 == 0 else None,
            "has_range": place == 1,
            "sold_count": 0 if place == 3 else 1280 * (place + 1),
            "rating": None if place == 3 else 4.8,
            "public_id": f"prd_{place:020}",
            "sold_out": place == 4,
            "shop_name": both("云间陶舍", "Yunjian Pottery"),
            "shop_url": "#main",
        }
        for place, (title, picture, price, before) in enumerate(GOODS[:5])
    ]


def goods(now: datetime) -> Chapter:
    price = Money(13_800)
    return Chapter(
        "goods",
        both("商品", "Goods"),
        [
            Specimen(
                "_money.html",
                both("金额", "Money"),
                both("金额只用 Money；符号与分位缩小。", "Always Money; small sign, small cents."),
                [
                    State(USUAL, {"amount": Money(123_456)}),
                    State(both("负数", "Negative"), {"amount": Money(-990)}),
                    State(NOTHING, {"amount": None}),
                ],
            ),
            Specimen(
                "_price.html",
                both("价格", "Price"),
                both("划线价必须是真实的原价。", "A price struck through was really asked."),
                [
                    State(USUAL, {"price": price}),
                    State(both("有划线价", "Cheaper now"), {"price": price, "list_price": Money(16_800)}),
                    State(both("起", "The least of several"), {"price": price, "is_least": True}),
                    State(both("大字", "Large"), {"price": price, "list_price": Money(16_800), "size": "large"}),
                    State(
                        both("带说明", "With a word"),
                        {"price": Money(9_900), "word": both("拼团价", "Together"), "list_price": price},
                    ),
                ],
            ),
            Specimen(
                "_rating.html",
                both("评分", "Rating"),
                both("星星到半颗，旁边写出数字。", "Stars to the half; the number stands beside them."),
                [
                    State(USUAL, {"average": 4.6, "count": 128, "url": "#main"}),
                    State(both("还没有", "None yet"), {"average": None, "count": 0}),
                ],
            ),
            Specimen(
                "_countdown.html",
                both("倒计时", "Countdown"),
                both(
                    "按服务器的时间走；无脚本时写明截止时刻。",
                    "Runs by the server's clock; says the moment without scripts.",
                ),
                [
                    State(
                        USUAL,
                        {
                            "until": now + timedelta(minutes=29, seconds=59),
                            "label": both("剩余支付时间", "Pay within"),
                        },
                    ),
                    State(both("超过一天", "More than a day"), {"until": now + timedelta(days=3, hours=4)}),
                    State(both("方块", "Boxed"), {"until": now + timedelta(hours=5), "is_boxed": True}),
                    State(both("已结束", "Over"), {"until": now - timedelta(hours=1)}),
                ],
            ),
            Specimen(
                "_avatar.html",
                both("头像", "Face"),
                both("没有图片时用名字的第一个字。", "The first letter of the name where there is no picture."),
                [
                    State(both("小", "Small"), {"name": PEOPLE[0], "size": "small"}),
                    State(USUAL, {"name": PEOPLE[1]}),
                    State(
                        both("大，有图", "Large, with a picture"), {"name": PEOPLE[2], "picture": CUP, "size": "large"}
                    ),
                    State(
                        both("店铺", "Shop"),
                        {"name": both("云间陶舍", "Yunjian Pottery"), "picture": CUP, "is_square": True},
                    ),
                ],
            ),
            Specimen(
                "_gallery.html",
                both("图集", "Gallery"),
                both("商品页。选择规格时换到对应图片。", "The product page. Choosing a SKU shows its picture."),
                [
                    State(
                        USUAL,
                        {"title": GOODS[0][0], "gallery": [{"picture": one, "url": one} for one in (CUP, LAMP, PLANT)]},
                    )
                ],
                "styleguide/_product.html",
            ),
            Specimen(
                "_video.html",
                both("视频", "Video"),
                both(
                    "图集下方，点按才播放；文字说明一直可见。",
                    "Below the gallery; plays when somebody plays it, its words always show.",
                ),
                [
                    State(
                        USUAL,
                        {
                            "video": {
                                "url": "#video",
                                "type": "video/webm",
                                "seconds": 12,
                                "words": both("旋转展示杯身与釉色。", "The cup turns and shows its glaze."),
                                "poster": "",
                                "width": 800,
                                "height": 800,
                            }
                        },
                    )
                ],
            ),
            Specimen(
                "_sku_picker.html",
                both("规格选择", "SKU picker"),
                both(
                    "每个选项都是链接；售罄的仍可点，看得到图片和价格。",
                    "Each value is a link; what is sold out can still be looked at.",
                ),
                [State(USUAL, {"options": [_option("colour", COLOURS), _option("size", SIZES)]})],
            ),
            Specimen(
                "_mark.html",
                both("收藏、关注、提醒", "Favorite, follow, alert"),
                both(
                    "页面是大家共用的，按钮只说要做什么；脚本知道后再标出已选。",
                    "Pages are kept for everybody: it says what it wants; a script that knows shows it pressed.",
                ),
                [State(USUAL, MARK), State(both("已选", "Pressed"), {**MARK, "is_on": True})],
            ),
            Specimen(
                "_shop_card.html",
                both("店铺卡片", "Shop card"),
                both("商品页右侧。", "Beside the product."),
                [
                    State(USUAL, {"shop": SHOP, "product_count": 23, "rating": {"average": 4.9, "count": 312}}),
                    State(
                        both("新店", "New shop"),
                        {"shop": {**SHOP, "logo": "", "tagline": ""}, "product_count": 3, "rating": {}},
                    ),
                ],
                "styleguide/_shop.html",
            ),
            plain(
                "_cards.html",
                both("商品卡片", "Product cards"),
                both(
                    "整个网格是一个模板（storefront/catalog/_product_cards.html），不为每张卡片引入一次。",
                    "The whole grid is one template (storefront/catalog/_product_cards.html): no include per card.",
                ),
                cards=_cards(),
            ),
            plain(
                "_card.html",
                both("卡片", "Card"),
                both("头、身、脚；头里放标题和一个动作。", "Head, body, foot; the head has the title and one action."),
                facts=[
                    (both("收货人", "Consignee"), PEOPLE[0]),
                    (both("地址", "Address"), both("杭州市西湖区龙井路 1 号", "1 Longjing Road, Xihu, Hangzhou")),
                ],
            ),
        ],
    )


ALBUM = [{"picture": one, "url": one} for one in (CUP, LAMP, PLANT)]
MARK = {
    "url": "#",
    "kind": "",
    "key": "",
    "sign": "heart",
    "off": both("收藏", "Favorite"),
    "on": both("已收藏", "Among your favorites"),
    "about": both("青瓷盖碗", "Celadon gaiwan"),
}
SHOP = {
    "name": both("云间陶舍", "Yunjian Pottery"),
    "slug": "sample",
    "city": both("丽水", "Lishui"),
    "tagline": both("一窑一色，慢慢用旧", "One kiln, one colour, to grow old with"),
    "logo": CUP,
}
COLOURS = [
    (both("粉青", "Pale celadon"), "#a9cdbf"),
    (both("梅子青", "Plum green"), "#4f8a72"),
    (both("米黄", "Cream"), "#e8d9b0"),
]
SIZES = [(both("150 毫升", "150 ml"), ""), (both("180 毫升", "180 ml"), ""), (both("240 毫升", "240 ml"), "")]


def _option(name: str, values: list) -> dict:
    """The first is chosen, the last is sold out."""
    return {
        "id": name,
        "name": both("颜色", "Colour") if name == "colour" else both("容量", "Volume"),
        "values": [
            {
                "id": f"{name}{place}",
                "name": label,
                "swatch": swatch,
                "url": "#main",
                "selected": place == 0,
                "available": place < len(values) - 1,
            }
            for place, (label, swatch) in enumerate(values)
        ],
    }
