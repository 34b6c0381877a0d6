"""S6: fines as money: from what the shop has available to the mall's income, and back when the sanction is lifted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from merchants.models import Sanction
from merchants.sanctions import enforce_fines, impose, lift
from settlement import fines
from settlement.ledger import balances, trial_balance
from settlement.models import Entry, Statement
from settlement.reports import DAY as BY_DAY
from settlement.reports import report
from settlement.statement_files import as_xlsx
from settlement.statements import freeze_statements
from settlement.verification import verify_ledger
from settlement.withdrawals import withdrawable
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import seat, shop
from tests.factories.settlement import with_money
from tests.journeys import completed_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def place():
    row = shop()
    seat(row)
    return row


def fined(place, fen: int = 50_000, *, now=NOON) -> Sanction:
    """In force."""
    sanction = impose(shop=place, code="false_words", note="假话连篇", fine=Money(fen), by=staff(), now=now)
    enforce_fines(now=now + 8 * DAY)
    return Sanction.objects.get(pk=sanction.pk)


def income() -> int:
    return -sum(row.balance.minor for row in trial_balance() if row.kind == "fines")


def is_sound() -> bool:
    found = verify_ledger()
    assert (found.faults, found.waiting) == ([], 0)
    return found.ok


def test_a_fine_goes_from_what_is_available_to_the_income_of_the_mall_once(place):
    with_money(place, 80_000)
    sanction = fined(place)

    deliver_everything()
    fines.book_fine(sanction_id=sanction.public_id, fined_at=sanction.fined_at)

    assert (balances(place)["available"], income()) == (Money(30_000), 50_000)
    assert Entry.objects.filter(kind="fined", ref=sanction.public_id).count() == 1


def test_a_fine_of_more_than_there_is_makes_a_debt_that_comes_first(place):  # D6
    fined(place)

    deliver_everything()

    assert balances(place)["available"] == Money(-50_000)
    assert withdrawable(place) <= Money(0)
    assert is_sound()


def test_a_sanction_that_is_lifted_gives_the_fine_back_once(place):
    sanction = fined(place)
    deliver_everything()

    lift(sanction=sanction, by=staff(), now=NOON + 9 * DAY)
    deliver_everything()
    fines.return_fine(sanction_id=sanction.public_id, lifted_at=NOON + 10 * DAY)

    assert (balances(place)["available"], income()) == (Money(0), 0)
    assert list(Entry.objects.order_by("pk").values_list("kind", flat=True)) == ["fined", "fine_back"]
    assert is_sound()


def test_what_is_lifted_before_the_news_was_heard_is_never_booked(place):
    """The lifting may be heard first, or the fine: nothing moves."""
    sanction = fined(place)
    lift(sanction=sanction, by=staff(), now=NOON + 9 * DAY)

    assert fines.return_fine(sanction_id=sanction.public_id, lifted_at=NOON + 9 * DAY) is None
    assert fines.book_fine(sanction_id=sanction.public_id, fined_at=sanction.fined_at) is None
    deliver_everything()

    assert not Entry.objects.exists()
    assert is_sound()


def test_a_fine_that_is_not_in_force_is_not_booked(place):
    sanction = impose(shop=place, code="false_words", note="x", fine=Money(100), by=staff(), now=NOON)

    assert fines.book_fine(sanction_id=sanction.public_id, fined_at=NOON) is None
    assert not Entry.objects.exists()


def test_the_books_say_when_fines_and_entries_differ(place):
    wrong, silent = fined(place), fined(place)
    deliver_everything()
    missing = fined(place)
    Sanction.objects.filter(pk=wrong.pk).update(fine=Money(49_999))
    Sanction.objects.filter(pk=silent.pk).update(fined_at=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mall_outboxevent WHERE name = 'ShopFined' AND delivered_at IS NULL")

    found = verify_ledger()

    assert found.fine_faults == 3
    assert {words for words in found.faults if words.startswith("fine")} == {
        f"fine {wrong.public_id} and its entry (fined) differ",
        f"fine {silent.public_id} is booked as fined but did not come to that",
        f"fine {missing.public_id} is not booked as fined",
    }


def test_it_stands_on_the_statement_and_the_report_with_its_reason(place, client):
    completed_order(now=NOON - DAY)
    with_money(place, 80_000, at=NOON)
    fined(place)
    deliver_everything()
    freeze_statements(now=NOON + 40 * DAY)
    client.force_login(place.seats.get(role="owner").user)
    statements = Statement.objects.filter(shop=place)

    pages = [
        client.get(
            reverse("backoffice:settlement:statement", args=[place.slug, row.public_id]),
            headers={"accept-language": "en"},
        ).content.decode()
        for row in statements
    ]
    bookings = client.get(reverse("backoffice:settlement:entries", args=[place.slug])).content.decode()
    day = (NOON + 8 * DAY).date()
    (row,) = report(unit=BY_DAY, first=day, last=day)

    assert any("Fine: Goods described falsely" in page and "假话连篇" in page for page in pages)
    assert "假话连篇" in bookings
    assert row.earned["fines"] == Money(50_000)
    assert all(as_xlsx(row) for row in statements)


def test_who_withdraws_hears_of_it_and_of_its_return(place):
    sanction = fined(place)
    deliver_everything()
    lift(sanction=sanction, by=staff(), now=NOON + 9 * DAY)
    deliver_everything()

    told = Notice.objects.filter(kind__startswith="settlement.fine").order_by("pk")
    assert [(notice.kind, notice.facts["amount"]) for notice in told] == [
        ("settlement.fined", "¥500.00"), ("settlement.fine_back", "¥500.00"),
    ]  # fmt: skip


def test_a_shop_does_not_close_before_the_time_to_appeal_is_over(place):
    sanction = impose(shop=place, code="false_words", note="x", fine=Money(100), by=staff(), now=NOON)
    waits = fines.fines_to_come(place)
    lift(sanction=sanction, by=staff(), now=NOON)

    assert "¥1.00" in waits
    assert fines.fines_to_come(place) == ""
