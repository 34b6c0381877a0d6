"""
Bank transfer (O3), for companies above all: the payer sends the money herself, to the custodian's account, and quotes a
reference. What came is read from the custodian's statements (``orders.bank_statements``), which confirm the payment
through the same door as every notice. Its bill is what these statements told, each line on the day on which it counted.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.money import Money
from orders.gateways import transfer_bank
from orders.gateways.base import Answer, BadNotice, BillLine, Notice, Payable, RefundRefused, Returnable, Standing
from orders.models import BankLine, Payment, SentBack, Transfer

DIGITS = 9  # before the two that check them


class TransferGateway:
    """Nobody is called: people transfer, statements tell."""

    code = "transfer"
    label = gettext_lazy("Bank transfer")
    pays_orders_only, has_bill = True, True

    def is_configured(self) -> bool:
        return bool(transfer_bank.account())

    def prepare(self, *, payment: Payable, now: datetime) -> Answer:
        """Give a reference out, the same one whenever it is asked for."""
        Transfer.objects.get_or_create(
            payment=payment, defaults={"reference": new_reference(), "asked_at": now}
        )  # fmt: skip
        return self.query(payment=payment, now=now)

    def page_url(self, *, payment: Payable) -> str:
        return reverse("storefront:orders:pay-transfer", args=[payment.public_id])

    def query(self, *, payment: Payable, now: datetime) -> Answer:
        """What the mall has read; nobody else knows more."""
        row = Payment.objects.get(public_id=payment.public_id)
        standings = {Payment.Status.SUCCEEDED: Standing.SUCCEEDED, Payment.Status.CLOSED: Standing.CLOSED}
        return Answer(standings.get(row.status, Standing.WAITING), payment.amount, row.provider_reference)

    def close(self, *, payment: Payable, now: datetime) -> Answer:
        """Nobody can be kept from transferring: what comes later is worked off as late."""
        answer = self.query(payment=payment, now=now)
        return Answer(Standing.CLOSED, answer.amount, answer.reference) if answer.standing == "waiting" else answer

    def refund(self, *, refund: Returnable, now: datetime) -> bool:
        """To who has sent the most of it. Where no bank is told by the mall, a person tells it, and then the mall."""
        paid_by = BankLine.objects.filter(payment__public_id=refund.payment.public_id, used__gt=0)
        line = paid_by.order_by("-used", "pk").first()
        if line is None:
            raise RefundRefused(_("No transfer is known that paid this."))
        row, _new = SentBack.objects.get_or_create(
            reference=refund.public_id,
            defaults={"currency": refund.in_cash.currency, "amount": refund.in_cash, "line": line, "asked_at": now},
        )
        return transfer_bank.send_back(row=row, now=now)

    def query_refund(self, *, refund: Returnable, now: datetime) -> bool | None:
        row = SentBack.objects.filter(reference=refund.public_id).first()
        return transfer_bank.send_back(row=row, now=now) if row else None

    def parse_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        raise BadNotice("transfers are told by statements")

    def bill(self, *, day: date, now: datetime) -> Iterator[BillLine]:
        start = datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
        return chain(_paid(start, start + timedelta(days=1)), _sent(start, start + timedelta(days=1)))


def _paid(start: datetime, end: datetime) -> Iterator[BillLine]:
    lines = BankLine.objects.filter(status=BankLine.Status.DONE, done_at__gte=start, done_at__lt=end, used__gt=0)
    by_payment = lines.values("payment__public_id", "currency").order_by("payment__public_id")
    for row in by_payment.annotate(sum=Sum("used"), at=Max("done_at"), number=Max("bank_reference")):
        yield _line("payment", row["payment__public_id"], row["number"], row["sum"], row["currency"], row["at"])


def _sent(start: datetime, end: datetime) -> Iterator[BillLine]:
    """Refunds alone: what goes back of a line was never paid with."""
    sent = SentBack.objects.filter(sent_at__gte=start, sent_at__lt=end).exclude(reference__startswith="bln_")
    for row in sent.order_by("sent_at", "pk"):
        yield _line("refund", row.reference, row.bank_reference, row.amount.minor, row.currency, row.sent_at)


def _line(kind: str, reference: str, number: str, minor: int, currency: str, at: datetime) -> BillLine:
    return BillLine(kind, reference, number, Money(int(minor), currency), Money(0, currency), "done", at)


def new_reference() -> str:
    """A letter and eleven digits, the last two of which find any digit mistyped and any two exchanged (ISO 7064)."""
    number = secrets.randbelow(10**DIGITS)
    return f"T{number:0{DIGITS}d}{98 - number * 100 % 97:02d}"


def is_reference(text: str) -> bool:
    return len(text) == DIGITS + 3 and text[0] == "T" and text[1:].isdecimal() and int(text[1:]) % 97 == 1
