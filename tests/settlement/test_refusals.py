"""What the database refuses, whoever asks and however (A2): the mall through the ORM or SQL, and the owner in psql."""

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from mall.money import Money
from mall.tenancy import shop_scope
from settlement.ledger import Leg, account, balances, post
from settlement.models import Account, Entry, Posting, Share
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.merchants import shop
from tests.factories.settlement import completed_orders

REFUSED = "23514"  # a promise of the schema
FORBIDDEN = "42501"  # nobody may do that


@pytest.fixture
def books(committed_db):
    """An entry that stands: 100 from custodian to escrow; returns (entry, custodian, escrow)."""
    custodian, escrow = account(Account.Kind.CUSTODIAN), account(Account.Kind.ESCROW)
    entry = post(
        kind=Entry.Kind.PAID, ref="ord_1", at=NOON, legs=[Leg(custodian, Money(100)), Leg(escrow, Money(-100))]
    )
    return entry, custodian, escrow


def new_entry(ref="ord_2") -> Entry:
    return Entry.objects.create(kind=Entry.Kind.PAID, ref=ref, at=NOON)


def leg(entry, account, amount, currency="CNY", shop_id=None) -> Posting:
    return Posting(entry=entry, account=account, amount=amount, currency=currency, shop_id=shop_id)


# Each of these is one thing that must not be possible. They get the entry that stands, and its two accounts.


def no_leg(entry, custodian, escrow):
    new_entry()


def one_leg(entry, custodian, escrow):
    leg(new_entry(), custodian, 100).save()


def unbalanced(entry, custodian, escrow):
    fresh = new_entry()
    Posting.objects.bulk_create([leg(fresh, custodian, 100), leg(fresh, escrow, -99)])


def across_currencies(entry, custodian, escrow):
    fresh, dollars = new_entry(), account(Account.Kind.ESCROW, currency="USD")
    Posting.objects.bulk_create([leg(fresh, custodian, 100), leg(fresh, dollars, -100, "USD")])


def zero_amount(entry, custodian, escrow):
    fresh = new_entry()
    Posting.objects.bulk_create([leg(fresh, custodian, 0), leg(fresh, escrow, 0)])


def another_currency_than_the_account(entry, custodian, escrow):
    fresh = new_entry()
    Posting.objects.bulk_create([leg(fresh, custodian, 100, "USD"), leg(fresh, escrow, -100, "USD")])


def another_shop_than_the_account(entry, custodian, escrow):
    fresh, theirs = new_entry(), shop()
    Posting.objects.bulk_create([leg(fresh, custodian, 100, shop_id=theirs.pk), leg(fresh, escrow, -100)])


def no_such_account(entry, custodian, escrow):
    fresh = new_entry()
    Posting.objects.bulk_create([leg(fresh, custodian, 100), leg(fresh, Account(pk=10**9), -100)])


def no_such_entry(entry, custodian, escrow):
    nowhere = Entry(pk=10**9)
    Posting.objects.bulk_create([leg(nowhere, custodian, 100), leg(nowhere, escrow, -100)])


def legs_added_to_an_older_entry(entry, custodian, escrow):
    Posting.objects.bulk_create([leg(entry, custodian, 50), leg(entry, escrow, -50)])


def legs_added_in_a_second_statement(entry, custodian, escrow):
    fresh = new_entry()
    Posting.objects.bulk_create([leg(fresh, custodian, 100), leg(fresh, escrow, -100)])
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # checked now, and not again
    leg(fresh, custodian, 1).save()


def an_entry_that_claims_another_transaction(entry, custodian, escrow):
    sql(
        "INSERT INTO settlement_entry (public_id, kind, ref, at, made_in)"
        " VALUES ('ent_x', 'paid', 'ord_x', now(), (pg_current_xact_id()::text::bigint + 1)::text::xid8)"
    )


def update_through_the_orm(entry, custodian, escrow):
    Posting.objects.filter(entry=entry, amount__gt=0).update(amount=1)


def save_again(entry, custodian, escrow):
    entry.ref = "ord_9"
    entry.save()


def update_a_posting(entry, custodian, escrow):
    sql("UPDATE settlement_posting SET amount = amount * 2")


def move_a_leg(entry, custodian, escrow):
    sql("UPDATE settlement_posting SET account_id = %s WHERE account_id = %s", [escrow.pk, custodian.pk])


def delete_through_the_orm(entry, custodian, escrow):
    Posting.objects.filter(entry=entry).delete()


def delete_postings(entry, custodian, escrow):
    sql("DELETE FROM settlement_posting")


def delete_entries(entry, custodian, escrow):
    sql("DELETE FROM settlement_entry")


def truncate(entry, custodian, escrow):
    sql("TRUNCATE settlement_posting")


def give_an_account_to_another(entry, custodian, escrow):
    sql("UPDATE settlement_account SET currency = 'USD'")


def overwrite_on_conflict(entry, custodian, escrow):
    sql(
        "INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES ('ent_x', 'paid', 'ord_1', now())"
        " ON CONFLICT (kind, ref) DO UPDATE SET at = excluded.at"
    )


