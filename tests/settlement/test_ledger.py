"""Posting once, opening accounts once, and reading balances."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from mall.chain import Seal
from mall.money import Money
from settlement.ledger import SEALED, Leg, account, entry_ids, post, seal_ledger, trial_balance
from settlement.models import Account, Entry, Posting
from tests.conftest import NOON
from tests.factories.merchants import shop

THREADS = 12


def at_once(work, count: int = THREADS) -> list:
    """The work in so many threads with connections of their own, all beginning together."""
    gate = Barrier(count)

    def run(number):
        try:
            gate.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def pay(ref: str, amount: int = 100) -> Entry | None:
    return post(
        kind=Entry.Kind.PAID,
        ref=ref,
        at=NOON,
        legs=[
            Leg(account(Account.Kind.CUSTODIAN), Money(amount)),
            Leg(account(Account.Kind.ESCROW), Money(-amount)),
        ],
    )


def test_the_same_thing_is_booked_once_however_many_ask_at_once(committed_db):  # A3, S1
    results = at_once(lambda number: [pay(f"ord_{thing}") is not None for thing in range(20)])

    assert [sum(column) for column in zip(*results, strict=True)] == [1] * 20
    assert Posting.objects.count() == 40
    assert {row.kind: row.balance for row in trial_balance()} == {"custodian": Money(2000), "escrow": Money(-2000)}


def test_without_the_key_everybody_books(committed_db, owner_connection):  # negative control
    account(Account.Kind.CUSTODIAN), account(Account.Kind.ESCROW)
    with owner_connection.cursor() as cursor:
        cursor.execute("ALTER TABLE settlement_entry DROP CONSTRAINT entry_once_per_reason")

    def pay_unless_booked(number):
        if Entry.objects.filter(kind=Entry.Kind.PAID, ref="ord_1").exists():
            return False
        gate.wait()
        entry = Entry(kind=Entry.Kind.PAID, ref="ord_1", at=NOON)
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH e AS (INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES (%s, 'paid', 'ord_1', now())"
                " RETURNING id) INSERT INTO settlement_posting (entry_id, account_id, currency, amount)"
                " SELECT e.id, a.id, 'CNY', CASE a.kind WHEN 'escrow' THEN -1 ELSE 1 END FROM e, settlement_account a",
                [entry.public_id],
            )
        return True

    gate = Barrier(THREADS)
    booked = sum(at_once(pay_unless_booked))

    assert booked == THREADS


def test_an_account_is_opened_once_however_many_need_it_at_once(committed_db):
    theirs = shop()

    opened = at_once(lambda number: account(Account.Kind.SHOP_PENDING, shop=theirs.pk).pk)

    assert len(set(opened)) == 1
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_legs_of_zero_are_left_out():
    commission = account(Account.Kind.COMMISSION)
    legs = [Leg(account(Account.Kind.CUSTODIAN), Money(5)), Leg(account(Account.Kind.ESCROW), Money(-5))]

    entry = post(kind=Entry.Kind.PAID, ref="ord_1", at=NOON, legs=[*legs, Leg(commission, Money(0))])
    nothing = post(kind=Entry.Kind.PAID, ref="ord_2", at=NOON, legs=[Leg(commission, Money(0))])

    assert (entry.postings.count(), nothing, Entry.objects.count()) == (2, None, 1)


@pytest.mark.django_db
def test_legs_that_do_not_sum_to_zero_are_a_mistake_of_the_caller():
    custodian, dollars = account(Account.Kind.CUSTODIAN), account(Account.Kind.ESCROW, currency="USD")

    with pytest.raises(ValueError, match="CNY do not sum to zero"):
        post(kind=Entry.Kind.PAID, ref="ord_1", at=NOON, legs=[Leg(custodian, Money(1))])
    with pytest.raises(ValueError, match="do not sum to zero"):
        post(
            kind=Entry.Kind.PAID,
            ref="ord_1",
            at=NOON,
            legs=[Leg(custodian, Money(1)), Leg(dollars, Money(-1, "USD"))],
        )

    assert not Entry.objects.exists()


def test_entry_ids_are_public_ids_and_all_different():
    ids = entry_ids(10_000)

    field = Entry._meta.get_field("public_id")
    assert len(set(ids)) == 10_000
    assert {len(made) for made in ids} == {field.max_length} == {len(Entry().public_id)}
    assert all(made.startswith("ent_") for made in ids)


def test_the_ledger_is_sealed_piece_by_piece(committed_db):
    pay("ord_1")
    first = seal_ledger()
    pay("ord_2")
    pay("ord_3")
    second = seal_ledger()
    third = seal_ledger()

    assert (first, second, third) == (3, 6, 0)
    assert Seal.objects.count() == 4
    assert [sealed.broken_seals() for sealed in SEALED] == [[], []]
