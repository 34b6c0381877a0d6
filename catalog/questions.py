"""Questions and answers about goods (C6): shoppers ask, the shop and people who bought it answer."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import notices
from catalog.generation import forget_products_after_commit
from catalog.models import Answer, Product, Question, Review
from catalog.reviews.answers import EmptyAnswer
from catalog.reviews.words import report_findings, screened
from catalog.reviews.writing import purchased_lines
from catalog.tunables import MOST_ANSWERS_A_DAY, MOST_QUESTIONS_A_DAY
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import QuestionAnswered, QuestionAsked
from mall.notifications.sending import notify
from mall.pace import keep_pace
from mall.refusals import Refusal

LONGEST_QUESTION = 300
LONGEST_ANSWER = 1000
ASKED_BUYERS = 5
SHOWN_ANSWERS = 3


class NotABuyer(Refusal):
    """Only who bought it, and the shop, can know."""

    code = "not-a-buyer"
    status = 403


@transaction.atomic
def ask(*, product: Product, shopper, text: str, now: datetime) -> Question:
    """
    Ask something about a product, for all to read. The same question of the same person again is the first one.

    The shop is told, and a few people who bought it of late are asked whether they know.

    :raises EmptyAnswer: no words
    :raises ForbiddenWords: the text holds words that the mall does not show
    :raises TooOften: she asked often enough for today
    """
    said = " ".join(text.split())[:LONGEST_QUESTION]
    if not said:
        raise EmptyAnswer(_("Write your question first."))
    if known := Question.objects.filter(product=product, asker=shopper, text=said).first():
        return known
    findings = screened(said)
    keep_pace(Question.objects.filter(asker=shopper), "asked_at", most=MOST_QUESTIONS_A_DAY.value, now=now)
    asked = Question(shop_id=product.shop_id, product=product, asker=shopper, text=said, asked_at=now)
    Question.objects.bulk_create([asked], ignore_conflicts=True)
    question = Question.objects.get(product=product, asker=shopper, text=said)
    if question.public_id != asked.public_id:  # a second press was faster
        return question
    report_findings(findings, subject=question.public_id, product=product, said=said, now=now)
    publish(
        QuestionAsked(
            question_id=question.public_id,
            product_id=product.public_id,
            shop_id=product.shop.public_id,
            asked_at=now,
        )
    )
    forget_products_after_commit([product.public_id])
    return question


def may_answer(*, question: Question, person) -> bool:
    """Whether she bought the product that the question is about, and did not ask it herself."""
    if question.asker_id == person.pk:
        return False
    product = question.product.public_id
    return bool(purchased_lines(shopper=person, product_public_id=product, limit=1))


@transaction.atomic
def answer(*, question: Question, person, text: str, now: datetime) -> Answer:
    """
    Somebody who bought it answers; once, a second answer of hers is the first one.

    :raises EmptyAnswer: no words
    :raises NotABuyer: she did not buy it, or it is her own question
    :raises ForbiddenWords: the text holds words that the mall does not show
    :raises TooOften: she answered often enough for today
    """
    said = _said(text)
    question = _readable(question)
    if not may_answer(question=question, person=person):
        raise NotABuyer(_("People who bought this, and the shop, can answer."))
    if known := Answer.objects.filter(question=question, author=person, is_shop=False).first():
        return known
    findings = screened(said)
    keep_pace(Answer.objects.filter(author=person), "answered_at", most=MOST_ANSWERS_A_DAY.value, now=now)
    written = _write(question, person, said, is_shop=False, now=now)
    report_findings(findings, subject=written.public_id, product=question.product, said=said, now=now)
    return written


@transaction.atomic
def answer_for_shop(*, question: Question, text: str, by, now: datetime) -> Answer:
    """
    The shop answers; a new answer takes the place of the old one.

    :raises EmptyAnswer: no words
    :raises ForbiddenWords: the text holds words that the mall does not show
    """
    said = _said(text)
    question = _readable(question)
    screened(said)
    written = Answer.objects.filter(question=question, is_shop=True).first()
    before = written.text if written else ""
    if written is None:
        written = _write(question, by, said, is_shop=True, now=now)
        question.shop_answered_at = now
        question.save(update_fields=["shop_answered_at"])
    elif said != before:
        written.text, written.author, written.answered_at = said, by, now
        written.save(update_fields=["text", "author", "answered_at"])
        forget_products_after_commit([question.product.public_id])
    record(
        "catalog.answer_question",
        question.public_id,
        by=by,
        now=now,
        shop_slug=question.shop.slug,
        before={"answer": before},
        after={"answer": said},
    )
    return written


def _said(text: str) -> str:
    said = text.strip()[:LONGEST_ANSWER]
    if not said:
        raise EmptyAnswer(_("Write an answer first."))
    return said


def _readable(question: Question) -> Question:
    """The question, locked, so that its count of answers is right."""
    rows = Question.objects.shown().select_related("product__shop", "shop")
    found = rows.select_for_update(of=("self",), no_key=True).filter(pk=question.pk).first()
    if found is None:
        raise NotABuyer(_("This question does not stand here any more."))
    return found


def _write(question: Question, author, said: str, *, is_shop: bool, now: datetime) -> Answer:
    """Who calls holds the question's row."""
    written = Answer.objects.create(
        shop_id=question.shop_id, question=question, author=author, is_shop=is_shop, text=said, answered_at=now
    )
    question.answer_count += 1
    question.save(update_fields=["answer_count"])
    publish(
        QuestionAnswered(
            question_id=question.public_id,
            answer_id=written.public_id,
            product_id=question.product.public_id,
            shop_id=question.product.shop.public_id,
            is_shop=is_shop,
            answered_at=now,
        )
    )
    forget_products_after_commit([question.product.public_id])
    return written


