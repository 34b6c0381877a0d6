"""A look at money that moves: weighed by the rules, and held at once where those in force say so (R4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.audit.trail import record
from mall.events import publish
from mall.events.risk import MoneyHeld
from mall.money import Money
from risk.holds import place_hold
from risk.models import Hold, MoneyCase, MoneyCheck, MoneyLook, MoneyRule, MoneySign
from risk.tunables import MONEY_HOURS, MONEY_POINTS

Code, Check = MoneyRule.Code, MoneyCase.Check
LOOKED_INTO = {
    Code.LARGE: {Check.BANK},
    Code.TURNOVER: {Check.BANK},
    Code.OFTEN: {Check.SIGN_INS},
    Code.NEW_ACCOUNT: {Check.BANK, Check.SIGN_INS},
    Code.NEW_DEVICE: {Check.SIGN_INS},
    Code.NIGHT: {Check.SIGN_INS},
    Code.PAYEES: {Check.BANK},
    Code.REFUNDS: {Check.REFUNDS},
    Code.COUPONS: {Check.COUPONS},
}
ALWAYS = {Check.CALL, Check.ORDERS}
MOST_FOUND = 1_000_000


@dataclass(frozen=True, kw_only=True)
class MoneyFacts:
    """
    What the caller found: for each sign a number in the unit of its rule; a sign that it knows nothing of is missing.

    :ivar about: one of ``MoneyLook.About``
    """

    shop_id: str
    subject_id: str
    about: str
    amount: Money
    found: Mapping[str, int]


@transaction.atomic
def look(*, facts: MoneyFacts, now: datetime) -> MoneyCase | None:
    """
    Weigh it, and note what was found. From so many points on there is a case; with so many of rules in force the
    shop's available money is held when this transaction commits, and not a moment later.

    The same subject is looked at once. Of one shop only one caller may look at a time: it holds the shop's row.
    """
    known = MoneyLook.objects.select_related("case").filter(subject_id=facts.subject_id).first()
    if known is not None:
        return known.case
    signs = _signs(facts)
    points = sum(sign.points for sign in signs)
    live_points = sum(sign.points for sign in signs if sign.is_live)
    case = None
    if points >= MONEY_POINTS.value:
        case = _case(facts, points, is_live=live_points >= MONEY_POINTS.value, now=now)
    seen = MoneyLook.objects.create(
        subject_id=facts.subject_id, shop_id=facts.shop_id, about=facts.about, currency=facts.amount.currency,
        amount=facts.amount, found=dict(facts.found), points=points, live_points=live_points, at=now, case=case,
    )  # fmt: skip
    for sign in signs:
        sign.look, sign.at = seen, now
    MoneySign.objects.bulk_create(signs)
    if case is not None:
        _grow(case, signs)
    return case


def _signs(facts: MoneyFacts) -> list[MoneySign]:
    """What the rules say to it, those that are off excepted."""
    rules = MoneyRule.objects.exclude(mode=MoneyRule.Mode.OFF).filter(code__in=list(facts.found)).order_by("pk")
    return [
        MoneySign(
            rule=rule,
            found=max(min(facts.found[rule.code], MOST_FOUND), 0),
            limit=rule.limit,
            points=rule.weight,
            is_live=rule.mode == MoneyRule.Mode.LIVE,
        )
        for rule in rules
        if rule.bounds.speaks(facts.found[rule.code], rule.limit)
    ]


def _case(facts: MoneyFacts, points: int, *, is_live: bool, now: datetime) -> MoneyCase:
    """The open case of the shop, or a new one; held as soon as it is in force."""
    undecided = MoneyCase.objects.select_for_update().filter(status__in=MoneyCase.UNDECIDED)
    case = undecided.filter(shop_id=facts.shop_id).first()
    if case is None:
        case = MoneyCase.objects.create(
            shop_id=facts.shop_id,
            points=points,
            currency=facts.amount.currency,
            opened_at=now,
            due_at=now + timedelta(hours=MONEY_HOURS.value),
        )
        record(
            "risk.open_money_case",
            case.public_id,
            now=now,
            after={"shop": facts.shop_id, "subject": facts.subject_id, "points": points, "is_live": is_live},
        )
    case.points = max(case.points, points)
    case.save(update_fields=["points"])
    if is_live and not case.is_live:
        hold_for(case, now=now)
    return case


def hold_for(case: MoneyCase, *, by=None, now: datetime) -> None:
    """From now on the shop's available money stays; the shop hears of it. The case is locked."""
    with override("zh-hans"):  # as staff write to shops
        words = _("Money moved unusually: case %(case)s.") % {"case": case.public_id}
    case.hold = place_hold(kind=Hold.Kind.MONEY, subject_id=case.shop_id, reason=words, by=by, now=now)
    case.is_live = True
    case.save(update_fields=["hold", "is_live"])
    publish(MoneyHeld(case_id=case.public_id, shop_id=case.shop_id, due_at=case.due_at, held_at=now))


def _grow(case: MoneyCase, signs: list[MoneySign]) -> None:
    """What is to be looked into, for all that was found so far."""
    items = ALWAYS.union(*(LOOKED_INTO[Code(sign.rule.code)] for sign in signs))
    ordered = [MoneyCheck(case=case, item=item) for item in Check if item in items]
    MoneyCheck.objects.bulk_create(ordered, ignore_conflicts=True)
