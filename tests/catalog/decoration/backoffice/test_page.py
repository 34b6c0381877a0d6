"""The pages on which a shop puts its front page together: forms, roles, two editors, previews, versions (M4, A4)."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.decoration.content import content_of
from catalog.decoration.drafts import draft_of, latest_version
from catalog.decoration.models import PageDraft, PagePicture, PageVersion
from merchants.models import Seat
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.decoration import added, picture_file, published, words
from tests.factories.merchants import seat, shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine():
    return shop()


@pytest.fixture
def editor(client, mine):
    person = seat(mine, role=Seat.Role.EDITOR).user
    client.force_login(person)
    return client


def at(shop, name: str, *args) -> str:
    return reverse(f"backoffice:decoration:{name}", args=[shop.slug, *args])


def upload(**how) -> SimpleUploadedFile:
    return SimpleUploadedFile("p.png", picture_file(**how).read(), "image/png")


def revision(shop) -> dict:
    return {"revision": draft_of(shop).revision}


def slide(number: int, **fields) -> dict:
    return {f"slides-{number}-{name}": value for name, value in fields.items()}


def blocks(shop) -> list[dict]:
    return content_of(draft_of(shop)).blocks


def test_an_editor_adds_a_block_sees_it_publishes_it_and_goes_back(editor, mine):
    add = at(mine, "add") + "?kind=heading"
    assert editor.get(at(mine, "page")).status_code == 200
    assert editor.get(add).status_code == 200

    answer = editor.post(add, {"title_zh_hans": "春茶上新", "title_en": "Spring tea", **revision(mine)})

    block = blocks(mine)[0]
    assert answer["Location"] == f"{at(mine, 'page')}#block-{block['id']}"
    assert block["fields"] == {"title": {"zh-hans": "春茶上新", "en": "Spring tea"}, "text": {}}
    assert "春茶上新" in editor.get(at(mine, "page")).content.decode()
    assert "春茶上新" in editor.get(at(mine, "preview")).content.decode()
    page = reverse("storefront:catalog:shop", args=[mine.slug])
    assert "春茶上新" not in Client().get(page).content.decode()

    editor.post(at(mine, "publish"), {"note": "开业", **revision(mine)})
    editor.post(at(mine, "block", block["id"]), {"title_zh_hans": "夏茶", **revision(mine)})
    editor.post(at(mine, "theme"), {"theme": "plum", **revision(mine)})
    editor.post(at(mine, "publish"), revision(mine))
    editor.post(at(mine, "version-restore", 1), {"seen": 2})

    assert [(row.number, row.theme, row.note, row.restored_from) for row in PageVersion.objects.order_by("number")] == [
        (1, "lane", "开业", None),
        (2, "plum", "", None),
        (3, "lane", "", 1),
    ]
    listed = editor.get(at(mine, "versions")).content.decode()
    assert "开业" in listed
    assert "夏茶" in editor.get(at(mine, "version", 2)).content.decode()


@pytest.mark.parametrize("action", ["up", "down", "copy", "hide", "show", "remove"])
def test_every_button_of_a_block_does_its_thing(editor, mine, action):
    one, two, three = (added(mine, title=words(str(number)))["id"] for number in (1, 2, 3))

    answer = editor.post(at(mine, "block-do", two), {"action": action, **revision(mine)})

    assert answer.status_code == 302
    order = [block["id"] for block in blocks(mine)]
    copy = order[2] if action == "copy" else ""
    assert (
        order
        == {
            "up": [two, one, three],
            "down": [one, three, two],
            "copy": [one, two, copy, three],
            "hide": [one, two, three],
            "show": [one, two, three],
            "remove": [one, three],
        }[action]
    )
    assert [block["hidden"] for block in blocks(mine)].count(True) == (action == "hide")


def test_an_order_that_was_dragged_is_kept(editor, mine):
    ids = [added(mine, title=words(str(number)))["id"] for number in (1, 2, 3)]

    editor.post(at(mine, "order"), {"block": ids[::-1], **revision(mine)})

    assert [block["id"] for block in blocks(mine)] == ids[::-1]


def test_banners_come_with_pictures_and_keep_the_order_asked_for(editor, mine):
    sent = {"slides-count": "3", **revision(mine)}
    sent |= slide(0, picture=upload(), title_zh_hans="后", place="2", link="/search/?q=tea")
    sent |= slide(1, picture=upload(), title_zh_hans="先", place="1")
    editor.post(at(mine, "add") + "?kind=banners", sent)

    block = blocks(mine)[0]
    slides = block["fields"]["slides"]
    assert [(one["title"]["zh-hans"], one["link"]) for one in slides] == [("先", ""), ("后", "/search/?q=tea")]
    assert {one["picture"] for one in slides} == set(PagePicture.objects.values_list("image", flat=True))

    form = editor.get(at(mine, "block", block["id"])).content.decode()
    assert 'name="revision" value="1"' in form
    assert form.count("data-upload-field") == 3  # both, and room for one more
    kept = {f"slides-{place}-picture_kept": one["picture"] for place, one in enumerate(slides)}
    sent = {
        "slides-count": "3",
        **kept,
        **revision(mine),
        **slide(0, title_zh_hans="先", gone="on"),
        **slide(1, title_zh_hans="后"),
    }
    editor.post(at(mine, "block", block["id"]), sent)
    assert [one["title"]["zh-hans"] for one in blocks(mine)[0]["fields"]["slides"]] == ["后"]


def test_mistakes_are_told_where_they_were_made_and_nothing_typed_is_lost(editor, mine):
    sent = {"slides-count": "2", **revision(mine)}
    sent |= slide(0, picture=upload(), title_zh_hans="好")
    sent |= slide(1, title_zh_hans="无图", link="javascript:alert(1)", text_zh_hans="字" * 121)

    answer = editor.post(at(mine, "add") + "?kind=banners", sent)
    sent |= slide(0, picture="", picture_kept=PagePicture.objects.get().image.name) | slide(1, text_zh_hans="短")
    second = editor.post(at(mine, "add") + "?kind=banners", sent)

    content = answer.content.decode()
    assert answer.status_code == second.status_code == 200
    assert "120" in content  # too long, said by the form
    kept = re.search(r'name="slides-0-picture_kept" value="([^"]+)"', content)[1]
    assert kept == PagePicture.objects.get().image.name
    assert 'value="无图"' in content and "javascript:alert(1)" in content
    errors = [item.errors for item in second.context["form"].groups[0].items]
    assert [sorted(item) for item in errors] == [[], ["link", "picture"]]
    assert not PageDraft.objects.exists()


def test_a_file_that_is_no_picture_is_refused_at_its_field(editor, mine):
    svg = SimpleUploadedFile("x.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png")

    answer = editor.post(at(mine, "add") + "?kind=picture", {"picture": svg, **revision(mine)})

    assert "picture" in answer.context["form"].main.errors
    assert not PagePicture.objects.exists()


def test_a_grid_offers_the_shops_own_goods_and_categories_only(editor, mine):
    tea = category(slug="tea", name="茶")
    leaf = category(parent=tea, slug="green", name="绿茶")
    own = product(shop=mine, title="自家壶", english="自家壶", category=leaf)
    product(title="别家壶", english="别家壶", category=category(slug="cups", name="别家杯"))

    form = editor.get(at(mine, "add") + "?kind=goods").content.decode()
    assert "自家壶" in form and "别家壶" not in form
    assert 'value="tea"' in form and 'value="green"' in form and 'value="cups"' not in form

    sent = {"which": "chosen", "count": "4", "products": [own.public_id], "title_zh_hans": "手选", **revision(mine)}
    editor.post(at(mine, "add") + "?kind=goods", sent)
    assert blocks(mine)[0]["fields"]["products"] == [own.public_id]


def test_of_two_editors_the_later_one_keeps_what_she_typed(editor, mine):
    block = added(mine, title=words("旧"))["id"]
    seen = revision(mine)
    other = Client()
    other.force_login(seat(mine, shopper(display_name="阿青"), Seat.Role.MANAGER).user)
    other.post(at(mine, "block", block), {"title_zh_hans": "她的", **seen})

    answer = editor.post(at(mine, "block", block), {"title_zh_hans": "我的", **seen})

    content = answer.content.decode()
    assert answer.status_code == 200
    assert "阿青" in content and 'value="我的"' in content
    assert blocks(mine)[0]["fields"]["title"] == {"zh-hans": "她的"}
    now = re.search(r'name="revision" value="(\d+)"', content)[1]
    editor.post(at(mine, "block", block), {"title_zh_hans": "我的", "revision": now})
    assert blocks(mine)[0]["fields"]["title"] == {"zh-hans": "我的"}
    editor.get(at(mine, "page"))  # and reads that it was saved

    for name, args, sent in (
        ("block-do", [block], {"action": "remove"}),
        ("order", [], {"block": [block]}),
        ("theme", [], {"theme": "ink"}),
        ("publish", [], {}),
        ("discard", [], {}),
    ):
        before = draft_of(mine)
        told = editor.post(at(mine, name, *args), {**sent, **seen}, follow=True)
        assert [message.level_tag for message in told.context["messages"]] == ["error"], name
        assert draft_of(mine).revision == before.revision
    assert not PageVersion.objects.exists()


def test_going_back_from_an_old_list_is_told(editor, mine):
    for number in (1, 2, 3):
        added(mine, title=words(str(number)))
        published(mine)

    told = editor.post(at(mine, "version-restore", 1), {"seen": 2}, follow=True)

    assert [message.level_tag for message in told.context["messages"]] == ["error"]
    assert latest_version(mine).number == 3


@pytest.mark.parametrize(
    ("role", "may_edit"),
    [
        (Seat.Role.OWNER, True),
        (Seat.Role.MANAGER, True),
        (Seat.Role.EDITOR, True),
        (Seat.Role.CLERK, False),
        (Seat.Role.SERVICE, False),
        (Seat.Role.FINANCE, False),
        (Seat.Role.READER, False),
    ],
)
def test_owners_managers_and_editors_change_the_page_and_everybody_of_the_shop_sees_it(client, mine, role, may_edit):
    block = added(mine)["id"]
    published(mine)
    client.force_login(seat(mine, role=role).user)

    for name, args in (("page", []), ("preview", []), ("versions", []), ("version", [1])):
        assert client.get(at(mine, name, *args)).status_code == 200
    assert ("block-do" in client.get(at(mine, "page")).content.decode()) is False
    assert (f'action="{at(mine, "block-do", block)}"' in client.get(at(mine, "page")).content.decode()) is may_edit
    answers = [
        client.post(at(mine, "add") + "?kind=space", {"size": "small", **revision(mine)}),
        client.post(at(mine, "block-do", block), {"action": "hide", **revision(mine)}),
        client.post(at(mine, "publish"), revision(mine)),
    ]
    assert {answer.status_code for answer in answers} == ({302} if may_edit else {403})
    assert PageVersion.objects.count() == (2 if may_edit else 1)


def test_a_shop_that_leaves_can_only_look(editor, mine):  # M9
    added(mine)
    mine.status = "exiting"
    mine.save()

    assert editor.get(at(mine, "page")).status_code == 200
    assert editor.post(at(mine, "publish"), revision(mine)).status_code == 403


def test_a_preview_is_the_real_page_marked_and_kept_nowhere(editor, mine):
    sku(shop=mine)
    added(mine, "goods")

    answer = editor.get(at(mine, "preview"))

    content = answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert 'name="robots" content="noindex"' in content
    assert 'class="preview-mark"' in content and "block-goods" in content and "data-listing" in content


def test_the_page_of_blocks_asks_the_same_however_many_there_are(editor, mine, django_assert_max_num_queries):
    added(mine, "heading")
    added(mine, "goods")
    editor.get(at(mine, "page"))
    counts = []
    for _time in range(2):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            editor.get(at(mine, "page"))
        counts.append(len(asked))
        for _more in range(3):
            added(mine, "heading")
        added(mine, "goods")

    assert counts[0] == counts[1]


@pytest.mark.parametrize("sent", [{}, {"revision": "x"}, {"revision": "-1"}, {"revision": "9" * 30}])
def test_what_was_not_sent_whole_changes_nothing(editor, mine, sent):
    block = added(mine)["id"]
    before = draft_of(mine).revision

    for name, args, more in (
        ("add", [], {"title_zh_hans": "x"}),
        ("block", [block], {"title_zh_hans": "x"}),
        ("block-do", [block], {"action": "remove"}),
        ("block-do", [block], {"action": "explode", "revision": before}),
        ("theme", [], {"theme": "neon", "revision": before}),
        ("order", [], {}),
        ("publish", [], {}),
        ("discard", [], {}),
    ):
        address = at(mine, name, *args) + ("?kind=heading" if name == "add" else "")
        assert editor.post(address, {**sent, **more}).status_code in {200, 302}

    assert draft_of(mine).revision == before
    assert not PageVersion.objects.exists()
