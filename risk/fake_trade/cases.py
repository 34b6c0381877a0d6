"""
Cases of fake trade: opened and grown by the clock, confirmed and cleared by people (R3).

A live case takes its orders out of the figures and holds their money from the moment on at which it is opened, until
somebody clears it; one in shadow does nothing until somebody confirms it. What one person has confirmed only another
can clear. Orders about which somebody has decided are evidence of nothing any more.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.audit.trail import record
from mall.events import publish
from mall.events.risk import FakeTradeConfirmed, OrdersCleared, OrdersSetAside
from mall.refusals import Refusal
from risk.holds import HoldAlreadyReleased, place_hold, release_hold
from risk.models import Hold, TradeCase, TradeCaseOrder, TradeFact

Status = TradeCase.Status
TOLD_AT_ONCE = 500  # orders in one announcement


class CaseReasonMissing(Refusal):
    """A decision says why: the shop reads it."""

    code = "reason-missing"
    status = 422


class ConfirmedByYou(Refusal):
    """Who confirmed a case does not clear it."""

    code = "not-the-same-person"
    status = 403


@transaction.atomic
def open_case(*, shop_id: str, order_ids: Sequence[str], facts: dict, now: datetime) -> TradeCase:
    """
    A new case with these orders, none of which is in another one.

    :param facts: points, live_points, signs, is_live, buyer_count
    """
    case = TradeCase.objects.create(shop_id=shop_id, order_count=len(order_ids), opened_at=now, **facts)
    TradeCaseOrder.objects.bulk_create(TradeCaseOrder(case=case, order_id=order_id) for order_id in order_ids)
    record(
        "risk.open_trade_case",
        case.public_id,
        now=now,
        after={"shop": shop_id, "orders": len(order_ids), "points": case.points, "is_live": case.is_live},
    )
    if case.is_live:
        _set_aside(case, now)
    return case


@transaction.atomic
def grow_case(*, case: TradeCase, order_ids: Sequence[str], facts: dict, now: datetime) -> bool:
    """
    More orders of the same ring, or more signs; a case that was live stays so. Returns whether anything changed.
    """
    case = TradeCase.objects.select_for_update().get(pk=case.pk)
    if case.status != Status.OPEN:
        return False
    facts = {**facts, "is_live": facts["is_live"] or case.is_live}
    if not order_ids and all(getattr(case, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(case, name, value)
    case.order_count += len(order_ids)
    case.save(update_fields=[*facts, "order_count"])
    TradeCaseOrder.objects.bulk_create(TradeCaseOrder(case=case, order_id=order_id) for order_id in order_ids)
    if case.is_live:
        _set_aside(case, now)
    return True


@transaction.atomic
def confirm_case(*, case: TradeCase, reason: str, by, now: datetime) -> TradeCase:
    """
    It is fake trade: its orders count no more and their money stays where it is; the shop is told why.

    :raises CaseReasonMissing: no words
    :raises WrongStatus: it is decided
    """
    case, reason = _locked(case), _said(reason)
    TradeCase.FLOW.move(case, Status.CONFIRMED)
    case.reason, case.decided_at, case.decided_by = reason, now, by
    case.save(update_fields=["status", "reason", "decided_at", "decided_by"])
    _judge(case)
    _set_aside(case, now)
    _record("risk.confirm_trade_case", case, by, now)
    publish(
        FakeTradeConfirmed(
            case_id=case.public_id,
            shop_id=case.shop_id,
            order_count=case.order_count,
            reason=reason,
            decided_by=by.pk,
            decided_at=now,
        )
    )
    return case


@transaction.atomic
def clear_case(*, case: TradeCase, reason: str, by, now: datetime) -> TradeCase:
    """
    It is in order after all: its orders count again, and what the case has held is released.

    :raises CaseReasonMissing: no words
    :raises ConfirmedByYou: she has confirmed it herself
    :raises WrongStatus: it is cleared already
    """
    case, reason = _locked(case), _said(reason)
    if case.decided_by_id == by.pk:
        raise ConfirmedByYou(_("You have confirmed this case yourself: somebody else has to clear it."))
    TradeCase.FLOW.move(case, Status.CLEARED)
    case.reason, case.cleared_at, case.cleared_by = reason, now, by
    case.save(update_fields=["status", "reason", "cleared_at", "cleared_by"])
    _judge(case)
    _record("risk.clear_trade_case", case, by, now)

    rows = list(case.orders.select_for_update(of=("self",)).select_related("hold").order_by("pk"))
    for row in rows:
        if row.hold is not None:
            with suppress(HoldAlreadyReleased):  # somebody has decided about this one before
                release_hold(hold=row.hold, by=by, now=now)
    away = [row.order_id for row in rows if row.is_set_aside]
    case.orders.update(hold=None, is_set_aside=False)
    _announce(OrdersCleared, away, case_id=case.public_id, shop_id=case.shop_id, reason=reason, cleared_at=now)
    return case


def _locked(case: TradeCase) -> TradeCase:
    return TradeCase.objects.select_for_update().get(pk=case.pk)


def _said(reason: str) -> str:
    if not (reason := reason.strip()[:300]):
        raise CaseReasonMissing(_("Say why: the shop reads it."))
    return reason


def _judge(case: TradeCase) -> None:
    TradeFact.objects.filter(order_id__in=case.orders.values("order_id")).update(is_judged=True)


def _set_aside(case: TradeCase, now: datetime) -> None:
    """Hold the money of the case's orders and take them out of the figures, those of which it is not done yet."""
    rows = list(case.orders.filter(is_set_aside=False).order_by("order_id"))
    with override("zh-hans"):  # as staff write to shops
        words = _("Fake trade is suspected: case %(case)s.") % {"case": case.public_id}
    for row in rows:
        hold = place_hold(kind=Hold.Kind.SETTLEMENT, subject_id=row.order_id, reason=words, now=now)
        row.is_set_aside = True
        row.hold = hold if hold.reason == words else None  # another's hold is another's to release
    TradeCaseOrder.objects.bulk_update(rows, ["hold", "is_set_aside"], batch_size=500)
    _announce(
        OrdersSetAside,
        [row.order_id for row in rows],
        case_id=case.public_id,
        shop_id=case.shop_id,
        signs=tuple(sign["code"] for sign in case.signs),
        is_confirmed=case.status == Status.CONFIRMED,
        set_aside_at=now,
    )


def _announce(kind: type, order_ids: Sequence[str], **facts) -> None:
    parts = [tuple(order_ids[start : start + TOLD_AT_ONCE]) for start in range(0, len(order_ids), TOLD_AT_ONCE)]
    if parts:
        publish(*(kind(order_ids=part, **facts) for part in parts))


def _record(action: str, case: TradeCase, by, now: datetime) -> None:
    record(action, case.public_id, by=by, now=now, after={"reason": case.reason, "orders": case.order_count})
