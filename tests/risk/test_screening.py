import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.tenancy import shop_scope
from mall.texts import Text
from risk.lexicon import Entry, Lexicon
from risk.models import BannedWord, WordPack
from risk.screening import Finding, Passage, Verdict, banned_words, normal, screen
from tests.factories.merchants import shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def words():
    BannedWord.objects.all().delete()
    BannedWord.objects.bulk_create(
        [
            BannedWord(word="国家级", severity="block", why="Rank"),
            BannedWord(word="最佳", severity="review", why="Absolute"),
            BannedWord(word="cures", severity="review", why="Medical"),
            BannedWord(word="No. 1", severity="block", why="Absolute"),
            BannedWord(word="100%", severity="review", why="Promise"),
        ]
    )


def found(*texts):
    return [finding.word for finding in screen(texts).findings]


def test_harmless_text_is_allowed():
    assert screen(["青瓷盖碗", "Celadon gaiwan", ""]) == Verdict("allow", [])


def test_gravest_word_decides_and_every_word_is_reported_once(words):
    verdict = screen(["最佳 国家级", "最佳 again"])

    assert verdict == Verdict("block", [Finding("国家级", "block", "Rank"), Finding("最佳", "review", "Absolute")])


def test_word_to_look_at_asks_for_a_person(words):
    assert screen(["It cures boredom"]).decision == "review"


@pytest.mark.parametrize(
    "text",
    ["国家级", "本店国家级工艺", "国 家 级", "国*家-级", "国\u200b家级", "国[家]级", "国 / 家 | 级"],
)
def test_disguised_chinese_word_is_found(words, text):
    assert found(text) == ["国家级"]


@pytest.mark.parametrize("text", ["这个国家，级别很高", "国家。级", "国与家级"])
def test_characters_of_different_sentences_are_no_word(words, text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["CURES", "ｃｕｒｅｓ", "It cures.", "(cures)"])
def test_width_and_case_hide_nothing(words, text):
    assert found(text) == ["cures"]


@pytest.mark.parametrize(
    "text", ["c u r e s", "c.u.r.e.s", "cu-res", "сurеs", "ⓒⓤⓡⓔⓢ", "curé\u0301s", "cure5", "cu\u00adres"]
)
def test_word_in_letters_is_found_in_disguise(words, text):
    assert found(text) == ["cures"]


@pytest.mark.parametrize(
    ("text", "how"), [("國家級", "disguised"), ("国佳级", "sounds"), ("guojiaji", "sounds"), ("国家ji", "sounds")]
)
def test_traditional_characters_and_characters_of_the_same_sound_hide_nothing(words, text, how):
    [finding] = screen([f"本店{text}工艺"]).findings

    assert (finding.word, finding.found, finding.how) == ("国家级", text, how)
    assert finding.severity == ("review" if how == "sounds" else "block")


@pytest.mark.parametrize("text", ["国家机关", "过家家积木", "最加分的一件", "罪家"])
def test_words_of_their_own_that_sound_alike_are_no_disguise(words, text):
    assert found(text) == []


def test_finding_says_where_it_stands_in_the_text_as_typed(words):
    text = "一二三四五六七八九十甲乙丙ｎｏ．１丁戊己庚辛"

    [finding] = screen([Passage("harmless"), Passage(text, "Title (English)", "title")]).findings

    assert text[finding.start : finding.start + len(finding.found)] == finding.found == "ｎｏ．１"
    assert (finding.place, finding.field_name) == ("Title (English)", "title")
    assert (finding.before, finding.after) == ("…二三四五六七八九十甲乙丙", "丁戊己庚辛")
    assert finding.excerpt == "…二三四五六七八九十甲乙丙<mark>ｎｏ．１</mark>丁戊己庚辛"
    assert (
        str(finding)
        == "No. 1 (written in disguise, Title (English): …二三四五六七八九十甲乙丙【ｎｏ．１】丁戊己庚辛) – Absolute"
    )


def test_what_is_found_is_shown_as_text_not_as_markup(words):
    [finding] = screen(["<b>最佳</b>"]).findings

    assert finding.excerpt == "&lt;b&gt;<mark>最佳</mark>&lt;/b&gt;"


def test_hint_stands_beside_the_verdict_and_holds_nothing_up(words):
    BannedWord.objects.create(word="爆款", severity="hint", why="Loud")

    verdict = screen(["爆款上新"])

    assert (verdict.decision, verdict.findings) == ("allow", [])
    assert [(hint.word, hint.advice) for hint in verdict.hints] == [
        ("爆款", "It may stand there; nothing is held up. Plainer words are safer.")
    ]


