"""What runs by itself; see ``mall.schedule``."""

from celery import shared_task

from mall import clock
from mall.jobs import job
from merchants import health, idle, invitations


@job("merchants.watch_idle_shops")
def watch_idle_shops() -> dict:
    return idle.watch_idle_shops(now=clock.now())


@job("merchants.score_health")
def score_health() -> dict:
    now = clock.now()
    scored = health.score_month(month=clock.business_date(now).replace(day=1), now=now)
    return {"scored": scored} if scored else {}


@shared_task(name="merchants.mail_invitation")
def mail_invitation(*, public_id: str) -> None:
    invitations.mail(public_id=public_id, now=clock.now())
