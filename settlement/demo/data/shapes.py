"""
The shapes that the demonstration's data comes in.

Money is whole fen (1 yuan = 100 fen), weights are grams, rates are basis points (100 bps = 1 %). `Words` is a mapping
with exactly the keys "zh-hans" and "en". Slugs and ids are ASCII, lower case, and never change. Everything is frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]
"""One thing said in both languages: {"zh-hans": ..., "en": ...}."""


def words(zh: str, en: str) -> Words:
    return {"zh-hans": zh, "en": en}


@dataclass(frozen=True, kw_only=True)
class Category:
    """A drawer of the catalog; `parent` is the slug of its top-level category, None for a top-level one itself."""

    slug: str
    parent: str | None
    name: Words
    commission_bps: int
    emoji: str
    risk: str  # "plain" or "complex" (food and cosmetics, which need papers)


@dataclass(frozen=True, kw_only=True)
class Brand:
    """A fictitious brand."""

    slug: str
    name: Words


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """
    A fictitious business; `slug` is shared by all its shops.

    `kind` is "brand", "individual", "enterprise" or "cross_border". `credit_code` is an invented unified social credit
    code with true check characters (GB 32100-2015 and, inside it, GB 11714).
    """

    slug: str
    legal_name: str
    legal_name_en: str
    kind: str
    credit_code: str
    contact_name: str


@dataclass(frozen=True, kw_only=True)
class Shop:
    """
    A shop and the story that the demonstration tells of it.

    `story` is "steady", "star", "newcomer", "near_zombie", "frozen" or "low_health". `freight` and `freight_free_over`
    are fen. `color` is the theme as "#rrggbb", `emoji` the sign for `pictures.logo`, `emoji_tint` its dye or None.
    """

    slug: str
    merchant: Merchant
    name: Words
    tagline: Words
    about: Words
    province: str
    city: str
    color: str
    emoji: str
    emoji_tint: str | None
    freight: int
    freight_free_over: int
    story: str


@dataclass(frozen=True, kw_only=True)
class FreightZone:
    """What is charged in some regions; in all others, where none are named."""

    regions: tuple[str, ...]
    first: int  # pieces, grams or cubic centimetres
    first_fee: int
    further: int
    further_fee: int
    free_over: int | None
    free_pieces: int | None


@dataclass(frozen=True, kw_only=True)
class FreightTemplate:
    """A shop's terms of delivery; `goods` are slugs of the listings that name it, none of the shop's default."""

    shop: str
    name: Words
    measure: str
    zones: tuple[FreightZone, ...]
    nowhere: tuple[str, ...]
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OptionValue:
    """One value of an option; `swatch` is "#rrggbb" where the value is a color."""

    id: str
    name: Words
    swatch: str | None = None


@dataclass(frozen=True, kw_only=True)
class Option:
    """A dimension of choice: color, size, pack."""

    id: str
    name: Words
    values: tuple[OptionValue, ...]


@dataclass(frozen=True, kw_only=True)
class Sku:
    """One row of the matrix: a value id for each option, in the options' order (empty where there is no option)."""

    choice: tuple[str, ...]
    price: int  # fen
    list_price: int | None  # fen, the crossed-out price; None when there is none
    weight: int  # grams, packed
    stock: int  # units on the first day


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A line of the specification table."""

    name: Words
    value: Words


@dataclass(frozen=True, kw_only=True)
class Shot:
    """
    One picture, as arguments for `pictures.compose(shot.emoji, **shot.arguments())`.

    `option_value` names the option value that the picture shows ("red"), or None for a picture of the whole product.
    """

    emoji: str
    tint: str | None
    ground: str
    seed: int
    companion: str | None = None
    option_value: str | None = None

    def arguments(self) -> dict:
        return {"tint": self.tint, "ground": self.ground, "seed": self.seed, "companion": self.companion}


@dataclass(frozen=True, kw_only=True)
class Hall:
    """What a brand shows of itself; a protected one is sold by authorized shops only."""

    brand: str
    emoji: str
    colour: str
    story: Words
    registration: str
    is_protected: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a category asks of its goods."""

    category: str
    name: Words
    kind: str
    is_required: bool
    is_filterable: bool
    unit: Words
    steps: tuple[int, ...]
    choices: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True)
class Product:
    """
    A listing. `description` is HTML made of p, ul, li, table, tr, th and td only.

    `options` holds none, one or two dimensions and `skus` covers their product completely. `shots` are its pictures,
    the leading one first, then one for each further color, then others. `popularity` (1 to 100) weighs how often
    shoppers buy it; few are high. `family` names the pool of reviews that fit it.
    """

    slug: str
    shop: str
    category: str
    brand: str
    family: str
    title: Words
    subtitle: Words
    description: Words
    options: tuple[Option, ...]
    skus: tuple[Sku, ...]
    attributes: tuple[Attribute, ...]
    shots: tuple[Shot, ...]
    popularity: int


@dataclass(frozen=True, kw_only=True)
class Address:
    """A consignee's address: the region is real, the street is not."""

    consignee: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """A fictitious shopper; `language` is "zh-hans" or "en"."""

    number: int  # from 1
    email: str
    name: str
    phone: str
    language: str
    address: Address


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a shopper may say of a product of that `family` ("any" fits all), with the stars that go with it."""

    family: str
    stars: int
    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ShopAnswer:
    """What a shop may answer; `for_stars` lists the star ratings that the words suit."""

    for_stars: tuple[int, ...]
    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Banner:
    """A picture with words on the home page; `link_kind` is "category" or "shop", `link` its slug."""

    slug: str
    headline: Words
    line: Words
    action: Words
    link_kind: str
    link: str
    ground: str
    accent: str
    emoji: tuple[str, ...]
    tints: Mapping[str, str]
