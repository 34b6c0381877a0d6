"""
A short way to write listings: a family says what its products share, each item what is its own.

    PRODUCTS = family(
        shop="yunjian", category="teaware", brand="yunjian", reviews="teaware", pic="teapot", ground="#d5e0d6",
        points=[("…", "…")], close=("…", "…"), attrs=[("材质", "Material", "青瓷", "Celadon")],
    )(
        item("龙泉青瓷盖碗 150ml", "Longquan Celadon Gaiwan, 150 ml", "…", "…", 128, 620, "…", "…"),
    )

Prices are written in yuan and become fen.
"""

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product as combinations

from settlement.demo.data.brand_names import BRANDS
from settlement.demo.data.shapes import Attribute, Option, OptionValue, Product, Shot, Sku, words

COLORS = {
    "white": ("月白", "Moon White", "#f1f1ee"),
    "ivory": ("米杏", "Ivory", "#e9dcc3"),
    "oat": ("燕麦", "Oat", "#d3bf9f"),
    "black": ("墨黑", "Ink Black", "#26262a"),
    "gray": ("雾灰", "Mist Gray", "#9a9da3"),
    "graphite": ("石墨灰", "Graphite", "#55585f"),
    "navy": ("藏青", "Navy", "#25355c"),
    "blue": ("湖蓝", "Lake Blue", "#3f7fb8"),
    "sky": ("天青", "Sky Blue", "#8fb9d8"),
    "denim": ("丹宁蓝", "Denim", "#4a6a97"),
    "green": ("松绿", "Pine Green", "#2f6b4f"),
    "celadon": ("粉青", "Celadon", "#9cc3b0"),
    "plum_green": ("梅子青", "Plum Green", "#5f9a7e"),
    "sage": ("鼠尾草绿", "Sage", "#9bab8c"),
    "olive": ("橄榄绿", "Olive", "#6b6f3e"),
    "mint": ("薄荷绿", "Mint", "#93d3bb"),
    "red": ("朱红", "Vermilion", "#c8372d"),
    "wine": ("酒红", "Wine", "#7c2236"),
    "coral": ("珊瑚", "Coral", "#ee7d68"),
    "pink": ("樱粉", "Blossom Pink", "#eba6b6"),
    "purple": ("紫藤", "Wisteria", "#8d79b8"),
    "yellow": ("鹅黄", "Primrose", "#efcf5c"),
    "mustard": ("姜黄", "Mustard", "#cf9a35"),
    "orange": ("柿橙", "Persimmon", "#e5772f"),
    "tan": ("焦糖", "Caramel", "#b7793f"),
    "brown": ("胡桃棕", "Walnut", "#6f4a33"),
    "walnut": ("黑胡桃木", "Black Walnut", "#5d4030"),
    "oak": ("原木", "Natural Oak", "#c99f6b"),
    "silver": ("银白", "Silver", "#c9ccd2"),
    "gold": ("香槟金", "Champagne", "#d9bf8f"),
}

_BRAND_NAMES = {brand.slug: brand.name for brand in BRANDS}

SIZES = {"xs": "XS", "s": "S", "m": "M", "l": "L", "xl": "XL", "xxl": "XXL"}


@dataclass(frozen=True)
class Choice:
    """An option as it is written: with factors by which each value changes price and weight."""

    option: Option
    price: dict[str, float] = field(default_factory=dict)
    weight: dict[str, float] = field(default_factory=dict)
    dyes: bool = False


@dataclass(frozen=True)
class Item:
    zh: str
    en: str
    line_zh: str
    line_en: str
    price: float
    grams: int
    say_zh: str
    say_en: str
    was: float | None = None
    pop: int | None = None
    pic: str | None = None
    dye: str | None = None
    beside: str | None = None
    more: tuple[str, ...] = ()
    ground: str | None = None
    options: tuple[Choice, ...] | None = None
    attrs: tuple[tuple[str, str, str, str], ...] = ()
    brand: str | None = None


def colors(*ids: str, zh: str = "颜色", en: str = "Color") -> Choice:
    values = tuple(OptionValue(id=i, name=words(*COLORS[i][:2]), swatch=COLORS[i][2]) for i in ids)
    return Choice(Option(id="color", name=words(zh, en), values=values), dyes=True)


def shades(*values: tuple[str, str, str, str]) -> Choice:
    """Colors with names of their own, as (id, zh, en, "#hex")."""
    made = tuple(OptionValue(id=i, name=words(zh, en), swatch=swatch) for i, zh, en, swatch in values)
    return Choice(Option(id="shade", name=words("色号", "Shade"), values=made), dyes=True)


def sizes(*ids: str) -> Choice:
    values = tuple(OptionValue(id=i, name=words(SIZES[i], SIZES[i])) for i in ids)
    return Choice(Option(id="size", name=words("尺码", "Size"), values=values))


def eu_sizes(first: int, last: int) -> Choice:
    values = tuple(OptionValue(id=f"eu{n}", name=words(f"{n} 码", f"EU {n}")) for n in range(first, last + 1))
    return Choice(Option(id="size", name=words("鞋码", "Shoe size"), values=values))


