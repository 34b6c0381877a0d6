"""The front pages that four of the shops have put together for themselves."""
# ruff: noqa: E501 - a sentence stays on its line

from collections.abc import Mapping
from dataclasses import dataclass, field

from settlement.demo.data.shapes import Words, words

NOTHING: Words = {}


@dataclass(frozen=True, kw_only=True)
class Wide:
    """A wide picture, as `pictures.banner` makes it."""

    emoji: tuple[str, ...]
    ground: str
    accent: str
    tints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Square:
    """A square picture, as `pictures.compose` makes it."""

    emoji: str
    ground: str
    tint: str | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class ShopPage:
    """The blocks of a page, each a kind and what it holds; pictures stand in it as what is to be drawn."""

    shop: str
    theme: str
    blocks: tuple[tuple[str, dict], ...]
    note: str


def _slide(picture: Wide, title: Words, text: Words, link: str) -> dict:
    return {"picture": picture, "title": title, "text": text, "link": link, "alt": NOTHING}


def _tile(picture: Square, title: Words, link: str) -> dict:
    return {"picture": picture, "title": title, "link": link, "alt": NOTHING}


def _goods(title: Words, which: str, count: int = 8, places: tuple[int, ...] = ()) -> tuple[str, dict]:
    """`places` are those of chosen products among all of the shop's."""
    return "goods", {"title": title, "which": which, "count": count, "category": "", "products": places}


