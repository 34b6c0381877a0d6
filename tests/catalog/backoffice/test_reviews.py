"""What shops and staff do with what shoppers say: lists, answers, appeals with evidence, queues (C6)."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from catalog.backoffice.review_todo import waiting
from catalog.models import Question, Review, ReviewAppeal
from catalog.questions import ask
from catalog.reviews.reports import report
from catalog.staff_queues import waiting as staff_waiting
from mall.audit.models import AuditRecord
from mall.exports.registry import Asked, kind_of
from tests.catalog.test_votes import PDF, reviewed
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat

pytestmark = pytest.mark.django_db


def desk(client, review, role="owner"):
    person = seat(review.shop, shopper(), role).user
    client.force_login(person)
    return person


def page(name, review, *more):
    return reverse(f"backoffice:reviews:{name}", args=[review.shop.slug, *more])


def test_the_list_is_narrowed_by_stars_answer_and_words(client):
    low = reviewed(stars=1, text="碎了")
    desk(client, low)
    high = Review.objects.create(
        shop=low.shop, product=low.product, shopper=shopper(), order_line_id=9_999, stars=5, text="好",
        written_at=NOON + timedelta(days=1), answer="谢谢", answered_at=NOON,
    )  # fmt: skip

    found = {
        query: [row.stars for row in client.get(f"{page('list', low)}?{query}").context["page"]]
        for query in ("", "stars=1", "answered=waiting", "answered=answered", "q=碎了", "sort=stars", "has=pictures")
    }

    assert found == {
        "": [5, 1], "stars=1": [1], "answered=waiting": [1], "answered=answered": [5], "q=碎了": [1],
        "sort=stars": [1, 5], "has=pictures": [],
    }  # fmt: skip
    assert high.is_counted


def test_an_answer_from_the_page_and_who_may_not(client):
    review = reviewed()
    desk(client, review, "service")
    address = page("answer", review, review.public_id)

    assert client.post(address, {"text": ""}).context["answer_form"].errors
    assert client.post(address, {"text": "包治百病"}).context["answer_form"].non_field_errors()
    assert client.post(address, {"text": "谢谢"}).status_code == 302
    desk(client, review, "clerk")
    assert client.post(address, {"text": "不"}).status_code == 403

    review.refresh_from_db()
    assert review.answer == "谢谢"


def test_an_appeal_with_evidence_that_lies_sealed_and_is_read_by_shop_and_staff(client):
    review = reviewed(stars=1)
    desk(client, review)
    typed = {"reason": "rival", "words": "同行", "evidence": [SimpleUploadedFile("chat.pdf", PDF)]}

    assert client.post(page("appeal", review, review.public_id), typed).status_code == 302
    assert client.post(page("appeal", review, review.public_id), typed).status_code == 302

    made = ReviewAppeal.objects.get()
    with open(storages["documents"].path(made.evidence[0]), "rb") as stored:
        assert PDF not in stored.read()
    shown = client.get(page("evidence", review, review.public_id, 1))
    assert (shown.content, shown["Content-Type"], shown["Cache-Control"]) == (
        PDF,
        "application/pdf",
        "private, no-store",
    )
    assert client.get(page("evidence", review, review.public_id, 2)).status_code == 404
    client.force_login(staff())
    assert client.get(reverse("admin:catalog_reviewappeal_evidence", args=[made.pk, 1])).content == PDF
    assert AuditRecord.objects.filter(action="catalog.look_at_evidence", subject=made.public_id).exists()


def test_staff_decide_from_the_queue(client):
    review = reviewed(stars=1)
    asked = report(subject=review.public_id, person=shopper(), reason="abuse", now=NOON)
    judge = staff()
    client.force_login(judge)
    [queue] = [queue for queue in staff_waiting(judge) if "report" in queue.url]
    address = reverse("admin:catalog_report_changelist")

    client.post(address, {"action": "hide", "_selected_action": [asked.pk], "confirmed": "1", "verdict": "辱骂"})

    review.refresh_from_db()
    assert (queue.count, review.hidden_because) == (1, "辱骂")
    assert [queue.count for queue in staff_waiting(judge) if "report" in queue.url] == [0]


def test_questions_are_answered_from_the_page(client):
    review = reviewed()
    desk(client, review)
    question = ask(product=review.product, shopper=shopper(), text="耐热吗？", now=NOON)

    listed = client.get(f"{page('questions', review)}?answered=waiting").context["page"]
    assert [row.pk for row in listed] == [question.pk]
    assert client.get(page("question", review, question.public_id)).status_code == 200
    assert client.post(page("question-answer", review, question.public_id), {"text": "耐热"}).status_code == 302

    assert Question.objects.get().shop_answered_at is not None
    assert not list(client.get(f"{page('questions', review)}?answered=waiting").context["page"])


def test_what_waits_for_the_shop():
    review = reviewed(stars=1)
    holder = seat(review.shop, shopper(), "service")
    ask(product=review.product, shopper=shopper(), text="耐热吗？", now=NOON)

    assert [todo.sign for todo in waiting(review.shop, holder, NOON)] == ["star", "help"]
    assert waiting(review.shop, seat(review.shop, shopper(), "clerk"), NOON) == []
    assert waiting(review.shop, holder, NOON + timedelta(days=61)) == []


def test_reviews_can_be_taken_away_without_names():
    review = reviewed(text="好用")
    kind = kind_of("catalog.reviews")

    rows = list(kind.rows(review.shop, Asked(QueryDict())))

    cells = [str(column.of(rows[0])) for column in kind.columns]
    assert "好用" in cells
    assert review.shopper.email not in "".join(cells)
