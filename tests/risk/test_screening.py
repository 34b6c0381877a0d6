import pytest
from django.db import DatabaseError, connection, transaction

from mall.tenancy import shop_scope
from risk.models import BannedWord
from risk.screening import Finding, Verdict, normal, screen
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("text", ["secures", "curest", "cured", "c u r e s"])
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
    for word in BannedWord.objects.all():
        assert word.word in [finding.word for finding in screen([f"买它 {word.word} buy"]).findings]
        assert word.why


def test_screening_is_one_question_however_long_the_text(django_assert_num_queries):
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
