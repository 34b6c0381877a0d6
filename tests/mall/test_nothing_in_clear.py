"""
Telephones, ID numbers, names, streets and account numbers are planted by the mall's own verbs; then everything that
lies in the database, in the cache server (sessions, counters, messages of the queue), in the logs and in every export
that is not asked for with personal data is searched (H9). What stands in clear stands in ``CLEAR``, with its reason.
"""

import logging

import pytest
import redis
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse

from mall.accounts.addresses import MOST_ADDRESSES
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.exports.asking import ask_for_export
from mall.exports.registry import all_kinds
from mall.exports.writing import storage, write_export
from merchants.blacklist import add_to_blacklist
from merchants.invitations import invite
from orders.addresses import change_address
from orders.bank_statements import read_statement
from orders.models import BankLine, Order, OrderStep
from settlement.bank_accounts import add_bank_account
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.kinds import abroad_sku, importer
from tests.factories.merchants import seat
from tests.factories.papers import id_card
from tests.factories.settlement import card
from tests.journeys import paid_order
from tests.merchants.applying import submitted

STREETS = ["梧桐巷 77 号", "海棠弄 41 号"]
NAMES = ["慕容雪岚", "欧阳晴川", "司徒望舒", "上官云霁"]
PHONES = ["17722334455", "17766778899", "17700112233", "17755443322"]


CLEAR = {
    "accounts_user": "she signs in with her address, and nobody else may have it: looked up without regard to case",
    "account_emailaddress": "allauth's own list of the addresses that a person has confirmed",
    "merchants_invitation": "who may take the seat: whoever signs in with this address",
}
"""Tables with addresses of e-mail in clear, and why; pages of staff show them covered (tests/house/test_covered.py).
Names of businesses and what shops write about themselves are public; the remark of a transfer is how it is matched, so
nothing of a person is asked for there, and it is blanked when she is forgotten."""


