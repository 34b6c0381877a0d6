"""Doors for the clock."""

from mall import clock
from mall.accounts.privacy import downloading, erasing
from mall.jobs import job


@job("mall.write_personal_data")
def write_personal_data() -> dict | None:
    count = downloading.write_waiting(now=clock.now())
    return {"written": count} if count else None


@job("mall.forget_personal_data")
def forget_personal_data() -> dict | None:
    count = downloading.forget_files(now=clock.now())
    return {"forgotten": count} if count else None


@job("mall.erase_people")
def erase_people() -> dict | None:
    return erasing.erase_due(now=clock.now()) or None
