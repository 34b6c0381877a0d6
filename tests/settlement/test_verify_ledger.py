"""``manage.py verify_ledger``: quiet when all is well, and loud about every fault that a superuser can plant."""

import json
import random
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.money import Money
from settlement.corrections import book_correction, draw_up_correction
from settlement.ledger import SEALED, seal_ledger
from settlement.models import Entry
from settlement.release import release_due_shares
from settlement.staff_queues import waiting
from settlement.tasks import verify_ledger as verify_at_night
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.parties import part_in_force, party
from tests.factories.settlement import completed_orders
from tests.journeys import completed_order, pay, placed_group

QUIET = {
    "unbalanced": 0, "misfits": 0, "share_faults": 0, "reversal_faults": 0, "joint_faults": 0, "party_faults": 0,
    "escrow_faults": 0, "duty_faults": 0, "card_faults": 0, "purse_faults": 0, "transfer_faults": 0,
    "unclaimed_faults": 0, "receipt_faults": 0, "tender_faults": 0, "deposit_faults": 0, "withdrawal_faults": 0,
    "correction_faults": 0, "fine_faults": 0, "seizure_faults": 0, "statement_faults": 0,
    "broken_seals": [], "waiting": 0, "faults": [],
}  # fmt: skip


def verified() -> tuple[int, dict]:
    """The exit code and what was printed."""
    out = StringIO()
    try:
        call_command("verify_ledger", stdout=out)
    except SystemExit as left:
        return left.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def plant(owner_connection):
    """``plant(sql)`` changes the books behind their back: as a superuser, with the triggers asleep."""

    def do(statement: str, values=None):
        with owner_connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)
            cursor.execute("RESET session_replication_role")

    return do


@pytest.fixture
def sealed_books(committed_db, owner_connection):
    """Twenty completed orders, half of them released, everything sealed."""
    completed_orders(owner_connection, 10)
    release_due_shares(now=NOON)
    completed_orders(owner_connection, 10)
    seal_ledger()


def test_sound_books_are_reported_sound(sealed_books):
    code, told = verified()

    assert code == 0
    assert told == {"ok": True, "entries": 50, "postings": 120, "sum": 0, **QUIET}


RELEASED = "(SELECT id FROM settlement_entry WHERE kind = 'released' ORDER BY id LIMIT 1)"
ONE_LEG = f"(SELECT min(id) FROM settlement_posting WHERE entry_id = {RELEASED})"
SOMEONE_ELSE = (
    f"(SELECT a.id FROM settlement_account a JOIN settlement_posting p ON p.id = {ONE_LEG} JOIN settlement_account own"
    " ON own.id = p.account_id WHERE a.kind = own.kind AND a.shop_id <> own.shop_id LIMIT 1)"
)
UNSEALED = "DELETE FROM mall_seal; "  # so that it is not only the seal that finds it

