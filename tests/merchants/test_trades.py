"""A trade added later: a shop that is in asks for one more, and brings only what is not there (M1, M2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from merchants import applications
from merchants.applications import OwnApplication, errors_of, request_changes, withdraw_application
from merchants.documents import OwnDocument, accept_document, refuse_document
from merchants.exits import ask_exit
from merchants.licences import may_sell
from merchants.models import Application, Document, Trade
from merchants.timeline import timeline
from merchants.trades import TradeNotToAsk, ask_for_trade, trades_to_ask
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import seat
from tests.factories.papers import TODAY
from tests.merchants.applying import Status, admitted, agreed, opened, request, requested, with_papers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + 40 * DAY


@pytest.fixture
def place():
    return opened().shop


def kinds(row) -> set[str]:
    return {requirement.code for requirement in applications.asked_for(row, now=NOON).documents}


def test_only_what_the_trade_needs_and_is_not_there_is_asked_for(place):  # M1
    row = request(place)
    asked = applications.asked_for(row, now=NOON)

    assert kinds(row) == {"ccc-certificate"}
    assert [one.code for one in asked.agreements] == ["after-sales"]
    assert [one.code for one in asked.statements] == ["service-network"]
    assert asked.deposit == Money(0)
    assert kinds(request(place, "health-food")) == {"food-licence", "health-food-registration"}


def test_a_paper_that_is_there_for_another_trade_is_not_asked_for_again_while_it_holds():
    row = opened(trades=["food"], papers={"food-licence": {"valid_to": TODAY + 30 * DAY}})

    assert kinds(request(row.shop, "health-food")) == {"health-food-registration"}
    asked = applications.asked_for(row.shop.trade_requests.get(), now=LATER)
    assert {one.code for one in asked.documents} == {"food-licence", "health-food-registration"}


def test_a_plain_trade_is_admitted_by_the_machine_when_its_agreement_is_accepted(place):
    row = requested(place)
    assert (row.status, row.was_automatic) == (Status.APPROVED, True)

    row = agreed(row)

    assert (row.status, row.merchant_id, row.shop_id) == (Status.ADMITTED, place.merchant_id, None)
    assert may_sell(place, Trade.objects.get(slug="3c").pk)
    assert set(place.merchant.documents.filter(status="accepted").values_list("kind", flat=True)) == {
        "business-licence", "id-card", "ccc-certificate",
    }  # fmt: skip
    deliver_everything()
    told = list(Notice.objects.filter(person=row.applicant).order_by("pk").values_list("kind", flat=True))
    assert told[-1] == "merchants.trade_admitted"
    assert Trade.objects.get(slug="3c").name["zh-hans"] in {moment.text for moment in timeline(place)}


def test_a_complex_trade_wants_two_people_and_the_difference_of_the_deposit(place):  # M2
    row = with_papers(request(place, "health-food"))
    row = applications.submit_application(application=row, now=NOON)
    row = applications.check_application(application=row, now=NOON)
    assert (row.status, row.due_at > NOON) == (Status.REVIEW, True)
    one, two = staff(), staff()
    row = applications.approve_application(application=row, by=one, now=NOON)
    with pytest.raises(applications.SamePerson):
        applications.approve_application(application=row, by=one, now=NOON)

    row = applications.approve_application(application=row, by=two, now=NOON)

    assert (row.status, row.deposit) == (Status.AGREED, Money.parse("5000.00"))  # 10,000 less the 5,000 of a company
    assert not may_sell(place, Trade.objects.get(slug="health-food").pk)
    applications.take_deposit(application_id=row.public_id, amount=row.deposit, now=NOON)
    assert may_sell(place, Trade.objects.get(slug="health-food").pk)
    further = requested(place, "medical-device")
    assert further.deposit == Money.parse("10000.00")  # 20,000 less what was paid twice already


@pytest.mark.parametrize(
    ("first", "left"),  # which is paid first, and what the other asks for then
    [("health-food", ["agreed", Money.parse("10000.00")]), ("medical-device", ["admitted", Money(0)])],
)
def test_a_deposit_lowers_those_beside_it_when_it_is_paid_and_not_before(place, first, left):
    rows = {trade: requested(place, trade) for trade in ("health-food", "medical-device")}
    for trade, row in rows.items():
        if row.status == Status.APPROVED:
            rows[trade] = agreed(row)
    asked = [row.deposit for row in rows.values()]
    assert asked == [Money.parse("5000.00"), Money.parse("15000.00")]  # each above the 5,000 that are paid

    row = rows.pop(first)
    applications.take_deposit(application_id=row.public_id, amount=row.deposit, now=NOON)

    (other,) = rows.values()
    other.refresh_from_db()
    assert [other.status, other.deposit] == left
    if other.status == Status.AGREED:
        applications.take_deposit(application_id=other.public_id, amount=other.deposit, now=NOON)
    paid = Application.objects.filter(merchant=place.merchant_id).aggregate(Sum("deposit"))["deposit__sum"]
    assert paid == 2_000_000  # the highest that any of its trades asks for, and not a fen more


def test_refused_papers_and_changes_go_the_usual_way(place):
    row = with_papers(request(place, "food"))
    row = applications.submit_application(application=row, now=NOON)
    row = applications.check_application(application=row, now=NOON)
    paper, clerk = row.documents.get(kind="food-licence"), staff()
    refuse_document(document=paper, reason="Blurred", by=clerk, now=NOON)
    row = request_changes(application=row, reason="See the licence", fields=["shop_slug"], by=clerk, now=NOON)

    assert set(errors_of(row, now=NOON)) == {"document:food-licence"}
    with pytest.raises(applications.NotOpenToChanges):
        applications.save_draft(application=row, fields={"shop_slug": "elsewhere"}, now=NOON)


def test_nobody_of_the_business_decides_about_it(place):
    row = with_papers(request(place, "food"))
    row = applications.submit_application(application=row, now=NOON)
    row = applications.check_application(application=row, now=NOON)
    seat(place, clerk := staff(), "clerk")

    with pytest.raises(OwnApplication):
        applications.approve_application(application=row, by=clerk, now=NOON)
    with pytest.raises(OwnDocument):
        accept_document(document=row.documents.first(), by=clerk, now=NOON)


def test_one_open_request_for_a_trade(place):
    first = request(place)

    again = ask_for_trade(shop=place, trade=Trade.objects.get(slug="3c"), by=first.applicant, now=NOON)

    assert again.pk == first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=request(place, "food").pk).update(trades=["3c"])
    withdraw_application(application=first, now=NOON)
    assert request(place).pk != first.pk
    assert opened(first.applicant).shop != place  # and asking to open another shop is something else


@pytest.mark.parametrize(
    ("trade", "status", "owner"),
    [("general", "open", True), ("3c", "frozen", True), ("3c", "exiting", True), ("3c", "open", False)],
)
def test_what_cannot_be_asked_for(place, trade, status, owner):
    place.status, place.frozen_at = status, NOON
    place.save()
    by = place.seats.get().user if owner else seat(place, shopper(), "manager").user

    with pytest.raises(TradeNotToAsk):
        ask_for_trade(shop=place, trade=Trade.objects.get(slug=trade), by=by, now=NOON)
    assert not place.trade_requests.exists()


def test_a_newer_paper_takes_the_place_of_one_that_had_run_out():
    row = opened(papers={"id-card": {"valid_to": TODAY + 20 * DAY}})
    old = Document.objects.get(merchant=row.merchant, kind="id-card")

    admitted(row.shop, now=LATER)

    old.refresh_from_db()
    assert (old.status, row.merchant.documents.filter(kind="id-card", status="accepted").count()) == ("replaced", 1)


def test_requests_end_with_the_shop(place):
    open_request, paying = request(place), requested(place, "health-food")
    ask_exit(shop=place, reason="We retire", by=place.seats.get().user, now=NOON)

    deliver_everything()

    open_request.refresh_from_db()
    paying.refresh_from_db()
    assert (open_request.status, paying.status) == (Status.WITHDRAWN, Status.EXPIRED)


def test_the_page_says_what_each_further_trade_brings(place, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = {needed.trade.slug: [row.code for row in needed.rows] for needed in trades_to_ask(place)}

    assert set(found) == {"3c", "food", "cosmetics", "health-food", "medical-device", "luxury"}
    assert found["food"] == ["food-licence", "food-test-report"]
