"""
Enumeration: do sign-in, a new password and an invitation take longer for who has an account?

Each door is asked in turns of an address that has an account and of one that has none; the floor is how far two halves
of the same questions differ.
"""

import argparse
import itertools
import statistics
import time

from benchmarks.report import Limit, Report
from mall.embedded.temporary import TemporaryServers

SMALL = {"asks": 60}
MOST_PERCENT = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--asks", type=int, default=400, help="questions of each kind at each door")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from django.conf import settings
    from django.contrib.auth.hashers import make_password

    from mall.accounts.models import User
    from mall.cache_server import cache_server

    settings.ACCOUNT_RATE_LIMITS = {"login": None, "reset_password": None}
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.ALLOWED_HOSTS = ["*"]
    password = make_password("a-long-password-9")
    # Addresses of the same length, so that nothing but the account differs.
    known = [f"known{number:06d}@example.com" for number in range(options.asks)]
    User.objects.bulk_create(User(email=email, password=password) for email in known)
    strangers = [email.replace("known", "other") for email in known]

    found, halves = {}, {}
    for door, ask in _doors().items():
        taken: dict[bool, list[float]] = {True: [], False: []}
        for number, (yes, no) in enumerate(zip(known, strangers, strict=True)):
            for is_known in (True, False) if number % 2 else (False, True):
                cache_server().flushdb()  # no limit is in the way of measuring
                started = time.perf_counter()
                ask(yes if is_known else no)
                taken[is_known].append(time.perf_counter() - started)
        found[door] = {True: statistics.median(taken[True]), False: statistics.median(taken[False])}
        halves[door] = _apart(statistics.median(taken[False][::2]), statistics.median(taken[False][1::2]))
    apart = {door: _apart(medians[True], medians[False]) for door, medians in found.items()}
    return Report(
        name="enumeration",
        figures={
            "asks": options.asks,
            **{
                door: {
                    "known_ms": round(medians[True] * 1000, 2),
                    "unknown_ms": round(medians[False] * 1000, 2),
                    "apart_percent": apart[door],
                }
                for door, medians in found.items()
            },
        },
        floor={f"{door}: halves of the same apart, percent": share for door, share in halves.items()},
        ratio=round(max(apart.values()) / max(0.01, *halves.values()), 2),
        limits={f"{door}: apart, percent of p50": Limit(share, most=MOST_PERCENT) for door, share in apart.items()},
    )


def _apart(one: float, other: float) -> float:
    return round(abs(one - other) / max(one, other) * 100, 2)


def _doors() -> dict:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from mall.accounts.models import User
    from merchants.invitations import invite
    from merchants.models import Merchant, Seat, Shop

    merchant = Merchant.objects.create(
        name="Benchmark", kind="enterprise", credit_code="91330100MA00000000", joined_at=timezone.now()
    )
    shop = Shop.objects.create(merchant=merchant, slug="benchmark", opened_at=timezone.now())
    owner = User.objects.create_user("owner@example.com")
    Seat.objects.create(shop=shop, user=owner, role=Seat.Role.OWNER)
    client, count = Client(), itertools.count()

    def sign_in(email: str) -> None:
        address = f"10.{next(count) % 250}.1.1"
        client.post(reverse("account_login"), {"login": email, "password": "wrong"}, REMOTE_ADDR=address)

    def reset(email: str) -> None:
        client.post(reverse("account_reset_password"), {"email": email})

    def ask_in(email: str) -> None:
        invite(shop=shop, email=email, role="clerk", by=owner, now=timezone.now())

    for warm in (sign_in, reset, ask_in):
        for number in range(5):
            warm(f"warm{number}@example.com")
    return {"sign-in": sign_in, "new password": reset, "invitation": ask_in}
