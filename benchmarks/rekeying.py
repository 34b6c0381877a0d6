"""
Rekeying: addresses under an old key come under a new one while others read and write them.

The floor is the cryptography alone: the same values opened and sealed in memory, without a database.
"""

import argparse
import base64
import random
import threading
import time

from benchmarks.report import Limit, Report
from mall.embedded.temporary import TemporaryServers

SMALL = {"rows": 20_000}
LEAST_ROWS_A_SECOND = 2_000
OLD, NEW = (f"{number}:{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))
BATCH = 2_000
SAMPLE = 2_000
READERS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=1_000_000, help="addresses, each with three encrypted values")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from django.conf import settings

    from mall.accounts.models import Address
    from mall.crypto import is_bound
    from mall.rekeying import reencrypt

    settings.MALL_FIELD_KEYS = OLD
    keys = _prepare(options.rows)
    settings.MALL_FIELD_KEYS = f"{OLD},{NEW}"
    floor = _cryptography_alone()

    others = _Others(keys)
    others.start()
    started = time.perf_counter()
    done = reencrypt()["accounts_address"]
    seconds = time.perf_counter() - started
    others.stop()
    again = sum(reencrypt().values())

    left = _stored_otherwise()
    settings.MALL_FIELD_KEYS = NEW  # whatever still needed the old key is not read any more
    unread = 0
    for key in random.Random(7).sample(keys, min(SAMPLE, len(keys))):
        row = Address.objects.get(pk=key)
        unread += not (row.phone.reveal() and row.consignee.reveal() and row.line.reveal())
    rate = options.rows / seconds
    return Report(
        name="rekeying",
        figures={
            "rows": options.rows,
            "values": done,
            "seconds": round(seconds, 1),
            "rows_a_second": round(rate),
            "reads_meanwhile": others.reads,
            "writes_meanwhile": others.writes,
            "errors_meanwhile": len(others.errors),
            "first_errors": others.errors[:3],
            "values_a_second_run_found": again,
            "bound_to_their_row": is_bound(_any_stored()),
        },
        floor={"cryptography_alone_rows_a_second": round(floor)},
        ratio=round(floor / rate, 2),
        limits={
            "rows a second": Limit(rate, least=LEAST_ROWS_A_SECOND),
            "read errors": Limit(len(others.errors) + unread, most=0),
            "left under the old key": Limit(left, most=0),
        },
    )


def _prepare(rows: int) -> list[int]:
    from django.db import transaction

    from mall.accounts.models import Address, User
    from mall.rows import insert_rows

    person = User.objects.create_user("shopper@example.com")
    keys = []
    for first in range(0, rows, BATCH):
        with transaction.atomic():
            made = insert_rows(
                Address(
                    shopper=person,
                    consignee=f"示例收件人 {number}",
                    phone=f"+86199{number:08d}",
                    province="浙江省",
                    city="杭州市",
                    line=f"示例路 {number} 号",
                )
                for number in range(first, min(first + BATCH, rows))
            )
        keys += [row.pk for row in made]
    return keys


def _cryptography_alone() -> float:
    """Rows a second."""
    from mall.crypto import decrypt, encrypt

    values = [encrypt(f"+86199{number:08d}", context="a.b", row=f"adr_{number}") for number in range(3_000)]
    started = time.perf_counter()
    for number, value in enumerate(values):
        encrypt(decrypt(value, context="a.b", row=f"adr_{number}"), context="a.b", row=f"adr_{number}")
    return len(values) / 3 / (time.perf_counter() - started)


class _Others:
    """People who read and change addresses meanwhile."""

    def __init__(self, keys: list[int]):
        self.keys, self.errors, self.reads, self.writes = keys, [], 0, 0
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=[number]) for number in range(READERS)]
        self._threads.append(threading.Thread(target=self._write))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        from mall.accounts.models import Address

        dice = random.Random(number)

        def one() -> None:
            row = Address.objects.get(pk=dice.choice(self.keys))
            if not row.phone.reveal().startswith("+86199") or not row.line.reveal() or not row.consignee.reveal():
                raise ValueError("read something else")
            self.reads += 1

        self._again_and_again(one, pause=0.002)

    def _write(self) -> None:
        from mall.accounts.models import Address

        dice = random.Random(99)

        def one() -> None:
            row = Address.objects.get(pk=dice.choice(self.keys))
            row.phone = f"+86199{dice.randrange(10**8):08d}"
            row.save(update_fields=["phone", "phone_index"])
            self.writes += 1

        self._again_and_again(one, pause=0.01)

    def _again_and_again(self, one, *, pause: float) -> None:
        from django.db import connection

        while not self._ended.wait(pause):
            try:
                one()
            except Exception as error:
                self.errors.append(repr(error))
        connection.close()


def _stored_otherwise() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM accounts_address"
            " WHERE phone NOT LIKE '2:%' OR line NOT LIKE '2:%' OR consignee NOT LIKE '2:%'"
        )
        return cursor.fetchone()[0]


def _any_stored() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_address LIMIT 1")
        return cursor.fetchone()[0]
