"""
The sandbox's carrier: gives numbers, and plays what happens to a parcel, by the mall's clock.

What happens follows from the parcel alone, so asking twice hears the same. It is collected, travels through the cities
between, is carried to the door in the morning and signed for on the day that was promised, or one before. The two
digits before the check digit tell of trouble, so that a tester can choose: ``07`` nobody is at home at first, ``09`` it
is not accepted and comes back, ``13`` the weather holds it up for a day.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from mall.clock import BUSINESS_ZONE, business_date
from orders.carriers import numbers
from orders.carriers.base import ByHand, Scan, Sent
from orders.carriers.distances import on_the_way

NOBODY_HOME, COMES_BACK, HELD_UP = "07", "09", "13"
A_DAY = timedelta(days=1)
SPEED = ByHand("sandbox", "", "", handling=0.5, a_day=800)


def number_of(digits: str) -> str:
    """The number with these twelve digits."""
    return f"SB{digits}{numbers.luhn_digit(digits)}"


class SandboxCarrier:
    code = "sandbox"
    example = number_of("260302400101")
    gives_numbers = True
    is_asked = True

    def reads(self, number: str) -> bool:
        return len(number) == 15 and number[:2] == "SB" and number[2:].isdecimal() and numbers.luhn(number)

    def new_number(self, seed: str) -> str:
        digits = int(sha256(seed.encode()).hexdigest(), 16) % 10**12
        return number_of(f"{digits:012d}")

    def expected_on(self, *, start: str, end: str, at: datetime) -> date | None:
        return SPEED.expected_on(start=start, end=end, at=at)

    def scans(self, parcel: Sent, now: datetime) -> list[Scan]:
        return [
            Scan(key=f"{number}", kind=kind, at=at, place=place, reason=reason)
            for number, (kind, at, place, reason) in enumerate(_story(parcel), start=1)
            if at <= now
        ]


def _story(parcel: Sent) -> Iterator[tuple[str, datetime, str, str]]:
    """Everything that will have happened to a parcel: kind, moment, place, reason."""
    dice = random.Random(f"{parcel.public_id}/{parcel.tracking_number}")  # noqa: S311 - a story, no secret
    fate = parcel.tracking_number[12:14]
    at = parcel.shipped_at + timedelta(minutes=dice.randint(20, 150))
    yield "collected", at, parcel.from_city, ""

    last_day = _last_day(parcel, dice)
    delay = A_DAY if fate == HELD_UP else timedelta(0)
    stops = [parcel.from_city, *on_the_way(parcel.from_province, parcel.to_province), parcel.to_city]
    stops = [place for number, place in enumerate(stops) if place and place not in stops[:number]]
    until = max(_at_hour(last_day, 5), at + timedelta(hours=1))
    for number, place in enumerate(stops):
        share = (number + 0.4 + 0.3 * dice.random()) / len(stops)
        waits = delay if number >= len(stops) // 2 else timedelta(0)
        if waits and number == len(stops) // 2:
            yield "trouble", at + (until - at) * share, place, "weather"
        yield "on_the_way", at + (until - at) * share + waits, place, ""

    day = last_day + delay
    out, door = _at_hour(day, 8, dice.randint(0, 90)), _at_hour(day, 10, dice.randint(0, 500))
    out, door = max(out, until + delay), max(door, until + delay + timedelta(hours=1))
    yield "out", out, parcel.to_city, ""
    if fate == NOBODY_HOME:
        yield "trouble", door, parcel.to_city, "nobody_home"
        yield "out", out + A_DAY, parcel.to_city, ""
        yield "signed", door + A_DAY, parcel.to_city, ""
    elif fate == COMES_BACK:
        yield "trouble", door, parcel.to_city, "refused"
        yield "going_back", door + A_DAY, parcel.to_city, ""
        yield "back", door + A_DAY + (door - parcel.shipped_at), parcel.from_city, ""
    else:
        yield "signed", door, parcel.to_city, ""


def _last_day(parcel: Sent, dice: random.Random) -> date:
    sent_on = business_date(parcel.shipped_at)
    promised = parcel.expected_on or sent_on + 2 * A_DAY
    early = dice.random() < 0.3 and promised - sent_on > A_DAY
    return promised - A_DAY if early else promised


def _at_hour(day: date, hour: int, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(hour), BUSINESS_ZONE) + timedelta(minutes=minutes)
