"""What makes people buy now."""

from datetime import datetime, timedelta

from mall.money import Money
from mall.styleguide.samples import CUP, GOODS, LAMP, PEOPLE, PLANT
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both


def sample_coupon(state: str, **more) -> dict:
    return {
        "worth": Money(3_000),
        "condition": both("满 199 元可用", "from ¥199"),
        "title": both("新人礼券", "Welcome coupon"),
        "scope": both("全场通用", "For everything"),
        "valid": both("有效期至 2026年12月31日", "until 31 Dec 2026"),
        "state": state,
        **more,
    }


def campaigns(now: datetime) -> Chapter:
    offers = [
        {
            "title": title,
            "url": "#main",
            "picture": picture,
            "price": Money(price * 7 // 10),
            "list_price": Money(price),
            "sold_percent": percent,
        }
        for (title, picture, price, _before), percent in zip(GOODS, (64, 12, 100, 38, 81, 5), strict=True)
    ]
    people = [{"name": name, "picture": "", "is_leader": name == PEOPLE[0]} for name in PEOPLE]
    group = {
        "people": people[:2],
        "places": range(1),
        "size": 3,
        "missing": 1,
        "state": "open",
        "until": now + timedelta(hours=7),
    }
    bargain = {
        "price": Money(25_900),
        "now_at": Money(11_670),
        "made": 9,
        "needed": 10,
        "cut": Money(14_230),
        "floor": Money(9_900),
        "percent": 88,
        "state": "open",
        "until": now + timedelta(hours=20),
        "helpers": [
            {"name": name, "picture": "", "amount": Money(amount)}
            for name, amount in zip(PEOPLE, (8_030, 4_100, 2_100), strict=True)
        ],
    }
    perks = [
        {"sign": "truck", "label": both("每月包邮", "Free shipping"), "is_open": True},
        {"sign": "gift", "label": both("生日礼", "Birthday gift"), "is_open": True},
        {"sign": "headset", "label": both("专属客服", "Own service"), "is_open": False},
        {"sign": "percent", "label": both("会员价", "Member prices"), "is_open": False},
    ]
    deposit = [
        {"label": both("付定金", "Deposit"), "amount": Money(5_000), "note": both("已付", "paid"), "state": "done"},
        {
            "label": both("付尾款", "The rest"),
            "amount": Money(20_900),
            "note": both("12月1日起", "from 1 Dec"),
            "state": "now",
        },
        {"label": both("发货", "Shipped"), "amount": None, "note": both("12月5日前", "by 5 Dec"), "state": ""},
    ]
    hall = {
        "name": both("云间陶舍", "Yunjian Pottery"),
        "line": both("一窑一色，慢慢用旧", "One kiln, one colour, to grow old with"),
        "url": "#main",
        "colour": "#3f6b53",
        "logo": CUP,
        "pictures": [CUP, LAMP, PLANT],
        "offer": both("满 199 减 30", "¥30 off from ¥199"),
    }
    return Chapter(
        "campaigns",
        both("营销", "Campaigns"),
        [
            Specimen(
                "_flash_sale.html",
                both("限时抢购", "Flash sale"),
                both("首页一条，可左右滑动。", "One strip on the home page; it scrolls sideways."),
                [
                    State(
                        both("进行中", "Running"),
                        {
                            "title": both("限时抢购", "Flash sale"),
                            "url": "#main",
                            "until": now + timedelta(hours=2, minutes=13),
                            "offers": offers,
                        },
                    ),
                    State(
                        both("即将开始", "Soon"),
                        {
                            "title": both("晚八点场", "Tonight at eight"),
                            "url": "#main",
                            "until": now + timedelta(hours=9),
                            "offers": offers[:4],
                            "starts": True,
                        },
                    ),
                ],
                is_wide=True,
            ),
            Specimen(
                "_coupon.html",
                both("优惠券", "Coupon"),
                both(
                    "领券中心、商品页、结算页同一张脸。", "One face for the centre, the product page and the checkout."
                ),
                [
                    State(
                        both("可领", "To claim"),
                        {"coupon": sample_coupon("open", taken_percent=72), "claim_url": "#main"},
                    ),
                    State(both("已领", "Claimed"), {"coupon": sample_coupon("claimed"), "use_url": "#main"}),
                    State(
                        both("结算时可选", "To pick at the checkout"),
                        {
                            "coupon": sample_coupon("claimed", percent=15),
                            "is_pickable": True,
                            "name": "coupon",
                            "value": "1",
                            "is_picked": True,
                        },
                    ),
                    State(
                        both("不可用", "Does not apply"),
                        {"coupon": sample_coupon("locked", reason=both("还差 ¥21.00", "¥21.00 short"))},
                    ),
                    State(both("已用", "Used"), {"coupon": sample_coupon("used")}),
                    State(both("已过期", "Expired"), {"coupon": sample_coupon("expired")}),
                    State(both("已领完", "All claimed"), {"coupon": sample_coupon("gone")}),
                ],
            ),
            Specimen(
                "_points.html",
                both("积分", "Points"),
                both("账户首页。", "The account's first page."),
                [
                    State(
                        USUAL,
                        {
                            "balance": "2,480",
                            "worth": Money(2_480),
                            "expiring": 300,
                            "expiring_on": now.date() + timedelta(days=39),
                            "url": "#main",
                        },
                    ),
                    State(both("没有", "None"), {"balance": "0"}),
                ],
            ),
            Specimen(
                "_membership.html",
                both("会员等级", "Membership"),
                both("等级、离下一级多远、权益。", "The level, the way to the next, what it opens."),
                [
                    State(
                        USUAL,
                        {
                            "level": {"number": 2, "name": both("银卡", "Silver")},
                            "growth": 1_860,
                            "next_level": {"name": both("金卡", "Gold"), "at": 3_000},
                            "perks": perks,
                        },
                    ),
                    State(
                        both("最高等级", "The highest"),
                        {
                            "level": {"number": 5, "name": both("黑金", "Black gold")},
                            "growth": 20_300,
                            "perks": [{**perk, "is_open": True} for perk in perks],
                        },
                    ),
                ],
            ),
            Specimen(
                "_group_buy.html",
                both("拼团", "Buying together"),
                both("商品页与拼团详情。", "The product page and the group's own."),
                [
                    State(both("缺人", "Open"), {"group": group, "join_url": "#main", "share_url": "#main"}),
                    State(
                        both("成团", "Full"),
                        {"group": {**group, "people": people, "places": (), "state": "full"}},
                    ),
                    State(
                        both("平台助力成团", "Completed by the mall"),
                        {"group": {**group, "state": "full", "is_helped": True}},
                    ),
                    State(both("未成团", "Failed"), {"group": {**group, "state": "failed"}}),
                ],
            ),
            Specimen(
                "_presale.html",
                both("定金预售", "Pre-sale with deposit"),
                both("三步：定金、尾款、发货。", "Three steps: deposit, the rest, shipped."),
                [State(USUAL, {"steps": deposit, "worth": Money(10_000), "until": now + timedelta(days=2)})],
            ),
            Specimen(
                "_bargain.html",
                both("砍价", "Bargaining"),
                both("进度、底价、帮砍的人。", "How far, how low, and who helped."),
                [
                    State(
                        both("进行中", "Open"),
                        {"bargain": bargain, "share_url": "#main", "buy_url": "#main"},
                    ),
                    State(both("朋友看到的", "As a friend sees it"), {"bargain": bargain, "help_url": "#main"}),
                    State(
                        both("砍到底价", "Done"),
                        {
                            "bargain": {
                                **bargain,
                                "state": "done",
                                "percent": 100,
                                "cut": Money(16_000),
                                "now_at": Money(9_900),
                                "made": 10,
                                "helpers": [],
                            },
                            "buy_url": "#main",
                        },
                    ),
                ],
            ),
            Specimen(
                "_brand_hall.html",
                both("品牌馆", "Brand hall"),
                both("首页与品牌馆列表。", "The home page and the list of halls."),
                [
                    State(USUAL, {"hall": hall}),
                    State(both("没有优惠", "Without an offer"), {"hall": {**hall, "offer": "", "logo": ""}}),
                ],
            ),
        ],
    )
