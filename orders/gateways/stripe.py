"""
Stripe, the merchant's side: a Checkout Session for each payment, found again by our number as its idempotency key.

Amounts are the smallest unit of their currency. Webhooks are signed with a secret of the endpoint; while one is changed
both are taken.
"""

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.money import MINOR_UNITS, Money
from orders.gateways import pages
from orders.gateways.base import (
    LARGEST_NOTICE,
    NOTICE_WINDOW,
    Answer,
    BadNotice,
    BillLine,
    BillNotReady,
    Notice,
    NotTaken,
    Payable,
    RefundRefused,
    Returnable,
    Standing,
)
from orders.gateways.wire import Reply, Wire, unavailable

VERSION = "2024-06-20"
LEAST_OPEN = timedelta(minutes=31)  # Stripe keeps a session open for half an hour at least
LONGEST_OPEN = timedelta(hours=23)
BILL = "balance_change_from_activity.itemized.3"
BILL_COLUMNS = [
    "balance_transaction_id", "created", "currency", "gross", "fee", "reporting_category", "payment_metadata[payment]",
    "refund_metadata[refund]",
]  # fmt: skip
EVENTS = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}
_KEPT = ("id", "client_reference_id", "amount_total", "currency", "payment_status", "status", "payment_intent")


class StripeGateway:
    code = "stripe"
    label = gettext_lazy("Card or wallet (Stripe)")
    pays_orders_only, has_bill = False, True

    def __init__(self):
        self.wire = Wire(self.code)

    def is_configured(self) -> bool:
        return bool(settings.STRIPE)

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        if payment.amount.currency not in MINOR_UNITS:
            raise NotTaken(_("This channel does not take this currency."))
        if payment.provider_reference:
            return self.query(payment=payment, now=now)
        said, is_news = self._opened(payment)
        if said is None:
            raise NotTaken(_("The payment channel does not take this payment."))
        if said.get("url"):
            pages.keep(payment, said["url"])
        # a repeated answer is that of the first time: how it stands today is another question
        return _answer(said) if is_news else self.query(payment=_Known(payment, said["id"]), now=now)

    def page_url(self, *, payment: Payable) -> str:
        url = pages.kept(payment) or self._session(payment).get("url")
        if not url:
            raise unavailable()
        return url

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        if not payment.provider_reference:
            said, _is_news = self._opened(payment)
            if said is None:  # Stripe has never taken it
                ended = payment.pay_by < now
                return Answer(Standing.CLOSED if ended else Standing.WAITING, payment.amount, "")
            payment = _Known(payment, said["id"])
        return _answer(self._session(payment))

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        answer = self.query(payment=payment, now=now)
        if answer.standing != Standing.WAITING or not answer.reference:
            return answer
        reply = self._ask("POST", f"/v1/checkout/sessions/{quote(answer.reference)}/expire", {})
        if reply.status == 200:
            return _answer(_of(_read(reply), payment))
        return self.query(payment=payment, now=now)  # paid meanwhile

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        """
        Looked for first: Stripe forgets idempotency keys, and a refund must not go twice.
        """
        known = self.query_refund(refund=refund, now=now)
        if known is not None:
            return known
        asked = {
            "payment_intent": self._intent_of(refund),
            "amount": refund.in_cash.minor,
            "metadata[refund]": refund.public_id,
        }
        reply = self._ask("POST", "/v1/refunds", asked, key=refund.public_id)
        said = _read(reply)
        if reply.status != 200:
            error = said.get("error") or {}
            raise unavailable() if reply.status in {409, 429} else _refused(error.get("code") or error.get("type", ""))
        return _refund_standing(said, refund)

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        asked = {"payment_intent": self._intent_of(refund), "limit": 100}
        while True:
            said = _good(self._ask("GET", f"/v1/refunds?{urlencode(asked)}"))
            for row in said["data"]:
                if (row.get("metadata") or {}).get("refund") == refund.public_id:
                    return _refund_standing(row, refund)
            if not said.get("has_more"):
                return None
            asked["starting_after"] = said["data"][-1]["id"]

    def _intent_of(self, refund: Returnable) -> str:
        intent = self._session(refund.payment).get("payment_intent")
        if not intent:
            raise _refused("payment_intent")
        return intent

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        if len(body) > LARGEST_NOTICE:
            raise BadNotice("no id, or too long")
        stamps, signatures = _signature_parts(headers.get("stripe-signature", ""))
        stamp = stamps[0] if stamps else ""
        if not _is_signed(stamp, body, signatures):
            raise BadNotice("wrong signature")
        if not stamp.isdecimal() or abs(int(stamp) - now.timestamp()) > NOTICE_WINDOW.total_seconds():
            raise BadNotice("outside the window of time")
        try:
            told = json.loads(body)
            notice_id, kind, session = str(told["id"]), str(told["type"]), told["data"]["object"]
            if not notice_id or len(notice_id) > 64:
                raise BadNotice("no id, or too long")
            if told["livemode"] is not _is_live():
                raise BadNotice("another payee")
            if kind not in EVENTS:
                return None
            answer = _answer(session)
            if kind.endswith("async_payment_failed"):
                answer = Answer(Standing.FAILED, answer.amount, answer.reference)
            content = {"type": kind, **{name: session[name] for name in _KEPT if name in session}}
            return Notice(notice_id, str(session["client_reference_id"]), answer, content)
        except (KeyError, ValueError, TypeError) as error:
            raise BadNotice("not understood") from error

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        """Stripe makes it when it is asked, and takes a while."""
        zone = ZoneInfo(settings.TIME_ZONE)
        start, end = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
        asked = {
            "report_type": BILL,
            "parameters[interval_start]": int(start.timestamp()),
            "parameters[interval_end]": int(end.timestamp()),
            "parameters[timezone]": settings.TIME_ZONE,
        }
        asked |= {f"parameters[columns][{number}]": name for number, name in enumerate(BILL_COLUMNS)}
        reply = self._ask("POST", "/v1/reporting/report_runs", asked, key=f"bill {day} {now:%Y-%m-%d}")
        if reply.status != 200:
            raise BillNotReady(_("The channel has not made the bill of this day yet."))
        run = _good(self._ask("GET", f"/v1/reporting/report_runs/{quote(_read(reply)['id'])}"))
        if run["status"] != "succeeded":
            raise BillNotReady(_("The channel has not made the bill of this day yet."))
        with self.wire.download(run["result"]["url"], headers=self._headers()) as file:
            yield from _bill_lines(file, zone)

    # The protocol

    def _opened(self, payment: Payable) -> tuple[dict | None, bool]:
        """
        The session as Stripe answered when it was asked for first, and whether that was now; ``None`` when it will have
        none.
        """
        currency, back = payment.amount.currency.lower(), settings.MALL_BASE_URL + payment.return_path()
        asked = {
            "mode": "payment",
            "client_reference_id": payment.public_id,
            "success_url": back,
            "cancel_url": back,
            "expires_at": int(_open_until(payment).timestamp()),
            "line_items[0][quantity]": 1,
            "line_items[0][price_data][currency]": currency,
            "line_items[0][price_data][unit_amount]": payment.amount.minor,
            "line_items[0][price_data][product_data][name]": pages.subject_of(payment),
            "metadata[payment]": payment.public_id,
            "payment_intent_data[metadata][payment]": payment.public_id,
        }
        reply = self._ask("POST", "/v1/checkout/sessions", asked, key=payment.public_id)
        if reply.status in {400, 402}:
            return None, True
        return _of(_good(reply), payment), reply.headers.get("idempotent-replayed", "") != "true"

    def _session(self, payment: Payable) -> dict:
        said = _good(self._ask("GET", f"/v1/checkout/sessions/{quote(payment.provider_reference)}"))
        return _of(said, payment)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {settings.STRIPE['secret_key']}", "stripe-version": VERSION}

    def _ask(self, method: str, path: str, content: dict | None = None, *, key: str = "") -> Reply:
        headers = self._headers()
        body = None
        if content is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(content).encode()
        if key:
            headers["idempotency-key"] = key
        return self.wire.send(method, settings.STRIPE["url"] + path, headers=headers, body=body)


