"""Putting a page together (M4): one draft, every change of it by a verb, and two editors who lose nothing."""

import pytest
from django.db import transaction

from catalog.decoration import drafts
from catalog.decoration.content import content_of
from catalog.decoration.drafts import DraftChanged, NoSuchBlock, draft_of, is_changed, latest_version
from catalog.decoration.kinds import WrongBlock
from catalog.decoration.models import PageDraft, PagePicture
from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from mall.pictures import NotAPicture
from mall.refusals import Refusal
from mall.tenancy import shop_scope
from merchants.states import TABLE, NotInThisState
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.decoration import added, fields_of, picture_file, published, words
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mine():
    return shop()


def ids(shop) -> list[str]:
    return [block["id"] for block in content_of(draft_of(shop)).blocks]


def given(shop, **more) -> dict:
    return {"shop": shop, "revision": draft_of(shop).revision, "by": shopper(), "now": NOON, **more}


def test_a_shop_that_never_began_has_an_empty_draft_and_no_row(mine):
    draft = draft_of(mine)

    assert (content_of(draft).blocks, draft.revision, draft.theme) == ([], 0, "lane")
    assert not PageDraft.objects.exists()
    assert not is_changed(draft, latest_version(mine))


def test_blocks_are_added_moved_copied_hidden_and_removed(mine):
    one, two, three = (added(mine, title=words(f"题 {number}"))["id"] for number in (1, 2, 3))
    assert ids(mine) == [one, two, three]

    drafts.move_block(block_id=three, by_places=-1, **given(mine))
    assert ids(mine) == [one, three, two]
    drafts.move_block(block_id=one, by_places=-1, **given(mine))
    assert ids(mine) == [one, three, two]
    drafts.move_block(block_id=two, by_places=1, **given(mine))
    assert ids(mine) == [one, three, two]
    drafts.arrange_blocks(block_ids=[two, "stranger", one], **given(mine))
    assert ids(mine) == [two, one, three]

    copy = drafts.copy_block(block_id=two, **given(mine))
    assert ids(mine) == [two, copy["id"], one, three]
    assert copy["fields"]["title"] == words("题 2")

    drafts.hide_block(block_id=one, hidden=True, **given(mine))
    assert [block["hidden"] for block in draft_of(mine).blocks] == [False, False, True, False]
    drafts.hide_block(block_id=one, hidden=False, **given(mine))
    drafts.remove_block(block_id=copy["id"], **given(mine))
    drafts.choose_theme(theme="tea", **given(mine))
    drafts.save_block(block_id=one, fields={"title": words("新题")}, **given(mine))

    draft = draft_of(mine)
    assert [block["fields"]["title"]["zh-hans"] for block in draft.blocks] == ["题 2", "新题", "题 3"]
    assert (draft.theme, draft.revision) == ("tea", 13)
    assert AuditRecord.objects.filter(action__startswith="decoration.").count() == 13
    assert not OutboxEvent.objects.exists()


def test_a_draft_that_is_discarded_begins_again_from_what_shoppers_see(mine):
    added(mine)
    published(mine)
    added(mine, "strip")
    drafts.choose_theme(theme="plum", **given(mine))
    assert is_changed(draft_of(mine), latest_version(mine))

    drafts.discard_draft(**given(mine))

    assert not is_changed(draft_of(mine), latest_version(mine))
    assert draft_of(mine).revision == 5  # never begins anew, so nobody's old page fits again


VERBS = [
    lambda block_id, **given: drafts.add_block(kind="space", fields={"size": "small"}, **given),
    lambda **given: drafts.save_block(fields={"title": words("题")}, **given),
    lambda **given: drafts.move_block(by_places=1, **given),
    lambda block_id, **given: drafts.arrange_blocks(block_ids=[block_id], **given),
    lambda **given: drafts.copy_block(**given),
    lambda **given: drafts.hide_block(hidden=True, **given),
    lambda **given: drafts.remove_block(**given),
    lambda block_id, **given: drafts.choose_theme(theme="ink", **given),
    lambda block_id, **given: drafts.discard_draft(**given),
]


