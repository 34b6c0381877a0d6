"""`make run` as people meet it: opened, hurt, killed, opened again."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest

from mall.embedded.postgres import NOBODY, EmbeddedPostgres, home_outside, namespaces_work
from mall.embedded.processes import CannotStart, free_port, wait_until
from mall.embedded.state import ROOT, State
from mall.embedded.supervisor import Supervisor, answers_healthily
from mall.embedded.valkey import EmbeddedValkey

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="children end with their parent on Linux only")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


class OpenMall:
    """One `var` directory and the supervisor that works on it, without a demonstration."""

    def __init__(self, var: Path):
        self.var = var
        self.port = free_port()
        self.supervisor: subprocess.Popen | None = None

    def command(self, *arguments: str, port: int | None = None, var: Path | None = None, **more: str) -> dict:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
        ours = {"MALL_VAR": str(var or self.var), "MALL_PORT": str(port or self.port), "MALL_DEMO": "0"}
        return {"args": [sys.executable, "-m", "mall.embedded", *arguments], "cwd": ROOT, "env": kept | ours | more}

    def say(self, *arguments: str, **more) -> subprocess.CompletedProcess:
        return subprocess.run(
            **self.command(*arguments, **more), capture_output=True, text=True, timeout=60, check=False
        )

    def open(self) -> None:
        with (self.var.parent / "said").open("a") as said:
            self.supervisor = subprocess.Popen(**self.command("up"), stdout=said, stderr=said, start_new_session=True)
        is_open = wait_until(lambda: (self.children() and self.answers()) or self.supervisor.poll() is not None, 120)
        assert is_open and self.supervisor.poll() is None, (self.var.parent / "said").read_text()

    def answers(self) -> bool:
        return answers_healthily(self.port)

    def children(self) -> dict[str, int]:
        told = State(self.var).told()
        return told["children"] if told else {}

    def owner(self):
        secrets = json.loads((self.var / "secrets.json").read_text())
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=secrets["postgres_port"],
            user="mall_owner",
            password=secrets["owner_password"],
            dbname="mall",
        )
        connection.autocommit = True
        return connection

    def ask(self, statement: str):
        connection = self.owner()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone() if cursor.description else None
        finally:
            connection.close()


@pytest.fixture(scope="module")
def mall(tmp_path_factory):
    mall = OpenMall(tmp_path_factory.mktemp("embedded") / "var")
    mall.open()
    yield mall
    if mall.supervisor.poll() is None:
        mall.supervisor.kill()
        mall.supervisor.wait()


def test_it_answers_and_tells_who_runs(mall):
    status = mall.say("status")

    assert mall.answers()
    assert status.returncode == 0
    assert f"http://127.0.0.1:{mall.port}" in status.stdout
    assert set(mall.children()) == {"postgres", "valkey", "web", "worker", "beat"}


def test_its_secrets_are_its_own(mall):
    assert (mall.var / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (mall.var / "running.json").stat().st_mode & 0o777 == 0o600
    password = json.loads((mall.var / "secrets.json").read_text())["owner_password"]
    assert not [pid for pid in descendants(mall.supervisor.pid) if password in command_and_environment(pid)]


def test_a_second_supervisor_on_the_same_data_is_refused(mall):
    second = mall.say("up", port=free_port())

    assert_refused(second, "already running")
    assert mall.answers()


def test_data_of_a_running_mall_is_not_deleted(mall):
    assert_refused(mall.say("reset"), "already running")
    assert mall.answers()


def test_a_busy_port_is_refused_and_nothing_stays(mall, tmp_path):
    refused = mall.say("up", var=tmp_path / "var")

    assert_refused(refused, f"Port {mall.port} is busy")
    assert not (tmp_path / "var" / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "worker", "valkey", "postgres"])
def test_what_is_killed_comes_back(mall, name):
    before = mall.children()[name]
    below = descendants(before)

    os.kill(before, signal.SIGKILL)

    assert wait_until(lambda: mall.children().get(name, before) != before, 30), said(mall)
    assert wait_until(mall.answers, 30), said(mall)
    assert wait_until(lambda: not any(map(is_running, below)), 10), "its own children outlived it"
    assert mall.ask("SELECT 1") == (1,)


@linux_only
def test_after_a_killed_supervisor_nothing_runs_and_the_next_start_has_every_row(mall):
    mall.ask("CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n")
    everybody = descendants(mall.supervisor.pid)
    assert len(everybody) > 8

    mall.supervisor.kill()
    mall.supervisor.wait()

    assert wait_until(lambda: not any(map(is_running, everybody)), 10), [
        command_and_environment(pid)[:100] for pid in everybody if is_running(pid)
    ]
    mall.open()
    assert mall.ask("SELECT count(*), sum(n) FROM kept") == (10000, 50005000)


def test_ctrl_c_ends_everything_in_order(mall):
    everybody = descendants(mall.supervisor.pid)
    began = time.monotonic()

    mall.supervisor.send_signal(signal.SIGINT)

    assert mall.supervisor.wait(15) == 0
    assert time.monotonic() - began < 10
    assert not any(map(is_running, everybody))
    assert not (mall.var / "postgres" / "data" / "postmaster.pid").exists()
    assert mall.say("status").returncode == 3


def test_reset_deletes_the_data_but_only_ours(mall, tmp_path):
    (tmp_path / "letter").touch()

    strange = mall.say("reset", var=tmp_path)
    ours = mall.say("reset")

    assert_refused(strange, "does not look like")
    assert (tmp_path / "letter").exists()
    assert ours.returncode == 0
    assert {entry.name for entry in mall.var.iterdir()} <= {"lock"}


# Before anything is started


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    assert_refused(OpenMall(tmp_path).say("up", MALL_PORT=port), "must be a number")


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**10, 10**10, 3_000_000))

    with pytest.raises(CannotStart, match="is full: 3 MB free"):
        Supervisor({"MALL_VAR": str(tmp_path)})._check_space()


def test_a_database_server_that_does_not_come_up_is_told(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("postgres", "initdb"):
        (programs / name).write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 1\n")
        (programs / name).chmod(0o755)
    mall = OpenMall(tmp_path / "var")

    assert_refused(mall.say("up", MALL_PG_BIN=str(programs)), "PostgreSQL could not make its database", "it is broken")
    assert_refused(mall.say("up", MALL_PG_BIN=str(tmp_path)), "no postgres and initdb")


def test_data_without_its_secrets_is_not_opened(tmp_path):
    (tmp_path / "postgres" / "data").mkdir(parents=True)

    with pytest.raises(CannotStart, match=r"secrets\.json is gone"):
        State(tmp_path).load()


def test_a_port_that_somebody_took_is_exchanged(tmp_path):
    state = State(tmp_path)
    state.load()
    before = state.port("postgres")
    assert state.port("postgres") == before

    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", before))
        somebody.listen()
        assert state.port("postgres") != before


# The servers by themselves


def test_postgres_survives_a_stale_pid_file_of_a_stranger(tmp_path):
    server = postgres(tmp_path)
    server.start()
    server.process.kill()
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    server.start()

    assert_serves(server)
    server.stop()


@root_only
def test_postgres_runs_as_nobody_where_namespaces_are_forbidden(tmp_path):
    (tmp_path / "home").mkdir(mode=0o700)
    before = (tmp_path / "home").stat().st_mode
    server = postgres(tmp_path / "home", root_handling="nobody")
    try:
        server.start()
        assert_serves(server)
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY
        assert (tmp_path / "home").stat().st_mode == before
    finally:
        server.stop()
        shutil.rmtree(home_outside(server.directory), ignore_errors=True)


@root_only
@pytest.mark.skipif(not namespaces_work(), reason="user namespaces are forbidden here")
def test_postgres_of_root_opens_no_directory_to_others(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    server = postgres(home)
    server.start()
    try:
        assert_serves(server)
        assert home.stat().st_mode & 0o777 == 0o700
        assert server.data.stat().st_uid == 0
    finally:
        server.stop()


@root_only
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing")
def test_both_servers_run_for_an_ordinary_user(tmp_path_factory):
    home = Path("/tmp") / f"mall-ordinary-{os.getpid()}"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    script = (
        "from pathlib import Path; from mall.embedded.postgres import EmbeddedPostgres as P;"
        "from mall.embedded.valkey import EmbeddedValkey as V; from mall.embedded.processes import free_port;"
        f"h = Path('{home}'); p = P(h / 'pg', port=free_port(), password='x', log=h / 'pg.log'); p.start();"
        "v = V(h / 'valkey', port=free_port(), password='y', log=h / 'v.log'); v.start();"
        "p.ensure_database('mall'); print(p.poll(), v.answers()); v.stop(); p.stop()"
    )
    try:
        if subprocess.run([*become, sys.executable, "-c", "import psycopg2"], cwd="/", check=False).returncode:
            pytest.skip("this checkout cannot be read by an ordinary user")
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*become, sys.executable, "-c", script], cwd=home, env=env, capture_output=True, text=True, check=False
        )
        if "Permission denied" in done.stderr and str(ROOT) in done.stderr:
            pytest.skip("this checkout cannot be read by an ordinary user")
        assert (done.stdout, done.returncode) == ("None True\n", 0), done.stderr
        assert pwd.getpwuid((home / "pg" / "data").stat().st_uid).pw_uid == NOBODY
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_valkey_keeps_what_was_written_when_it_is_killed(tmp_path):
    import redis

    valkey = EmbeddedValkey(tmp_path / "v", port=free_port(), password="secret", log=tmp_path / "log")
    valkey.start()
    try:
        redis.Redis.from_url(valkey.url).set("key", "kept")
        time.sleep(0.1)
        valkey.kill()
        valkey.start()
        assert redis.Redis.from_url(valkey.url).get("key") == b"kept"
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=valkey.port).get("key")
    finally:
        valkey.stop()


def test_temporary_servers_leave_nothing_when_they_are_told_to_end():
    script = (
        "import time; from mall.embedded import temporary_servers\n"
        "with temporary_servers(durable=False) as servers:\n"
        "    print(servers.directory, servers.postgres.pid, servers.valkey.pid, flush=True)\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as ours:
        directory, *servers = ours.stdout.readline().split()
        assert all(is_running(int(pid)) for pid in servers)

        ours.terminate()

        assert ours.wait(20) == 128 + signal.SIGTERM
    assert not any(is_running(int(pid)) for pid in servers)
    assert not Path(directory).exists()


# Helpers


def postgres(directory: Path, **more) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        directory / "pg", port=free_port(), password="secret", log=directory / "pg.log", durable=False, **more
    )


def assert_serves(server: EmbeddedPostgres) -> None:
    server.ensure_database("mall")
    connection = server.connect("mall")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, lower('É')")
        assert cursor.fetchone() == ("mall_owner", "é")
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host="127.0.0.1", port=server.port, user="mall_owner", dbname="mall", password="guessed")


def assert_refused(done: subprocess.CompletedProcess, *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert len(done.stderr.strip().splitlines()[0]) < 400


def said(mall: OpenMall) -> str:
    return (mall.var.parent / "said").read_text()


def descendants(pid: int) -> list[int]:
    """All processes below one, by asking the system who is whose child."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in told.splitlines())}
    found, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return found


def is_running(pid: int) -> bool:
    told = subprocess.run(["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")


def command_and_environment(pid: int) -> str:
    told = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False).stdout
    try:
        return told + Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return told