FAULTS = {
    "a changed posting": (f"UPDATE settlement_posting SET amount = amount + 1 WHERE id = {ONE_LEG}", "unbalanced"),
    "a deleted posting": (f"DELETE FROM settlement_posting WHERE id = {ONE_LEG}", "unbalanced"),
    "a deleted entry": (f"DELETE FROM settlement_entry WHERE id = {RELEASED}", "misfits"),
    "all legs deleted": (f"DELETE FROM settlement_posting WHERE entry_id = {RELEASED}", "unbalanced"),
    "a leg moved to another entry": (
        f"UPDATE settlement_posting SET entry_id = (SELECT max(id) FROM settlement_entry) WHERE id = {ONE_LEG}",
        "unbalanced",
    ),
    "a leg moved to another shop's account": (
        f"UPDATE settlement_posting SET account_id = {SOMEONE_ELSE} WHERE id = {ONE_LEG}",
        "misfits",
    ),
    "an entry paid to another shop, neatly": (
        "UPDATE settlement_posting p SET account_id = a.id, shop_id = a.shop_id FROM settlement_account a"
        f" WHERE p.entry_id = {RELEASED} AND a.kind = (SELECT kind FROM settlement_account WHERE id = p.account_id)"
        " AND a.shop_id = (SELECT min(o.shop_id) FROM settlement_account o WHERE o.shop_id <> p.shop_id)",
        "share_faults",
    ),
    "an entry enlarged, neatly": (
        f"UPDATE settlement_posting SET amount = amount * 2 WHERE entry_id = {RELEASED}",
        "share_faults",
    ),
    "a released share without its entry": (
        "UPDATE settlement_share SET status = 'released', released_at = now()"
        " WHERE id = (SELECT max(id) FROM settlement_share)",
        "share_faults",
    ),
    "a released entry of a pending share": (
        "UPDATE settlement_share SET status = 'pending', released_at = NULL"
        " WHERE id = (SELECT min(id) FROM settlement_share)",
        "share_faults",
    ),
    "a share that nobody completed": (
        "UPDATE settlement_share SET order_public_id = 'ord_nowhere' WHERE id = (SELECT max(id) FROM settlement_share)",
        "share_faults",
    ),
    "an order that was never booked as paid": (
        "UPDATE settlement_entry SET ref = 'ord_nowhere' WHERE id = (SELECT min(id) FROM settlement_entry)",
        "escrow_faults",
    ),
    "an order that is not completed after all": (
        "UPDATE orders_order SET status = 'delivered', completed_at = NULL"
        " WHERE id = (SELECT min(id) FROM orders_order)",
        "escrow_faults",
    ),
    "an order that cost something else": (
        "UPDATE orders_order SET total = total + 5, goods_total = goods_total + 5"
        " WHERE id = (SELECT min(id) FROM orders_order)",
        "receipt_faults",
    ),
}


TABLES = ("settlement_entry", "settlement_posting", "settlement_share", "orders_order", "mall_seal")


def test_every_planted_fault_is_found(sealed_books, plant):  # A6, S1
    plant("".join(f"CREATE TABLE sound_{table} AS TABLE {table};" for table in TABLES))

    found = {}
    for fault, (statement, where) in FAULTS.items():
        plant(UNSEALED + statement)
        code, told = verified()
        found[fault] = (code, told["ok"], told[where] > 0, bool(told["faults"]))
        plant("".join(f"DELETE FROM {table}; INSERT INTO {table} TABLE sound_{table};" for table in TABLES))

    assert found == dict.fromkeys(FAULTS, (1, False, True, True))
    assert verified()[0] == 0


def test_a_byte_changed_in_a_sealed_row_breaks_its_seal(sealed_books, plant):  # A6
    plant(
        "UPDATE settlement_entry SET at = at + interval '1 microsecond'"
        " WHERE id = (SELECT min(id) FROM settlement_entry)"
    )
    code, told = verified()

    assert code == 1
    assert told["broken_seals"] == ["settlement_entry 1"]
    assert told["faults"] == ["seal 1 of settlement_entry is broken"]


def flipped(value, dice: random.Random):
    """The value with one byte of it changed."""
    if isinstance(value, int):
        return value ^ (1 << dice.randrange(20, 40))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1 << dice.randrange(40))
    place = dice.randrange(len(value))
    return value[:place] + chr(ord(value[place]) ^ 64) + value[place + 1 :]


