"""S5: frozen bills whose balances are the ledger's to the fen, each posting on one of each kind."""

import io
import random
import zipfile
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from settlement import statement_files
from settlement.models import Account, Dispute, Posting, Statement, StatementLine
from settlement.release import release_due_shares
from settlement.statements import (
    LineDisputed,
    StatementDone,
    accept_due_statements,
    accept_statement,
    dispute_line,
    freeze_statements,
    lines_of,
    refuse_dispute,
    uphold_dispute,
)
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import merchant, seat, shop
from tests.factories.settlement import asked, with_money
from tests.journeys import completed_order
from tests.settlement.reading_pdf import embedded_fonts, printed

DAY = timedelta(days=1)
NIGHT = NOON + DAY - timedelta(hours=6, minutes=30)  # half past five in the morning of the day after


def daily(place) -> list[Statement]:
    return list(Statement.objects.filter(shop=place, kind="daily").order_by("period_from"))


def ledger_sum(place) -> int:
    return -sum(posting.amount.minor for posting in Posting.objects.filter(shop=place))


@pytest.mark.django_db
def test_a_day_is_written_down_with_opening_movements_and_closing_balance():
    place = shop()
    with_money(place, 10_000, at=NOON - DAY)
    with_money(place, 2_500, at=NOON)

    told = freeze_statements(now=NIGHT)

    first, second = daily(place)
    assert told == {"daily": 2}
    assert (first.opening, first.moved, first.closing) == (Money(0), Money(10_000), Money(10_000))
    assert (second.opening, second.moved, second.closing) == (Money(10_000), Money(2_500), Money(12_500))
    assert (second.period_from, second.period_to, second.line_count) == (date(2026, 3, 2), date(2026, 3, 2), 1)
    assert second.accept_by == NIGHT + 3 * DAY


@pytest.mark.django_db
def test_running_again_changes_nothing_and_a_quiet_day_has_no_bill():
    place = shop()
    with_money(place, 10_000, at=NOON)
    freeze_statements(now=NIGHT)

    assert (freeze_statements(now=NIGHT), freeze_statements(now=NIGHT + 2 * DAY)) == ({}, {})
    assert len(daily(place)) == 1


@pytest.mark.django_db
def test_after_an_outage_of_three_days_every_day_has_its_own_bill():
    place, other = shop(), shop()
    for days in range(4):
        with_money(place, 1_000 + days, at=NOON + days * DAY)
    with_money(other, 5, at=NOON + 2 * DAY)

    told = freeze_statements(now=NIGHT + 3 * DAY)

    assert told == {"daily": 5}
    assert [row.closing.minor for row in daily(place)] == [1_000, 2_001, 3_003, 4_006]
    assert [row.period_from for row in daily(other)] == [date(2026, 3, 4)]


@pytest.mark.django_db
def test_what_is_booked_late_stands_on_the_next_bill_and_the_frozen_one_stays():
    place = shop()
    with_money(place, 10_000, at=NOON)
    freeze_statements(now=NIGHT)
    with_money(place, 300, at=NOON)  # of the same day, heard of later
    with_money(place, 20, at=NOON + DAY)

    freeze_statements(now=NIGHT + DAY)

    first, second = daily(place)
    assert (first.closing, second.opening, second.moved) == (Money(10_000), Money(10_000), Money(320))


@pytest.mark.django_db
def test_a_month_is_written_down_when_it_is_over():
    place = shop()
    with_money(place, 10_000, at=NOON - 3 * DAY)  # February
    with_money(place, 700, at=NOON)

    freeze_statements(now=NIGHT, kinds=("monthly",))
    row = Statement.objects.get(shop=place, kind="monthly")
    assert (row.period_from, row.period_to, row.closing) == (date(2026, 2, 1), date(2026, 2, 28), Money(10_000))

    assert freeze_statements(now=NIGHT + 31 * DAY, kinds=("monthly",)) == {"monthly": 1}
    assert Statement.objects.filter(kind="monthly").latest("period_from").closing == Money(10_700)


