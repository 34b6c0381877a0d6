"""Doors for the queue and the clock."""

from celery import shared_task

from mall import clock
from mall.exports import writing
from mall.jobs import job


@shared_task(name="mall.write_export")
def write_export(*, export_id: str) -> None:
    writing.write_export(export_id=export_id, now=clock.now())


@job("mall.continue_exports")
def continue_exports() -> dict | None:
    return writing.continue_exports(now=clock.now()) or None


@job("mall.forget_exports")
def forget_exports() -> dict | None:
    count = writing.forget_exports(now=clock.now())
    return {"forgotten": count} if count else None
