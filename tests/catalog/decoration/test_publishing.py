"""What shoppers see (M4): versions are only added, and any of them can be shown again."""

import pytest
from django.db import DatabaseError, connection, transaction

from catalog.decoration import drafts, publishing
from catalog.decoration.content import content_of
from catalog.decoration.drafts import DraftChanged, draft_of, is_changed, latest_version
from catalog.decoration.kinds import WrongBlock
from catalog.decoration.models import PageDraft, PageVersion
from catalog.decoration.publishing import NoSuchVersion, NothingToPublish, PublishedMeanwhile
from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from merchants.states import NotInThisState
from risk.models import BannedWord
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category
from tests.factories.decoration import added, published, restored, words
from tests.factories.merchants import shop
from tests.merchants.test_applications_at_once import side_by_side

db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def titles(row) -> list[str]:
    return [block["fields"]["title"]["zh-hans"] for block in content_of(row).blocks]


@db
def test_publishing_writes_a_version_with_who_when_and_why_and_announces_it():
    mine, by = shop(), shopper()
    added(mine, title=words("一"))

    version = published(mine, by=by, note="  开业 \n 首页 ")

    assert (version.number, version.published_by, version.published_at, version.note, version.restored_from) == (
        1, by, NOON, "开业 首页", None,
    )  # fmt: skip
    assert titles(version) == ["一"]
    assert not is_changed(draft_of(mine), version)
    event = OutboxEvent.objects.get()
    assert event.name == "ShopPagePublished"
    assert event.payload["number"] == 1
    note = AuditRecord.objects.get(action="decoration.publish_page")
    assert (note.actor, note.subject, note.after["version"]) == (by, mine.public_id, 1)


@db
def test_what_shoppers_see_already_is_not_published_again():
    mine = shop()
    with pytest.raises(NothingToPublish), transaction.atomic():
        published(mine)
    added(mine)
    published(mine)

    with pytest.raises(NothingToPublish), transaction.atomic():
        published(mine)

    assert PageVersion.objects.count() == 1


@db
def test_an_empty_page_is_published_to_go_back_to_the_usual_look():
    mine = shop()
    block = added(mine)
    published(mine)
    drafts.remove_block(
        shop=mine, block_id=block["id"], revision=draft_of(mine).revision, by=shopper(), now=NOON
    )  # fmt: skip

    assert published(mine).blocks == []


@db
def test_any_version_is_shown_again_as_a_new_one():
    mine, by = shop(), shopper()
    for number in (1, 2, 3):
        added(mine, title=words(f"题 {number}"))
        published(mine)

    version = restored(mine, 1, by=by)

    assert (version.number, version.restored_from, version.published_by) == (4, 1, by)
    assert titles(version) == ["题 1"]
    assert titles(draft_of(mine)) == ["题 1"]  # it had nothing of its own
    assert [titles(row) for row in PageVersion.objects.order_by("number")] == [
        ["题 1"], ["题 1", "题 2"], ["题 1", "题 2", "题 3"], ["题 1"],
    ]  # fmt: skip
    assert OutboxEvent.objects.latest("pk").payload["restored_from"] == 1
    assert titles(restored(mine, 3)) == ["题 1", "题 2", "题 3"]


@db
def test_a_draft_with_changes_of_its_own_outlives_going_back():
    mine = shop()
    for number in (1, 2):
        added(mine, title=words(f"题 {number}"))
        published(mine)
    added(mine, title=words("未发布"))
    revision = draft_of(mine).revision

    restored(mine, 1)

    assert titles(draft_of(mine)) == ["题 1", "题 2", "未发布"]
    assert draft_of(mine).revision == revision


@db
def test_going_back_is_refused_when_it_makes_no_sense():
    mine, by = shop(), shopper()
    with pytest.raises(NoSuchVersion), transaction.atomic():
        publishing.restore_version(shop=mine, number=1, seen=1, by=by, now=NOON)
    added(mine)
    published(mine)
    for number, seen, refusal in ((2, 1, NoSuchVersion), (1, 1, NothingToPublish)):
        with pytest.raises(refusal), transaction.atomic():
            publishing.restore_version(shop=mine, number=number, seen=seen, by=by, now=NOON)
    added(mine)
    published(mine)

    with pytest.raises(PublishedMeanwhile, match="2"):
        publishing.restore_version(shop=mine, number=1, seen=1, by=by, now=NOON)