@pytest.mark.parametrize("verb", VERBS)
def test_of_two_editors_the_later_one_is_told_and_nothing_is_overwritten(mine, verb):
    block = added(mine)["id"]
    seen = draft_of(mine).revision
    first = shopper(display_name="阿青")
    drafts.save_block(
        shop=mine, block_id=block, fields={"title": words("第一个")}, revision=seen, by=first, now=NOON
    )  # fmt: skip
    before = draft_of(mine)

    with pytest.raises(DraftChanged, match="阿青"), transaction.atomic():
        verb(shop=mine, block_id=block, revision=seen, by=shopper(), now=NOON)

    after = draft_of(mine)
    assert (after.revision, after.blocks, after.theme) == (before.revision, before.blocks, before.theme)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", TABLE.values(), ids=lambda state: state.name)
def test_a_page_is_changed_where_the_table_of_states_allows_it(mine, verb, state):  # M9
    block = added(mine)["id"]
    mine.status, mine.restriction, mine.frozen_at = state.status, state.level, NOON
    mine.save()
    sent = given(mine, block_id=block)

    if state.may("edit"):
        verb(**sent)
    else:
        with pytest.raises(NotInThisState), transaction.atomic():
            verb(**sent)
        with pytest.raises(NotInThisState), transaction.atomic():
            drafts.keep_picture(shop=mine, image=picture_file(), by=shopper(), now=NOON)


@pytest.mark.parametrize("verb", VERBS[1:3] + VERBS[4:7])
def test_a_block_that_is_gone_is_not_found(mine, verb):
    added(mine)

    with pytest.raises(NoSuchBlock):
        verb(**given(mine, block_id="0123456789"))


def test_a_kind_or_a_theme_that_is_not_offered_is_refused(mine):
    for verb, more in ((drafts.add_block, {"kind": "coupons", "fields": {}}), (drafts.choose_theme, {"theme": "neon"})):
        with pytest.raises(WrongBlock), transaction.atomic():
            verb(**given(mine), **more)


def test_the_same_picture_twice_is_one_and_bounds_hold(mine, monkeypatch):
    by = shopper()
    names = {
        drafts.keep_picture(shop=mine, image=picture_file(colour="#336699"), by=by, now=NOON) for _time in range(2)
    }
    assert len(names) == 1
    assert PagePicture.objects.get().image.name in names

    monkeypatch.setattr(drafts, "MOST_PICTURES", 1)
    with pytest.raises(Refusal, match="1"), transaction.atomic():
        drafts.keep_picture(shop=mine, image=picture_file(), by=by, now=NOON)
    with pytest.raises(NotAPicture), transaction.atomic():
        drafts.keep_picture(shop=mine, image=fake_picture(), by=by, now=NOON)


def fake_picture():
    from django.core.files.base import ContentFile

    return ContentFile(b"<svg onload=alert(1)>", name="x.png")


def test_all_of_it_works_in_the_shops_own_scope(mine):  # R6
    added(shop())
    with shop_scope(mine.pk):
        block = added(mine, "banners")
        added(mine, "goods")
        drafts.copy_block(block_id=block["id"], **given(mine))
        version = published(mine)

    assert (version.number, len(version.blocks)) == (1, 3)


def test_what_a_block_holds_is_said_in_a_few_words(mine):
    from catalog.decoration.kinds import kinds

    said = {kind: kinds()[kind].said(fields_of(kind, mine)) for kind in kinds()}

    space = kinds()["space"].said({})
    assert list(said.values()) == ["春茶上新", "热卖", "关于", "窑前", "杯", "两日内发货", "新品", space]
    assert len(kinds()["heading"].said({"title": words("字" * 100)})) == 60
