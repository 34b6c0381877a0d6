"""Limits that are exact under many at once, by keys that cannot be forged (H6)."""

import os
import threading
import time

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from mall import cache_server, limits
from mall.crypto import normal_phone
from mall.limits import Limit, client_ip, network_of, take

TEN = Limit("test", most=10, seconds=60)
PROCESSES, THREADS = 16, 13  # 208 at once


def at_once(one) -> int:
    """How many of 208 were let through, in 16 processes of 13 threads each that start together."""
    start = time.time() + 1.0
    children, ends = [], []
    for _number in range(PROCESSES):
        read, write = os.pipe()
        if not (child := os.fork()):
            cache_server._client = None  # a connection of its own
            cache.close()
            passed = []

            def ask(passed=passed):
                time.sleep(max(0.0, start - time.time()))
                if one():
                    passed.append(1)

            threads = [threading.Thread(target=ask) for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            os.write(write, bytes([len(passed)]))
            os._exit(0)
        os.close(write)
        children.append(child)
        ends.append(read)
    passed = sum(os.read(end, 1)[0] for end in ends)
    for child, end in zip(children, ends, strict=True):
        os.waitpid(child, 0)
        os.close(end)
    return passed


def test_208_at_once_from_16_processes_and_exactly_ten_pass():  # H6
    assert at_once(lambda: take((TEN, "someone")) is not None) == 10
    assert take((TEN, "someone")) is None
    assert take((TEN, "someone else")) is not None


def test_looking_first_and_counting_afterwards_lets_more_through():
    """The negative control: what a cache without a script does."""

    def look_then_count() -> bool:
        seen = cache.get("looked", 0)
        if seen >= 10:
            return False
        cache.set("looked", seen + 1, 60)
        return True

    passed = []
    for _ in range(5):
        cache.delete("looked")
        passed.append(at_once(look_then_count))
        if passed[-1] > 10:
            break

    assert max(passed) > 10


def test_several_keys_are_counted_together_or_not_at_all():
    narrow = Limit("narrow", most=1, seconds=60)

    assert take((TEN, "a"), (narrow, "b"))
    assert take((TEN, "a"), (narrow, "b")) is None

    assert [take((TEN, "a")) is not None for _ in range(10)] == [True] * 9 + [False]


def test_what_is_given_back_does_not_count():
    taken = [take((TEN, "a")) for _ in range(10)]
    taken[0].give_back()

    assert take((TEN, "a"))
    assert take((TEN, "a")) is None


def test_room_comes_back_as_time_goes():
    brief = Limit("brief", most=2, seconds=1)

    assert take((brief, "a")) and take((brief, "a")) and take((brief, "a")) is None
    time.sleep(1.1)

    assert take((brief, "a"))


def test_nothing_that_is_kept_can_be_read_back():  # H9
    take((TEN, "13800138000"), (TEN, "someone@example.com"))

    kept = b" ".join(cache_server.cache_server().keys("limit:*"))

    assert kept.count(b"limit:test:") == 2
    assert b"138" not in kept.split(b"limit:test:60:")[0] and b"13800138000" not in kept and b"someone" not in kept


def test_without_the_cache_server_each_process_counts_for_itself(monkeypatch):
    monkeypatch.setattr("mall.cache.ForgivingRedisCache._away_until", time.monotonic() + 60)
    monkeypatch.setattr(limits, "_own", limits._Own())

    assert [take((TEN, "a")) is not None for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("203.0.113.7", "203.0.113.250", True),
        ("203.0.113.7", "203.0.114.7", False),
        ("2001:db8:1:2::7", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", False),
        ("::ffff:203.0.113.7", "203.0.113.9", True),  # the same, written as the newer protocol does
    ],
)
def test_a_network_is_a_24_or_a_64(one, other, are_same):  # H6
    assert (network_of(one) == network_of(other)) is are_same


def test_a_telephone_is_one_key_however_it_is_written():
    assert len({TEN.key(normal_phone(text)) for text in ("138 0013 8000", "+8613800138000", "0086 138-0013-8000")}) == 1


@pytest.mark.parametrize(
    ("proxies", "here", "said", "found"),
    [
        ([], "198.51.100.1", "203.0.113.7", "198.51.100.1"),  # no proxy: nobody is believed
        (["10.0.0.0/8"], "198.51.100.1", "203.0.113.7", "198.51.100.1"),  # not from the proxy: not believed
        (["10.0.0.0/8"], "10.0.0.2", "203.0.113.7", "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.2", "1.2.3.4, 203.0.113.7", "203.0.113.7"),  # what the client wrote before
        (["10.0.0.0/8"], "10.0.0.2", "1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"),  # two proxies of ours
        (["10.0.0.0/8"], "10.0.0.2", "", "10.0.0.2"),
    ],
)
def test_a_spoofed_forwarding_header_is_ignored(settings, proxies, here, said, found):  # H6
    settings.MALL_TRUSTED_PROXIES = proxies
    headers = {"x-forwarded-for": said} if said else {}

    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=here, headers=headers)) == found
