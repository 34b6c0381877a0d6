"""Where people talk."""

from datetime import datetime, timedelta

from mall.money import Money
from mall.styleguide.samples import CUP, GOODS, PEOPLE
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both


def talk(now: datetime) -> Chapter:
    ago = lambda **span: now - timedelta(**span)  # noqa: E731
    question = {
        "text": both("盖碗会烫手吗？", "Does the gaiwan get hot?"),
        "who": both("周**", "Z***"),
        "at": ago(days=6),
        "answers": [
            {
                "text": both("碗沿外翻，捏着不烫。", "The rim turns outward: it stays cool to hold."),
                "who": both("云间陶舍", "Yunjian Pottery"),
                "at": ago(days=5),
                "is_shop": True,
            },
            {
                "text": both("用了两个月，还好。", "Two months in, it is fine."),
                "who": both("许**", "X***"),
                "at": ago(days=2),
                "is_shop": False,
            },
        ],
    }
    entries = [
        {
            "who": PEOPLE[0],
            "side": "shopper",
            "title": both("申请退款退货", "Asks for a return"),
            "text": both("杯口有裂纹。", "There is a crack at the rim."),
            "offer": Money(13_800),
            "pictures": [CUP, CUP],
            "at": ago(days=3),
        },
        {
            "who": both("云间陶舍", "Yunjian Pottery"),
            "side": "shop",
            "title": both("提出部分退款", "Offers a part"),
            "text": both("可以补偿一部分，商品您留着。", "Keep it, and we return a part."),
            "offer": Money(5_000),
            "at": ago(days=2),
        },
        {
            "who": PEOPLE[0],
            "side": "shopper",
            "title": both("再提一个方案", "Makes another offer"),
            "offer": Money(8_000),
            "is_open": True,
            "at": ago(days=1),
        },
        {
            "who": both("平台客服", "Mall service"),
            "side": "mall",
            "title": both("平台已介入", "The mall has stepped in"),
            "text": both("请双方在两天内补充凭证。", "Both sides: please add what you have within two days."),
            "at": ago(hours=3),
        },
    ]
    shop, mine = both("云间陶舍", "Yunjian Pottery"), PEOPLE[0]
    said = [
        {"side": "note", "text": both("您已接入店铺客服", "You are talking to the shop"), "at": ago(minutes=9)},
        {
            "side": "mine",
            "who": mine,
            "at": ago(minutes=8),
            "state": "read",
            "goods": {"title": GOODS[0][0], "url": "#main", "picture": CUP, "price": Money(13_800)},
            "text": both("这款今天能发吗？", "Could this one ship today?"),
        },
        {
            "side": "theirs",
            "who": shop,
            "picture": CUP,
            "at": ago(minutes=7),
            "text": both("可以，下午四点前下单当天发。", "Yes: ordered before four, it ships the same day."),
        },
        {
            "side": "mine",
            "who": mine,
            "at": ago(minutes=6),
            "state": "failed",
            "text": both("好的，谢谢！", "Good, thank you!"),
        },
    ]
    mails = [
        {
            "sign": "truck",
            "tone": "info",
            "title": both("包裹正在派送", "Your parcel is out for delivery"),
            "text": both("青瓷盖碗等 2 件", "Celadon gaiwan and one more"),
            "at": ago(minutes=20),
            "url": "#main",
            "is_unread": True,
        },
        {
            "sign": "ticket",
            "tone": "warn",
            "title": both("优惠券快过期了", "A coupon is about to expire"),
            "text": both("新人礼券，还剩两天", "Welcome coupon, two days left"),
            "at": ago(days=1),
            "url": "#main",
            "is_unread": True,
        },
        {
            "sign": "return",
            "tone": "good",
            "title": both("退款已到账", "Your refund has arrived"),
            "text": both("¥138.00 已原路退回", "¥138.00 went back the way it came"),
            "at": ago(days=4),
            "url": "#main",
            "is_unread": False,
        },
    ]
    return Chapter(
        "talk",
        both("沟通", "Talk"),
        [
            Specimen(
                "_question.html",
                both("问答", "Question and answers"),
                both("商品页。店铺的回答有标记。", "The product page; answers of the shop are marked."),
                [
                    State(both("有回答", "Answered"), {"question": question, "answer_url": "#main"}),
                    State(
                        both("没有回答", "Not yet"),
                        {"question": {**question, "answers": []}, "answer_url": "#main"},
                    ),
                ],
            ),
            Specimen(
                "_case.html",
                both("售后与协商", "After-sale case"),
                both("三方在同一条线上说话；当前方案突出显示。", "Three sides on one line; the open offer stands out."),
                [
                    State(
                        USUAL,
                        {
                            "entries": entries,
                            "until": now + timedelta(days=1, hours=5),
                            "waiting_for": both("等待店铺回应，剩余", "The shop must answer within"),
                        },
                    )
                ],
            ),
            Specimen(
                "_bubble.html",
                both("聊天", "Chat bubble"),
                both("自己在右；每条说明时间与是否已读。", "One's own on the right; time and whether it was read."),
                [State(label, {"said": one}) for label, one in zip(BUBBLES, said, strict=True)],
            ),
            Specimen(
                "_message_item.html",
                both("消息", "Message"),
                both("消息中心与铃铛菜单。", "The message centre and the bell's menu."),
                [State(USUAL, {"mails": mails})],
                "styleguide/_mails.html",
            ),
        ],
    )


BUBBLES = [
    both("系统", "Note"),
    both("我，带商品", "Mine, with goods"),
    both("对方", "Theirs"),
    both("未发出", "Not sent"),
]
