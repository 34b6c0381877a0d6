"""C5: synonyms, spelling, hot words, redirects, the fallback that says so, and input that nobody means well."""

import time
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from catalog.listing import asked, listing
from catalog.models import CatalogueWord, Product, SearchedWords, SearchRule
from catalog.search import hot, spelling
from catalog.search.building import build_index
from catalog.search.engine import Question, engine
from catalog.search.index import tend_index
from catalog.search.query import all_words, any_word, typed
from catalog.search.ranking import reasons
from catalog.search.rules import UselessRule, make_synonym, remove_rule, rules, save_rule
from catalog.search.spelling import learn_words
from catalog.search.words import rough_sound, stem
from mall.audit.models import AuditRecord
from mall.events.bus import deliver_everything, publish
from mall.events.merchants import ShopBarred
from merchants.models import HealthScore
from risk.models import BannedWord
from tests.catalog.test_ratings import said as reviewed
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
Kind = SearchRule.Kind


@pytest.fixture(autouse=True)
def _commits(django_capture_on_commit_callbacks):
    """Rules show after the commit of whoever writes them."""
    with django_capture_on_commit_callbacks(execute=True):
        yield


def tell(kind, words, target="", **more):
    from django.core.cache import cache

    row = save_rule(kind=kind, words=words, target=target, by=None, now=NOON, **more)
    cache.clear()
    return row


def page_for(words, query=""):
    return listing(asked(QueryDict(query), path="/search/", words=words))


def found(words):
    return [str(card.title["en"]) for card in page_for(words).cards]


# English


@pytest.mark.parametrize(
    ("one", "other"),
    [("cups", "cup"), ("dresses", "dress"), ("berries", "berry"), ("knitted", "knit"), ("running", "run"),
     ("boxes", "box"), ("planes", "plane"), ("shoes", "shoe"), ("glasses", "glass"), ("lamps", "lamp")],
)  # fmt: skip
def test_forms_of_an_english_word_have_one_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["bus", "glass", "this", "ring", "red", "k75", "青瓷", "a"])
def test_what_is_no_form_of_another_word_stays(word):
    assert stem(word) == word


@pytest.mark.parametrize("words", ["cup", "cups", "Cups", "porcelain cups", "cups for tea", "the cup", "café"])
def test_english_is_found_in_every_form(words):
    product(title="白瓷杯", english="Porcelain cups for tea and Café")

    assert found(words) == ["Porcelain cups for tea and Café"]


# Synonyms


def test_synonyms_find_each_other_and_one_way_only_one():
    product(title="头戴耳机", english="Headphones")
    product(title="头戴耳麦", english="Headset")
    product(title="移动电源", english="Battery")
    tell(Kind.SAME, "耳机，耳麦")
    tell(Kind.ALSO, "充电宝", "移动电源")

    assert set(found("耳机")) == set(found("耳麦")) == set(found("头戴耳麦")) == {"Headphones", "Headset"}
    assert found("充电宝") == ["Battery"]
    assert found("移动电源") == ["Battery"]


def test_synonyms_of_several_words_across_languages():
    product(title="液态硅胶手机壳", english="Silicone")
    tell(Kind.SAME, "手机壳, phone case, cover")

    assert found("phone case") == found("covers") == found("Phone  Case silicone") == ["Silicone"]


def test_a_rule_that_is_removed_holds_no_longer():
    product(title="头戴耳机", english="Headphones")
    rule = tell(Kind.SAME, "耳机, 听筒")
    assert found("听筒") == ["Headphones"]

    from django.core.cache import cache

    remove_rule(rule=rule, by=staff(), now=NOON)
    cache.clear()

    assert found("听筒") == []
    actions = list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["catalog.save_search_rule", "catalog.remove_search_rule"]


@pytest.mark.parametrize(
    ("kind", "words", "target"),
    [
        (Kind.SAME, "耳机", ""),
        (Kind.SAME, "耳机, 耳机", ""),
        (Kind.SAME, "，，", ""),
        (Kind.ALSO, "耳机", ""),
        (Kind.ALSO, "耳机", "!!"),
        (Kind.REDIRECT, "耳机", ""),
        (Kind.REDIRECT, "耳机", "https://elsewhere.example/"),
        (Kind.REDIRECT, "耳机", "//elsewhere.example/"),
        (Kind.PINNED, "", ""),
        (Kind.SAME, ",".join(map(str, range(30))), ""),
    ],
)
def test_a_rule_that_could_do_nothing_is_refused(kind, words, target):
    with pytest.raises(UselessRule):
        save_rule(kind=kind, words=words, target=target, by=None, now=NOON)

    assert not SearchRule.objects.exists()


def test_words_that_found_nothing_become_a_synonym():
    product(title="移动电源", english="Battery")
    row = SearchedWords.objects.create(on=NOON.date(), words="充电宝", visitors=4, found=0)
    assert row.is_unanswered and found("充电宝") == []

    from django.core.cache import cache

    make_synonym(searched=row, same_as="移动电源", by=staff(), now=NOON)
    cache.clear()

    assert found("充电宝") == ["Battery"]


