"""
The custodian's account for transfers: the mall's side of it, and the sandbox that stands in for the bank.

``MALL_TRANSFER_BANK`` says who tells of transfers: ``sandbox``, a bank with a book of its own that makes statements and
sends back at once, or ``file``: finance staff upload the bank's statements and tell it by hand what goes back. The
account is ``MALL_TRANSFER_HOLDER``, ``MALL_TRANSFER_BANK_NAME`` and ``MALL_TRANSFER_NUMBER``.
"""

import csv
import io
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from mall.ids import new_id
from mall.money import Money
from orders.models import SandboxTransfer, SentBack

SANDBOX_ACCOUNT = {
    "holder": gettext_lazy("Sandbox Custodian"),
    "bank_name": gettext_lazy("Sandbox Bank"),
    "number": "6200 0000 0000 0042",
}
COLUMNS = ("booked_at", "bank_reference", "credit", "currency", "payer_name", "payer_account", "remark")
MOST_LINES = 5_000


def account() -> dict[str, str]:
    """Where to transfer to: ``holder``, ``bank_name``, ``number``; empty where this mall takes no transfers."""
    return settings.TRANSFER_ACCOUNT or (SANDBOX_ACCOUNT if is_sandbox() else {})


def is_sandbox() -> bool:
    return settings.TRANSFER_BANK == "sandbox"


@transaction.atomic
def make_transfer(*, amount: Money, remark: str, payer_name: str, payer_account: str, now: datetime) -> SandboxTransfer:
    """Somebody sends money to the custodian's account at the sandbox bank."""
    return SandboxTransfer.objects.create(
        bank_reference=new_id("sbt"), amount_minor=amount.minor, remark=remark, payer_name=payer_name,
        payer_account=payer_account, made_at=now,
    )  # fmt: skip


def statement(*, since: datetime) -> bytes:
    """What the sandbox bank says of the account since a moment, as banks do: a CSV with a header."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for row in SandboxTransfer.objects.filter(made_at__gte=since).order_by("pk")[:MOST_LINES]:
        amount = f"{Money(row.amount_minor).decimal}"
        lines.writerow(
            [row.made_at.isoformat(), row.bank_reference, f"-{amount}" if row.is_out else amount, "CNY",
             row.payer_name, row.payer_account, row.remark]
        )  # fmt: skip
    return out.getvalue().encode()


@transaction.atomic
def send_back(*, row: SentBack, now: datetime) -> bool:
    """Whether it has gone; the sandbox bank sends it now, and once however often it is told."""
    row = SentBack.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.sent_at is None and is_sandbox():
        sent, _new = SandboxTransfer.objects.get_or_create(
            merchant_reference=row.reference,
            defaults={"bank_reference": new_id("sbt"), "is_out": True, "amount_minor": row.amount.minor,
                      "remark": row.reference, "made_at": now},
        )  # fmt: skip
        row.sent_at, row.bank_reference = now, sent.bank_reference
        row.save(update_fields=["sent_at", "bank_reference"])
    return row.sent_at is not None
