"""S1: a wrong booking is put right by another entry: one person draws it up, another books it, nothing is changed."""

from datetime import timedelta
from itertools import product as every

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import translation

from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from merchants.sanctions import enforce_fines, impose, lift
from settlement.corrections import (
    WrongCorrection,
    book_correction,
    discard_correction,
    draw_up_correction,
    give_reasons,
)
from settlement.explaining import explain_order
from settlement.ledger import balances, trial_balance
from settlement.models import Correction, Entry, Posting, Statement, StatementLine
from settlement.release import release_due_shares
from settlement.staff_queues import waiting
from settlement.statements import freeze_statements
from settlement.verification import verify_ledger
from settlement.withdrawals import AnotherPersonDecides
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.journeys import completed_order, paid_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SIDES = [side for side in Correction.Side.values if side not in ("fines", "custodian")]  # these have rules of their own


@pytest.fixture
def order():
    """100.00 at 5 %: 95.00 for the shop."""
    theirs = shop(owner=shopper())
    goods = sku(product=product(shop=theirs, category=category(commission_bps=500)), price="100.00")
    return completed_order(skus={goods: 1}, now=NOON)


@pytest.fixture
def entry(order):
    return Entry.objects.get(kind=Entry.Kind.COMPLETED, ref=order.public_id)


def drawn(
    entry, fen: int = 200, *, direction="to_shop", side="commission", by=None, reason="Agreed were 3 %.", **given
):
    terms = {"direction": direction, "side": side, "amount": Money(fen), "reason": reason}
    return draw_up_correction(entry=entry, by=by or staff(), now=NOON, **terms, **given)


def sums() -> dict[str, int]:
    return {row.kind: row.balance.minor for row in trial_balance() if row.balance}


def test_drawing_up_moves_nothing_and_booking_does_so_by_a_new_entry(order, entry):
    before, legs = sums(), list(Posting.objects.values_list("pk", "amount"))
    correction = drawn(entry)
    waits = sums()

    book_correction(correction=correction, by=staff(), now=NOON + DAY)

    assert waits == before
    assert sums() == before | {"commission": before["commission"] + 200, "shop_available": -200}
    assert list(Posting.objects.filter(pk__in=[pk for pk, _ in legs]).values_list("pk", "amount")) == legs
    assert Entry.objects.filter(kind=Entry.Kind.CORRECTED).values_list("ref", flat=True).get() == correction.public_id
    assert verify_ledger().faults == []
    assert set(AuditRecord.objects.filter(subject=correction.public_id).values_list("action", flat=True)) == {
        "settlement.draw_up_correction", "settlement.book_correction",
    }  # fmt: skip


@pytest.mark.parametrize(("direction", "side"), list(every(Correction.Direction.values, SIDES)))
def test_every_correction_is_undone_by_one_in_the_other_direction(entry, direction, side):
    before = sums()
    there = book_correction(correction=drawn(entry, direction=direction, side=side), by=staff(), now=NOON)
    booked = Entry.objects.get(kind=Entry.Kind.CORRECTED, ref=there.public_id)

    back = {"to_shop": "from_shop", "from_shop": "to_shop"}[direction]
    book_correction(correction=drawn(booked, direction=back, side=side), by=staff(), now=NOON)

    assert sums() == before
    assert verify_ledger().faults == []


