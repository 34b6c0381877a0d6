"""Statements that are read by eight at once, over real connections, and what happens without the guard."""

from threading import Barrier

from django.db import IntegrityError

from orders.bank_statements import read_statement
from orders.models import BankLine, BankStatement
from tests.conftest import NOON
from tests.orders.test_bank_statements import line, statement, waiting
from tests.orders.test_purses_at_once import at_once


def test_statements_are_read_by_eight_at_once_and_each_line_counts_once(committed_db):  # O3
    _group, payment = waiting()
    rows = [line(payment.transfer.reference, name="FT1"), line("x", name="FT2")]
    together = Barrier(8)

    def read(number):
        content = statement(*rows, line("y", name=f"FT9{number}"))
        together.wait(30)
        return read_statement(content=content, name="x.csv", now=NOON).fresh_count

    told = at_once(read, 8)

    assert sorted(told) == [1] * 7 + [3]
    assert BankLine.objects.count() == 10
    payment.refresh_from_db()
    assert payment.status == "succeeded"


def test_without_the_turns_a_file_is_refused_by_the_database(committed_db):  # negative control
    together = Barrier(2)

    def look_then_write(number):
        known = BankLine.objects.filter(bank_reference="FT1").exists()
        together.wait(30)
        read = BankStatement.objects.create(
            name="x", digest=str(number), read_at=NOON, lines_count=1, fresh_count=1, paid_count=0
        )
        try:
            BankLine.objects.create(
                statement=read, bank_reference="FT1", booked_at=NOON, amount=1, why="unknown", read_at=NOON
            )
        except IntegrityError:
            return "refused"
        return "knew" if known else "written"

    assert sorted(at_once(look_then_write, 2)) == ["refused", "written"]
