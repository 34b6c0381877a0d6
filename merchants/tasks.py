"""What runs by itself; see ``mall.schedule``."""

from celery import shared_task

from mall import clock
from mall.jobs import job
from merchants import (
    abandoned,
    agreements,
    applications,
    exits,
    health,
    idle,
    invitations,
    licences,
    sanctions,
    tiers,
)


@job("merchants.watch_idle_shops")
def watch_idle_shops() -> dict:
    return idle.watch_idle_shops(now=clock.now())


@job("merchants.score_health")
def score_health() -> dict:
    now = clock.now()
    scored = health.score_month(month=clock.business_date(now).replace(day=1), now=now)
    return {"scored": scored} if scored else {}


@job("merchants.check_applications")
def check_applications() -> dict:
    return applications.check_applications(now=clock.now())


@job("merchants.escalate_applications")
def escalate_applications() -> dict:
    return applications.escalate_applications(now=clock.now())


@job("merchants.watch_documents")
def watch_documents() -> dict:
    return licences.watch_documents(now=clock.now())


@job("merchants.watch_abandoned")
def watch_abandoned() -> dict:
    return abandoned.watch_abandoned(now=clock.now())


@job("merchants.watch_agreements")
def watch_agreements() -> dict:
    return agreements.watch_agreements(now=clock.now())


@shared_task(name="merchants.mail_invitation")
def mail_invitation(*, public_id: str) -> None:
    invitations.mail(public_id=public_id, now=clock.now())


@job("merchants.rank_tiers")
def rank_tiers() -> dict:
    now = clock.now()
    ranked = tiers.rank_month(month=clock.business_date(now).replace(day=1), now=now)
    return {"ranked": ranked} if ranked else {}


@job("merchants.expire_points")
def expire_points() -> dict:
    changed = sanctions.expire_points(now=clock.now())
    return {"changed": changed} if changed else {}


@job("merchants.enforce_fines")
def enforce_fines() -> dict:
    fined = sanctions.enforce_fines(now=clock.now())
    return {"fined": fined} if fined else {}


@job("merchants.advance_exits")
def advance_exits() -> dict:
    return exits.advance_exits(now=clock.now())
