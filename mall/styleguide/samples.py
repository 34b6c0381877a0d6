"""Goods and people of an invented mall, in both languages; none of it is the mall's own speech."""

from dataclasses import dataclass

from django.conf import settings

from mall.styleguide.specimen import both
from mall.texts import Text

PICTURES = [
    f"{settings.STATIC_URL}img/samples/{name}.svg"
    for name in ("cup", "lamp", "headphones", "shirt", "keyboard", "plant")
]


CUP, LAMP, HEADPHONES, SHIRT, KEYBOARD, PLANT = PICTURES


PEOPLE = [both("林晚舟", "Lin Wanzhou"), both("周以宁", "Zhou Yining"), both("许知行", "Xu Zhixing")]


GOODS = [
    (both("青瓷盖碗", "Celadon gaiwan"), CUP, 13_800, 16_800),
    (both("暖光台灯", "Warm desk lamp"), LAMP, 25_900, 32_900),
    (both("降噪耳机", "Noise-canceling headphones"), HEADPHONES, 69_900, 89_900),
    (both("长绒棉衬衫", "Long-staple cotton shirt"), SHIRT, 19_900, 25_900),
    (both("静音键盘", "Quiet keyboard"), KEYBOARD, 32_900, 39_900),
    (both("桌面绿植", "Desk plant"), PLANT, 4_500, 5_900),
]


@dataclass(frozen=True, slots=True)
class Row:
    """Something with a status."""

    status: str
    label: Text

    def get_status_display(self) -> str:
        return str(self.label)