# Spelling and the fallback


@pytest.fixture
def words_learned():
    product(title="法式连衣裙", english="French dress")
    product(title="机械键盘", english="Mechanical keyboard")
    product(title="青瓷盖碗", english="Celadon gaiwan")
    learn_words()


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("keybord", "keyboard"), ("keyboadr", "keyboard"), ("celadom", "celadon"),
        ("mechanicl keybord", "mechanical keyboard"),
        ("连依裙", "连衣裙"), ("连衣群", "连衣裙"), ("法式连衣群", "法式连衣裙"),
        ("建盘", "键盘"), ("lianyiqum", "连衣裙"),
    ],
)  # fmt: skip
def test_near_words_are_looked_for_and_the_page_says_so(words_learned, client, slip, meant):
    page = page_for(slip)

    assert (page.instead, len(page.cards)) == (meant, 1)
    content = client.get("/search/", {"q": slip}, headers={"accept-language": "en"}).content.decode()
    assert f"No results for “{slip}”" in content
    assert f">{meant}</a> instead" in content


@pytest.mark.parametrize("words", ["keyboard", "键盘", "dress", "qqqqqq", "xz", "12345678", "盖碗", "的"])
def test_what_is_known_or_like_nothing_is_left_alone(words_learned, words):
    assert spelling.nearest(words) == ""


def test_words_that_nothing_has_together_are_dropped_and_the_page_says_so(words_learned, client):
    content = client.get("/search/", {"q": "purple keyboard"}, headers={"accept-language": "en"}).content.decode()

    assert "nothing has all of your words" in content
    assert "Mechanical keyboard" in content


def test_where_nothing_is_found_others_are_shown(words_learned, client):
    page = page_for("qqqqqq")

    assert (page.cards, page.total, len(page.consolation)) == ([], 0, 3)
    assert "What others buy" in client.get("/search/?q=qqqqqq", headers={"accept-language": "en"}).content.decode()


def test_words_are_learned_from_what_is_on_sale_with_their_counts(words_learned):
    product(title="青瓷茶壶", english="Celadon teapot")
    product(title="冷门词语", english="Unlisted", status=Product.Status.OFF_SALE)

    learn_words()

    assert CatalogueWord.objects.get(word="青瓷").products == CatalogueWord.objects.get(word="celadon").products == 2
    assert not CatalogueWord.objects.filter(word__in=["unlisted", "~qc"]).exists()
    assert rough_sound("蓝色") == rough_sound("男色")


# Hot words


def search_as(client, words, times=1):
    for _time in range(times):
        assert client.get("/search/", {"q": words}).status_code == 200


def test_each_visitor_counts_once_a_day_and_nobody_is_named(client):
    product(title="青瓷盖碗")
    people = [shopper() for _ in range(3)]
    for person in people:
        client.force_login(person)
        search_as(client, "青瓷 盖碗", times=3)
        search_as(client, "白瓷")

    hot.count_searches(now=_now())
    hot.count_searches(now=_now())

    rows = {row.words: (row.visitors, row.found) for row in SearchedWords.objects.all()}
    assert rows == {"青瓷 盖碗": (3, 1), "白瓷": (3, 0)}
    assert {field.name for field in SearchedWords._meta.get_fields()} == {"id", "on", "words", "visitors", "found"}


@pytest.mark.parametrize(
    "words", ["13800138000", "my mail is a@b.example", "https://x.example", "ord 123456789", "长" * 40, "!!!"]
)
def test_what_could_be_about_a_person_is_not_noted(client, words):
    search_as(client, words)

    assert hot.count_searches(now=_now()) == {}
    assert not SearchedWords.objects.exists()


def test_hot_words_are_those_of_many_that_found_something_and_never_banned_ones():
    today = _now().date()
    counted = [
        ("绿茶", 9, 5),
        ("口红", 7, 2),
        ("一个人的词", 1, 5),
        ("没有的", 30, 0),
        ("假货", 40, 3),
        ("旧的", 50, 3),
    ]
    for words, visitors, count in counted:
        on = today - timedelta(days=20) if words == "旧的" else today
        SearchedWords.objects.create(on=on, words=words, visitors=visitors, found=count)
    BannedWord.objects.create(word="假货", severity="review", why="…")
    tell(Kind.PINNED, "盖碗, 假货")
    tell(Kind.NEVER_HOT, "口红")

    assert hot.hot_words() == ["盖碗", "绿茶"]
    assert hot.beginning_with("lv", 3) == ["绿茶"]


def test_old_counts_are_forgotten():
    SearchedWords.objects.create(on=NOON.date(), words="旧", visitors=9, found=1)

    assert hot.count_searches(now=NOON + timedelta(days=91)) == {"forgotten": 1}


def _now():
    from mall import clock

    return clock.now()


# Redirects


