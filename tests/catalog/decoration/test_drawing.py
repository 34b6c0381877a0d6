"""The shop's page as shoppers see it (M4): the published version, its goods as they stand, in planned queries."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from catalog import products
from catalog.decoration import drafts
from catalog.decoration.content import Content, new_block
from catalog.decoration.drafts import draft_of
from catalog.decoration.drawing import drawn
from catalog.models import ProductStats
from mall.events import deliver_everything
from mall.tunables.registry import forget
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.decoration import added, fields_of, published, restored, words
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
EVERY_KIND = ["banners", "goods", "text", "picture", "pictures", "strip", "heading", "space"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page_of(shop) -> str:
    return reverse("storefront:catalog:shop", args=[shop.slug])


def front(client, shop, **query) -> str:
    return client.get(page_of(shop), query).content.decode()


def titles_of(block) -> list[str]:
    return [str(card.title) for card in block["goods"]]


def test_shoppers_see_the_usual_look_until_something_is_published(client):
    mine = shop()
    sku(shop=mine)
    added(mine, title=words("只在草稿里"))

    content = front(client, mine)

    assert "只在草稿里" not in content
    assert 'class="decoration' not in content
    assert f'fill="{mine.colour}"' in content


def test_publishing_and_going_back_show_at_once(client, django_capture_on_commit_callbacks):
    mine = shop()
    front(client, mine)
    with django_capture_on_commit_callbacks(execute=True):
        added(mine, title=words("第一题"))
        drafts.choose_theme(
            shop=mine, theme="pine", revision=draft_of(mine).revision, by=shopper(), now=NOON
        )  # fmt: skip
        published(mine)
    content = front(client, mine)
    assert "第一题" in content and "theme-pine" in content and "第二题" not in content

    with django_capture_on_commit_callbacks(execute=True):
        added(mine, title=words("第二题"))
        published(mine)
    assert "第二题" in front(client, mine)

    with django_capture_on_commit_callbacks(execute=True):
        restored(mine, 1)
    content = front(client, mine)
    assert "第一题" in content and "第二题" not in content


def test_every_kind_is_drawn_with_pictures_that_know_their_sizes(client):
    mine = shop()
    sku(shop=mine)
    for kind in EVERY_KIND:
        added(mine, kind)
    published(mine)

    content = front(client, mine)

    part = content[content.index('class="decoration') : content.index('class="wrap shop-listing')]
    for kind in EVERY_KIND:
        assert f"block-{kind}" in part
    pictures = re.findall(r"<img [^>]+>", part)
    assert len(pictures) >= 4
    for picture in pictures:
        assert re.search(r' width="\d+" height="\d+"', picture), picture
        assert " alt=" in picture
    ours = [picture for picture in pictures if "/decoration/" in picture]
    assert len(ours) == 4
    assert all("srcset=" in picture and "sizes=" in picture for picture in ours)
    assert [("fetchpriority" in picture, "lazy" in picture) for picture in ours] == [(True, False)] + [
        (False, True)
    ] * 3
    assert '<a href="https://example.com/kiln" rel="noopener nofollow">' in part
    assert not re.search(r"\sstyle=|\son[a-z]+=", part)


def test_a_hidden_block_and_one_of_a_kind_that_is_gone_are_not_drawn():
    mine = shop()
    blocks = [new_block("heading", {"title": words(title)}) for title in ("一", "二")]
    blocks[0]["hidden"] = True
    blocks.append(new_block("lottery", {"title": words("三")}))

    assert [block["id"] for block in drawn(Content(blocks=blocks), mine)["blocks"]] == [blocks[1]["id"]]
    assert drawn(Content(blocks=[blocks[0], blocks[2]]), mine) is None


def test_a_grid_shows_the_chosen_in_their_order_the_newest_the_best_selling_or_those_of_a_category():
    mine = shop()
    tea, cups = category(slug="tea"), category(slug="cups")
    leaf = category(parent=tea, slug="green")
    rows = {
        name: product(shop=mine, title=name, english=name, category=of, on_sale_at=NOON.replace(hour=hour))
        for name, of, hour in (("a", leaf, 1), ("b", leaf, 2), ("c", cups, 3))
    }
    product(title="foreign", english="foreign", category=leaf)
    for row, sold in zip(rows.values(), (5, 9, 1), strict=True):
        ProductStats.objects.filter(product=row).update(sold_count=sold)

    def shown(**fields) -> list[str]:
        page = drawn(Content(blocks=[new_block("goods", fields_of("goods", mine, **fields))]), mine)
        return titles_of(page["blocks"][0])

    chosen = [rows["c"].public_id, rows["a"].public_id]
    assert shown(which="chosen", products=chosen) == ["c", "a"]
    assert shown(which="newest") == ["c", "b", "a"]
    assert shown(which="popular") == ["b", "a", "c"]
    assert shown(which="popular", count=2) == ["b", "a"]
    assert shown(which="category", category="tea") == ["b", "a"]


def test_goods_that_cannot_be_seen_vanish_and_an_empty_grid_with_them():
    mine = shop()
    one, two = product(shop=mine, title="一", english="一"), product(shop=mine, title="二", english="二")
    chosen = fields_of("goods", mine, which="chosen", products=[one.public_id, two.public_id])
    content = Content(blocks=[new_block("goods", chosen), new_block("goods", fields_of("goods", mine))])
    assert [titles_of(block) for block in drawn(content, mine)["blocks"]] == [["一", "二"], ["二", "一"]]

    one.status = "withheld"
    one.save()
    assert [titles_of(block) for block in drawn(content, mine)["blocks"]] == [["二"], ["二"]]

    two.status = "off_sale"
    two.save()
    assert drawn(content, mine) is None


def test_a_product_taken_off_sale_leaves_the_kept_page_at_once(client, django_capture_on_commit_callbacks):
    mine = shop()
    row = sku(shop=mine).product
    added(mine, "goods", which="chosen", products=[row.public_id])
    with django_capture_on_commit_callbacks(execute=True):
        published(mine)
    assert "block-goods" in front(client, mine)

    with django_capture_on_commit_callbacks(execute=True):
        products.take_off_sale(product=row, by=None, now=NOON)

    assert "block-goods" not in front(client, mine)


@pytest.mark.parametrize("many", [1, 3])
def test_a_decorated_page_asks_the_same_however_much_is_on_it_and_nothing_when_warm(
    client, django_assert_num_queries, many
):
    mine = shop()
    tea = category(slug="tea")
    rows = [sku(product=product(shop=mine, category=tea)).product for _number in range(many)]
    for _time in range(many):
        added(mine, "goods", which="chosen", products=[row.public_id for row in rows])
        added(mine, "goods", which="newest")
    added(mine, "goods", which="popular")
    added(mine, "goods", which="category", category="tea")
    for kind in ("banners", "pictures", "text"):
        added(mine, kind)
    published(mine)
    client.get("/healthz/")
    cache.clear()

    with django_assert_num_queries(2 + 7 + 1 + 1 + 1 + 1 + 3 + 4):
        # tunables and menu; the usual look; the version; chosen, newest, best-selling; category, subtree, its goods;
        # what is on offer for the cards of the blocks, of the list, in this shop, and of other shops here
        forget()
        first = client.get(page_of(mine))
    with django_assert_num_queries(0):
        second = client.get(page_of(mine))

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Set-Cookie" not in first


def test_a_narrowed_list_comes_without_the_front_and_with_the_way_back_to_it(client):
    mine = shop()
    sku(shop=mine)
    added(mine, title=words("门面"))
    published(mine)

    assert "门面" in front(client, mine)
    narrowed = front(client, mine, sort="newest")

    assert "门面" not in narrowed
    assert 'class="shop-back"' in narrowed
    assert 'class="shop-back"' not in front(client, shop(), sort="newest")


@pytest.mark.parametrize(("status", "answer"), [("frozen", 404), ("exiting", 410), ("closed", 410)])
def test_a_shop_that_is_not_seen_shows_no_page(client, status, answer):  # M7, M9
    mine = shop()
    added(mine, title=words("门面"))
    published(mine)
    mine.status, mine.frozen_at = status, NOON
    mine.save()
    deliver_everything()

    response = client.get(page_of(mine))

    assert response.status_code == answer
    assert "门面" not in response.content.decode()


def test_what_got_into_the_database_another_way_is_still_harmless(client):
    mine = shop()
    block = added(mine, "text")
    draft = draft_of(mine)
    draft.blocks = [
        {**block, "fields": {"title": {"zh-hans": "<script>1</script>"}, "text": {"zh-hans": "<b onclick=x>y</b>"}}},
        new_block("picture", {"picture": "products/../x.webp", "link": "javascript:1", "alt": 7, "caption": []}),
        new_block("strip", {"text": {"zh-hans": "字"}, "link": "javascript:1"}),
        new_block("goods", {"which": "everything", "count": 10**9, "products": {"a": 1}}),
        new_block("banners", {"slides": [{"picture": "decoration/x-9x9.webp"}, None, 3]}),
        new_block("space", None),
    ]

    shown = drawn(Content("lane", draft.blocks), mine)["blocks"]

    assert [block["kind"] for block in shown] == ["text", "strip", "banners", "space"]
    assert shown[0]["text"] == "<b>y</b>"
    assert shown[1]["link"] is None
