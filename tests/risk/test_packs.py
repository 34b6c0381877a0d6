"""Word packs: staff keep them in the admin, word by word or as files (R1)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.texts import Text
from risk.models import BannedWord, WordPack
from risk.packs import WrongFile, read_words, write_words
from risk.screening import screen
from risk.words import fill_pack
from tests.conftest import NOON
from tests.factories.accounts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def pack():
    return WordPack.objects.create(
        slug="tea", name=Text({"en": "Tea"}), why=Text({"en": "Tea law"}), severity="review", kind="food"
    )


@pytest.fixture
def desk(client):
    client.force_login(staff())
    return client


def sent(desk, pack, content: str | bytes, **more):
    content = content.encode() if isinstance(content, str) else content
    return desk.post(
        reverse("admin:risk_wordpack_import", args=[pack.pk]),
        {"file": SimpleUploadedFile("words.csv", content, "text/csv"), **more},
        HTTP_ACCEPT_LANGUAGE="en",
    )


def words_of(pack) -> list[tuple]:
    return sorted(pack.words.values_list("word", "severity", "why", "unless"))


def test_file_of_words_is_taken_over_and_what_stands_there_is_changed(desk, pack):
    BannedWord.objects.create(pack=pack, word="神茶", severity="hint")

    answer = sent(desk, pack, 'word,severity,why,unless\r\n神茶,block,,神茶山\r\n仙茶\r\n\r\n"a, b",HINT,Why\r\n')

    assert answer.status_code == 302
    assert words_of(pack) == [("a, b", "hint", "Why", ""), ("仙茶", "review", "", ""), ("神茶", "block", "", "神茶山")]
    record = AuditRecord.objects.get(action="risk.fill_pack")
    assert (record.after, record.before) == ({"came": ["仙茶", "a, b"], "changed": ["神茶"]}, {"went": []})
    assert screen(["仙茶"]).findings[0].why == "Tea law"


def test_file_that_stands_for_the_whole_pack_lets_the_others_go(desk, pack):
    BannedWord.objects.create(pack=pack, word="神茶", severity="hint")

    sent(desk, pack, "word\n仙茶\n", replaces="on")

    assert [row[0] for row in words_of(pack)] == ["仙茶"]


def test_lines_that_cannot_be_are_named_and_nothing_is_taken_over(desk, pack):
    answer = sent(desk, pack, "word,severity,unless\n仙茶,loud,\n***,block,\n龙茶,,\n龙　茶,,\n" + "长" * 61 + ",,\n")

    page = answer.content.decode()
    assert (answer.status_code, words_of(pack)) == (422, [])
    assert [str(line) for line in answer.context["wrong"]] == [
        "Line 2: “loud” is no severity; say block, review, hint.",
        "Line 3: There is no letter, digit or character in “word”.",
        "Line 6: “word” has more than 60 characters.",
    ]
    assert "Nothing was taken over: 3 lines cannot be." in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The first line must name the columns"),
        (b"severity\nblock\n", "The first line must name the columns"),
        (b"word\n", "There is no word in this file."),
        (b"word\n\xff\xfe\x00\x81", "This is no text"),
        ("word\n神茶\n神 茶\n神茶\n", "Nothing was taken over"),
    ],
)
def test_file_that_is_none_is_refused_with_the_reason(pack, content, words):
    with pytest.raises(WrongFile, match=words):
        read_words(content if isinstance(content, bytes) else content.encode(), pack)


def test_what_goes_out_comes_in_again_unchanged(pack):
    rows = [
        BannedWord(word="=1+1 茶", severity="block", why="-x", unless="@a,b"),
        BannedWord(word="“引号”, 逗号", severity="hint", why="", unless=""),
    ]
    fill_pack(pack=pack, words=rows, replaces=False, by=None, now=NOON)
    content = write_words(pack)

    read = read_words(content, pack)

    assert b"\n=1" not in content
    assert sorted((row.word, row.severity, row.why, row.unless) for row in read) == words_of(pack)
    assert fill_pack(pack=pack, words=read, replaces=True, by=None, now=NOON) == (0, 0, 0)


def test_file_in_the_encoding_of_chinese_spreadsheets_is_read(pack):
    assert [row.word for row in read_words("word\n神茶\n".encode("gb18030"), pack)] == ["神茶"]


def test_packs_are_kept_in_the_admin_on_the_record(desk):
    page = desk.get(reverse("admin:risk_wordpack_add")).context["adminform"].form
    form = {"slug": "wine", "kind": "food", "severity": "block", "scope": "food,drinks", "is_active": "on"}
    for field, said in (("name", ("酒", "Wine")), ("why", ("酒法", "Wine law"))):
        inputs = page[field].subwidgets[0].data["subwidgets"]
        form |= {one["name"]: words for one, words in zip(inputs, said, strict=True)}

    added = desk.post(reverse("admin:risk_wordpack_add"), form)
    pack = WordPack.objects.get(slug="wine")
    shown = desk.get(reverse("admin:risk_wordpack_change", args=[pack.pk]), HTTP_ACCEPT_LANGUAGE="en")
    file = desk.get(reverse("admin:risk_wordpack_export", args=[pack.pk]))
    desk.post(reverse("admin:risk_wordpack_delete", args=[pack.pk]), {"post": "yes"})

    assert (added.status_code, pack.scope, dict(pack.why)) == (
        302,
        ["food", "drinks"],
        {"zh-hans": "酒法", "en": "Wine law"},
    )
    assert "Words from a file" in shown.content.decode()
    assert file.content.decode("utf-8-sig") == "word,severity,why,unless\r\n"
    actions = AuditRecord.objects.filter(subject="pack_wine").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["risk.save_pack", "risk.drop_pack"]


def test_who_only_looks_at_packs_takes_no_file(client, pack):
    looker = staff(superuser=False)
    from django.contrib.auth.models import Permission

    looker.user_permissions.add(Permission.objects.get(codename="view_wordpack"))
    client.force_login(looker)

    assert client.get(reverse("admin:risk_wordpack_export", args=[pack.pk])).status_code == 200
    assert sent(client, pack, "word\n仙茶\n").status_code == 403
