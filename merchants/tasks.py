"""What runs by itself; see ``mall.schedule``."""

from mall import clock
from mall.jobs import job
from merchants import applications, health, idle, licences


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