@db
def test_another_shops_version_is_not_there():  # R6
    mine, other = shop(), shop()
    added(other)
    published(other)
    added(mine)
    published(mine)
    added(other)
    published(other)

    with pytest.raises(NoSuchVersion):
        publishing.restore_version(shop=mine, number=2, seen=1, by=shopper(), now=NOON)


@db
def test_a_word_that_was_forbidden_meanwhile_is_not_published_nor_restored():  # R1
    mine = shop()
    added(mine, title=words("蓬莱仙力"))
    published(mine)
    added(mine, title=words("又一题"))
    published(mine)
    BannedWord.objects.create(word="蓬莱仙力", severity="block", why="…")

    with pytest.raises(WrongBlock, match="蓬莱仙力"), transaction.atomic():
        restored(mine, 1)
    added(mine, title=words("第三题"))
    with pytest.raises(WrongBlock), transaction.atomic():
        published(mine)
    assert PageVersion.objects.count() == 2


@db
def test_what_a_version_named_may_be_gone_and_it_is_still_shown_again():
    mine, cups = shop(), category(slug="cups")
    added(mine, "goods", which="category", category="cups")
    added(mine)
    published(mine)
    added(mine, "space")
    published(mine)
    cups.delete()

    assert len(restored(mine, 1).blocks) == 2
    added(mine, "space")
    with pytest.raises(WrongBlock, match="1"):  # until the block names another
        published(mine)


@db
def test_a_shop_that_leaves_publishes_nothing():  # M9
    mine = shop()
    added(mine)
    mine.status = "exiting"
    mine.save()

    with pytest.raises(NotInThisState):
        published(mine)


@db
@pytest.mark.parametrize("sql", ["UPDATE decoration_pageversion SET note = 'x'", "DELETE FROM decoration_pageversion"])
def test_the_database_keeps_versions_as_they_were_published(sql):
    mine = shop()
    added(mine)
    published(mine)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_of_many_who_publish_at_once_one_does_and_the_others_are_told(committed_db):
    mine, people = shop(), [shopper() for _number in range(4)]
    added(mine)
    seen = draft_of(mine).revision

    outcomes = side_by_side(
        *(
            lambda by=by: publishing.publish_page(shop=mine, revision=seen, by=by, now=NOON)
            for by in people
        )
    )  # fmt: skip

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DraftChanged"] * 3 + ["PageVersion"]
    assert list(PageVersion.objects.values_list("number", flat=True)) == [1]
    assert OutboxEvent.objects.count() == 1


def test_of_many_who_begin_a_page_at_once_one_block_is_first_and_the_others_are_told(committed_db):
    mine, people = shop(), [shopper() for _number in range(4)]

    outcomes = side_by_side(
        *(
            lambda by=by: drafts.add_block(
                shop=mine, kind="space", fields={"size": "small"}, revision=0, by=by, now=NOON
            )
            for by in people
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DraftChanged"] * 3 + ["dict"]
    assert len(PageDraft.objects.get().blocks) == 1


def test_without_the_guard_a_later_editor_overwrites(committed_db, monkeypatch):  # negative control
    mine, by = shop(), shopper()
    block = added(mine)["id"]
    seen = draft_of(mine).revision
    save = {"shop": mine, "block_id": block, "revision": seen, "by": by, "now": NOON}
    drafts.save_block(fields={"title": words("先")}, **save)
    with pytest.raises(DraftChanged):
        drafts.save_block(fields={"title": words("后")}, **save)

    monkeypatch.setattr(drafts, "locked", lambda shop, revision: drafts.locked_at_any_revision(shop))
    drafts.save_block(fields={"title": words("后")}, **save)

    assert titles(draft_of(mine)) == ["后"]


def test_restoring_and_publishing_at_once_make_numbers_that_follow_each_other(committed_db):
    mine, by = shop(), shopper()
    for number in (1, 2):
        added(mine, title=words(f"题 {number}"))
        published(mine)
    added(mine, title=words("三"))
    seen = draft_of(mine).revision

    outcomes = side_by_side(
        lambda: publishing.publish_page(shop=mine, revision=seen, by=by, now=NOON),
        lambda: publishing.restore_version(shop=mine, number=1, seen=2, by=by, now=NOON),
    )

    numbers = list(PageVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    done = [outcome for outcome in outcomes if isinstance(outcome, PageVersion)]
    assert len(done) == len(numbers) - 2 >= 1
    assert all(isinstance(outcome, PageVersion | PublishedMeanwhile) for outcome in outcomes)
    assert latest_version(mine).number == numbers[-1]
