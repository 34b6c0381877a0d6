"""C6: others say what helps, report what should not stand there, and staff decide; shops appeal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.urls import reverse

from catalog.models import Report, Review, ReviewAppeal, Vote
from catalog.reviews import EmptyAnswer, NotPurchased, write_review
from catalog.reviews.appeals import AlreadyAppealed, appeal, grant_appeal, reject_appeal
from catalog.reviews.reports import hide_reported, keep_reported, report
from catalog.reviews.subjects import NoSuchWords
from catalog.reviews.votes import OwnWords, take_vote_back, vote
from catalog.tunables import MOST_VOTES_A_DAY
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.notifications.models import Notice
from mall.pace import TooOften
from merchants.document_files import NotADocument
from merchants.models import DailyFacts
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.journeys import delivered_order

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def reviewed(stars: int = 3, text: str = "还行") -> Review:
    order = delivered_order()
    line = order.lines.get()
    return write_review(shopper=order.shopper, order_line_id=line.pk, stars=stars, text=text, now=NOON)


def side_by_side(*calls) -> list:
    """Each on a connection of its own, at once; what each returned or raised."""

    def run(call):
        try:
            return call()
        except Exception as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db
def test_a_vote_counts_once_and_may_be_taken_back():
    review, reader = reviewed(), shopper()

    counts = [vote(subject=review.public_id, person=reader, now=NOON).helpful_count for _ in range(2)]
    counts += [take_vote_back(subject=review.public_id, person=reader).helpful_count for _ in range(2)]

    assert counts == [1, 1, 0, 0]


@pytest.mark.django_db
def test_nobody_votes_for_or_reports_herself_or_what_is_not_there():
    review = reviewed()

    with pytest.raises(OwnWords):
        vote(subject=review.public_id, person=review.shopper, now=NOON)
    with pytest.raises(OwnWords):
        report(subject=review.public_id, person=review.shopper, reason="fake", now=NOON)
    for subject in ("rev_00000000000000000000", "nonsense", "ord_1"):
        with pytest.raises(NoSuchWords):
            vote(subject=subject, person=shopper(), now=NOON)

    assert not Vote.objects.exists()


@pytest.mark.django_db
def test_a_person_votes_so_often_a_day():
    MOST_VOTES_A_DAY.turn(1, by=staff(), now=NOON)
    one, other, reader = reviewed(), reviewed(), shopper()
    vote(subject=one.public_id, person=reader, now=NOON)

    with pytest.raises(TooOften):
        vote(subject=other.public_id, person=reader, now=NOON)


def test_many_votes_at_once_count_each_person_once(committed_db):  # two presses of each of three people
    review = reviewed()
    readers = [shopper() for _ in range(3)]

    side_by_side(
        *(lambda who=who: vote(subject=review.public_id, person=who, now=NOON) for who in readers for _ in range(2))
    )

    review.refresh_from_db()
    assert (review.helpful_count, Vote.objects.count()) == (3, 3)


def test_two_presses_at_once_make_one_review(committed_db):
    order = delivered_order()
    line = order.lines.get()

    def write():
        return write_review(shopper=order.shopper, order_line_id=line.pk, stars=4, now=NOON).public_id

    outcomes = side_by_side(write, write, write)

    review = Review.objects.get()
    assert sorted(map(str, outcomes)) == sorted(map(str, [review.public_id, NotPurchased, NotPurchased]))
    assert review.product.stats.review_count == 1


@pytest.mark.django_db
def test_what_staff_hide_is_read_and_counted_by_nobody_and_all_are_told(client):
    review, readers, judge = reviewed(stars=1, text="骂人的话"), [shopper(), shopper()], staff()
    deliver_everything()
    first, _second = (report(subject=review.public_id, person=who, reason="abuse", now=NOON) for who in readers)
    again = report(subject=review.public_id, person=readers[0], reason="fake", now=NOON)

    with pytest.raises(EmptyAnswer):
        hide_reported(report=first, verdict=" ", by=judge, now=NOON)
    hide_reported(report=first, verdict="辱骂", by=judge, now=NOON)
    with pytest.raises(WrongStatus):
        hide_reported(report=first, verdict="辱骂", by=judge, now=NOON)
    deliver_everything()

    assert again == first
    assert set(Report.objects.values_list("status", "verdict")) == {("hidden", "辱骂")}
    assert not Review.objects.shown().exists()
    review.refresh_from_db()
    review.product.stats.refresh_from_db()
    assert (review.product.stats.review_count, review.product.stats.rating) == (0, None)
    assert DailyFacts.objects.get(shop=review.shop, on=NOON.date()).review_count == 0
    told = sorted(Notice.objects.filter(kind__startswith="catalog.").values_list("person_id", "kind"))
    assert told == sorted(
        [(review.shopper_id, "catalog.words_hidden"), *((who.pk, "catalog.report_hidden") for who in readers)]
    )
    page = client.get(reverse("storefront:catalog:reviews", args=[review.product.public_id]))
    assert "骂人的话" not in page.content.decode()


@pytest.mark.django_db
def test_what_was_hidden_by_mistake_is_shown_and_counted_again():
    review, judge = reviewed(stars=4), staff()
    asked = report(subject=review.public_id, person=shopper(), reason="fake", now=NOON)
    asked = hide_reported(report=asked, verdict="假", by=judge, now=NOON)

    keep_reported(report=asked, verdict="看错了", by=judge, now=NOON)
    deliver_everything()

    assert Review.objects.counted().get() == review
    assert review.product.stats.review_count == 1
    assert DailyFacts.objects.get(shop=review.shop, on=NOON.date()).review_stars == 4


@pytest.mark.django_db
def test_what_may_stand_stands():
    review = reviewed()
    asked = report(subject=review.public_id, person=shopper(), reason="fake", now=NOON)

    decided = keep_reported(report=asked, verdict="属实", by=staff(), now=NOON)

    assert (decided.status, Review.objects.counted().count()) == ("kept", 1)


@pytest.mark.django_db
def test_a_granted_appeal_takes_the_stars_out_and_leaves_the_words(client):
    bad = reviewed(stars=1, text="同行来的")
    asked = appeal(
        review=bad, reason="rival", words="同行恶意", evidence=[ContentFile(PDF, name="x.pdf")], by=shopper(), now=NOON
    )

    with pytest.raises(AlreadyAppealed):
        appeal(review=bad, reason="rival", words="再来", by=shopper(), now=NOON)
    granted = grant_appeal(appeal=asked, verdict="证据充分", by=staff(), now=NOON)
    with pytest.raises(WrongStatus):
        reject_appeal(appeal=granted, verdict="x", by=staff(), now=NOON)

    bad.product.stats.refresh_from_db()
    assert (granted.status, bad.product.stats.review_count, len(granted.evidence)) == ("granted", 0, 1)
    url = reverse("storefront:catalog:reviews", args=[bad.product.public_id])
    page = client.get(url, headers={"accept-language": "en"})
    assert "同行来的" in page.content.decode()
    assert "Not counted in the rating" in page.content.decode()


@pytest.mark.django_db
def test_a_rejected_appeal_changes_nothing_and_a_strange_file_is_no_evidence():
    review = reviewed()
    with pytest.raises(NotADocument):
        appeal(review=review, reason="rival", words="x", evidence=[ContentFile(b"x", name="x")], by=shopper(), now=NOON)
    assert not ReviewAppeal.objects.exists()

    asked = appeal(review=review, reason="untrue", words="x", by=shopper(), now=NOON)
    reject_appeal(appeal=asked, verdict="属实", by=staff(), now=NOON)

    assert Review.objects.counted().get() == review


@pytest.mark.django_db
def test_votes_and_reports_from_the_page(client):
    review, reader = reviewed(), shopper()
    helpful = reverse("storefront:catalog:helpful", args=[review.public_id])
    report_page = reverse("storefront:catalog:report", args=[review.public_id])
    page = reverse("storefront:catalog:reviews", args=[review.product.public_id])

    nobody = client.post(helpful, {"do": "keep", "next": page}, headers={"accept": "application/json"})
    assert (nobody.status_code, nobody.json()["sign_in"].startswith(reverse("account_login"))) == (401, True)
    client.force_login(reader)
    assert client.post(helpful, {"do": "keep", "next": page}).url == page
    told = client.post(helpful, {"do": "keep", "next": "https://evil.example/"}, headers={"accept": "application/json"})
    assert (told.json()["on"], told.json()["count"]) == (True, 1)
    assert client.get(report_page).status_code == 200
    assert client.post(report_page, {"reason": "screening"}).status_code == 200
    assert client.post(report_page, {"reason": "fake", "words": "x"}).url == page
    assert Report.objects.get().reporter == reader
