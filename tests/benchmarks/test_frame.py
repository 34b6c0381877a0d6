"""``python -m benchmarks``: one object, an exit code, and nothing left behind."""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import Limit, Report, names

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["name", "figures", "floor", "ratio", "limits", "ok", "machine"]


def benchmark(*arguments: str, temporary: Path) -> subprocess.Popen:
    """With a temporary directory of its own, where its servers live."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left_behind(temporary: Path) -> list[str]:
    """Directories and processes that still speak of it."""
    told = [str(path) for path in temporary.iterdir()]
    for commands in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(temporary).encode() in commands.read_bytes():
                told.append(str(commands))
        except OSError:
            continue
    return told


def test_a_small_run_prints_one_object_and_leaves_nothing_behind(tmp_path):
    running = benchmark("settlement", "--orders", "2000", "--rounds", "2", "--json", temporary=tmp_path)
    out, complaints = running.communicate(timeout=200)

    told = json.loads(out)
    assert list(told) == KEYS, complaints
    assert out.count("\n") == 1
    assert running.returncode == (0 if told["ok"] else 1)
    assert told["figures"]["released"]["entries"] == told["figures"]["released"]["shares"] == 2000
    assert told["figures"]["ledger_ok"]
    assert told["ratio"] > 0
    assert left_behind(tmp_path) == []


def test_a_benchmark_that_is_asked_to_end_leaves_nothing_behind(tmp_path):
    running = benchmark("settlement", "--orders", "500000", "--json", temporary=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*/postgres/data/postmaster.pid")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)

    assert running.returncode == 128 + signal.SIGTERM
    assert left_behind(tmp_path) == []


def test_a_benchmark_that_does_not_exist_is_refused_with_the_list_of_those_that_do():
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert told.returncode == 2
    assert "settlement" in told.stderr


def test_every_benchmark_has_sizes_and_a_small_run():
    for name in names():
        module = importlib.import_module(f"benchmarks.{name}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        known = {action.dest for action in parser._actions}

        assert set(module.SMALL) <= known, name
        assert callable(module.run), name
        assert module.__doc__, name


def test_a_missed_limit_makes_the_report_fail():
    limits = {"fast enough": Limit(10, least=9), "close enough": Limit(2, most=1.5)}

    report = Report(name="x", figures={}, floor={}, ratio=2, limits=limits)

    assert [limit.ok for limit in limits.values()] == [True, False]
    assert not report.ok
    assert report.as_json()["limits"]["close enough"] == {"found": 2, "most": 1.5, "ok": False}
