"""A shop's own front page."""

from mall.money import Money
from mall.pages import Choice
from mall.styleguide.chapters.campaigns import sample_coupon
from mall.styleguide.samples import CUP, GOODS, LAMP, PLANT
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both


def decoration() -> Chapter:
    goods = [
        {"title": title, "url": "#main", "picture": picture, "price": Money(price)}
        for title, picture, price, _before in GOODS[:4]
    ]
    blocks = [
        {
            "kind": "banner",
            "title": both("春茶上新", "Spring tea is in"),
            "text": both("配一只趁手的盖碗", "And a bowl that fits the hand"),
            "picture": CUP,
            "url": "#main",
        },
        {"kind": "coupons", "title": both("本店优惠", "From this shop"), "coupons": [sample_coupon("claimed")]},
        {"kind": "goods", "title": both("店主推荐", "The keeper's choice"), "goods": goods},
        {
            "kind": "words",
            "title": both("关于我们", "About us"),
            "text": both("一窑一色，慢慢用旧。", "One kiln, one colour, to grow old with."),
        },
        {"kind": "pictures", "title": "", "pictures": [LAMP, PLANT]},
    ]
    widths = [
        Choice("phone", both("手机", "Phone"), "#main", selected=True),
        Choice("desktop", both("电脑", "Desktop"), "#main"),
    ]
    return Chapter(
        "decoration",
        both("店铺装修", "Shop decoration"),
        [
            Specimen(
                "_decoration.html",
                both("店铺首页的积木", "Blocks of a shop's front page"),
                both("块随所在的框变宽，与窗口无关。", "Blocks follow the width of their frame, not of the window."),
                [State(USUAL, {"blocks": blocks})],
            ),
            Specimen(
                "_preview.html",
                both("预览框", "Preview frame"),
                both("装修时看手机和电脑上的样子。", "How it will look, while it is being arranged."),
                [
                    State(
                        both("手机", "Phone"),
                        {
                            "title": both("预览", "Preview"),
                            "width": "phone",
                            "choices": widths,
                            "blocks": blocks,
                        },
                    )
                ],
                "styleguide/_preview.html",
                is_wide=True,
            ),
        ],
    )
