"""What each kind of block takes and what it refuses (M4)."""

import pytest

from catalog.decoration.content import Content, PageFull, WrongBlock, checked, content_of, fits, new_block
from catalog.decoration.kinds import kinds
from catalog.decoration.models import PageVersion
from risk.models import BannedWord
from tests.factories.catalog import product
from tests.factories.decoration import fields_of, kept_picture, words
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
KINDS = ["banners", "goods", "text", "picture", "pictures", "strip", "heading", "space"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine():
    return shop()


def wrong(kind: str, fields: object, shop) -> dict[str, str]:
    with pytest.raises(WrongBlock) as refused:
        kinds()[kind].clean(fields, shop)
    return refused.value.errors


def test_these_kinds_are_offered():
    assert list(kinds()) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_block_is_kept_as_it_is_and_cleaning_it_again_changes_nothing(mine, kind):
    fields = fields_of(kind, mine)

    kept = kinds()[kind].clean(fields, mine)

    assert kept == fields
    assert kinds()[kind].clean(kept, mine) == kept


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nonsense", [None, [], "text", 7, {"onload": "x"}, {"__proto__": {}}])
def test_nonsense_is_no_block(mine, kind, nonsense):
    if kind == "space" and isinstance(nonsense, dict):
        nonsense = {"size": "huge"}

    assert wrong(kind, nonsense, mine)


@pytest.mark.parametrize(
    ("kind", "field", "value", "path"),
    [
        ("banners", "slides", [], "slides"),
        ("banners", "slides", [{}] * 7, "slides"),
        ("banners", "slides", [{"title": {"zh-hans": "x"}}], "slides.0.picture"),
        ("banners", "slides", "x", "slides"),
        ("goods", "which", "all", "which"),
        ("goods", "which", "chosen", "products"),
        ("goods", "which", "category", "category"),
        ("goods", "count", 1, "count"),
        ("goods", "count", 25, "count"),
        ("goods", "count", "4", "count"),
        ("goods", "count", True, "count"),
        ("goods", "count", None, "count"),
        ("goods", "category", "nowhere", "category"),
        ("goods", "products", ["prd_x"], "products"),
        ("goods", "products", "prd_x", "products"),
        ("goods", "products", [["a"]], "products"),
        ("goods", "title", words("长" * 61), "title"),
        ("goods", "title", "plain", "title"),
        ("goods", "title", {"fr": "x"}, "title"),
        ("goods", "title", {"zh-hans": 3}, "title"),
        ("text", "text", {}, "text"),
        ("text", "text", {"en": "English alone"}, "text"),
        ("text", "text", words("字" * 8_001), "text"),
        ("text", "title", words("a\x00b"), "title"),
        ("text", "title", words("left \u202e right"), "title"),
        ("picture", "picture", "", "picture"),
        ("picture", "picture", "decoration/aa/bb-600x200.webp", "picture"),
        ("picture", "picture", "../../etc/passwd", "picture"),
        ("picture", "picture", "a\x00b", "picture"),
        ("picture", "link", "javascript:alert(1)", "link"),
        ("picture", "link", 5, "link"),
        ("pictures", "pictures", [{}], "pictures"),
        ("strip", "text", {}, "text"),
        ("strip", "text", words("字" * 121), "text"),
        ("strip", "link", "//evil.example", "link"),
        ("heading", "title", {}, "title"),
        ("space", "size", "huge", "size"),
        ("space", "size", ["small"], "size"),
    ],
)
def test_a_bad_value_is_refused_where_it_stands(mine, kind, field, value, path):
    fields = fields_of(kind, mine) | {field: value}

    assert list(wrong(kind, fields, mine)) == [path]


def test_a_picture_that_leads_somewhere_says_where(mine):
    fields = fields_of("picture", mine, alt={})

    assert list(wrong("picture", fields, mine)) == ["alt"]
    slide = fields_of("banners", mine)["slides"][0] | {"title": {}}
    assert list(wrong("banners", {"slides": [slide]}, mine)) == ["slides.0.alt"]


def test_another_shops_pictures_and_products_are_not_mine(mine):  # R6
    other = shop()
    theirs = kept_picture(other)
    goods = product(shop=other)

    assert list(wrong("picture", fields_of("picture", mine, picture=theirs), mine)) == ["picture"]
    chosen = fields_of("goods", mine, which="chosen", products=[goods.public_id])
    assert list(wrong("goods", chosen, mine)) == ["products"]


def test_words_that_a_shop_must_not_carry_are_refused_in_every_text(mine):  # R1
    BannedWord.objects.create(word="蓬莱仙力", severity="block", why="…")

    for kind, fields in (
        ("heading", {"title": words("蓬莱仙力")}),
        ("text", fields_of("text", mine, text=words("<p>蓬<b>莱</b>仙力</p>"))),
        ("banners", {"slides": [fields_of("banners", mine)["slides"][0] | {"text": words("蓬 莱 仙 力")}]}),
    ):
        assert "蓬莱仙力" in wrong(kind, fields, mine)[""]


def test_rich_text_keeps_what_is_harmless_and_loses_the_rest(mine):
    typed = (
        '<h2>大</h2><h3 style="color:red" onclick="x()">小</h3><p>好<script>alert(1)</script><img src="x" onerror="y">'
        '<a href="/search/?q=茶" target="_blank">茶</a><a href="//evil.example">坏</a>'
        '<a href="https://example.com/" rel="dofollow">外</a></p>'
        '<table><tr><td colspan="2" bgcolor="red">1</td></tr></table>'
    )

    kept = kinds()["text"].clean({"text": words(typed)}, mine)["text"]["zh-hans"]

    assert kept == (
        '大<h3>小</h3><p>好<a href="/search/?q=茶" rel="noopener nofollow">茶</a><a rel="noopener nofollow">坏</a>'
        '<a href="https://example.com/" rel="noopener nofollow">外</a></p>'
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
    )


def test_a_page_has_its_bounds(mine):
    heading = {"title": words("题")}

    with pytest.raises(PageFull):
        fits(Content(blocks=[new_block("heading", heading) for _time in range(11)]))
    with pytest.raises(PageFull):
        fits(Content(blocks=[new_block(kind, {}) for kind in KINDS for _time in range(4)]))
    with pytest.raises(PageFull):
        fits(Content(blocks=[new_block("text", {"text": words("字" * 8_000 * 26)})]))


def test_what_is_published_is_looked_at_again_block_by_block(mine):
    good = new_block("heading", {"title": words("题")})
    assert [block["id"] for block in checked(Content(blocks=[good]), mine).blocks] == [good["id"]]

    for bad in (
        {**good, "kind": "coupons"},
        {**good, "id": "x"},
        {**good, "hidden": "no"},
        {**good, "more": 1},
        {**good, "fields": {"title": words("字" * 61)}},
        "block",
    ):
        with pytest.raises(WrongBlock, match="2"):
            checked(Content(blocks=[good, bad]), mine)
    with pytest.raises(WrongBlock):
        checked(Content(blocks=[good, good]), mine)
    with pytest.raises(WrongBlock):
        checked(Content(theme="neon", blocks=[good]), mine)


def test_content_of_an_older_schema_reads_under_the_rules_of_today():
    row = PageVersion(theme="tea", schema=1, blocks=[{"kind": "title"}])
    steps = {
        1: lambda blocks: [{**block, "kind": "heading"} for block in blocks],
        2: lambda blocks: [{**block, "hidden": False} for block in blocks],
    }

    assert content_of(row, steps) == Content("tea", [{"kind": "heading", "hidden": False}])
    assert row.blocks == [{"kind": "title"}]


def test_a_theme_that_is_gone_is_the_usual_one():
    assert content_of(PageVersion(theme="neon", schema=1)).theme == "lane"
