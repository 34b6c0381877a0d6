"""Writing, sealing and verifying the audit trail."""

from datetime import datetime

from mall.audit.models import AuditRecord
from mall.chain import SealedTable

CLOCK = "clock"
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
        actor_label=str(by) if by else CLOCK,
        action=action,
        subject=subject,
        shop_slug=shop_slug,
        before=before or {},
        after=after or {},
    )
