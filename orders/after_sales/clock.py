"""
What happens by itself when nobody has acted in time (O7). A case carries its moment; one job finds what is due.

Each case is a transaction of its own, looked at again under its lock, so the job may be killed, run twice, run by
several workers or come late: a case moves once for each moment, and gets its next one from when it moved.
"""

import logging
from datetime import datetime

from django.db import transaction

from orders.after_sales import table
from orders.after_sales.answering import agree_for_silence
from orders.after_sales.arbitration import bring_before_mall, execute
from orders.after_sales.cases import Did, Kind, Side, Status, end, lock_case
from orders.after_sales.returning import accept, money_instead, note_arrival, receive
from orders.models import AfterSale

log = logging.getLogger("orders.after_sales")

BATCH = 200


def run_due(*, now: datetime) -> dict:
    """Do what is due of every case; returns how many by the status they came from."""
    counts: dict[str, int] = {}
    seen = 0
    while True:
        due = AfterSale.objects.filter(due_at__lte=now, pk__gt=seen).order_by("pk").only("pk", "order_id")[:BATCH]
        cases = list(due)
        if not cases:
            return counts
        for case in cases:
            seen = case.pk
            try:
                before = run_out(case, now=now)
            except Exception:  # one case that cannot go on keeps no other from it
                log.exception("the clock could not act on case %s", case.pk)
                before = "trouble"
            if before:
                counts[before] = counts.get(before, 0) + 1


@transaction.atomic
def run_out(case: AfterSale, *, now: datetime) -> str:
    """What is due of one case, done; the status it came from, or nothing when somebody was faster."""
    case = lock_case(case)
    if case.due_at is None or case.due_at > now:
        return ""
    table.check("run_out", case, Side.CLOCK)
    before = str(case.status)
    _DO[Status(before)](case, now)
    return before


def _answer(case: AfterSale, now: datetime) -> None:
    if case.kind == Kind.COMPLAINT:
        bring_before_mall(case, side=Side.CLOCK, now=now)
    else:
        agree_for_silence(case, now=now)


def _close(case: AfterSale, now: datetime) -> None:
    end(case, Status.CLOSED, Did.CLOSED, side=Side.CLOCK, now=now)


def _solve(case: AfterSale, now: datetime) -> None:
    end(case, Status.DONE, Did.SOLVED, side=Side.CLOCK, now=now)


def _accept(case: AfterSale, now: datetime) -> None:
    accept(case, Did.INSPECTED, side=Side.CLOCK, now=now)


def _money_instead(case: AfterSale, now: datetime) -> None:
    money_instead(case, side=Side.CLOCK, now=now)


_DO = {
    Status.ASKED: _answer,
    Status.REFUSED: _close,
    Status.ANSWERED: _solve,
    Status.AWAITING_RETURN: _close,
    Status.RETURNING: lambda case, now: note_arrival(case=case, now=now),
    Status.INSPECTING: _accept,
    Status.RESENDING: _money_instead,
    Status.RESENT: lambda case, now: receive(case=case, now=now),
    Status.DECIDED: lambda case, now: execute(case, now=now),
}