# Telling


def tell_buyers(*, question: Question, now: datetime) -> None:
    """A few people who reviewed the product of late are asked whether they know."""
    lately = Review.objects.shown().filter(product=question.product_id).exclude(shopper=question.asker_id)
    people = {}
    for review in lately.select_related("shopper").order_by("-written_at", "-pk")[: 2 * ASKED_BUYERS]:
        people.setdefault(review.shopper_id, review.shopper)
    facts = {"product": dict(question.product.title), "question": question.text}
    notify(list(people.values())[:ASKED_BUYERS], notices.DO_YOU_KNOW, facts, url=page_of(question), now=now)


def page_of(question: Question) -> str:
    return reverse("storefront:catalog:question", args=[question.public_id])


# Reading


@dataclass(slots=True)
class ShownAnswer:
    """An answer as shoppers read it."""

    public_id: str
    text: str
    who: str
    at: datetime
    is_shop: bool
    helpful_count: int


@dataclass(slots=True)
class ShownQuestion:
    """A question as shoppers read it, with its best answers, the shop's first."""

    public_id: str
    text: str
    who: str
    at: datetime
    answer_count: int
    helpful_count: int
    url: str
    answers: list[ShownAnswer] = field(default_factory=list)


def shown(questions: QuerySet, *, most_answers: int = SHOWN_ANSWERS) -> list[ShownQuestion]:
    """These questions with their best answers; two queries."""
    rows = list(questions.select_related("asker"))
    found = {
        row.pk: ShownQuestion(
            public_id=row.public_id,
            text=row.text,
            who=row.asker.shown_name,
            at=row.asked_at,
            answer_count=row.answer_count,
            helpful_count=row.helpful_count,
            url=page_of(row),
        )
        for row in rows
    }
    best = (
        Answer.objects.shown()
        .filter(question__in=list(found))
        .annotate(place=Window(RowNumber(), partition_by="question_id", order_by=_BEST))
        .filter(place__lte=most_answers)
        .select_related("author", "shop")
    )
    for row in sorted(best, key=lambda row: row.place):
        found[row.question_id].answers.append(
            ShownAnswer(
                public_id=row.public_id,
                text=row.text,
                who=str(row.shop.name) if row.is_shop else row.author.shown_name,
                at=row.answered_at,
                is_shop=row.is_shop,
                helpful_count=row.helpful_count,
            )
        )
    return list(found.values())


_BEST = [F("is_shop").desc(), F("helpful_count").desc(), F("id").asc()]


def count_of(product_id: int) -> int:
    """How many questions stand there, counted to a hundred."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM catalog_question WHERE product_id = %s AND hidden_at IS NULL"
            " LIMIT 100) AS counted",
            [product_id],
        )
        return cursor.fetchone()[0]
