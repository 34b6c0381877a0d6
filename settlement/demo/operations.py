"""How the demonstration's mall did in the last weeks (R8): traffic, readings, and a bad evening."""

import random
from datetime import datetime, timedelta

from mall import clock
from mall.accounts.models import User
from mall.operations.measures import all_measures
from mall.operations.models import Alert, AlertDelivery, AlertReceiver, Reading, TrafficMinute
from mall.operations.telling import save_receiver
from mall.rows import insert_rows
from mall.security.advisories import Advisories
from mall.security.gathering import quarter_before
from mall.security.keeping import keep_report
from settlement.demo.shops import STAFF_OF_GROUPS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DAYS = 36
BY_HOUR = (9, 5, 3, 2, 2, 3, 6, 12, 22, 31, 36, 38, 44, 42, 34, 33, 34, 36, 40, 52, 68, 74, 55, 26)  # of a weekday
CHUNK = 5_000
TROUBLE = (2 * DAY + 3 * HOUR, 42)  # how long ago a channel of payment stumbled, and for how many minutes


def show_operations(*, now: datetime) -> Alert:
    """
    Five weeks of traffic, a week of readings, one alert that is over, with who was told, and the security report of the
    quarter that ended last. Nobody asks after advisories while this is loaded; the report says that it does not know.
    """
    minute = now.replace(second=0, microsecond=0)
    _traffic(minute)
    _readings(minute)
    known = Advisories(failure="not asked for while the demonstration was loaded")
    keep_report(quarter=quarter_before(clock.business_date(now)), known=known, now=now)
    return _alert(minute)


def _traffic(minute: datetime) -> None:
    dice, rows = random.Random("operations/traffic"), []
    for back in range(DAYS * 24 * 60, 0, -1):
        at = minute - MINUTE * back
        local = at.astimezone(clock.BUSINESS_ZONE)
        usual = BY_HOUR[local.hour] * (1.35 if local.weekday() >= 5 else 1)
        requests = max(0, round(dice.gauss(usual, usual**0.5)))
        errors = sum(dice.random() < 0.0004 for _request in range(requests))
        rows.append(TrafficMinute(minute=at, requests=requests, errors=errors, milliseconds=requests * 38))
        if len(rows) == CHUNK or back == 1:
            insert_rows(rows)
            rows = []


def _readings(minute: datetime) -> None:
    dice, began = random.Random("operations/readings"), minute - TROUBLE[0]
    usual = {
        "payments": lambda at: 9_962 + dice.randint(-8, 38) if not _in_trouble(at, began) else 9_310,
        "errors": lambda at: dice.choice((0, 0, 0, 4, 9, 18)),
        "events": lambda at: dice.choice((0, 0, 0, 1, 2, 5)) if not _in_trouble(at, began) else 70,
        "jobs": lambda at: 0,
        "queue": lambda at: dice.choice((0, 0, 1, 3, 8)),
        "differences": lambda at: 0,
        "faults": lambda at: 0,
    }
    rows = []
    for measure in all_measures():
        if measure.name not in usual:
            continue
        limit = measure.limit.value
        for back in range(7 * 24 * 6, 0, -1):
            at = minute - 10 * MINUTE * back
            value = usual[measure.name](at)
            is_bad = measure.is_bad(value, limit)
            rows.append(
                Reading(measure=measure.name, at=at, value=value, sample=120, limit=limit, is_bad=is_bad)
            )  # fmt: skip
    insert_rows(rows)


def _in_trouble(at: datetime, began: datetime) -> bool:
    return began <= at < began + MINUTE * TROUBLE[1]


def _alert(minute: datetime) -> Alert:
    chief = User.objects.get(email=STAFF_OF_GROUPS["operations"][0])
    began = minute - TROUBLE[0]
    ended = began + MINUTE * TROUBLE[1]
    receiver = AlertReceiver(name="值班 | On call", way="mail", address=chief.email, language=chief.language)
    save_receiver(receiver=receiver, by=chief, now=minute - DAYS * DAY)
    alert = Alert.objects.create(
        measure="payments", opened_at=began, closed_at=ended, value=9_310, worst=9_310, limit=9_950
    )  # fmt: skip
    for what, at in (("opened", began), ("recovered", ended)):
        AlertDelivery.objects.create(
            alert=alert, receiver=receiver, what=what, made_at=at, delivered_at=at + timedelta(seconds=9), attempts=1
        )
    return alert