def test_phrase_in_which_a_word_is_harmless_is_let_through_and_nothing_beside_it(words):
    BannedWord.objects.filter(word="最佳").update(unless="最佳食用期, 最佳赏味")
    BannedWord.objects.filter(word="cures").update(unless="cures ham")

    assert found("最佳食用期三天") == found("最 佳 赏味") == found("he cures ham") == []
    assert found("最佳食用，最佳礼物") == ["最佳"]
    assert found("it cures all") == ["cures"]


def test_words_of_a_pack_count_in_its_categories_only_and_not_when_it_rests(words):
    pack = WordPack.objects.create(slug="p", name=Text({"en": "Food"}), why=Text({"en": "Food law"}), scope=["food"])
    BannedWord.objects.create(word="养生", severity="review", pack=pack)

    assert screen(["养生壶"]).decision == screen(["养生壶"], scope={"tools"}).decision == "allow"
    [finding] = screen(["养生壶"], scope={"food", "tea"}).findings
    assert (finding.pack, finding.why) == ("Food", "Food law")
    pack.is_active = False
    pack.save()
    assert screen(["养生壶"], scope={"food"}).decision == "allow"


def test_a_change_of_the_words_is_seen_at_once_and_one_that_was_taken_back_is_forgotten(words):
    assert found("蓬莱") == []
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        BannedWord.objects.create(word="蓬莱", severity="block", why="…")
        assert found("蓬莱") == ["蓬莱"]
        raise ZeroDivisionError
    assert found("蓬莱") == []
    BannedWord.objects.create(word="蓬莱", severity="block", why="…")
    assert found("蓬莱") == ["蓬莱"]
    BannedWord.objects.filter(word="蓬莱").update(severity="hint")
    assert found("蓬莱") == []


def test_longer_word_stands_for_the_shorter_one_inside_it_unless_that_is_graver(words):
    BannedWord.objects.create(word="最佳品质", severity="block", why="…")
    BannedWord.objects.create(word="国家级的", severity="hint", why="…")

    assert found("最佳品质") == ["最佳品质"]
    assert found("国家级的") == ["国家级"]


@given(st.text(alphabet="国家级最佳 cures*No.1%，a\u200bＡⅣ㎏", max_size=60))
@settings(max_examples=200, deadline=None)
def test_every_place_lies_in_the_text(text):
    lexicon = Lexicon(
        [Entry("国家级", "block"), Entry("最佳", "review"), Entry("cures", "hint"), Entry("No. 1", "block")]
    )

    for hit in lexicon.find(text):
        assert 0 <= hit.start < hit.end <= len(text)


@pytest.mark.parametrize("text", ["secures", "curest", "cured", "c u r e"])
def test_letters_inside_another_word_are_no_word(words, text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["No. 1", "NO.1", "no 1", "№1", "the No.1 tea"])
def test_signs_inside_an_english_word_may_differ(words, text):
    assert found(text) == ["No. 1"]


@pytest.mark.parametrize(
    ("text", "words_found"), [("no. 10", []), ("100% wool", ["100%"]), ("100％", ["100%"]), ("1100", [])]
)
def test_numbers_are_whole_words_too(words, text, words_found):
    assert found(text) == words_found


def test_first_list_blocks_absolutes_and_cures_and_lets_ordinary_goods_pass():
    blocked = ["国家级工艺", "第一品牌", "包治百病", "The world’s best tea", "a MIRACLE  CURE"]
    reviewed = ["顶级龙井", "clinically proven", "减肥茶"]
    allowed = [
        "景德镇手工青瓷盖碗 150ml",
        "100% cotton T-shirt",
        "第一次泡茶就上手",
        "Cured ham",
        "最近上新",
        "最高水温 95℃",
    ]

    assert {text: screen([text]).decision for text in blocked + reviewed + allowed} == (
        dict.fromkeys(blocked, "block") | dict.fromkeys(reviewed, "review") | dict.fromkeys(allowed, "allow")
    )


def test_every_word_of_the_list_finds_itself_and_says_why():
    words = banned_words()
    assert len(words) == BannedWord.objects.count() > 400
    for entry in words:
        verdict = screen([f"买它 {entry.word} buy"], words, scope=words.scopes)
        assert entry.word in [finding.word for finding in verdict.findings + verdict.hints]
        assert entry.why


def test_screening_is_one_question_however_long_the_text(django_assert_num_queries):
    BannedWord.objects.create(word="蓬莱", severity="block", why="…")  # the words are read anew
    with django_assert_num_queries(1):
        screen(["青瓷" * 500] * 30)
    with django_assert_num_queries(1):
        screen(["青瓷" * 500] * 30)


def test_normal_form_is_stable():
    for text in ("Ｎｏ．１", "№", "İstanbul", "ﬁne", "國"):
        assert normal(normal(text)) == normal(text)


def test_role_of_the_back_office_reads_words_and_changes_none():  # R6
    with shop_scope(shop().pk):
        assert screen(["国家级"]).decision == "block"
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            BannedWord.objects.all().delete()
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE risk_hold SET released_at = now()")
