"""Workers that are killed while they release: the world of test_release_survives_kills."""

import os
import random
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import celery
import psycopg2

from mall.embedded import services
from mall.embedded.processes import Process, free_port, wait_until
from mall.embedded.state import ROOT
from mall.embedded.valkey import EmbeddedValkey
from tests import servers

WORKERS = 2
BATCH = 200
BATCH_SECONDS = 0.15

# Every statement that marks shares takes its time, so that a kill lands in the middle of a batch more often than not.
SLOW = f"""
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep({BATCH_SECONDS}); RETURN NULL; END $$;
CREATE TRIGGER takes_time BEFORE UPDATE ON settlement_share FOR EACH STATEMENT EXECUTE FUNCTION take_time();
"""


class World:
    """Two Celery workers, a Valkey of their own, and somebody who kills them while they work."""

    def __init__(self, database: str, directory: Path, *, app: str = "mall.embedded.celery_app", task: str):
        self.database, self.directory, self.app, self.task = database, directory, app, task
        self.dice = random.Random(2026)
        self.valkey = EmbeddedValkey(
            directory / "valkey", port=free_port(), password="test", log=directory / "valkey.log", durable=False
        )
        self.slots: dict[str, Process] = {}
        self.started = self.kills = self.kills_in_a_batch = self.crashes = self.broker_kills = 0
        self.owner = None

    def begin(self) -> None:
        self.valkey.start()
        self.connect()
        self.sql(SLOW)
        self.sql(
            "INSERT INTO mall_turned (name, value, turned_at) VALUES ('settlement.release_batch', %s, now())", [BATCH]
        )

    def end(self) -> None:
        for process in self.slots.values():
            process.kill()
        self.valkey.kill()
        if self.owner:
            self.owner.close()

    def connect(self) -> None:
        def try_it() -> bool:
            try:
                self.owner = servers.connect_as_owner(self.database)
            except psycopg2.OperationalError:
                return False
            return True

        assert wait_until(try_it, 60, pause=0.2)

    def sql(self, statement: str, values=None) -> list[tuple]:
        try:
            with self.owner.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.OperationalError:  # the server crashed, as it was asked to
            self.connect()
            return self.sql(statement, values)

    def pending(self) -> int:
        return self.sql("SELECT count(*) FROM settlement_share WHERE status = 'pending'")[0][0]

    def at_work(self) -> list[tuple[str, int]]:
        """The living workers that are in a batch at this moment, and the process of the database that serves each."""
        found = self.sql(
            "SELECT application_name, pid FROM pg_stat_activity WHERE state <> 'idle' AND datname = %s"
            " AND application_name LIKE 'worker-%%' AND query ~ 'settlement_share|WITH moving'",
            [self.database],
        )
        return [(name, pid) for name, pid in found if name in self.slots]

    def man(self) -> None:
        """Every place is taken by a living worker; a new one is given something to do."""
        alive = {name: process for name, process in self.slots.items() if process.poll() is None}
        for _ in range(WORKERS - len(alive)):
            self.started += 1
            name = f"worker-{self.started}"
            environment = os.environ | {
                "DATABASE_URL": servers.url_with_database(os.environ["DATABASE_URL"], self.database),
                "REDIS_URL": self.valkey.url,
                "PGAPPNAME": name,
            }
            process = services.worker(environment, log=self.directory / f"{name}.log", concurrency=1)
            process.argv[process.argv.index("-A") + 1] = self.app
            process.cwd = ROOT
            process.start()
            alive[name] = process
            self.ask()
        self.slots = alive

    def ask(self) -> None:
        """What beat does every five minutes."""
        broker = celery.Celery(broker=f"{self.valkey.url}/0")
        broker.conf.broker_transport_options = {"socket_timeout": 2, "socket_connect_timeout": 2}
        try:
            broker.send_task(self.task, retry=False)
        except Exception as error:  # the queue is away: the next time will do
            print("not asked:", error, file=sys.stderr)
        finally:
            broker.close()

    def kill_workers(self, times: int, *, seconds: float) -> None:
        """Kill -9 so often, each time a worker that is in a batch; Valkey once in between."""
        deadline, asked_at, emptied = time.monotonic() + seconds, 0.0, False
        while self.kills < times and self.pending() and time.monotonic() < deadline:
            self.man()
            if time.monotonic() - asked_at > 2:
                self.ask()
                asked_at = time.monotonic()
            if self.kills >= times // 2 and not emptied:
                self.empty_queue()
                emptied = True
            if not (busy := self.at_work()):
                time.sleep(0.005)
                continue
            name, _ = self.dice.choice(busy)
            time.sleep(self.dice.random() * BATCH_SECONDS * 1.8)
            in_a_batch = any(other == name for other, _ in self.at_work())
            self.slots.pop(name).kill()
            self.kills += 1
            self.kills_in_a_batch += in_a_batch

    def empty_queue(self) -> None:
        """Kill -9 the broker with everything that was queued; another one starts with nothing."""
        self.valkey.kill()
        self.valkey.start()
        self.broker_kills += 1

    def crash_database(self) -> None:
        """Kill -9 a backend in the middle of a batch: the whole server goes through crash recovery."""
        while True:
            self.man()
            if busy := self.at_work():
                os.kill(busy[0][1], signal.SIGKILL)
                self.crashes += 1
                self.connect()
                return
            self.ask()
            time.sleep(0.05)

    def finish(self, *, seconds: float) -> float:
        """Let the sweeper finish in peace; returns how long that took."""
        self.sql("DROP TRIGGER takes_time ON settlement_share")
        began = time.monotonic()
        while self.pending() and time.monotonic() - began < seconds:
            self.man()
            self.ask()
            wait_until(lambda: not self.pending(), 2, pause=0.05)
        return time.monotonic() - began


@contextmanager
def chaos(database: str, directory: Path, **options):
    world = World(database, directory, **options)
    try:
        world.begin()
        yield world
    finally:
        world.end()
