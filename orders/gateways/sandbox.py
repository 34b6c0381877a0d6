"""
The sandbox channel, the mall's side of it.

It knows the bank's public key and the bank's interface, nothing of its books. Notices are signed as Standard Webhooks
describes for Ed25519: ``v1a,<base64>`` over ``id.timestamp.body``.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from mall.money import Money
from orders.gateways import sandbox_bank as bank
from orders.gateways.base import (
    LARGEST_NOTICE,
    NOTICE_WINDOW,
    Answer,
    BadNotice,
    BillLine,
    Notice,
    Payable,
    Returnable,
    Standing,
)

_STANDINGS = {
    "waiting": Standing.WAITING,
    "paid": Standing.SUCCEEDED,
    "failed": Standing.FAILED,
    "closed": Standing.CLOSED,
}


class SandboxGateway:
    """Payments through the sandbox bank: nothing is really paid."""

    code = "sandbox"
    label = gettext_lazy("Sandbox bank")
    pays_orders_only, has_bill = False, True

    def is_configured(self) -> bool:
        return True  # its account is opened by the first who asks

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        return _answer(
            bank.open_trade(
                merchant_reference=payment.public_id,
                subject=payment.subject,
                amount=payment.amount,
                notify_url=settings.MALL_BASE_URL + payment.notify_path(),
                return_url=settings.MALL_BASE_URL + payment.return_path(),
                expires_at=payment.pay_by,
                now=now,
            )
        )

    def page_url(self, *, payment: Payable) -> str:
        return reverse("storefront:orders:cashier", args=[bank.token_of(payment.public_id)])

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        return _answer(bank.trade_state(merchant_reference=payment.public_id, now=now))

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        return _answer(bank.close_trade(merchant_reference=payment.public_id, now=now))

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        return bank.refund_trade(
            merchant_reference=refund.payment.public_id,
            refund_reference=refund.public_id,
            amount=refund.in_cash,
            now=now,
        )

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        return True if bank.knows_refund(refund_reference=refund.public_id) else None

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        for row in bank.bill(day=day):
            yield BillLine(
                kind=row.kind,
                reference=row.reference,
                provider_reference=row.trade,
                amount=row.amount,
                fee=Money(0, row.amount.currency),
                standing="done",
                at=row.at,
            )

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        notice_id = headers.get("webhook-id", "")
        timestamp = headers.get("webhook-timestamp", "")
        if not notice_id or len(notice_id) > 64 or len(body) > LARGEST_NOTICE:
            raise BadNotice("no id, or too long")
        _verify(f"{notice_id}.{timestamp}.".encode() + body, headers.get("webhook-signature", ""))
        if not timestamp.isdecimal() or abs(int(timestamp) - now.timestamp()) > NOTICE_WINDOW.total_seconds():
            raise BadNotice("outside the window of time")
        try:
            content = json.loads(body)
            amount = Money(content["amount"], content["currency"])
            answer = Answer(_STANDINGS[content["status"]], amount, str(content["trade"]), str(content.get("payer", "")))
            return Notice(notice_id, str(content["reference"]), answer, content)
        except (ValueError, TypeError, KeyError) as error:
            raise BadNotice("not understood") from error


def _verify(signed: bytes, header: str) -> None:
    """One valid signature suffices, so that the bank may change its key."""
    for part in header.split():
        version, _comma, signature = part.partition(",")
        if version == "v1a":
            try:
                bank.public_key().verify(base64.b64decode(signature, validate=True), signed)
                return
            except (InvalidSignature, binascii.Error, ValueError):
                continue
    raise BadNotice("wrong signature")


def _answer(state: bank.TradeState) -> Answer:
    return Answer(_STANDINGS[state.status], state.amount, state.trade, state.payer)