class _Known:
    """A payment whose session is known before its row says so."""

    def __init__(self, payment: Payable, reference: str):
        self._payment, self.provider_reference = payment, reference

    def __getattr__(self, name: str):
        return getattr(self._payment, name)


def _open_until(payment: Payable) -> datetime:
    return min(max(payment.pay_by, payment.started_at + LEAST_OPEN), payment.started_at + LONGEST_OPEN)


def _signature_parts(header: str) -> tuple[list[str], list[str]]:
    parts = [part.partition("=") for part in header.split(",")]
    return ([value for name, _eq, value in parts if name == "t"], [value for name, _eq, value in parts if name == "v1"])


def _is_signed(stamp: str, body: bytes, signatures: list[str]) -> bool:
    for secret in settings.STRIPE["webhook_secret"].split():
        wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if any(hmac.compare_digest(wanted.encode(), signature.encode()) for signature in signatures):
            return True
    return False


def _is_live() -> bool:
    return "_live_" in settings.STRIPE["secret_key"]


def _read(reply: Reply) -> dict:
    try:
        said = json.loads(reply.body)
    except ValueError:
        raise unavailable() from None
    if not isinstance(said, dict):
        raise unavailable()
    return said


def _good(reply: Reply) -> dict:
    if reply.status != 200:
        raise unavailable()
    return _read(reply)


