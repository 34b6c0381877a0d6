"""
Telephones, ID numbers, names, streets and account numbers are planted by the mall's own verbs; then everything that
lies in the database, in the cache server (sessions, counters, messages of the queue) and in the logs is searched (H9).
"""

import logging

import redis
from django.conf import settings
from django.db import connection
from django.urls import reverse

from mall.events import deliver_everything
from merchants.blacklist import add_to_blacklist
from orders.addresses import change_address
from orders.models import OrderStep
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
NAMES = ["慕容雪岚", "欧阳晴川", "司徒望舒"]
PHONES = ["17722334455", "17766778899", "17700112233", "17755443322"]


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
    add_to_blacklist(kind="phone", value=PHONES[3], why="…", by=staff(), now=NOON)
    deliver_everything()

    client = Client()
    client.force_login(person)
    for page in (reverse("storefront:orders:detail", args=[order.public_id]), reverse("storefront:accounts:addresses")):
        assert client.get(page).status_code == 200
    client.post(reverse("storefront:accounts:address-edit", args=[home.public_id]), {"phone": PHONES[0], "line": ""})
    client.post(reverse("account_login"), {"login": PHONES[0], "password": number})
    return [*STREETS, *NAMES, *PHONES, number, papers, account]


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


def test_nothing_personal_lies_in_clear_anywhere(committed_db):  # H9
    heard, root = Heard(), logging.getLogger()
    before = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        words = planted()
    finally:
        root.removeHandler(heard)
        root.setLevel(before)

    assert in_database(words) == []
    assert in_cache_server(words) == []
    assert [(line, word) for line in heard.lines for word in words if word in line] == []

    order = paid_order()  # the negative control: one note in clear is found
    OrderStep.objects.create(shop=order.shop, order=order, kind="noted", at=NOON, note=f"ring {PHONES[0]}")
    redis.Redis.from_url(f"{settings.REDIS_URL.rstrip('/')}/9").lpush("queue", f"ring {PHONES[0]}")
    assert in_database(words) == [("orders_orderstep", PHONES[0])]
    assert in_cache_server(words) == [("queue", PHONES[0])]
    redis.Redis.from_url(f"{settings.REDIS_URL.rstrip('/')}/9").delete("queue")
