"""
The sandbox bank: the other side of the sandbox channel, with books and a key of its own.

It behaves as banks do. Its cashier page ends in success, failure, cancel or late (the page closes now, the money comes
after the order's time has run out). It tells the mall by signed messages, which may come twice or in the wrong order,
and repeats them until the mall answers 200. It knows nothing of the mall but two addresses and a reference.
"""

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from mall.ids import new_id
from mall.money import Money
from mall.nudges import run_soon
from orders.models import SandboxNotice, SandboxRefund, SandboxTrade

OUTCOMES = ("success", "failure", "cancel", "late")
LATE_BY = timedelta(minutes=1)  # after the order's time has run out
LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 15
BATCH = 20
_REFERENCES = UUID("5f1c5a7e-26c5-4a6e-9f5b-3f0f4f1f6f00")

Status = SandboxTrade.Status
Post = Callable[[str, dict[str, str], bytes], int]


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the bank's bill: money that came (``payment``) or went back (``refund``)."""

    kind: str
    reference: str
    trade: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class TradeState:
    """What the bank answers about a trade."""

    trade: str
    status: str
    amount: Money


# What merchants may ask


def token_of(merchant_reference: str) -> UUID:
    """The cashier's address for a trade: not to be guessed by whoever does not know the reference."""
    return uuid5(_REFERENCES, f"{base64.b64encode(_public_bytes()).decode()}|{merchant_reference}")


@transaction.atomic
def open_trade(
    *,
    merchant_reference: str,
    subject: str,
    amount: Money,
    notify_url: str,
    return_url: str,
    expires_at: datetime,
    now: datetime,
) -> TradeState:
    """Open a trade; asking again with the same reference answers for the first one."""
    trade, _created = SandboxTrade.objects.get_or_create(
        merchant_reference=merchant_reference,
        defaults={
            "token": token_of(merchant_reference),
            "subject": subject,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "notify_url": notify_url,
            "return_url": return_url,
            "created_at": now,
            "expires_at": expires_at,
        },
    )
    return _state(trade)


@transaction.atomic
def trade_state(*, merchant_reference: str, now: datetime) -> TradeState:
    """How a trade stands; money on its way that is due has arrived, a trade past its time is closed."""
    trade = _locked(merchant_reference=merchant_reference)
    if trade.status == Status.WAITING:
        if trade.settles_at and trade.settles_at <= now:
            _settle(trade, Status.PAID, now)
        elif not trade.settles_at and trade.expires_at < now:
            _settle(trade, Status.CLOSED, now)
    return _state(trade)


@transaction.atomic
def close_trade(*, merchant_reference: str, now: datetime) -> TradeState:
    """Take no more money; what was paid already, or is on its way, cannot be stopped."""
    trade = _locked(merchant_reference=merchant_reference)
    if trade.status == Status.WAITING and not trade.settles_at:
        _settle(trade, Status.CLOSED, now)
    return _state(trade)


@transaction.atomic
def refund_trade(*, merchant_reference: str, refund_reference: str, amount: Money, now: datetime) -> bool:
    """
    Send money back, at most what came; asking again with the same reference is the same refund.

    :raises ValueError: nothing was paid, or more would go back than came
    """
    trade = _locked(merchant_reference=merchant_reference)
    if trade.refunds.filter(merchant_reference=refund_reference).exists():
        return True
    gone = trade.refunds.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    if trade.status != Status.PAID or amount.currency != trade.currency or gone + amount.minor > trade.amount_minor:
        raise ValueError(f"{refund_reference} asks for more than came")
    SandboxRefund.objects.create(
        trade=trade, merchant_reference=refund_reference, amount_minor=amount.minor, made_at=now
    )
    return True


def knows_refund(*, refund_reference: str) -> bool:
    return SandboxRefund.objects.filter(merchant_reference=refund_reference).exists()


def bill(*, day: date) -> Iterator[Movement]:
    """What moved on a day of the mall's time zone."""
    start = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
    moment = (start, start + timedelta(days=1))
    paid = SandboxTrade.objects.filter(status=Status.PAID, settled_at__gte=moment[0], settled_at__lt=moment[1])
    for reference, token, minor, currency, at in paid.order_by("settled_at").values_list(
        "merchant_reference", "token", "amount_minor", "currency", "settled_at"
    ):
        yield Movement("payment", reference, str(token), Money(minor, currency), at)
    back = SandboxRefund.objects.filter(made_at__gte=moment[0], made_at__lt=moment[1])
    for reference, token, minor, currency, at in back.order_by("made_at").values_list(
        "merchant_reference", "trade__token", "amount_minor", "trade__currency", "made_at"
    ):
        yield Movement("refund", reference, str(token), Money(minor, currency), at)


def public_key() -> Ed25519PublicKey:
    """What merchants verify the bank's messages with."""
    return _key(settings.SANDBOX_BANK_KEY, settings.MALL_VAR).public_key()


# What the payer does at the cashier


def trade_at(token: UUID) -> SandboxTrade | None:
    return SandboxTrade.objects.filter(token=token).first()


