"""Telling people: a notice is written in the transaction of what it tells, its e-mail goes out after the commit."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from mall.notifications import mails
from mall.notifications.kinds import Kind
from mall.notifications.models import Notice
from mall.rows import insert_rows

log = logging.getLogger("mall.notifications")

MOST_ATTEMPTS = 5
BATCH = 200
STALE = timedelta(days=2)  # what is older is no news any more and is not mailed


def notify(people: Iterable, kind: Kind, facts: Mapping, *, url: str = "", now: datetime) -> list[Notice]:
    """
    Tell these people, each once however often she is named.

    :raises RuntimeError: no transaction is open, so the notice could outlive what it tells
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("notify() belongs inside the transaction of what it tells")
    named = {person.pk: person for person in people}
    notices = insert_rows(
        Notice(
            person_id=key, kind=kind.name, facts=dict(facts), url=url, told_at=now, is_mail_due=kind.is_mailed
        )
        for key in named
    )  # fmt: skip
    if notices and kind.is_mailed:
        ids = [notice.pk for notice in notices]
        transaction.on_commit(lambda: _nudge(ids), robust=True)
    return notices


def _nudge(ids: list[int]) -> None:
    from mall.notifications.tasks import mail_notices

    try:
        mail_notices.apply_async(kwargs={"ids": ids}, retry=False, ignore_result=True)
    except Exception:  # the queue is away; the sweeper will
        log.warning("could not queue %d e-mail(s); the sweeper will", len(ids))


def mail(*, ids: Iterable[int], now: datetime) -> int:
    """Send the e-mails of these notices that are still due, each in the person's language; returns how many went."""
    return sum(_mail_one(key, now) for key in ids)


def mail_waiting(*, now: datetime) -> int:
    """Send what nobody was nudged for, or what failed before; what is too old is let be."""
    Notice.objects.filter(is_mail_due=True, told_at__lt=now - STALE).update(is_mail_due=False)
    due = Notice.objects.filter(is_mail_due=True, told_at__lt=now - timedelta(minutes=1))
    return mail(ids=list(due.order_by("pk").values_list("pk", flat=True)[:BATCH]), now=now)


@transaction.atomic
def _mail_one(key: int, now: datetime) -> bool:
    """Two workers at one notice: the second finds it locked and leaves it."""
    notice = (
        Notice.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("person")
        .filter(pk=key, is_mail_due=True)
        .first()
    )
    if notice is None:
        return False
    try:
        with translation.override(notice.person.language):
            mails.send(
                to=notice.person.email,
                title=notice.title,
                words=notice.body,
                path=notice.url,
                stop=notice.facts.get("stop", ""),
            )
    except Exception:
        log.exception("the e-mail of notice %s failed", notice.public_id)
        notice.mail_attempts += 1
        notice.is_mail_due = notice.mail_attempts < MOST_ATTEMPTS
        notice.save(update_fields=["mail_attempts", "is_mail_due"])
        return False
    notice.is_mail_due, notice.mailed_at = False, now
    notice.save(update_fields=["is_mail_due", "mailed_at"])
    return True


def mark_read(*, person, now: datetime, public_id: str = "") -> int:
    """One notice of the person, or all of hers, is read; returns how many were new."""
    unread = Notice.objects.filter(person=person, read_at=None)
    if public_id:
        unread = unread.filter(public_id=public_id)
    return unread.update(read_at=now)


def unread_count(person) -> int:
    return Notice.objects.filter(person=person, read_at=None).count()
