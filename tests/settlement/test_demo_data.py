"""The demonstration's data and pictures are whole, bilingual, believable and always the same."""

import re
from collections import Counter
from itertools import product as combinations

import pytest
from PIL import Image

from catalog.decoration.kinds import WrongBlock, kinds
from catalog.decoration.themes import THEMES
from mall.pictures import Picture
from merchants.models import Shop
from settlement.demo import data, pictures
from settlement.demo.data.credit_codes import check_character, credit_code, is_valid
from settlement.demo.data.listing import slugified
from settlement.demo.data.shop_pages import Square, Wide

LANGUAGES = {"zh-hans", "en"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def words_of_products():
    for product in data.products():
        yield product.slug, product.title
        yield product.slug, product.subtitle
        yield product.slug, product.description
        for option in product.options:
            yield product.slug, option.name
            for value in option.values:
                yield product.slug, value.name
        for attribute in product.attributes:
            yield product.slug, attribute.name
            yield product.slug, attribute.value


def words_of_the_rest():
    for category in data.categories():
        yield category.slug, category.name
    for brand in data.brands():
        yield brand.slug, brand.name
    for shop in data.shops():
        yield from ((shop.slug, words) for words in (shop.name, shop.tagline, shop.about))
    for banner in data.banners():
        yield from ((banner.slug, words) for words in (banner.headline, banner.line, banner.action))
    for template in data.freight_templates():
        yield template.shop, template.name
    for page in data.shop_pages():
        yield from words_of_pages(page.blocks, page.shop)


def words_of_pages(value, where=""):
    if isinstance(value, dict) and value and set(value) <= LANGUAGES:
        yield where, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from words_of_pages(one, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from words_of_pages(one, where)


def pictures_of_pages(value):
    if isinstance(value, Wide | Square):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from pictures_of_pages(one)


def every_emoji():
    shots = [shot for product in data.products() for shot in product.shots]
    return (
        {shot.emoji for shot in shots}
        | {shot.companion for shot in shots if shot.companion}
        | {category.emoji for category in data.categories()}
        | {shop.emoji for shop in data.shops()}
        | {key for banner in data.banners() for key in banner.emoji}
        | {key for one in pictures_of_pages([page.blocks for page in data.shop_pages()]) for key in keys_of(one)}
    )


def keys_of(picture):
    return picture.emoji if isinstance(picture, Wide) else (picture.emoji,)


@pytest.mark.django_db
def test_shops_put_blocks_on_their_pages_that_the_mall_takes():  # M4
    assert len(data.shop_pages()) >= 3
    for page in data.shop_pages():
        assert page.theme in THEMES
        for kind, fields in page.blocks:
            shown = dict(fields)
            for name in ("slides", "pictures"):
                if name in shown:
                    shown[name] = [{**item, "picture": ""} for item in shown[name]]
            shown |= {"picture": ""} if "picture" in shown else {}
            shown |= {"products": []} if "products" in shown else {}
            try:
                kinds()[kind].clean(shown, Shop(pk=1))
            except WrongBlock as wrong:  # what is drawn and made only in the demonstration itself
                assert {path.rpartition(".")[2] for path in wrong.errors} <= {"picture", "products"}, wrong.errors


def test_the_demonstration_has_its_sizes():
    assert len(data.categories()) == 24
    assert len(data.shops()) >= 12
    assert len(data.merchants()) >= 12
    assert len(data.products()) == 300
    assert 850 <= sum(len(product.skus) for product in data.products()) <= 1100
    assert len(data.shoppers()) == 200
    assert len(data.reviews()) >= 150
    assert len(data.banners()) == 4
    assert 25 <= len(data.brands()) <= 40


def test_categories_stand_in_two_levels():
    tops = {category.slug for category in data.categories() if category.parent is None}
    children = [category for category in data.categories() if category.parent]

    assert {category.parent for category in children} == tops
    assert {product.category for product in data.products()} == {category.slug for category in children}
    assert all(100 <= category.commission_bps <= 800 for category in data.categories())
    assert {category.risk for category in data.categories()} == {"plain", "complex"}


def test_every_shop_has_its_story_and_something_to_sell():
    stories = Counter(shop.story for shop in data.shops())

    assert {story: stories[story] for story in ("newcomer", "near_zombie", "frozen", "low_health")} == {
        "newcomer": 1, "near_zombie": 1, "frozen": 1, "low_health": 1,
    }  # fmt: skip
    assert stories["star"] >= 2
    assert set(stories) <= {"steady", "star", "newcomer", "near_zombie", "frozen", "low_health"}
    assert {product.shop for product in data.products()} == {shop.slug for shop in data.shops()}
    assert {merchant.kind for merchant in data.merchants()} == {"brand", "individual", "enterprise", "cross_border"}
    assert {shop.merchant for shop in data.shops()} == set(data.merchants())


def test_every_category_keeps_goods_when_the_frozen_shop_is_hidden():
    open_shops = {shop.slug for shop in data.shops() if shop.story != "frozen"}
    leaves = {category.slug for category in data.categories() if category.parent}

    assert {product.category for product in data.products() if product.shop in open_shops} == leaves


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_titles_are_unique(language):
    titles = [product.title[language] for product in data.products()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    "rows", [data.categories, data.brands, data.shops, data.merchants, data.products, data.banners]
)
def test_slugs_are_unique_and_fit_an_address(rows):
    slugs = [row.slug for row in rows()]
    assert len(set(slugs)) == len(slugs)
    assert all(slugified(slug) == slug and len(slug) <= 80 for slug in slugs)


def test_both_languages_are_said_everywhere():
    for slug, words in [*words_of_products(), *words_of_the_rest()]:
        assert set(words) == LANGUAGES, slug
        assert all(text.strip() for text in words.values()), slug
        assert not CHINESE.search(words["en"]), (slug, words["en"])


def test_titles_and_descriptions_are_chinese_in_chinese():
    for product in data.products():
        assert CHINESE.search(product.title["zh-hans"]), product.slug
        assert CHINESE.search(product.description["zh-hans"]), product.slug


def test_descriptions_hold_known_html_only():
    for product in data.products():
        for text in product.description.values():
            assert set(re.findall(r"</?(\w+)", text)) <= {"p", "ul", "li", "table", "tr", "th", "td"}, product.slug
            assert len(re.findall(r"<(?:p|li)>", text)) >= 3
            for tag in ("p", "ul", "li", "table", "tr", "th", "td"):
                assert text.count(f"<{tag}>") == text.count(f"</{tag}>"), product.slug


def test_products_point_at_shops_brands_and_reviews_that_exist():
    shops = {shop.slug for shop in data.shops()}
    brands = {brand.slug for brand in data.brands()}
    families = {review.family for review in data.reviews()}

    assert {product.shop for product in data.products()} <= shops
    assert {product.brand for product in data.products()} == brands
    assert {product.family for product in data.products()} == families - {"any"}


def test_skus_cover_the_options_exactly_once():
    for product in data.products():
        expected = list(combinations(*([value.id for value in option.values] for option in product.options)))
        assert [sku.choice for sku in product.skus] == expected, product.slug
        assert len(product.options) <= 2
        assert len({option.id for option in product.options}) == len(product.options)


def test_prices_are_sane_and_crossed_out_prices_are_higher():
    for product in data.products():
        for sku in product.skus:
            assert 900 <= sku.price <= 600_000, product.slug
            assert sku.list_price is None or sku.price < sku.list_price <= sku.price * 2, product.slug
            assert 20 <= sku.weight <= 60_000, product.slug
            assert sku.stock > 0


def test_attributes_are_three_to_six_and_named_once():
    for product in data.products():
        names = [attribute.name["zh-hans"] for attribute in product.attributes]
        assert 3 <= len(names) <= 6, product.slug
        assert len(set(names)) == len(names), product.slug


def test_popularity_has_a_long_tail():
    popularity = sorted(product.popularity for product in data.products())
    assert popularity[0] >= 1
    assert popularity[-1] <= 100
    assert popularity[150] < sum(popularity) / 300 < popularity[-30]


def test_credit_codes_carry_true_check_characters():
    codes = [merchant.credit_code for merchant in data.merchants()]
    assert all(is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_a_mistyped_credit_code_is_refused():
    code = credit_code(kind="91", region="110000", organization="MADEM099")
    for place in range(18):
        other = "1" if code[place] != "1" else "2"
        assert not is_valid(code[:place] + other + code[place + 1 :])
    assert check_character("91350100M000100Y4") == "3"  # the example printed with the standard


def test_companies_and_people_are_plainly_invented():
    assert all("示例" in merchant.legal_name for merchant in data.merchants())
    assert all("Example" in merchant.legal_name_en for merchant in data.merchants())
    for shopper in data.shoppers(1000):
        assert shopper.email.endswith("@demo.example.com")
        assert re.fullmatch(r"\+861990000\d{4}", shopper.phone)
        assert shopper.address.street.startswith(("示例路", "样板街", "演示大道", "示范巷", "虚构路"))


def test_shoppers_are_unique_and_stay_the_same():
    shoppers = data.shoppers()
    assert len({shopper.email for shopper in shoppers}) == len({shopper.phone for shopper in shoppers}) == 200
    assert data.shoppers(400)[:200] == shoppers
    assert {shopper.language for shopper in shoppers} == LANGUAGES


def test_reviews_are_mostly_kind_as_reviews_are():
    stars = Counter(review.stars for review in data.reviews())
    assert set(stars) == {1, 2, 3, 4, 5}
    assert stars[5] > stars[4] > stars[3] >= stars[2] > stars[1]
    texts = [review.text for review in data.reviews()]
    assert len(set(texts)) == len(texts)
    assert {answer for shop in data.shop_answers() for answer in shop.for_stars} == {1, 2, 3, 4, 5}


def test_banners_link_to_something_there():
    targets = {
        "category": {category.slug for category in data.categories()},
        "shop": {shop.slug for shop in data.shops() if shop.story == "star"},
    }
    for banner in data.banners():
        assert banner.link in targets[banner.link_kind], banner.slug
        assert set(banner.tints) <= set(banner.emoji)


def test_every_emoji_has_its_image_and_no_image_is_idle():
    stored = {path.stem for path in pictures.ASSETS.glob("*.webp")}
    assert stored == every_emoji()
    assert sum(path.stat().st_size for path in pictures.ASSETS.iterdir()) < 6_000_000
    assert "MIT License" in (pictures.ASSETS / "LICENSE").read_text()
    assert len((pictures.ASSETS / "SOURCES.txt").read_text().splitlines()) == len(stored)


def test_each_product_leads_with_a_picture_and_shows_each_color():
    for product in data.products():
        swatched = [value.id for option in product.options for value in option.values if value.swatch]
        shown = [shot.option_value for shot in product.shots if shot.option_value]
        assert shown == swatched, product.slug
        assert product.shots


def picture(ours: Picture) -> Image.Image:
    return Image.open(ours)


def test_a_picture_is_a_square_webp_and_the_same_each_time():
    arguments = {"tint": "#c8372d", "ground": "#e7ded2", "seed": 7}
    first = pictures.compose("teapot", **arguments)
    pictures._object.cache_clear()
    pictures._studio.cache_clear()

    assert pictures.compose("teapot", **arguments).name == first.name
    assert list(first.smaller) == [400, 160]
    assert (picture(first).format, picture(first).size) == ("WEBP", (800, 800))


@pytest.mark.parametrize("seed", range(4))
def test_each_arrangement_is_a_picture_of_its_own(seed):
    one = pictures.compose("apple", tint=None, ground="#e7ded2", seed=seed)
    other = pictures.compose("apple", tint=None, ground="#e7ded2", seed=(seed + 1) % 4)
    assert one.name != other.name


@pytest.mark.parametrize(
    ("tint", "strongest"), [("#c8372d", "red"), ("#2f6b4f", "green"), ("#25355c", "blue"), ("#3f7fb8", "blue")]
)
@pytest.mark.parametrize("emoji", ["dress", "backpack", "headphones", "tshirt"])
def test_a_tinted_thing_has_that_color(emoji, tint, strongest):
    content = pictures.compose(emoji, tint=tint, ground="#ffffff", seed=0)
    bands = picture(content).convert("RGB").split()
    # Of what is not ground: the tint's own band is the brightest.
    object_ = Image.merge("RGB", bands).convert("HSV").split()[1].point(lambda level: 255 if level > 60 else 0)
    means = {
        name: _mean(band, object_) for name, band in zip(("red", "green", "blue"), bands, strict=True)
    }  # fmt: skip
    assert max(means, key=means.get) == strongest


def _mean(band: Image.Image, mask: Image.Image) -> float:
    counted = band.histogram(mask)
    return sum(level * count for level, count in enumerate(counted)) / max(1, sum(counted))


def test_banners_are_wide_and_logos_small():
    banner = data.banners()[0]
    wide = pictures.banner(banner.emoji, tints=banner.tints, ground=banner.ground, accent=banner.accent, seed=0)
    shop = data.shops()[0]
    sign = pictures.logo(shop.emoji, shop.color, tint=shop.emoji_tint)

    assert (picture(wide).format, picture(wide).size) == ("WEBP", (1600, 600))
    assert (picture(sign).format, picture(sign).size) == ("WEBP", (256, 256))
    assert picture(sign).convert("RGBA").getpixel((2, 2))[3] == 0