def packs(*values: tuple, id: str = "pack", zh: str = "规格", en: str = "Pack") -> Choice:
    """Values as (id, zh, en) or (id, zh, en, times the price) or (id, zh, en, times the price, times the weight)."""
    price, weight, made = {}, {}, []
    for value_id, value_zh, value_en, *factors in values:
        made.append(OptionValue(id=value_id, name=words(value_zh, value_en)))
        price[value_id] = factors[0] if factors else 1
        weight[value_id] = factors[1] if len(factors) > 1 else price[value_id] if factors else 1
    return Choice(Option(id=id, name=words(zh, en), values=tuple(made)), price, weight)


def item(
    zh: str, en: str, line_zh: str, line_en: str, price: float, grams: int, say_zh: str, say_en: str, **own
) -> Item:
    return Item(zh, en, line_zh, line_en, price, grams, say_zh, say_en, **own)


def family(
    *,
    shop: str,
    category: str,
    brand: str,
    reviews: str,
    pic: str,
    ground: str | tuple[str, ...],
    points: list[tuple[str, str]],
    close: tuple[str, str],
    attrs: list[tuple[str, str, str, str]],
    options: tuple[Choice, ...] = (),
    table: tuple[str, str] = ("", ""),
    more: tuple[str, ...] = (),
) -> Callable[..., tuple[Product, ...]]:
    """What the items share; call the result with the items."""
    grounds = (ground,) if isinstance(ground, str) else ground

    def listed(*items: Item) -> tuple[Product, ...]:
        return tuple(listing(own, grounds[n % len(grounds)]) for n, own in enumerate(items))

    def listing(own: Item, usual_ground: str) -> Product:
        slug = slugified(own.en)
        dice = random.Random(slug)
        # Written on an even scale, squared into a long tail; what is not written is seldom bought.
        popularity = max(1, round(own.pop**2 / 95) if own.pop else round(12 * dice.random() ** 2))
        choices = options if own.options is None else own.options
        return Product(
            slug=slug,
            shop=shop,
            category=category,
            brand=own.brand or brand,
            family=reviews,
            title=words(own.zh, own.en),
            subtitle=words(own.line_zh, own.line_en),
            description=words(
                _html(own.say_zh, [zh for zh, _ in points], table[0], close[0]),
                _html(own.say_en, [en for _, en in points], table[1], close[1]),
            ),
            options=tuple(choice.option for choice in choices),
            skus=tuple(_skus(own, choices, popularity, dice)),
            attributes=tuple(_attributes(own.brand or brand, attrs, own.attrs)),
            shots=tuple(_shots(own, choices, pic, own.ground or usual_ground, own.more or more, popularity, dice)),
            popularity=popularity,
        )

    return listed


def slugified(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def _html(say: str, points: list[str], table: str, close: str) -> str:
    bullets = "".join(f"<li>{point}</li>" for point in points)
    return f"<p>{say}</p><ul>{bullets}</ul>{table}<p>{close}</p>"


def _skus(own: Item, choices: tuple[Choice, ...], popularity: int, dice: random.Random):
    for chosen in combinations(*(choice.option.values for choice in choices)):
        price, was, grams = own.price, own.was, float(own.grams)
        for choice, value in zip(choices, chosen, strict=True):
            factor = choice.price.get(value.id, 1)
            price, was = _times(price, factor), was and _times(was, factor)
            grams *= choice.weight.get(value.id, 1)
        yield Sku(
            choice=tuple(value.id for value in chosen),
            price=round(price * 100),
            list_price=round(was * 100) if was else None,
            weight=round(grams),
            stock=dice.randint(24, 90) + popularity * 6,
        )


def _times(yuan: float, factor: float) -> float:
    return yuan if factor == 1 else float(round(yuan * factor))


def _attributes(brand: str, shared: list[tuple[str, str, str, str]], own: tuple[tuple[str, str, str, str], ...]):
    """The brand, then the family's lines, each replaced by the item's own line of that name; new ones after them."""
    yield Attribute(name=words("品牌", "Brand"), value=_BRAND_NAMES[brand])
    lines = {line[0]: line for line in shared} | {line[0]: line for line in own}
    for name_zh, name_en, value_zh, value_en in lines.values():
        yield Attribute(name=words(name_zh, name_en), value=words(value_zh, value_en))


def _shots(own: Item, choices, pic: str, ground: str, more: tuple[str, ...], popularity: int, dice: random.Random):
    emoji = own.pic or pic
    seed = dice.randrange(25) * 4
    dyes = next((choice.option.values for choice in choices if choice.dyes), ())
    if dyes:
        for value in dyes:
            yield Shot(emoji=emoji, tint=value.swatch, ground=ground, seed=seed, option_value=value.id,
                       companion=own.beside)  # fmt: skip
    else:
        yield Shot(emoji=emoji, tint=own.dye, ground=ground, seed=seed, companion=own.beside)

    first_tint = dyes[0].swatch if dyes else own.dye
    if more and popularity >= 6:
        yield Shot(emoji=emoji, tint=first_tint, ground=ground, seed=seed + 4, companion=dice.choice(more))
    elif popularity >= 20 or (not dyes and popularity >= 9):
        yield Shot(emoji=emoji, tint=first_tint, ground=ground, seed=seed + dice.choice((1, 2, 2, 3)))
