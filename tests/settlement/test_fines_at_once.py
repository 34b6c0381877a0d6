"""S6: a fine that is booked while its sanction is lifted comes back: real connections, and once without the lock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

from django.db import close_old_connections, connection

from mall.money import Money
from merchants.models import Sanction
from merchants.sanctions import enforce_fines, impose, lift
from settlement import fines
from settlement.models import Entry
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import shop

DAY = timedelta(days=1)


def enforced() -> Sanction:
    sanction = impose(shop=shop(), code="false_words", note="…", fine=Money(100), by=staff(), now=NOON)
    enforce_fines(now=NOON + 8 * DAY)
    return Sanction.objects.get(pk=sanction.pk)


def booked_while_lifted(monkeypatch) -> int:
    """Booking has looked at the sanction and is slow; it is lifted meanwhile. How many faults have the books?"""
    sanction, other = enforced(), staff()
    has_looked, is_lifted = Event(), Event()
    post = fines._post

    def slow(kind, *given):
        if kind == Entry.Kind.FINED:
            has_looked.set()
            is_lifted.wait(1.5)
        return post(kind, *given)

    def book():
        close_old_connections()
        try:
            fines.book_fine(sanction_id=sanction.public_id, fined_at=sanction.fined_at)
        finally:
            connection.close()

    monkeypatch.setattr(fines, "_post", slow)
    with ThreadPoolExecutor(1) as threads:
        booking = threads.submit(book)
        assert has_looked.wait(5)
        lift(sanction=sanction, by=other, now=NOON + 9 * DAY)
        fines.return_fine(sanction_id=sanction.public_id, lifted_at=NOON + 9 * DAY)
        is_lifted.set()
        booking.result()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mall_outboxevent")  # it was all heard
    return verify_ledger().fine_faults


def test_who_lifts_waits_for_the_booking_and_what_was_booked_comes_back(committed_db, monkeypatch):
    assert booked_while_lifted(monkeypatch) == 0
    assert list(Entry.objects.order_by("pk").values_list("kind", flat=True)) == ["fined", "fine_back"]


def test_without_the_lock_a_fine_stays_that_was_lifted(committed_db, monkeypatch):  # negative control
    monkeypatch.setattr(fines, "lock_sanction", lambda sanction_id: Sanction.objects.get(public_id=sanction_id))

    assert booked_while_lifted(monkeypatch) == 1


def test_a_fine_is_booked_once_however_many_hear_of_it(committed_db):
    sanction = enforced()

    def book(_number):
        close_old_connections()
        try:
            return fines.book_fine(sanction_id=sanction.public_id, fined_at=sanction.fined_at) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        booked = list(threads.map(book, range(16)))

    assert sum(booked) == 1
    assert Entry.objects.count() == 1