@pytest.mark.django_db
def test_every_line_leads_to_its_order_and_commission_is_what_the_ledger_says():  # S5
    place = shop()
    goods = sku(product=product(shop=place, category=category(commission_bps=500)), price="100.00", stock=9)
    order = completed_order(skus={goods: 1}, now=NOON)
    release_due_shares(now=NOON + 7 * DAY)
    freeze_statements(now=NIGHT + 7 * DAY)

    first, last = daily(place)
    commission = -sum(p.amount.minor for p in Posting.objects.filter(account__kind="commission"))
    assert {line.order_public_id for line in StatementLine.objects.all()} == {order.public_id}
    assert (first.commission, last.commission) == (Money(commission), Money(0))
    net, tax = first.invoice_parts
    assert (net + tax, tax) == (Money(commission), Money(commission) - net)
    assert (last.moved, last.closing.minor) == (Money(0), ledger_sum(place))
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_withdrawal_stands_on_the_bill_with_its_fee():
    place = shop()
    with_money(place, 100_000)
    asked(place, 40_000)
    freeze_statements(now=NIGHT)

    rows = {row.account.kind: row.closing.minor for row in daily(place)[-1].balances.select_related("account")}
    assert (rows["shop_available"], rows["shop_withdrawing"]) == (60_000, 40_000)


@pytest.mark.django_db
def test_whatever_happens_bills_add_up_to_the_ledger_to_the_fen():  # any order of news, any nights left out
    dice, places, now = random.Random(5), [shop() for _ in range(3)], NOON
    kinds = [Account.Kind.SHOP_PENDING, Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_DEPOSIT]
    for _ in range(60):
        now += timedelta(hours=dice.uniform(0, 30))
        place, late = dice.choice(places), timedelta(hours=dice.choice((0, 0, 0, 5, 40, 90)))
        with_money(place, dice.choice((-1, 1)) * dice.randint(1, 10**6), kind=dice.choice(kinds), at=now - late)
        if dice.random() < 0.3:
            freeze_statements(now=now)
    freeze_statements(now=now + 62 * DAY)

    for place in places:
        for kind in ("daily", "monthly"):
            rows = list(Statement.objects.filter(shop=place, kind=kind).order_by("period_from"))
            assert rows[-1].closing.minor == ledger_sum(place)
            assert all(before.closing == after.opening for before, after in pairwise(rows))
            stated = StatementLine.objects.filter(shop=place, kind=kind)
            assert stated.count() == Posting.objects.filter(shop=place).count()
    assert verify_ledger().statement_faults == 0