def test_nobody_books_what_she_drew_up(entry):
    clerk = staff()
    correction = drawn(entry, by=clerk)

    with pytest.raises(AnotherPersonDecides):
        book_correction(correction=correction, by=clerk, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.update(status="booked", ended_by=clerk, ended_at=NOON)

    assert not Entry.objects.filter(kind=Entry.Kind.CORRECTED).exists()


def test_it_ends_once_and_what_it_says_is_never_rewritten(entry):
    booked, discarded = drawn(entry), drawn(entry)
    book_correction(correction=booked, by=staff(), now=NOON)
    discard_correction(correction=discarded, by=staff(), now=NOON)

    for correction, verb in every((booked, discarded), (book_correction, discard_correction)):
        with pytest.raises(WrongStatus):
            verb(correction=correction, by=staff(), now=NOON)
    for column in ("amount = 1", "reason = 'x'", "side = 'fees'", "entry_id = entry_id"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE settlement_correction SET {column}")
    assert balances(entry.postings.exclude(shop=None).first().shop)["available"] == Money(200)


def test_together_they_are_at_most_what_the_entry_moved(entry):
    discard_correction(correction=drawn(entry, 10_000), by=staff(), now=NOON)
    drawn(entry, 9_999)

    with translation.override("en"), pytest.raises(WrongCorrection) as refused:
        drawn(entry, 2)

    assert str(refused.value) == "This entry can be corrected by at most ¥0.01."
    assert refused.value.details == {"field": "amount"}
    drawn(entry, 10_000, direction="from_shop")


def test_a_charge_back_is_borne_by_the_shop_which_gets_again_what_the_channel_gives_again(order, entry):  # A1
    before = sums()
    taken = drawn(entry, 8_000, direction="from_shop", side="custodian", reason="Card reported stolen.")
    with pytest.raises(WrongCorrection):  # not booked yet: nothing has been taken
        drawn(entry, 1, side="custodian")
    book_correction(correction=taken, by=staff(), now=NOON)
    debt = sums()
    won = book_correction(correction=drawn(entry, 5_000, side="custodian"), by=staff(), now=NOON)
    with translation.override("en"), pytest.raises(WrongCorrection) as refused:
        drawn(entry, 3_001, side="custodian")
    with pytest.raises(WrongCorrection) as elsewhere:
        drawn(Entry.objects.get(ref=won.public_id), 1, direction="from_shop", side="custodian")

    assert debt == before | {"custodian": before["custodian"] - 8_000, "shop_available": 8_000}
    assert sums() == before | {"custodian": before["custodian"] - 3_000, "shop_available": 3_000}
    assert (str(refused.value), refused.value.details) == (
        "The channel has taken back ¥30.00 of it.", {"field": "amount"},
    )  # fmt: skip
    assert elsewhere.value.details == {"field": "side"}
    with translation.override("en"):
        assert [taken.title, won.title] == ["Charge-back: the payment channel took it back", "Charge-back won"]
    assert verify_ledger().faults == []


def test_an_entry_without_a_shop_and_anothers_shop_are_refused(entry):
    paid = Entry.objects.get(kind=Entry.Kind.PAID, ref=paid_order(now=NOON).public_id)

    for wrong, given in ((paid, {}), (entry, {"shop": shop()})):
        with pytest.raises(WrongCorrection):
            drawn(wrong, **given)

    assert not Correction.objects.exists()


def test_the_shop_is_told_sees_the_reason_and_finds_it_on_its_statement_under_the_order(client, order, entry):
    owner = order.shop.seats.get(role="owner").user
    book_correction(correction=drawn(entry), by=staff(), now=NOON + DAY)
    deliver_everything()
    freeze_statements(now=NOON + 2 * DAY)

    client.force_login(owner)
    pages = [
        client.get(reverse(f"backoffice:settlement:{name}", args=[order.shop.slug, *given])).content.decode()
        for name, given in (("entries", ()), ("home", ()), ("order", (order.public_id,)))
    ]

    (notice,) = Notice.objects.filter(person=owner, kind="settlement.corrected_to_shop")
    assert (notice.facts["amount"], notice.facts["reason"]) == ("¥2.00", "Agreed were 3 %.")
    assert ["Agreed were 3 %." in page for page in pages] == [True, True, True]
    line = StatementLine.objects.get(kind="daily", posting__entry__kind=Entry.Kind.CORRECTED)
    assert line.order_public_id == order.public_id
    statement = Statement.objects.get(kind="daily", pk=line.statement_id)
    assert (statement.commission, statement.moved) == (Money(-200), Money(200))
    explained = explain_order(order, now=NOON)
    assert (explained.corrected, explained.of_shop) == (Money(200), Money(9_700))


def test_what_the_shop_gives_back_may_be_a_debt_that_its_share_pays(order, entry):  # D6
    book_correction(correction=drawn(entry, direction="from_shop"), by=staff(), now=NOON)
    owing = balances(order.shop)["available"]

    release_due_shares(now=NOON + 9 * DAY)

    assert (owing, balances(order.shop)["available"]) == (Money(-200), Money(9_300))


# In the admin


def test_one_draws_it_up_on_the_page_of_the_entry_and_it_waits_in_the_queue(client, entry):
    clerk = staff()
    client.force_login(clerk)
    url = reverse("admin:settlement_entry_changelist")
    form = {"action": "correct", "_selected_action": [entry.pk], "confirmed": "yes", "direction": "to_shop",
            "side": "corrections", "amount": "0,5x", "shop": "", "reason": "Goodwill."}  # fmt: skip

    wrong = client.post(url, form)
    client.post(url, form | {"amount": "5.00"})

    assert "Goodwill." in wrong.content.decode()
    correction = Correction.objects.get()
    assert (correction.amount, correction.drawn_by, correction.status) == (Money(500), clerk, "drawn")
    with translation.override("en"):
        queue = {row.label: row.count for row in waiting(clerk)}
    assert queue["Corrections to book"] == 1


# Fee refunds (S6): commission and fines that staff give back


def fined(place, fen=5_000):
    sanction = impose(shop=place, code="late_shipping", note="…", fine=Money(fen), by=staff(), now=NOON)
    enforce_fines(now=NOON + 8 * DAY)
    deliver_everything()
    return sanction, Entry.objects.get(kind="fined", ref=sanction.public_id)


def given_back(entry, fen, side, *, now=NOON + 9 * DAY):
    correction = draw_up_correction(
        entry=entry, direction="to_shop", side=side, amount=Money(fen), reason="Goodwill.", by=staff(), now=now
    )
    book_correction(correction=correction, by=staff(), now=now)
    deliver_everything()


def sound():
    found = verify_ledger()
    assert (found.faults, found.waiting) == ([], 0)


def test_commission_that_is_given_back_stands_as_that_on_the_statement(order, entry):  # S6
    given_back(entry, 200, "commission", now=NOON + DAY)
    freeze_statements(now=NOON + 3 * DAY)

    line = next(line for line in StatementLine.objects.all() if line.posting.entry.kind == "corrected")
    with translation.override("en"):
        give_reasons([line.posting])
        assert (line.posting.said, line.posting.reason) == ("Commission given back", "Goodwill.")
    assert balances(order.shop)["available"] == Money(200)
    sound()


def test_a_part_of_a_fine_is_given_back_and_lifting_it_brings_the_rest(order):
    sanction, entry = fined(order.shop)
    given_back(entry, 2_000, "fines")
    assert balances(order.shop)["available"] == Money(-3_000)
    sound()

    lift(sanction=sanction, by=staff(), now=NOON + 10 * DAY)
    deliver_everything()

    assert balances(order.shop)["available"] == Money(0)
    sound()


def test_a_fine_that_was_given_back_whole_brings_nothing_when_it_is_lifted(order):
    sanction, entry = fined(order.shop)
    given_back(entry, 5_000, "fines")
    lift(sanction=sanction, by=staff(), now=NOON + 10 * DAY)
    deliver_everything()

    assert balances(order.shop)["available"] == Money(0)
    sound()


def test_of_a_fine_that_was_lifted_meanwhile_nothing_more_is_given_back(order):
    sanction, entry = fined(order.shop)
    correction = draw_up_correction(
        entry=entry, direction="to_shop", side="fines", amount=Money(2_000), reason="…", by=staff(), now=NOON
    )
    lift(sanction=sanction, by=staff(), now=NOON + 10 * DAY)
    deliver_everything()

    with pytest.raises(WrongCorrection):
        book_correction(correction=correction, by=staff(), now=NOON + 11 * DAY)
    assert balances(order.shop)["available"] == Money(0)


def test_no_more_of_a_fine_is_given_back_than_it_was_and_none_is_taken_so(order, entry):
    _sanction, fine = fined(order.shop)
    given_back(fine, 3_000, "fines")
    for wrong in (
        {"entry": fine, "direction": "to_shop", "amount": Money(2_001)},
        {"entry": fine, "direction": "from_shop", "amount": Money(1)},
        {"entry": entry, "direction": "to_shop", "amount": Money(1)},
    ):
        with pytest.raises(WrongCorrection):
            draw_up_correction(**wrong, side="fines", reason="…", by=staff(), now=NOON)