@transaction.atomic
def decide(*, token: UUID, outcome: str, now: datetime) -> SandboxTrade:
    """
    The payer pressed a button; pressing again, or after the trade's time, changes nothing.

    A success is told twice and followed by an older message, so that every mall meets both on the first day.
    """
    trade = _locked(token=token)
    if trade.status != Status.WAITING or trade.settles_at:
        return trade
    if trade.expires_at < now:
        _settle(trade, Status.CLOSED, now)
    elif outcome == "success":
        _settle(trade, Status.PAID, now, copies=2)
        _tell(trade, Status.WAITING, now)
    elif outcome == "failure":
        _settle(trade, Status.FAILED, now)
    elif outcome == "cancel":
        _settle(trade, Status.CLOSED, now)
    elif outcome == "late":
        trade.settles_at = trade.expires_at + LATE_BY
        trade.save(update_fields=["settles_at"])
    else:
        raise ValueError(f"no such outcome: {outcome!r}")
    return trade


# What the bank does by itself


def settle_late_trades(*, now: datetime) -> int:
    """Money that was on its way arrives; returns how many trades."""
    count = 0
    while True:
        with transaction.atomic():
            trades = list(
                SandboxTrade.objects.select_for_update(skip_locked=True)
                .filter(status=Status.WAITING, settles_at__lte=now)
                .order_by("settles_at")[:BATCH]
            )
            for trade in trades:
                _settle(trade, Status.PAID, now, copies=2)
        if not trades:
            return count
        count += len(trades)


def deliver_notices(*, now: datetime, post: Post | None = None) -> dict:
    """
    Send what is due to be told; what is not answered with 200 is sent again later, with growing pauses.

    :param post: sends one message (address, headers, body) and returns the HTTP status; over HTTP unless given
    """
    sent = failed = 0
    while notices := _claim(now):
        for notice in notices:
            heard = [_send(notice, now, post or _post_over_http) for _copy in range(notice.copies)]
            if all(heard):
                notice.sent_at = now
                sent += 1
            else:
                notice.due_at = now + min(FIRST_PAUSE * 2 ** (notice.attempts - 1), LONGEST_PAUSE)
                failed += 1
            notice.save(update_fields=["sent_at", "due_at"])
    return {"sent": sent, "failed": failed} if sent or failed else {}


def signed(notice: SandboxNotice, now: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body of a message, signed for this moment."""
    trade = notice.trade
    body = json.dumps({
        "reference": trade.merchant_reference,
        "trade": str(trade.token),
        "status": notice.status,
        "amount": trade.amount_minor,
        "currency": trade.currency,
    }).encode()  # fmt: skip
    return sign(notice.notice_id, body, now), body


def sign(notice_id: str, body: bytes, now: datetime) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    signature = _key(settings.SANDBOX_BANK_KEY, settings.MALL_VAR).sign(f"{notice_id}.{timestamp}.".encode() + body)
    return {
        "content-type": "application/json",
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1a,{base64.b64encode(signature).decode()}",
    }


def _locked(**which) -> SandboxTrade:
    return SandboxTrade.objects.select_for_update(no_key=True).get(**which)


def _state(trade: SandboxTrade) -> TradeState:
    return TradeState(str(trade.token), trade.status, Money(trade.amount_minor, trade.currency))


def _settle(trade: SandboxTrade, status: str, now: datetime, copies: int = 1) -> None:
    SandboxTrade.FLOW.move(trade, status)
    trade.settled_at = now
    trade.save(update_fields=["status", "settled_at"])
    _tell(trade, status, now, copies)


def _tell(trade: SandboxTrade, status: str, now: datetime, copies: int = 1) -> None:
    SandboxNotice.objects.create(trade=trade, notice_id=new_id("msg"), status=status, copies=copies, due_at=now)
    run_soon("orders.sandbox_notify")


@transaction.atomic
def _claim(now: datetime) -> list[SandboxNotice]:
    """Some messages that are due, leased to this sender for a minute; nothing is locked while it sends."""
    notices = list(
        SandboxNotice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("trade")
        .filter(sent_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS)
        .order_by("due_at", "pk")[:BATCH]
    )
    for notice in notices:
        notice.attempts += 1
        notice.due_at = now + LEASE
    SandboxNotice.objects.bulk_update(notices, ["attempts", "due_at"])
    return notices


def _send(notice: SandboxNotice, now: datetime, post: Post) -> bool:
    headers, body = signed(notice, now)
    return post(notice.trade.notify_url, headers, body) == 200


def _post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    try:
        return requests.post(url, data=body, headers=headers, timeout=(3, 10), allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def _public_bytes() -> bytes:
    return public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@lru_cache(maxsize=4)
def _key(seed: str, directory: str) -> Ed25519PrivateKey:
    """From the setting, or made once in the bank's own file."""
    raw = base64.b64decode(seed) if seed else _kept_seed(Path(directory) / "sandbox-bank.key")
    return Ed25519PrivateKey.from_private_bytes(raw)


def _kept_seed(path: Path) -> bytes:
    """The file's 32 bytes; several processes that come first at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.touch(mode=0o600)
        scratch.write_bytes(os.urandom(32))
        try:
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_bytes()
