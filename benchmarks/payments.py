"""
Payments: thousands of them through a provider that misbehaves; each order is paid once, nothing is lost or doubled.

C1: three channels, real HTTP and signatures, every message 1 to 16 times in any order by eight at once; messages that
never come, money that comes after closing, a second success, a cancel that races the payment, answers that get lost.
The negative control hears the same messages and counts money as it is told of.
"""

import argparse
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from benchmarks.report import Limit, Report, peak_memory_mb
from mall.embedded.temporary import TemporaryServers

SMALL = {"payments": 300}
CHANNELS = ("alipay", "wechat", "stripe")
AT_ONCE = 8
MOST_COPIES = 16
SEED = 7
SCENARIOS = (*["plain"] * 4, "untold", "late", "second", "race", "lost", "after-failure")
ROUNDS = 20  # of asking and sending back, a few minutes each; long before the last everything is known


@dataclass
class Outcome:
    """What was found when everything had been told, asked and sent back."""

    groups: int = 0
    payments: int = 0
    messages: int = 0
    paid: int = 0
    sent_back: int = 0
    wrong: list[str] = field(default_factory=list)
    naively_twice: int = 0
    seconds: float = 0.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--payments", type=int, default=5000, help="order groups to be paid")


def run(options: argparse.Namespace, servers: TemporaryServers) -> Report:
    from mall.events import deliver_everything
    from orders.fake_provider.server import FakeProvider
    from settlement.verification import verify_ledger

    groups = _placed(options.payments)
    with FakeProvider(patience=0.1) as provider:
        use(provider)
        floor = _signing(provider)
        told = storm(provider, groups, now=lambda: datetime.now(UTC))
        deliver_everything()
        ledger = verify_ledger()
    rate = told.messages / told.seconds
    return Report(
        name="payments",
        figures={
            "order_groups": told.groups,
            "payments": told.payments,
            "messages": told.messages,
            "paid": told.paid,
            "sent_back": told.sent_back,
            "seconds": round(told.seconds, 2),
            "messages_per_s": round(rate),
            "wrong": told.wrong[:20],
            "ledger_ok": ledger.ok,
            "peak_memory_mb": peak_memory_mb(),
        },
        floor={"signed_and_verified_per_s": round(floor)},
        ratio=round(floor / rate, 2),
        limits={
            "lost, doubled or otherwise wrong": Limit(len(told.wrong), most=0),
            "ledger whole": Limit(int(ledger.ok), least=1),
            "the naive receiver counts twice": Limit(told.naively_twice, least=1),
        },
    )


def use(provider) -> None:
    """The mall of this process has its accounts with the provider."""
    from django.conf import settings

    accounts = provider.accounts()
    settings.PAYMENT_CHANNELS = list(CHANNELS)
    settings.ALIPAY, settings.WECHAT_PAY, settings.STRIPE = (accounts[name] for name in CHANNELS)


def storm(provider, groups: Iterable, *, now: Callable[[], datetime], most_copies: int = MOST_COPIES) -> Outcome:
    """
    Every group is paid somehow, in one of the scenarios; then everything is told, asked about and sent back.

    :param most_copies: how often a message comes at the most
    """
    groups, chance = list(groups), random.Random(SEED)
    attempts = [[] for _group in groups]
    started = time.perf_counter()
    _at_once(range(len(groups)), lambda number: attempts[number].extend(_pay(provider, groups[number], number, now())))

    messages = [message for message in provider.books.due() for _copy in range(chance.randint(1, most_copies))]
    untold = {groups[number].pk for number in range(len(groups)) if SCENARIOS[number % len(SCENARIOS)] == "untold"}
    silent = {payment.public_id for several in attempts for payment in several if payment.group_id in untold}
    messages = [message for message in messages if message.trade.reference not in silent]
    chance.shuffle(messages)
    naive, lock = Counter(), threading.Lock()
    racing = [number for number in range(len(groups)) if SCENARIOS[number % len(SCENARIOS)] == "race"]
    jobs = [lambda message=message: _hear(provider, message, now(), naive, lock) for message in messages]
    for number in racing:
        jobs.insert(chance.randrange(len(jobs) + 1), lambda number=number: _cancel(groups[number], now()))
    _at_once(jobs, lambda job: job())
    outcome = Outcome(groups=len(groups), messages=len(messages), payments=sum(len(several) for several in attempts))
    _finish(now())
    outcome.seconds = time.perf_counter() - started
    outcome.naively_twice = sum(1 for count in naive.values() if count > 1)
    for number, group in enumerate(groups):
        _judge(provider, group, SCENARIOS[number % len(SCENARIOS)], outcome)
    return outcome


