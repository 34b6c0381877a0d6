"""C6: who bought it and has it may say what she thinks, once; the shop may answer."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from catalog.models import ProductStats, Report, Review
from catalog.product_words import ForbiddenWords
from catalog.reviews import EmptyAnswer, NotPurchased, answer_review, follow_up_review, write_review
from catalog.reviews.appeals import appeal, grant_appeal
from catalog.reviews.words import TooManyPictures
from catalog.reviews.writing import FollowedUp, TooLate
from catalog.showcase import shop_rating
from catalog.stats import count_sales
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.notifications.models import Notice
from mall.pictures import NotAPicture
from merchants.models import DailyFacts
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import seat
from tests.journeys import completed_order, delivered_order, paid_order

pytestmark = pytest.mark.django_db


def photo() -> ContentFile:
    image = io.BytesIO()
    Image.new("RGB", (120, 90), "#7fa99b").save(image, "JPEG")
    return ContentFile(image.getvalue(), name="photo.jpg")


STARS = {"stars": "5", "service_stars": "4", "delivery_stars": "3"}


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
    assert client.post(url, STARS | {"text": "好"}).status_code == 302
    assert client.get(url).status_code == 404
    page = client.get(reverse("storefront:catalog:product", args=[line.product_public_id]))
    assert [review.text for review in page.context["reviews"].rows] == ["好"]
    assert page.context["rating"]["by_stars"][0] == (5, 1, 100)


def test_sales_are_counted():
    one, two = product(), product()

    count_sales({one.public_id: 2, two.public_id: 1})
    count_sales({one.public_id: 3})

    assert [row.stats.__class__.objects.get(product=row).sold_count for row in (one, two)] == [5, 1]


def test_stars_for_service_and_delivery_pictures_and_the_name_kept_back():  # C6
    person, line = bought()

    review = write_review(
        shopper=person,
        order_line_id=line.pk,
        stars=5,
        service_stars=4,
        delivery_stars=3,
        pictures=[photo()],
        is_anonymous=True,
        now=NOON,
    )

    assert (review.service_stars, review.delivery_stars) == (4, 3)
    assert [name.split("/")[0] for name in review.pictures] == ["reviews"]
    assert default_storage.exists(review.pictures[0])
    assert person.shown_name not in review.shown_name
    assert shop_rating(review.shop) == {
        "average": 5.0, "count": 1, "service": 4.0, "delivery": 3.0, "followers": 0,
    }  # fmt: skip


def test_too_many_pictures_or_a_file_that_is_none_write_nothing():
    person, line = bought()
    given = {"shopper": person, "order_line_id": line.pk, "stars": 5, "now": NOON}

    with pytest.raises(TooManyPictures):
        write_review(pictures=[photo() for _ in range(7)], **given)
    with pytest.raises(NotAPicture):
        write_review(pictures=[ContentFile(b"x", name="x.jpg")], **given)

    assert not Review.objects.exists()


def test_a_doubtful_word_is_shown_and_staff_are_asked_to_look():
    person, line = bought()

    review = write_review(shopper=person, order_line_id=line.pk, stars=5, text="最好的盖碗", now=NOON)

    looked = Report.objects.get()
    assert (looked.subject, looked.reason, looked.reporter) == (review.public_id, "screening", None)
    assert Review.objects.shown().get() == review


def test_an_order_that_completed_by_itself_has_no_review():  # behaviours 2.9
    order = completed_order()

    assert not Review.objects.exists()
    assert ProductStats.objects.get(product__public_id=order.lines.get().product_public_id).review_count == 0


def test_one_word_more_within_half_a_year():
    person, line = bought()
    review = write_review(shopper=person, order_line_id=line.pk, stars=5, now=NOON)

    with pytest.raises(TooLate):
        follow_up_review(review=review, text="晚了", now=NOON + timedelta(days=181))
    with pytest.raises(EmptyAnswer):
        follow_up_review(review=review, text=" ", now=NOON)
    later = follow_up_review(review=review, text="还在用", pictures=[photo()], now=NOON + timedelta(days=180))
    with pytest.raises(FollowedUp):
        follow_up_review(review=review, text="再说", now=NOON + timedelta(days=180))

    assert (later.follow_up, len(later.follow_up_pictures), later.days_to_follow_up) == ("还在用", 1, 180)


def test_the_growth_file_counts_a_review_once_and_no_more_when_it_is_out():
    person, line = bought()
    review = write_review(shopper=person, order_line_id=line.pk, stars=2, now=NOON)
    deliver_everything()
    deliver_everything()
    days = DailyFacts.objects.filter(shop=review.shop, on=NOON.date())
    counted = days.get().review_count, days.get().review_stars

    asked = appeal(review=review, reason="rival", words="同行", by=person, now=NOON)
    grant_appeal(appeal=asked, verdict="属实", by=staff(), now=NOON)
    deliver_everything()

    assert counted == (1, 2)
    assert (days.get().review_count, days.get().review_stars) == (0, 0)


def test_who_wrote_is_told_of_the_answer_and_the_shop_of_few_stars():
    person, line = bought()
    owner = seat(line.order.shop, shopper(), "owner").user
    review = write_review(shopper=person, order_line_id=line.pk, stars=1, text="碎了", now=NOON)
    answer_review(review=review, text="抱歉", by=owner, now=NOON)
    answer_review(review=review, text="抱歉", by=owner, now=NOON)
    deliver_everything()

    told = set(Notice.objects.filter(kind__startswith="catalog.").values_list("person_id", "kind"))
    assert told == {(owner.pk, "catalog.low_review"), (person.pk, "catalog.review_answered")}
    assert AuditRecord.objects.filter(action="catalog.answer_review").count() == 1
