"""A shop's own front page."""

from dataclasses import dataclass

from mall.money import Money
from mall.pages import Choice
from mall.styleguide.samples import CUP, GOODS, LAMP, PLANT
from mall.styleguide.specimen import USUAL, Chapter, Specimen, State, both


@dataclass(frozen=True)
class Link:
    """Where a block leads; the storefront has its own."""

    url: str
    rel: str = ""


def _block(kind: str, **shown) -> dict:
    return {"template": f"storefront/decoration/_{kind}.html", **shown}


def decoration() -> Chapter:
    goods = [
        {"title": title, "url": "#main", "picture": picture, "price": Money(price)}
        for title, picture, price, _before in GOODS[:4]
    ]
    blocks = [
        _block(
            "banners",
            slides=[
                {
                    "title": both("春茶上新", "Spring tea is in"),
                    "text": both("配一只趁手的盖碗", "And a bowl that fits the hand"),
                    "picture": CUP,
                    "link": Link("#main"),
                    "alt": "",
                }
            ],
        ),
        _block("strip", text=both("四十八小时内发货", "Shipped within 48 hours"), link=None),
        _block("goods", title=both("店主推荐", "The keeper's choice"), goods=goods),
        _block("heading", title=both("关于我们", "About us"), text=both("慢一点", "A little slower")),
        _block("text", title="", text=both("一窑一色，慢慢用旧。", "One kiln, one colour, to grow old with.")),
        _block("space", size="small"),
        _block("pictures", pictures=[{"picture": one, "title": "", "link": None, "alt": ""} for one in (LAMP, PLANT)]),
        _block("picture", picture=CUP, caption=both("窑前", "Before the kiln"), link=None, alt=""),
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
                [State(USUAL, {"blocks": blocks, "theme": "celadon"})],
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
                            "theme": "celadon",
                        },
                    )
                ],
                "styleguide/_preview.html",
                is_wide=True,
            ),
        ],
    )
