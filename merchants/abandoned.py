"""
Applications that nobody goes on with (M2). Approved, but agreement or deposit do not come: reminded once, then it
expires, and business and address are free again. A draft that nobody has touched for very long is deleted with its
papers, because the mall keeps no personal data that it has no use for. Late or twice comes to the same.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import ApplicationExpired, ApplicationReminded
from merchants import tunables
from merchants.models import Application

BATCH = 200
Status = Application.Status


def watch_abandoned(*, now: datetime) -> dict:
    """The daily round."""
    counts = {
        "expired": expire_applications(now=now),
        "reminded": remind_applicants(now=now),
        "forgotten": forget_drafts(now=now),
    }
    return {name: count for name, count in counts.items() if count}


def expires_at(application: Application) -> datetime | None:
    """Until when agreement or deposit must have come; nothing while it is not approved, or when it has ended."""
    since = {Status.APPROVED: application.approved_at, Status.AGREED: application.agreed_at}.get(application.status)
    return since + timedelta(days=tunables.SIGNING_DAYS.value) if since else None


@transaction.atomic
def remind_applicants(*, now: datetime) -> int:
    """Once for the agreement and once for the deposit, some days before it expires."""
    before = timedelta(days=tunables.SIGNING_DAYS.value - tunables.SIGNING_REMINDER_DAYS.value)
    rows = list(_waiting_since(now - before).filter(reminded_at=None)[:BATCH])
    Application.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    publish(
        *(
            ApplicationReminded(application_id=row.public_id, expires_at=expires_at(row), reminded_at=now)
            for row in rows
        )
    )  # fmt: skip
    return len(rows)


@transaction.atomic
def expire_applications(*, now: datetime) -> int:
    """What is paid for one nevertheless is sent back (settlement hears of it)."""
    rows = list(_waiting_since(now - timedelta(days=tunables.SIGNING_DAYS.value))[:BATCH])
    for row in rows:
        before = str(row.status)
        Application.FLOW.move(row, Status.EXPIRED)
        row.expired_at = now
        row.save(update_fields=["status", "expired_at"])
        record("merchants.expire_application", row.public_id, now=now, before={"status": before})
    publish(*(ApplicationExpired(application_id=row.public_id, expired_at=now) for row in rows))
    return len(rows)


def _waiting_since(limit: datetime):
    late = Q(status=Status.APPROVED, approved_at__lte=limit) | Q(status=Status.AGREED, agreed_at__lte=limit)
    return Application.objects.select_for_update(skip_locked=True).filter(late).order_by("pk")


def forget_drafts(*, now: datetime) -> int:
    """Delete drafts with their papers; one transaction each, so that one that cannot go keeps no other."""
    limit = now - timedelta(days=tunables.DRAFT_DAYS.value)
    old = Application.objects.filter(status=Status.DRAFT, touched_at__lt=limit).order_by("pk")
    return sum(_forget(key, limit, now) for key in list(old.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _forget(key: int, limit: datetime, now: datetime) -> bool:
    rows = Application.objects.select_for_update().filter(pk=key, status=Status.DRAFT, touched_at__lt=limit)
    if (row := rows.first()) is None:
        return False
    papers = list(row.documents.order_by("-pk"))  # a newer one names the one before it
    for paper in papers:  # files first: were this run to end here, the next one would find the rows
        paper.file.storage.delete(paper.file.name)
    for paper in papers:
        paper.delete()
    record("merchants.forget_draft", row.public_id, now=now, before={"papers": len(papers)})
    row.delete()
    return True