IMPOSSIBLE = {
    no_leg: REFUSED,
    one_leg: REFUSED,
    unbalanced: REFUSED,
    across_currencies: REFUSED,
    zero_amount: REFUSED,
    another_currency_than_the_account: REFUSED,
    another_shop_than_the_account: REFUSED,
    no_such_account: REFUSED,
    no_such_entry: REFUSED,
    legs_added_to_an_older_entry: REFUSED,
    legs_added_in_a_second_statement: REFUSED,
    an_entry_that_claims_another_transaction: REFUSED,
    update_through_the_orm: FORBIDDEN,
    save_again: FORBIDDEN,
    update_a_posting: FORBIDDEN,
    move_a_leg: FORBIDDEN,
    delete_through_the_orm: FORBIDDEN,
    delete_postings: FORBIDDEN,
    delete_entries: FORBIDDEN,
    truncate: FORBIDDEN,
    give_an_account_to_another: FORBIDDEN,
    overwrite_on_conflict: FORBIDDEN,
}

AS_OWNER = {
    "one leg": (
        REFUSED,
        "WITH e AS (INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES ('ent_x', 'paid', 'x', now())"
        " RETURNING id) INSERT INTO settlement_posting (entry_id, account_id, currency, amount)"
        " SELECT e.id, a.id, 'CNY', 5 FROM e, settlement_account a WHERE a.kind = 'escrow'",
    ),
    "legs added to an older entry": (
        REFUSED,
        "INSERT INTO settlement_posting (entry_id, account_id, currency, amount)"
        " SELECT entry_id, account_id, currency, -amount FROM settlement_posting",
    ),
    "update": (FORBIDDEN, "UPDATE settlement_posting SET amount = amount + 1"),
    "move a leg": (FORBIDDEN, "UPDATE settlement_posting SET account_id = (SELECT max(id) FROM settlement_account)"),
    "update an entry": (FORBIDDEN, "UPDATE settlement_entry SET ref = 'y'"),
    "delete": (FORBIDDEN, "DELETE FROM settlement_posting"),
    "delete entries": (FORBIDDEN, "DELETE FROM settlement_entry"),
    "truncate": (FORBIDDEN, "TRUNCATE settlement_posting, settlement_entry, settlement_correction"),
    "update an account": (FORBIDDEN, "UPDATE settlement_account SET currency = 'USD'"),
}


def sql(statement: str, values=None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def code_of_refusal(attempt) -> str:
    """The SQLSTATE with which the database refuses, at once or when the transaction ends; "accepted" if it does not."""
    try:
        with transaction.atomic():
            attempt()
    except DatabaseError as refusal:
        return refusal.__cause__.pgcode
    return "accepted"


def everything() -> list[tuple]:
    return list(Posting.objects.order_by("pk").values_list("entry__ref", "account_id", "amount"))


def test_the_mall_cannot(books):  # A2, S1
    before = everything()

    refused = {
        impossible: code_of_refusal(lambda impossible=impossible: impossible(*books)) for impossible in IMPOSSIBLE
    }

    assert refused == IMPOSSIBLE
    assert everything() == before


def test_even_the_owner_of_the_tables_cannot(books, owner_connection):  # A2
    before = everything()

    refused = {}
    for name, (_code, statement) in AS_OWNER.items():
        with pytest.raises(psycopg2.Error) as refusal, owner_connection.cursor() as cursor:
            cursor.execute(statement)
        refused[name] = refusal.value.pgcode

    assert refused == {name: code for name, (code, _statement) in AS_OWNER.items()}
    assert everything() == before


def test_without_the_triggers_all_of_it_gets_through(books, owner_connection):  # A2, negative control
    accepted = []
    for name, (_code, statement) in AS_OWNER.items():
        with owner_connection.cursor() as cursor:
            cursor.execute("BEGIN; SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            accepted.append(name)
            cursor.execute("ROLLBACK")

    assert accepted == list(AS_OWNER)


def test_a_share_is_moved_on_and_never_rewritten(committed_db, owner_connection):
    completed_orders(owner_connection, 2)

    refused = [
        code_of_refusal(lambda statement=statement: sql(statement))
        for statement in (
            "UPDATE settlement_share SET net = net + 1, gross = gross + 1",
            "UPDATE settlement_share SET due_on = due_on - 7",
            "DELETE FROM settlement_share",
        )
    ]

    assert refused == [FORBIDDEN] * 3
    assert verify_ledger().ok


def test_a_shop_reads_its_own_money_and_writes_none(committed_db, owner_connection):  # R6
    mine, other = completed_orders(owner_connection, 4, shops=[shop(), shop()])

    with shop_scope(mine.pk):
        seen = {
            "entries": Entry.objects.count(),
            "postings": set(Posting.objects.values_list("shop_id", flat=True)),
            "shares": set(Share.objects.values_list("shop_id", flat=True)),
            "accounts": set(Account.objects.values_list("shop_id", flat=True)),
            "pending": balances(mine)["pending"].minor > 0,
            "pending of another": balances(other)["pending"],
        }
    refused = []
    for statement in (
        "INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES ('ent_x', 'released', 'x', now())",
        "INSERT INTO settlement_posting (entry_id, account_id, currency, amount) VALUES (1, 1, 'CNY', 1)",
        f"INSERT INTO settlement_account (kind, shop_id, currency) VALUES ('shop_available', {mine.pk}, 'USD')",
        "UPDATE settlement_share SET status = 'released', released_at = now()",
        "DELETE FROM settlement_share",
    ):
        with shop_scope(mine.pk):
            refused.append(code_of_refusal(lambda statement=statement: sql(statement)))

    assert seen == {
        "entries": 2,
        "postings": {mine.pk},
        "shares": {mine.pk},
        "accounts": {mine.pk},
        "pending": True,
        "pending of another": Money(0),
    }
    assert refused == [FORBIDDEN] * 5
