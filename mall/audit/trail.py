"""Writing, sealing and verifying the audit trail."""

from collections.abc import Iterable
from datetime import datetime

from mall.audit.models import CLOCK, AuditRecord
from mall.chain import SealedTable
from mall.rows import insert_rows

SEALED = SealedTable(
    "mall_auditrecord",
    ("at", "actor_id", "actor_label", "action", "subject", "shop_slug", "before", "after"),
)


def record(
    action: str,
    subject: str,
    *,
    by=None,
    now: datetime,
    shop_slug: str = "",
    before: dict | None = None,
    after: dict | None = None,
) -> AuditRecord:
    """
    Note who did what to which public id, in the transaction in which it is done.

    :param action: a dotted verb, ``"orders.ship_order"``
    :param by: the person; ``None`` for the clock
    :param before, after: plain JSON of what changed, never personal data in clear
    """
    return AuditRecord.objects.create(
        at=now,
        actor=by,
        actor_label=label_of(by),
        action=action,
        subject=subject,
        shop_slug=shop_slug,
        before=before or {},
        after=after or {},
    )


def label_of(by) -> str:
    """How the trail calls who acts: staff by their address, everybody else by a number that tells nothing (A3)."""
    if by is None:
        return CLOCK
    return str(by) if getattr(by, "is_staff", True) else by.public_id


def record_many(done: Iterable[tuple[str, str, dict, dict]], *, by=None, now: datetime, shop_slug: str = "") -> None:
    """Note many actions of one person at once, each as action, subject, before, after; in one statement."""
    insert_rows(
        AuditRecord(
            at=now,
            actor=by,
            actor_label=label_of(by),
            action=action,
            subject=subject,
            shop_slug=shop_slug,
            before=before,
            after=after,
        )
        for action, subject, before, after in done
    )
