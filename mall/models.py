"""The ground floor's tables, gathered for Django; each lives in the module that uses it."""

from mall.audit.models import AuditRecord
from mall.chain import Seal
from mall.events.models import OutboxEvent, Receipt
from mall.idempotency import IdempotentCall
from mall.jobs import JobRun
from mall.tunables.models import Turned
from mall.workdays import WorkYear

__all__ = ["AuditRecord", "IdempotentCall", "JobRun", "OutboxEvent", "Receipt", "Seal", "Turned", "WorkYear"]
