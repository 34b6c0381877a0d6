"""E4: few calls to channels at once on a machine, so that one that is slow holds no more."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.gateways import slots
from orders.gateways.base import ChannelUnavailable
from orders.gateways.wire import Wire

CALLERS = 6


@pytest.fixture
def none(settings, tmp_path):
    settings.PAYMENT_CALLS, settings.PAYMENT_CALLS_EACH, settings.MALL_VAR = 0, 0, str(tmp_path)
    return settings


@pytest.fixture(params=["PAYMENT_CALLS", "PAYMENT_CALLS_EACH"])
def two(none, request):
    setattr(none, request.param, 2)
    return none


def most_at_once(wire, seconds: float = 0.6) -> tuple[int, int]:
    """How many of the callers were under way at the same moment, and how many were turned away."""
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(*_what):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(seconds)
        with lock:
            under_way -= 1

    def call(_number) -> bool:
        try:
            wire._watched("GET", "http://127.0.0.1/", slow)
        except ChannelUnavailable:
            return False
        return True

    with ThreadPoolExecutor(CALLERS) as pool:
        turned_away = list(pool.map(call, range(CALLERS))).count(False)
    return most, turned_away


def test_a_slow_channel_holds_as_many_threads_as_it_may_and_no_more(two):  # E4
    assert most_at_once(Wire("slow")) == (2, CALLERS - 2)


def test_without_slots_it_holds_all_of_them(none):  # negative control
    assert most_at_once(Wire("slow")) == (CALLERS, 0)


def test_a_quick_channel_serves_everybody(two):
    assert most_at_once(Wire("quick"), seconds=0.01) == (2, 0)


def test_who_comes_while_all_calls_take_long_is_turned_away_at_once(two):
    wire, begun = Wire("slow"), time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        for _call in range(2):
            pool.submit(wire._watched, "GET", "http://127.0.0.1/", lambda: time.sleep(1.0))
        time.sleep(0.5)
        begun = time.monotonic()
        with pytest.raises(slots.NoSlot), slots.slot():
            pass
        assert time.monotonic() - begun < 0.2


def test_slots_are_the_machines_and_a_killed_process_leaves_them(none, tmp_path):  # E1, E4
    none.PAYMENT_CALLS = 2
    place = tmp_path / "payment-calls"
    place.mkdir()
    code = (
        "import fcntl, os, sys, time\n"
        "files = [os.open(path, os.O_RDWR | os.O_CREAT) for path in sys.argv[1:]]\n"
        "[fcntl.flock(file, fcntl.LOCK_EX) for file in files]\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(place / "0"), str(place / "1")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(slots.NoSlot), slots.slot():
            pass
    finally:
        other.kill()
        other.wait()
    with slots.slot():
        pass


def test_time_outs_close_the_way_sooner_than_errors(monkeypatch):  # E4
    import requests

    wire = Wire("slow")
    calls = []

    def times_out():
        calls.append(1)
        raise requests.ReadTimeout

    for _turn in range(4):
        with pytest.raises(ChannelUnavailable):
            wire._watched("GET", "http://127.0.0.1/", times_out)
    assert len(calls) == 2
