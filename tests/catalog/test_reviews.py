"""C6: who bought it and has it may say what she thinks, once; the shop may answer."""

import pytest
from django.urls import reverse

from catalog.models import Review
from catalog.products import ForbiddenWords
from catalog.reviews import EmptyAnswer, NotPurchased, answer_review, write_review
from catalog.stats import count_sales
from mall.events.models import OutboxEvent
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product
from tests.journeys import delivered_order, paid_order

pytestmark = pytest.mark.django_db


def bought():
    order = delivered_order()
    return order.shopper, order.lines.get()


def test_a_review_is_counted_and_announced():
    person, line = bought()

    review = write_review(shopper=person, order_line_id=line.pk, stars=4, text=" 很好 ", now=NOON)

    row = line.sku.product
    assert (review.product, review.shop, review.stars, review.text) == (row, row.shop, 4, "很好")
    assert (row.stats.rating, row.stats.review_count) == (4.0, 1)
    told = OutboxEvent.objects.get(name="ProductReviewed").payload
    assert (told["order_line_id"], told["stars"]) == (line.pk, 4)


def test_a_line_is_reviewed_once():
    person, line = bought()
    write_review(shopper=person, order_line_id=line.pk, stars=4, now=NOON)

    with pytest.raises(NotPurchased):
        write_review(shopper=person, order_line_id=line.pk, stars=1, now=NOON)

    assert Review.objects.get().stars == 4


def test_nobody_reviews_what_she_did_not_receive():
    _person, line = bought()
    waiting = paid_order()

    with pytest.raises(NotPurchased):
        write_review(shopper=shopper(), order_line_id=line.pk, stars=1, now=NOON)
    with pytest.raises(NotPurchased):
        write_review(shopper=waiting.shopper, order_line_id=waiting.lines.get().pk, stars=1, now=NOON)

    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("stars", "text", "refusal"), [(0, "", EmptyAnswer), (6, "", EmptyAnswer), (5, "包治百病", ForbiddenWords)]
)
def test_a_review_that_cannot_be_shown_is_refused(stars, text, refusal):
    person, line = bought()

    with pytest.raises(refusal):
        write_review(shopper=person, order_line_id=line.pk, stars=stars, text=text, now=NOON)

    assert not Review.objects.exists()


def test_the_shop_answers():
    person, line = bought()
    review = write_review(shopper=person, order_line_id=line.pk, stars=2, now=NOON)

    with pytest.raises(EmptyAnswer):
        answer_review(review=review, text="  ", by=None, now=NOON)
    answered = answer_review(review=review, text="谢谢", by=None, now=NOON)

    assert (answered.answer, answered.answered_at) == ("谢谢", NOON)


def test_the_page_of_a_review(client):
    person, line = bought()
    client.force_login(person)
    url = reverse("storefront:catalog:review", args=[line.pk])

    assert client.get(url).status_code == 200
    assert client.post(url, {"stars": "9"}).context["form"].errors
    assert client.post(url, {"stars": "5", "text": "好"}).status_code == 302
    assert client.get(url).status_code == 404
    page = client.get(reverse("storefront:catalog:product", args=[line.product_public_id]))
    assert [review.text for review in page.context["reviews"]] == ["好"]
    assert page.context["rating"]["by_stars"][0] == (5, 1, 100)


def test_sales_are_counted():
    one, two = product(), product()

    count_sales({one.public_id: 2, two.public_id: 1})
    count_sales({one.public_id: 3})

    assert [row.stats.__class__.objects.get(product=row).sold_count for row in (one, two)] == [5, 1]
