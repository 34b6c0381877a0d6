"""Doors for the clock: e-mails of notices."""

from celery import shared_task

from mall import clock
from mall.jobs import job
from mall.notifications import sending


@shared_task(name="mall.mail_notices")
def mail_notices(*, ids: list[int]) -> None:
    sending.mail(ids=ids, now=clock.now())


@job("mall.mail_waiting_notices")
def mail_waiting_notices() -> dict:
    sent = sending.mail_waiting(now=clock.now())
    return {"sent": sent} if sent else {}