PAGES = [
    ShopPage(
        shop="yunjian",
        theme="celadon",
        note="春季首页",
        blocks=(
            (
                "banners",
                {
                    "slides": [
                        _slide(
                            Wide(
                                emoji=("teapot", "teacup", "amphora", "tulip", "leaf"),
                                ground="#d6e6dc",
                                accent="#a9cbb9",
                                tints={"teapot": "#7fb39b", "teacup": "#cfe0d6", "amphora": "#6f9a86"},
                            ),
                            words("开春第三窑，出窑了", "The third kiln of spring is open"),
                            words("梅子青，四十二件，每件都不一样", "Plum green, forty-two pieces, no two alike"),
                            "/shop/yunjian/?sort=newest",
                        ),
                        _slide(
                            Wide(
                                emoji=("amphora", "blossom", "wine", "sake"),
                                ground="#efe6d8",
                                accent="#dcc6a8",
                                tints={"amphora": "#8fae9c"},
                            ),
                            words("插一枝，温一壶", "One branch, one warm jug"),
                            words("花器与酒器，同一个窑口", "Vases and wine ware from the same kiln"),
                            "/shop/yunjian/?in_stock=1",
                        ),
                    ]
                },
            ),
            (
                "strip",
                {
                    "text": words(
                        "四十八小时内发货，碎了包赔，可以单补一只",
                        "Shipped within 48 hours; what breaks is replaced, piece by piece",
                    ),
                    "link": "",
                },
            ),
            _goods(words("老客人常回头买的", "What people come back for"), "popular", 8),
            (
                "pictures",
                {
                    "pictures": [
                        _tile(
                            Square(emoji="teapot", ground="#dbe8df", tint="#7fb39b"),
                            words("泡茶", "For tea"),
                            "/search/?q=壶",
                        ),
                        _tile(
                            Square(emoji="teacup", ground="#e9efe6", tint="#a8c5b4", seed=1),
                            words("喝茶", "To drink from"),
                            "/search/?q=杯",
                        ),
                        _tile(Square(emoji="sake", ground="#efe8dc"), words("温酒", "For wine"), "/search/?q=酒"),
                        _tile(
                            Square(emoji="amphora", ground="#e4e6ea", tint="#6f9a86"),
                            words("插花", "For flowers"),
                            "/search/?q=花",
                        ),
                    ]
                },
            ),
            (
                "heading",
                {
                    "title": words("一窑一色", "Every kiln a different color"),
                    "text": words("为什么照片和你收到的会有一点点差别", "Why yours differs a little from the picture"),
                },
            ),
            (
                "text",
                {
                    "title": NOTHING,
                    "text": words(
                        "<p>青瓷的颜色是火给的。釉里的铁在还原焰里慢慢变青，<strong>同一桶釉，窑位差一尺，颜色就差一层</strong>。我们不挑色，只挑形。</p><ul><li>坯：龙泉本地瓷土，手拉坯，晾七天</li><li>釉：石灰碱釉，上三遍</li><li>火：一千二百八十度，还原焰，烧十六个小时</li></ul><p>收到后先用温水泡半天，再慢慢用旧。</p>",
                        "<p>Fire gives celadon its color. Iron in the glaze turns green where air is short, and <strong>a foot further from the flame the same glaze is another shade</strong>. We sort by shape, never by color.</p><ul><li>Body: Longquan clay, thrown by hand, dried for seven days</li><li>Glaze: lime and alkali, three coats</li><li>Fire: 1,280 °C, reducing, sixteen hours</li></ul><p>Soak it in warm water for half a day before you first use it.</p>",
                    ),
                },
            ),
            _goods(words("刚出窑", "Fresh from the kiln"), "newest", 4),
        ),
    ),
    ShopPage(
        shop="shanlan",
        theme="pine",
        note="春茶季",
        blocks=(
            (
                "strip",
                {
                    "text": words("春茶已到仓，按下单顺序发货", "The spring harvest is in; orders ship in turn"),
                    "link": "/shop/shanlan/?sort=newest",
                },
            ),
            (
                "banners",
                {
                    "slides": [
                        _slide(
                            Wide(
                                emoji=("leaf", "herb", "teacup", "seedling", "jar"),
                                ground="#dfe9d3",
                                accent="#b9d0a6",
                                tints={"teacup": "#e8efe0"},
                            ),
                            words("八百米，头一茬", "Eight hundred meters up, the first leaves"),
                            words("只写产地、年份和焙火日期", "We write the place, the year and the roasting date"),
                            "/shop/shanlan/?sort=newest",
                        )
                    ]
                },
            ),
            _goods(words("口粮茶", "Tea for every day"), "popular", 8),
            (
                "text",
                {
                    "title": words("怎么泡", "How to brew it"),
                    "text": words(
                        "<table><thead><tr><th>茶</th><th>水温</th><th>时间</th></tr></thead><tbody><tr><td>岩茶</td><td>100 度</td><td>十秒，逐泡加五秒</td></tr><tr><td>白茶</td><td>95 度</td><td>十五秒，可煮</td></tr><tr><td>绿茶</td><td>80 度</td><td>一分钟，不盖盖</td></tr></tbody></table><p>水多茶少，别闷着，就不会苦。</p>",
                        "<table><thead><tr><th>Tea</th><th>Water</th><th>Time</th></tr></thead><tbody><tr><td>Rock tea</td><td>100 °C</td><td>10 seconds, 5 more each time</td></tr><tr><td>White tea</td><td>95 °C</td><td>15 seconds, may be simmered</td></tr><tr><td>Green tea</td><td>80 °C</td><td>1 minute, without the lid</td></tr></tbody></table><p>Few leaves, much water and no lid: it will not be bitter.</p>",
                    ),
                },
            ),
            _goods(words("茶农自己留的", "What the growers keep for themselves"), "chosen", 4, (0, 2, 4, 6)),
        ),
    ),
    ShopPage(
        shop="hemu",
        theme="tea",
        note="换季首页",
        blocks=(
            (
                "picture",
                {
                    "picture": Wide(emoji=("pot", "pan", "bread", "egg", "tomato"), ground="#f3e6d4", accent="#e8c8a2"),
                    "caption": words(
                        "一口锅用十年，比十口锅用一年省心",
                        "One pan for ten years is less trouble than ten pans for one",
                    ),
                    "link": "/shop/hemu/?sort=popular",
                    "alt": words("灶台上的锅、面包和鸡蛋", "A pot, bread and eggs on the counter"),
                },
            ),
            _goods(
                words("厨房里先换这几样", "Start with these in the kitchen"), "chosen", 8, (0, 1, 2, 3, 5, 7, 9, 11)
            ),
            ("space", {"size": "small"}),
            (
                "heading",
                {
                    "title": words("坏了有人修", "Someone to mend it"),
                    "text": words(
                        "锅把、刀刃、椅脚，都可以寄回来", "Handles, blades and chair legs may all come back to us"
                    ),
                },
            ),
            (
                "pictures",
                {
                    "pictures": [
                        _tile(Square(emoji="pan", ground="#f1e3d0"), words("锅具", "Pans"), "/c/kitchenware/"),
                        _tile(Square(emoji="knife", ground="#e9e4dc"), words("刀具", "Knives"), "/search/?q=刀"),
                        _tile(Square(emoji="bed", ground="#e6e3ec"), words("床品", "Bedding"), "/search/?q=被"),
                        _tile(Square(emoji="chair", ground="#efe4d6"), words("椅凳", "Chairs"), "/search/?q=椅"),
                    ]
                },
            ),
            _goods(words("新到", "New"), "newest", 8),
        ),
    ),
    ShopPage(
        shop="shiyin",
        theme="indigo",
        note="三十天试听",
        blocks=(
            (
                "banners",
                {
                    "slides": [
                        _slide(
                            Wide(
                                emoji=("headphones", "studio_mic", "radio", "knobs"),
                                ground="#dcdff0",
                                accent="#b7c3e4",
                                tints={"headphones": "#3d4f86"},
                            ),
                            words("三十天，听不惯可换", "Thirty days to change your mind"),
                            words("每台附频响曲线，调音师签名", "Each with its response curve, signed by the tuner"),
                            "/shop/shiyin/?sort=popular",
                        )
                    ]
                },
            ),
            _goods(words("从这里开始听", "Begin listening here"), "popular", 8),
            ("heading", {"title": words("把声音还给耳朵", "Giving sound back to ears"), "text": NOTHING}),
            (
                "text",
                {
                    "title": NOTHING,
                    "text": words(
                        "<p>我们先在消音室里量，再坐到客厅里听。曲线好看、听着累的，不卖。</p><ol><li>先听一首你熟的歌，别先听试音碟</li><li>音量开到平时说话那么大</li><li>换着听，隔天再决定</li></ol>",
                        "<p>We measure in a dead room and then listen in a living room. What has a fine curve and tires the ear is not sold.</p><ol><li>Begin with a song you know, not with a test record</li><li>Play it no louder than people talk</li><li>Change between them and decide the day after</li></ol>",
                    ),
                },
            ),
        ),
    ),
]
