"""C6: shoppers ask, the shop and people who bought the product answer."""

import pytest
from django.urls import reverse

from catalog.models import Answer, Question
from catalog.product_words import ForbiddenWords
from catalog.questions import NotABuyer, answer, answer_for_shop, ask, shown
from catalog.reviews import EmptyAnswer
from catalog.reviews.reports import hide_reported, keep_reported, report
from catalog.reviews.votes import vote
from catalog.tunables import MOST_QUESTIONS_A_DAY
from mall.events import deliver_everything
from mall.notifications.models import Notice
from mall.pace import TooOften
from mall.tenancy import shop_scope
from tests.catalog.test_votes import reviewed
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import seat
from tests.journeys import delivered_order

pytestmark = pytest.mark.django_db


def test_a_question_finds_the_shop_and_people_who_bought_it():
    review, asker = reviewed(), shopper()
    owner = seat(review.shop, shopper(), "owner").user

    first = ask(product=review.product, shopper=asker, text=" 能装  多少？ ", now=NOON)
    again = ask(product=review.product, shopper=asker, text="能装 多少？", now=NOON)
    deliver_everything()

    assert (first, first.text) == (again, "能装 多少？")
    told = set(Notice.objects.filter(kind__startswith="catalog.").values_list("person_id", "kind"))
    assert told == {(owner.pk, "catalog.question_asked"), (review.shopper_id, "catalog.do_you_know")}


def test_who_bought_it_answers_once_and_strangers_do_not():
    order = delivered_order()
    goods = order.lines.get().sku.product
    question = ask(product=goods, shopper=shopper(), text="耐热吗？", now=NOON)

    with pytest.raises(NotABuyer):
        answer(question=question, person=shopper(), text="耐热", now=NOON)
    given = answer(question=question, person=order.shopper, text="耐热", now=NOON)
    again = answer(question=question, person=order.shopper, text="很耐热", now=NOON)
    deliver_everything()

    question.refresh_from_db()
    assert (given, question.answer_count, Answer.objects.get().text) == (again, 1, "耐热")
    assert list(Notice.objects.filter(person=question.asker).values_list("kind", flat=True)) == [
        "catalog.question_answered"
    ]


def test_the_shop_answers_in_its_scope_and_may_change_its_answer():
    goods = product()
    owner = seat(goods.shop, shopper(), "owner").user
    question = ask(product=goods, shopper=shopper(), text="耐热吗？", now=NOON)

    for text in ("耐热", "耐热 120 度"):
        with shop_scope(goods.shop_id):
            answer_for_shop(question=question, text=text, by=owner, now=NOON)
    with pytest.raises(EmptyAnswer):
        answer_for_shop(question=question, text=" ", by=owner, now=NOON)

    question.refresh_from_db()
    [read] = shown(Question.objects.all())
    assert (question.answer_count, question.shop_answered_at) == (1, NOON)
    assert [(given.text, given.is_shop, given.who) for given in read.answers] == [
        ("耐热 120 度", True, str(goods.shop.name))
    ]


def test_the_shops_answer_comes_first_then_the_most_helpful():
    order = delivered_order()
    goods = order.lines.get().sku.product
    question = ask(product=goods, shopper=shopper(), text="耐热吗？", now=NOON)
    theirs = answer(question=question, person=order.shopper, text="耐热", now=NOON)
    other = answer_for_shop(question=question, text="是的", by=shopper(), now=NOON)
    vote(subject=theirs.public_id, person=shopper(), now=NOON)

    [read] = shown(Question.objects.all())

    assert [given.public_id for given in read.answers] == [other.public_id, theirs.public_id]


def test_forbidden_words_and_too_many_questions_are_refused():
    goods, asker = product(), shopper()
    with pytest.raises(ForbiddenWords):
        ask(product=goods, shopper=asker, text="能包治百病吗", now=NOON)
    MOST_QUESTIONS_A_DAY.turn(1, by=staff(), now=NOON)
    ask(product=goods, shopper=asker, text="一？", now=NOON)

    with pytest.raises(TooOften):
        ask(product=goods, shopper=asker, text="二？", now=NOON)


def test_a_hidden_answer_is_neither_read_nor_counted_until_it_is_shown_again():
    order = delivered_order()
    question = ask(product=order.lines.get().sku.product, shopper=shopper(), text="耐热吗？", now=NOON)
    given = answer(question=question, person=order.shopper, text="胡说", now=NOON)
    asked = report(subject=given.public_id, person=shopper(), reason="elsewhere", now=NOON)

    hidden = hide_reported(report=asked, verdict="无关", by=staff(), now=NOON)
    question.refresh_from_db()
    counts = [question.answer_count]
    assert shown(Question.objects.all())[0].answers == []
    keep_reported(report=hidden, verdict="有关", by=staff(), now=NOON)
    question.refresh_from_db()

    assert [*counts, question.answer_count] == [0, 1]


@pytest.mark.parametrize("many", [1, 3])
def test_questions_cost_two_queries_however_many(many, django_assert_num_queries):
    goods = product()
    for number in range(many):
        question = ask(product=goods, shopper=shopper(), text=f"{number}？", now=NOON)
        answer_for_shop(question=question, text="是", by=shopper(), now=NOON)

    with django_assert_num_queries(2):
        assert len(shown(Question.objects.all())) == many


def test_the_pages_of_questions(client):
    order = delivered_order()
    goods = order.lines.get().sku.product
    page = reverse("storefront:catalog:questions", args=[goods.public_id])

    assert client.get(page).status_code == 200
    assert client.post(page, {"text": "耐热吗？"}).url.startswith(reverse("account_login"))
    client.force_login(shopper())
    assert client.post(page, {"text": "耐热吗？"}).url == page
    question = Question.objects.get()
    own = reverse("storefront:catalog:question", args=[question.public_id])
    assert client.get(own).context["form"] is None
    client.force_login(order.shopper)
    assert client.get(own).context["form"] is not None
    assert client.post(own, {"text": "耐热"}).url == own
    assert client.get(own).context["form"] is None
    product_page = client.get(reverse("storefront:catalog:product", args=[goods.public_id]))
    assert [asked.text for asked in product_page.context["questions"]] == ["耐热吗？"]
