"""
The sandbox: a bank that pays whoever it is told to, unless the account's number says otherwise.

What matters is how the number ends before its last digit: ``500`` it fails; ``502`` and ``503`` it is on its way first,
and two minutes later paid (``502``) or failed (``503``); ``408`` it was heard and pays, but no answer comes the first
time. It keeps books of its own, so the same reference is paid once however often it is told.
"""

from datetime import datetime, timedelta

from django.db import transaction

from settlement.gateways.base import Answer, Payout, PayoutSilent, Standing
from settlement.models import SandboxPayout

UNDECIDED = timedelta(minutes=2)


class SandboxGateway:
    """Nothing is really paid."""

    code = "sandbox"
    by_hand = False

    def pay(self, *, payout: Payout, now: datetime) -> Answer:
        told = payout.number[-4:-1]
        with transaction.atomic():
            row, is_new = SandboxPayout.objects.get_or_create(
                merchant_reference=payout.reference,
                defaults={
                    "amount_minor": payout.amount.minor,
                    "currency": payout.amount.currency,
                    "outcome": Standing.FAILED if told in {"500", "503"} else Standing.PAID,
                    "detail": "account closed" if told in {"500", "503"} else "",
                    "told_from": now + UNDECIDED if told in {"502", "503"} else now,
                    "made_at": now,
                },
            )
        if is_new and told == "408":
            raise PayoutSilent(payout.reference)
        return _answer(row, now)

    def query(self, *, reference: str, now: datetime) -> Answer:
        row = SandboxPayout.objects.filter(merchant_reference=reference).first()
        return _answer(row, now) if row else Answer(Standing.NEVER_HEARD)


def _answer(row: SandboxPayout, now: datetime) -> Answer:
    standing = Standing(row.outcome) if row.told_from <= now else Standing.WAITING
    return Answer(standing, f"SB{row.pk:010d}", row.detail if standing == Standing.FAILED else "")