@pytest.mark.django_db
def test_the_database_lets_a_posting_stand_on_one_bill_of_each_kind_and_changes_no_figure():
    place = shop()
    with_money(place, 10_000, at=NOON)
    freeze_statements(now=NIGHT)
    line, row = StatementLine.objects.get(), daily(place)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        StatementLine.objects.create(shop=place, statement=row, kind="daily", posting=line.posting)
    for statement in (
        "UPDATE settlement_statementline SET order_public_id = 'x'",
        "DELETE FROM settlement_statementline",
        "UPDATE settlement_statementbalance SET closing = 1",
        "UPDATE settlement_statement SET closing = 1",
        "DELETE FROM settlement_statement",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Accepting and disputing


@pytest.fixture
def bill(db):
    place = shop()
    for fen in (10_000, 500):
        with_money(place, fen, at=NOON)
    freeze_statements(now=NIGHT)
    return daily(place)[0]


def test_nobody_said_anything_for_three_days_so_it_is_accepted(bill):  # S5
    assert accept_due_statements(now=NIGHT + 3 * DAY - timedelta(microseconds=1)) == 0
    assert accept_due_statements(now=NIGHT + 4 * DAY) == 1
    assert accept_due_statements(now=NIGHT + 5 * DAY) == 0

    bill.refresh_from_db()
    assert (bill.status, bill.accepted_by, bill.accepted_at) == ("accepted", None, NIGHT + 4 * DAY)


def test_a_disputed_line_waits_for_its_answer_and_then_the_bill_is_accepted(bill):  # S5
    owner = shopper()
    seat(bill.shop, owner)
    one, two = lines_of(bill)
    first = dispute_line(line=one, reason="少了", by=owner, now=NIGHT)
    second = dispute_line(line=two, reason="多了", by=owner, now=NIGHT)

    assert accept_due_statements(now=NIGHT + 9 * DAY) == 0
    with pytest.raises(StatementDone):
        accept_statement(statement=bill, by=owner, now=NIGHT)
    uphold_dispute(dispute=first, answer="下期更正", by=staff(), now=NIGHT)
    bill.refresh_from_db()
    assert bill.status == "disputed"
    refuse_dispute(dispute=second, answer="金额无误", by=staff(), now=NIGHT)

    bill.refresh_from_db()
    assert bill.status == "accepted"
    assert list(Dispute.objects.order_by("pk").values_list("status", "answer")) == [
        ("granted", "下期更正"), ("refused", "金额无误"),
    ]  # fmt: skip
    deliver_everything()
    assert Notice.objects.filter(person=owner, kind="settlement.dispute_answered").count() == 2
    with pytest.raises(WrongStatus):
        refuse_dispute(dispute=second, answer="…", by=staff(), now=NIGHT)


def test_a_line_is_disputed_once_on_either_kind_of_bill_and_not_when_accepted(bill):
    line = lines_of(bill)[0]
    dispute_line(line=line, reason="…", by=shopper(), now=NIGHT)
    freeze_statements(now=NIGHT + 40 * DAY)
    monthly = Statement.objects.get(kind="monthly")

    for same in (line, lines_of(monthly).get(posting=line.posting)):
        with pytest.raises(LineDisputed):
            dispute_line(line=same, reason="…", by=shopper(), now=NIGHT)
    accept_statement(statement=monthly, by=shopper(), now=NIGHT)
    with pytest.raises(StatementDone):
        dispute_line(line=lines_of(monthly).last(), reason="…", by=shopper(), now=NIGHT)
    with pytest.raises(WrongStatus):
        accept_statement(statement=monthly, by=shopper(), now=NIGHT)


# Files


@pytest.fixture
def hostile(db):
    place = shop(name="=HYPERLINK(1)", merchant=merchant(name="杭州茶叶<有限>&公司"))
    with_money(place, 1_234_567, at=NOON)
    freeze_statements(now=NIGHT)
    return Statement.objects.select_related("shop__merchant").get(shop=place, kind="daily")


def test_the_spreadsheet_holds_every_line_and_no_formula(hostile):
    with translation.override("zh-hans"):
        book = zipfile.ZipFile(io.BytesIO(statement_files.as_xlsx(hostile)))

    sheets = [book.read(name).decode() for name in sorted(book.namelist()) if name.startswith("xl/worksheets/sheet")]
    words = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
    everything = "".join(sheets) + words
    assert len(sheets) == 3
    assert "<f>" not in everything
    assert "=HYPERLINK(1)" in everything
    assert "<v>12345.67</v>" in sheets[2]
    assert Posting.objects.get(shop=hostile.shop).entry.ref in everything


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pdf_says_it_in_chinese_and_english(hostile, language):
    with translation.override(language):
        pdf = statement_files.as_pdf(hostile)

    text = printed(pdf)
    assert pdf.startswith(b"%PDF-")
    assert "杭州茶叶<有限>&公司" in text
    assert "12,345.67" in text
    assert hostile.public_id in text
    assert ("对账单" in text) == (language == "zh-hans")


def test_the_letters_travel_inside_the_pdf_so_that_every_reader_shows_them(hostile):  # S5
    hostile.shop.merchant.name = "云间茶舍喆镕有限公司"  # characters that the font lacks are set in the reader's own

    with translation.override("zh-hans"):
        pdf = statement_files.as_pdf(hostile)

    assert embedded_fonts(pdf) == {"MallSans"}
    assert "云间茶舍" in printed(pdf)
    assert "STSong-Light" in pdf.decode("latin-1")
    assert len(pdf) < 300_000


def test_a_long_bill_prints_its_first_lines(hostile, monkeypatch):
    monkeypatch.setattr(statement_files, "MOST_PRINTED", 0)

    with translation.override("en"):
        assert "1 further lines stand in the spreadsheet" in printed(statement_files.as_pdf(hostile))


# Faults


FAULTS = (
    "UPDATE settlement_statementbalance SET moved = moved + 1, closing = closing + 1 WHERE shop_id = %s",
    "UPDATE settlement_statement SET opening = opening + 1, closing = closing + 1 WHERE shop_id = %s",
    "DELETE FROM settlement_statementline WHERE id = (SELECT max(id) FROM settlement_statementline WHERE shop_id = %s)",
    "UPDATE settlement_statementbalance SET opening = opening + 1, closing = closing + 1"
    " WHERE id = (SELECT max(id) FROM settlement_statementbalance WHERE shop_id = %s)",
)


def test_the_verifier_finds_bills_that_were_tampered_with(committed_db, owner_connection):
    places = [shop() for _ in FAULTS]
    for place in places:
        for days in range(2):
            with_money(place, 1_000, at=NOON + days * DAY)
    freeze_statements(now=NIGHT + DAY)
    assert verify_ledger().statement_faults == 0

    for place, fault in zip(places, FAULTS, strict=True):
        before = verify_ledger().statement_faults
        with owner_connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(fault, [place.pk])
        assert verify_ledger().statement_faults > before, fault
