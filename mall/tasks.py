"""Doors for the clock on the ground floor."""

from mall.audit.trail import SEALED
from mall.events.tasks import deliver_events, forget_delivered_events, sweep_events
from mall.jobs import job

__all__ = ["deliver_events", "forget_delivered_events", "seal_audit_trail", "sweep_events"]


@job("mall.seal_audit_trail")
def seal_audit_trail() -> dict:
    return {"sealed": count} if (count := SEALED.seal()) else {}
