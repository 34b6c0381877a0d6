"""Colours, type, shapes, icons."""

import re

from django.conf import settings

from mall.styleguide.specimen import Chapter, both, plain

SPRITE = settings.BASE_DIR / "mall" / "static" / "img" / "icons.svg"


def ground() -> Chapter:
    return Chapter(
        "ground",
        both("基础", "Ground"),
        [
            plain(
                "_colours.html",
                both("颜色", "Colours"),
                both(
                    "只用变量，不写色值；深色模式换的是变量的值。红色只用于价格、主按钮与当前位置。",
                    "Use the variables, never a value: the dark gives them other values. Red is for prices, "
                    "the one main button and the present place.",
                ),
                names=[
                    "brand",
                    "brand-ink",
                    "brand-soft",
                    "ink",
                    "ink-2",
                    "ink-3",
                    "ground",
                    "sunk",
                    "card",
                    "line",
                    "line-strong",
                    "good",
                    "good-soft",
                    "info",
                    "info-soft",
                    "warn",
                    "warn-soft",
                    "bad",
                    "bad-soft",
                    "gold",
                    "gold-soft",
                    "star",
                    "chart-1",
                    "chart-2",
                    "chart-3",
                    "chart-4",
                    "chart-5",
                    "chart-6",
                ],
            ),
            plain(
                "_type.html",
                both("文字", "Type"),
                both(
                    "系统字体，不下载字体；数字等宽。",
                    "The system's fonts, nothing to download; figures of equal width.",
                ),
                sample=both("多家好店，一车结算", "Many shops, one cart"),
                sizes=["3xl", "2xl", "xl", "l", "m", "s", "xs"],
            ),
            plain(
                "_shape.html",
                both("间距、圆角与阴影", "Space, radius, shadow"),
                both("八级间距，三种圆角，三层阴影。", "Eight spaces, three radii, three shadows."),
                spaces=range(1, 9),
                shapes="sml",
            ),
            plain(
                "_icons.html",
                both("图标", "Icons"),
                both(
                    "一个雪碧图；图标只是装饰，旁边总有文字或标签。",
                    "One sprite. An icon only decorates: words stand beside it or in a label.",
                ),
                signs=re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()),
            ),
        ],
    )