def _pay(provider, group, number: int, now: datetime) -> list:
    from orders.gateways.base import ChannelUnavailable
    from orders.payments import start_payment

    scenario, channel = SCENARIOS[number % len(SCENARIOS)], CHANNELS[number % 3]
    if scenario == "lost" and channel != "alipay":  # which opens nothing
        provider.books.fail(channel, "prepare", "lost")
    attempts = []
    for code in [channel, CHANNELS[(number + 1) % 3]] if scenario in {"second", "after-failure"} else [channel]:
        for _try in range(5):
            try:
                attempts.append(start_payment(group=group, channel=code, now=now))
                break
            except ChannelUnavailable:  # the shopper presses again
                continue
    for place, payment in enumerate(attempts):
        trade = _come_to_cashier(provider, payment, now)
        if scenario == "late":
            _cancel(group, now)
            provider.books.pay(trade, copies=2, even_closed=True)
        elif scenario == "after-failure" and place == 0:
            provider.books.give_up(trade)
        else:
            provider.books.pay(trade, copies=2)
            provider.books.tell(trade, "waiting")  # an old message, after the news
    return attempts


def _come_to_cashier(provider, payment, now: datetime):
    import requests

    from orders.payments import payment_page_url

    if payment.channel == "alipay":
        requests.get(payment_page_url(payment), allow_redirects=False, timeout=10)
    return provider.books.find(payment.channel, payment.public_id)


def _cancel(group, now: datetime) -> None:
    from orders.cancellation import cancel_order

    cancel_order(order=group.orders.order_by("pk").first(), reason="…", now=now)


def _hear(provider, message, now: datetime, naive: Counter, lock: threading.Lock) -> None:
    from orders.payments import receive_notice

    channel = message.trade.dialect
    _url, headers, body = provider.dialects[channel].notice(message)
    receive_notice(channel=channel, headers=headers, body=body, now=now)
    if message.state == "paid":
        with lock:
            naive[message.trade.reference] += 1


def _finish(now: datetime) -> None:
    """What the clock does until nothing is open: listeners hear, channels are asked, money goes back."""
    from mall.events import deliver_everything
    from orders.models import Payment, Refund
    from orders.payments import ask_about_payments
    from orders.refunds import finish_refunds

    for turn in range(1, ROUNDS * 10):
        deliver_everything()
        Payment.objects.filter(status="pending").update(asked_at=None, started_at=now - timedelta(minutes=5))
        Refund.objects.filter(status="asked").update(tried_at=None)
        ask_about_payments(now=now)
        finish_refunds(now=now)
        open_ones = Payment.objects.filter(status="pending", group__orders__status="unpaid").exists()
        if turn > 1 and not open_ones and not Refund.objects.filter(status="asked").exists():
            return


def _judge(provider, group, scenario: str, outcome: Outcome) -> None:
    """Our books against the provider's: money is kept once for what is paid, and not at all for what is not."""
    payments = list(group.payments.all())
    statuses = set(group.orders.values_list("status", flat=True))
    kept = 0
    for payment in payments:
        trade = provider.books.find(payment.channel, payment.public_id)
        came = trade is not None and trade.paid_at is not None
        if came != (payment.status == "succeeded"):
            outcome.wrong.append(f"{scenario} {payment}: {payment.status} here, {trade and trade.state} there")
        if came:
            kept += trade.amount - trade.refunded
            outcome.sent_back += bool(trade.refunded)
    is_paid = statuses == {"paid"}
    outcome.paid += is_paid
    if kept != (group.due.minor if is_paid else 0):
        outcome.wrong.append(f"{scenario} {group.public_id}: {statuses}, and {kept} of {group.due.minor} kept")
    if not (is_paid or statuses == {"canceled"}) or (scenario == "late" and is_paid):
        outcome.wrong.append(f"{scenario} {group.public_id}: {statuses}")


def _at_once(things: Iterable, work: Callable) -> None:
    """By eight at once, each with a connection of its own; what goes wrong is raised."""
    from django.db import connection

    things = list(things)

    def share(number: int) -> None:
        try:
            for thing in things[number::AT_ONCE]:
                work(thing)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(share, range(AT_ONCE)))


def _placed(count: int) -> list:
    from benchmarks.checkout import _endless_stock, _full_carts
    from benchmarks.goods import stock_the_shelves
    from mall.accounts.models import Address, User
    from orders.checkout import place_order

    stock_the_shelves(datetime.now(UTC))
    people = _full_carts(count, _endless_stock())
    users = User.objects.in_bulk([shopper for shopper, _address in people])
    addresses = Address.objects.in_bulk([address for _shopper, address in people])
    groups: list = []
    _at_once(
        people,
        lambda one: groups.append(
            place_order(shopper=users[one[0]], checkout_key=uuid4(), address=addresses[one[1]], now=datetime.now(UTC))
        ),
    )
    return groups


def _signing(provider, seconds: float = 1.0) -> float:
    """How many messages a second are signed and verified by one thread, with nothing done about them: the floor."""
    from orders.fake_provider.books import Message, Trade
    from orders.gateways import gateway

    now, count = provider.books.clock(), 0
    trade = Trade("wechat", "pay_x", 100, "CNY", "", "", "", now, now, state="paid", paid_at=now)
    message = Message(trade, "paid", now)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        _url, headers, body = provider.dialects["wechat"].notice(message)
        gateway("wechat").parse_notice(headers=headers, body=body, now=provider.books.clock())
        count += 1
    return count / seconds