def test_of_a_thousand_flipped_bytes_every_one_is_found(sealed_books, plant, owner_connection):  # A6
    dice, found, asked = random.Random(11), 0, 0
    places = []
    for sealed in SEALED:
        columns = [column for column in sealed.columns if column != "made_in"]  # no bytes of its own: a transaction
        with owner_connection.cursor() as cursor:
            cursor.execute(f"SELECT id, {', '.join(columns)} FROM {sealed.table}")
            rows = cursor.fetchall()
        places += [
            (sealed, row[0], column, value)
            for row in rows
            for column, value in zip(columns, row[1:], strict=True)
            if value is not None
        ]

    while asked < 1000:
        sealed, key, column, value = dice.choice(places)
        change = f"UPDATE {sealed.table} SET {column} = %s WHERE id = %s"
        plant(change, [flipped(value, dice), key])
        found += sealed.broken_seals() == [1]
        plant(change, [value, key])
        asked += 1

    assert (asked, found) == (1000, 1000)
    assert verified()[0] == 0


def test_news_that_is_not_heard_yet_is_waiting_and_not_missing(committed_db):
    group = placed_group()
    pay(group)

    before = verified()
    deliver_everything()
    after = verified()

    assert before == (0, {"ok": True, "entries": 0, "postings": 0, "sum": 0, **QUIET, "waiting": 1})
    assert after == (0, {"ok": True, "entries": 1, "postings": 2, "sum": 0, **QUIET})


def test_what_happened_and_is_never_booked_is_a_fault(committed_db):
    group = placed_group()
    pay(group)
    OutboxEvent.objects.all().delete()

    code, told = verified()

    order_id = group.orders.get().public_id
    assert (code, told["escrow_faults"], told["receipt_faults"]) == (1, 1, 1)
    assert told["faults"] == [
        f"order {order_id} escrow holds 0, it should be {group.total.minor}",
        f"paid {order_id} happened but is not booked",
    ]


def test_the_nightly_check_puts_what_is_off_into_the_queue_of_staff_until_it_is_right(sealed_books, plant):
    clerk = staff()

    def queue() -> list[tuple]:
        with translation.override("en"):
            return [(row.label, row.is_trouble) for row in waiting(clerk) if row.label == "Books that do not add up"]

    shift = (
        "UPDATE settlement_share SET net = net + %s, commission = commission - %s"
        " WHERE order_public_id = (SELECT min(order_public_id) FROM settlement_share)"
    )
    verify_at_night()
    assert queue() == []
    plant(shift, [1, 1])
    verify_at_night()
    assert queue() == [("Books that do not add up", True)]
    plant(shift, [-1, -1])
    verify_at_night()
    assert queue() == []


def test_a_correction_that_was_tampered_with_is_found(committed_db, owner_connection):
    entry = Entry.objects.get(kind="completed", ref=completed_order(now=NOON).public_id)
    terms = {"direction": "to_shop", "side": "commission", "amount": Money(100), "reason": "…"}
    correction = draw_up_correction(entry=entry, by=staff(), now=NOON, **terms)
    book_correction(correction=correction, by=staff(), now=NOON)
    assert verified()[1]["correction_faults"] == 0

    found = []
    for change in ("amount = amount + 1", "direction = 'from_shop'", "side = 'fees'", "status = 'discarded'"):
        with owner_connection.cursor() as cursor:
            cursor.execute("CREATE TABLE sound AS TABLE settlement_correction")
            cursor.execute(f"UPDATE settlement_correction SET {change}")
            found.append(verified()[1]["correction_faults"])
            cursor.execute("DELETE FROM settlement_correction; INSERT INTO settlement_correction TABLE sound")
            cursor.execute("DROP TABLE sound")

    assert found == [1, 1, 1, 1]
    assert verified()[1]["correction_faults"] == 0


def test_the_verifier_finds_what_the_mall_did_not_owe(committed_db, owner_connection):
    part_in_force(
        None, of=party("promoter", now=NOON - timedelta(days=20)), bearer="mall", base="commission", bps=5_000,
        now=NOON - timedelta(days=20),
    )  # fmt: skip
    completed_order(now=NOON)
    deliver_everything()
    before = verify_ledger().party_faults
    with owner_connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE orders_partypart SET bearer = 'shop'")

    assert (before, verify_ledger().party_faults) == (0, 2)  # the share of the order, and what the mall paid