def test_words_lead_to_a_page(client):
    tell(Kind.REDIRECT, "开店, open a shop", "/open-a-shop/")

    assert client.get("/search/", {"q": " Open  a SHOP "}).headers["location"] == "/open-a-shop/"
    assert client.get("/search/", {"q": "open a shop now"}).status_code == 200


# Suggestions


def test_suggestions_are_words_places_and_goods(client):
    category(name="绿茶", english="Green tea", slug="green-tea")
    product(title="明前绿茶", english="Early green tea")
    tell(Kind.PINNED, "绿茶, 红茶")

    answer = client.get("/search/suggest/", {"q": "lvcha"}, headers={"accept-language": "en"}).json()["suggestions"]
    empty = client.get("/search/suggest/").json()["suggestions"]

    assert answer == [
        {"text": "绿茶", "url": "", "note": ""},
        {"text": "Green tea", "url": reverse("storefront:catalog:category", args=["green-tea"]), "note": "Category"},
        {"text": "Early green tea", "url": answer[2]["url"], "note": ""},
    ]
    assert [row["text"] for row in empty] == ["绿茶", "红茶"]


# Ranking


def test_goods_of_a_shop_below_sixty_stand_lower_with_a_reason_that_staff_read(client):
    poor, fine = shop(), shop()
    bad, good = product(shop=poor, title="盖碗"), product(shop=fine, title="盖碗")
    for row in (bad, good):
        sku(product=row)
    Product.objects.filter(pk=bad.pk).update(changed_at=NOON)
    before = [card.public_id for card in page_for("盖碗").cards]
    HealthScore.objects.create(shop=poor, month=NOON.date(), score=54, measures=[], sheet_version=2, scored_at=NOON)

    publish(ShopBarred(shop_id=poor.public_id, month="2026-03-01", score="54", scored_at=NOON.isoformat()))
    deliver_everything()

    bad.search.refresh_from_db(), good.search.refresh_from_db()
    assert set(before) == {bad.public_id, good.public_id}
    assert [card.public_id for card in page_for("盖碗").cards] == [good.public_id, bad.public_id]
    assert bad.search.weight == pytest.approx(good.search.weight / 2)
    assert any("54" in reason and "60" in reason for reason in reasons(bad.search, HealthScore.objects.get().score))
    client.force_login(staff())
    listed = client.get("/admin/catalog/productsearch/", headers={"accept-language": "en"}).content.decode()
    assert "below 60" in listed


def test_sales_and_stars_weigh():
    from catalog.stats import count_sales

    plain, loved = sku(product=product(title="盖碗")).product, sku(product=product(title="盖碗")).product
    count_sales({loved.public_id: 40})
    reviewed(loved, 5)

    loved.search.refresh_from_db()
    loved.stats.refresh_from_db()
    assert (loved.search.sold, loved.search.stars) == (40, round(loved.stats.score / 10))
    assert loved.search.stars > 40
    assert [card.public_id for card in page_for("盖碗").cards] == [loved.public_id, plain.public_id]


def test_what_strayed_is_put_right():
    row = sku(product=product(title="盖碗")).product
    Product.objects.filter(pk=row.pk).update(status=Product.Status.OFF_SALE, price_from=900)
    lost = product(title="茶壶")
    lost.search.delete()

    assert tend_index() == {"indexed": 2, "followed": 1}  # the lost one and the one of another price; the status
    assert tend_index() == {}
    assert (found("盖碗"), len(page_for("茶壶").cards)) == ([], 1)


def test_the_whole_index_is_written_anew_in_batches(django_assert_num_queries):
    for _number in range(5):
        product()

    build_index()
    with django_assert_num_queries(7):  # ranges, rows, categories, stores, features and their names, writing
        assert build_index() == 5


# Bad input


NONSENSE = [
    "x" * 10_000, "长" * 10_000, "a b " * 3_000, "长 " * 3_000, "'" * 500, '"; DROP TABLE catalog_product; --',
    "' | '' & !:* <-> ()", "\\", "\\'", "😀", "😀😀 🧦", "的 了 和", "the of and", "\u200b\u202e",
    "#8 @c1 ~a", "%", "%%", "%(base)s", "{order}", "{further}", "ﷺ" * 60, "a" * 61 + "的" * 61, "1" * 60,
]  # fmt: skip


@pytest.mark.parametrize("words", NONSENSE, ids=range(len(NONSENSE)))
def test_nothing_that_is_typed_breaks_a_page_or_takes_long(words, client):
    product(title="青瓷盖碗", english="Celadon gaiwan")
    started = time.monotonic()

    for path in ("/search/", "/search/suggest/"):
        assert client.get(path, {"q": words}).status_code == 200
    engine().find(Question(words=words)), engine().titles(words, 8), spelling.nearest(words), any_word(words)

    assert time.monotonic() - started < 10


def test_only_empty_words_are_looked_for_as_they_are():
    product(title="青瓷盖碗", english="The one")

    assert found("the") == ["The one"]
    assert len(typed("x " * 10_000)) <= 60
    assert all_words("") == all_words("!!!") == any_word("…") == ""
    assert rules().synonyms == {}