def _of(said: dict, payment: Payable) -> dict:
    """The session, if it is this payment's and of this account's kind."""
    if said.get("client_reference_id") != payment.public_id or said.get("livemode") is not _is_live():
        raise unavailable()
    return said


def _answer(session: dict) -> Answer:
    if session["payment_status"] == "paid":
        standing = Standing.SUCCEEDED
    elif session["status"] == "expired":
        standing = Standing.CLOSED
    else:
        standing = Standing.WAITING  # open, or complete and the money is on its way
    return Answer(standing, Money(session["amount_total"], session["currency"].upper()), session["id"])


def _refund_standing(row: dict, refund: Returnable) -> bool:
    if row["amount"] != refund.in_cash.minor or row["currency"].upper() != refund.in_cash.currency:
        raise _refused("amount")
    if row["status"] in {"failed", "canceled", "requires_action"}:
        raise _refused(row.get("failure_reason") or row["status"])
    return row["status"] == "succeeded"


def _refused(why: str) -> RefundRefused:
    return RefundRefused(_("The channel does not send this money back: %(why)s") % {"why": why})


def _bill_lines(file, zone: ZoneInfo) -> Iterator[BillLine]:
    kinds = {"charge": "payment", "refund": "refund"}
    with io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        if not set(BILL_COLUMNS) <= set(rows.fieldnames or ()):
            raise unavailable()
        try:
            for row in rows:
                if row["reporting_category"] == "fee":
                    continue
                kind, currency = kinds.get(row["reporting_category"], "other"), row["currency"].upper()
                gross, fee = Money.parse(row["gross"], currency), Money.parse(row["fee"] or "0", currency)
                reference = row["refund_metadata[refund]"] if kind == "refund" else row["payment_metadata[payment]"]
                yield BillLine(
                    kind=kind,
                    reference=reference,
                    provider_reference=row["balance_transaction_id"],
                    amount=gross if gross.minor >= 0 else -gross,
                    fee=fee,
                    standing="done",
                    at=datetime.strptime(row["created"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone),
                )
        except (ValueError, KeyError):
            raise unavailable() from None