class Heard(logging.Handler):
    """Everything that anybody logs, however unimportant."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.getMessage()} {record.args} {record.exc_text or ''}")


def planted() -> list[str]:
    """Put it all in by the ordinary ways, and say what it was."""
    person, applicant, owner = shopper(), shopper(), shopper()
    number, papers, account = "11010519491231002X", id_card(), card()
    home = address(person, consignee=NAMES[0], phone=PHONES[0], line=STREETS[0])
    importer(person, name=NAMES[0], number=number)
    order = paid_order(shopper=person, skus={abroad_sku(): 1})
    ordinary = paid_order(shopper=person)
    said = {"consignee": NAMES[1], "phone": PHONES[1], "province": ordinary.province, "city": ordinary.city,
            "district": ordinary.district, "line": STREETS[1]}  # fmt: skip
    change_address(order=ordinary, fields=said, by=person, now=NOON)
    submitted(applicant, contact_name=NAMES[2], contact_phone=PHONES[2], papers={"id-card": {"number": papers}})
    seat(order.shop, owner)
    add_bank_account(
        shop=order.shop,
        kind="card",
        holder=order.shop.merchant.name,
        number=account,
        bank="工商银行",
        branch="",
        by=owner,
        now=NOON,
    )
    content = (
        "booked_at,bank_reference,credit,currency,payer_name,payer_account,remark\r\n"
        f"2026-03-02T10:00:00+08:00,bank1,12.30,CNY,{NAMES[3]},6217000099998888,?\r\n"
    )
    read_statement(content=content.encode(), name="march.csv", by=staff(), now=NOON)
    add_to_blacklist(kind="phone", value=PHONES[3], why="…", by=staff(), now=NOON)
    deliver_everything()

    client = Client()
    client.force_login(person)
    for page in (reverse("storefront:orders:detail", args=[order.public_id]), reverse("storefront:accounts:addresses")):
        assert client.get(page).status_code == 200
    client.post(reverse("storefront:accounts:address-edit", args=[home.public_id]), {"phone": PHONES[0], "line": ""})
    client.post(reverse("account_login"), {"login": PHONES[0], "password": number})
    return [*STREETS, *NAMES, *PHONES, number, papers, account, "6217000099998888"]


def many(count: int) -> list[str]:
    """So many more, by the verb of the address book; every one is another."""
    said, person = [], None
    for n in range(-(-count // 3)):
        if n % MOST_ADDRESSES == 0:
            person = shopper()
        words = [f"诸葛{chr(0x4E00 + n)}{chr(0x5E00 + n)}", f"178{20_000_000 + n}", f"紫藤里 {n} 号院"]
        address(person, consignee=words[0], phone=words[1], line=words[2])
        said += words
    return said


def in_database(words: list[str]) -> list[tuple[str, str]]:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0] or ""
            found += [(table, word) for word in words if word in text or word.encode("unicode_escape").decode() in text]
    return found


def in_cache_server(words: list[str]) -> list[tuple[str, str]]:
    """Every key of every database of the server with what lies under it; sessions and queues among them."""
    found = []
    for number in range(16):
        server = redis.Redis.from_url(f"{settings.REDIS_URL.rstrip('/')}/{number}")
        for key in server.scan_iter():
            value = key + b" " + (server.dump(key) or b"") + b" " + _read(server, key)
            text = value.decode("utf-8", errors="replace")
            found += [(key.decode(), word) for word in words if word in text or ascii(word).strip("'") in text]
        server.close()
    return found


def _read(server, key: bytes) -> bytes:
    match server.type(key):
        case b"string":
            return server.get(key) or b""
        case b"list":
            return b" ".join(server.lrange(key, 0, -1))
        case b"hash":
            return repr(server.hgetall(key)).encode()
        case b"zset":
            return b" ".join(server.zrange(key, 0, -1))
        case b"set":
            return b" ".join(server.smembers(key))
    return b""


def in_exports(words: list[str], *, is_personal: bool = False) -> list[tuple[str, str]]:
    """What a shop takes away as CSV: every kind, of every shop that has an order."""
    found = []
    for place in {order.shop for order in Order.objects.select_related("shop")}:
        for name, kind in all_kinds().items():
            export = ask_for_export(
                shop=place, kind=kind, format="csv", is_personal=is_personal and bool(kind.personal_right),
                by=shopper(), now=NOON,
            )  # fmt: skip
            assert write_export(export_id=export.public_id, now=NOON)
            export.refresh_from_db()
            with storage().open(export.file) as file:
                text = file.read().decode()
            found += [(name, word) for word in words if word in text]
    return found


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    for name in ("private", "documents"):
        settings.STORAGES = settings.STORAGES | {
            name: {**settings.STORAGES[name], "OPTIONS": {"location": str(tmp_path / name)}}
        }
    storages._storages.clear()
    yield
    storages._storages.clear()


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.proof)])
def test_nothing_personal_lies_in_clear_anywhere(committed_db, count):  # H9
    heard, root = Heard(), logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        words = planted() + many(count)
    finally:
        root.removeHandler(heard)
        root.setLevel(before)

    assert in_database(words) == []
    assert in_cache_server(words) == []
    told = "\n".join(heard.lines)
    assert [word for word in words if word in told] == []
    assert in_exports(words) == []
    assert BankLine.objects.get().payer_name.reveal() == NAMES[3]

    order = paid_order()  # the negative control: one note in clear is found
    OrderStep.objects.create(shop=order.shop, order=order, kind="noted", at=NOON, note=f"ring {PHONES[0]}")
    redis.Redis.from_url(f"{settings.REDIS_URL.rstrip('/')}/9").lpush("queue", f"ring {PHONES[0]}")
    assert in_database(words) == [("orders_orderstep", PHONES[0])]
    assert in_cache_server(words) == [("queue", PHONES[0])]
    redis.Redis.from_url(f"{settings.REDIS_URL.rstrip('/')}/9").delete("queue")
    assert ("orders.orders", NAMES[1]) in in_exports(NAMES, is_personal=True)


def test_addresses_of_e_mail_stand_in_clear_where_the_table_says_and_nowhere_else(committed_db):  # H9
    person, owner, invited = shopper(email="planted.one@example.com"), shopper(), "planted.two@example.com"
    order = paid_order(shopper=person)
    invite(shop=order.shop, email=invited, role="clerk", by=owner, now=NOON)
    deliver_everything()
    words = [User.objects.get(pk=person.pk).email, invited]

    assert {table for table, _word in in_database(words)} <= set(CLEAR)
    assert in_cache_server(words) == []
    assert in_exports(words) == []
