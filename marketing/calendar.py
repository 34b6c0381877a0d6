"""
A month of a shop's promotions, and which of them get in each other's way (K1).

Two offers are in each other's way when they count on the same days for the same goods and one of them keeps the other
from counting: both are of a group of which a line takes one, or one says that it does not stand beside the other's
group. The engine then takes what costs the shopper least; here the shop sees it while it plans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from mall.clock import business_date, start_of
from mall.rows import select_rows
from marketing import rules
from marketing.models import Promotion
from marketing.offers import COVERED

MOST_SHOWN = 100
ONE_OF_THEM = {Promotion.Group.GOODS, Promotion.Group.FULL}  # groups of which a line takes one offer

_COVERED = f"""
    SELECT p.id, ARRAY({COVERED.format(among="k.shop_id = %(shop)s AND k.is_active")})
    FROM marketing_promotion p WHERE p.id = ANY(%(ids)s)
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class Bar:
    """A promotion's days within a month: so many before it, so many it counts, so many after it."""

    promotion: Promotion
    before: int
    days: int
    after: int
    last: date
    """Its last day, in whichever month."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two offers of which only one counts for ``skus`` SKUs, from ``since`` until ``until`` (both included)."""

    one: Promotion
    other: Promotion
    since: date
    until: date
    skus: int
    is_said: bool
    """Whether one of them says so; else both are of one group."""


def first_and_last(promotion: Promotion) -> tuple[date, date]:
    """The business days (Asia/Shanghai) of its first and its last moment."""
    return business_date(promotion.starts_at), business_date(promotion.ends_at - timedelta(microseconds=1))


def month_of(day: date) -> tuple[date, date]:
    """The first day of the month of a day, and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def planned(shop, month: date) -> list[Promotion]:
    """What the shop has planned or running in a month, and what the mall offers over all shops; the earliest first."""
    first, following = month_of(month)
    rows = Promotion.objects.exclude(status=Promotion.Status.STOPPED).filter(
        starts_at__lt=start_of(following), ends_at__gt=start_of(first)
    )
    mine = rows.owned_by(shop)
    of_the_mall = rows.filter(shop=None, status=Promotion.Status.LIVE)
    return list((mine | of_the_mall).select_related("shop").order_by("starts_at", "pk")[:MOST_SHOWN])


def bars(promotions: Sequence[Promotion], month: date) -> list[Bar]:
    """Each promotion's days in the month."""
    first, following = month_of(month)
    length = (following - first).days
    found = []
    for promotion in promotions:
        since, until = first_and_last(promotion)
        before = max(0, (since - first).days)
        days = (min(until, following - timedelta(days=1)) - max(since, first)).days + 1
        found.append(Bar(promotion, before, days, length - before - days, until))
    return found


def conflicts(shop, promotions: Sequence[Promotion]) -> list[Conflict]:
    """
    Which of these get in each other's way in the shop; the first day first.

    Coupons are in nobody's way but where somebody says so: a shopper holds several and uses one. Two of the mall's are
    not the shop's business.
    """
    pairs = [
        (one, other, is_said)
        for one, other in combinations(promotions, 2)
        if (one.shop_id or other.shop_id)
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        and (is_said := _why(one, other)) is not None
    ]
    covered = _covered(shop, {promotion.pk: promotion for pair in pairs for promotion in pair[:2]})
    found = []
    for one, other, is_said in pairs:
        if both := covered[one.pk] & covered[other.pk]:
            (since, until), (other_since, other_until) = first_and_last(one), first_and_last(other)
            found.append(Conflict(one, other, max(since, other_since), min(until, other_until), len(both), is_said))
    return sorted(found, key=lambda conflict: (conflict.since, conflict.one.pk, conflict.other.pk))


def _why(one: Promotion, other: Promotion) -> bool | None:
    """Whether one says that it does not stand beside the other, or (false) both are of one group; ``None``: neither."""
    if one.kind in Promotion.DEALS or other.kind in Promotion.DEALS:
        return None  # a deal is asked for, and bought by itself
    groups = [rules.place_of(promotion.kind, is_of_mall=promotion.shop_id is None).group for promotion in (one, other)]
    if groups[1] in one.excludes or groups[0] in other.excludes:
        return True
    return False if groups[0] == groups[1] and groups[0] in ONE_OF_THEM else None


def _covered(shop, promotions: dict[int, Promotion]) -> dict[int, set[int]]:
    """The SKUs of the shop that each counts for."""
    if not promotions:
        return {}
    found = {pk: set(skus) for pk, skus in select_rows(_COVERED, {"shop": shop.pk, "ids": list(promotions)})}
    for pk, promotion in promotions.items():
        named = set(rules.sku_ids_in(promotion.kind, promotion.rule))
        if promotion.kind in (Promotion.Kind.BUNDLE, Promotion.Kind.FLASH_SALE, *Promotion.DEALS):
            found[pk] = named
        elif promotion.kind == Promotion.Kind.ADD_ON:
            found[pk] |= named
    return found
