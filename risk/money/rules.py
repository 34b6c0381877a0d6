"""Two people turn a rule for money: one proposes, another confirms; and what the rules have found (R4)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.refusals import Refusal
from risk.models import MoneyRule, MoneyRuleTurn

Status = MoneyRuleTurn.Status
STATISTICS = timedelta(days=30)
TURNED = ("mode", "weight", "limit")


class WrongTurn(Refusal):
    """Out of bounds, no change, or one is waiting."""

    code = "wrong-turn"
    status = 400


class ConfirmedByAnother(Refusal):
    """Who proposes a change does not confirm it."""

    code = "another-person-decides"
    status = 403


@transaction.atomic
def propose_turn(
    *, rule: MoneyRule, mode: str = "", weight: int | None = None, limit: int | None = None, reason: str, by,
    now: datetime,
) -> MoneyRuleTurn:  # fmt: skip
    """
    Propose another mode, weight or limit; what is left out stays. Nothing changes before another person confirms.

    :raises WrongTurn: out of its bounds, nothing would change, or another change waits
    """
    rule = MoneyRule.objects.select_for_update().get(pk=rule.pk)
    weight = rule.weight if weight is None else weight
    limit = rule.limit if limit is None else limit
    mode = mode or rule.mode
    bounds = rule.bounds
    if not bounds.least <= limit <= bounds.most:
        given = {"least": bounds.typed(bounds.least), "most": bounds.typed(bounds.most), "unit": bounds.unit}
        raise WrongTurn(_("The limit lies between %(least)s and %(most)s (%(unit)s).") % given, field="limit")
    if not 0 <= weight <= 100:
        raise WrongTurn(_("A rule weighs at most 100 points."), field="weight")
    if (mode, weight, limit) == (rule.mode, rule.weight, rule.limit):
        raise WrongTurn(_("That is how the rule stands already."))
    if rule.turns.filter(status=Status.PROPOSED).exists():
        raise WrongTurn(_("Another change of this rule waits for its second person."))
    turn = MoneyRuleTurn.objects.create(
        rule=rule, mode=mode, weight=weight, limit=limit, reason=reason.strip()[:300], proposed_by=by, proposed_at=now
    )
    _record("risk.propose_money_rule", turn, by, now, {name: getattr(rule, name) for name in TURNED})
    return turn


@transaction.atomic
def confirm_turn(*, turn: MoneyRuleTurn, by, now: datetime) -> MoneyRuleTurn:
    """
    From now on the rule is so.

    :raises ConfirmedByAnother: she proposed it herself
    :raises WrongStatus: it is confirmed, or discarded
    """
    rule = MoneyRule.objects.select_for_update().get(pk=turn.rule_id)
    turn = MoneyRuleTurn.objects.select_for_update().get(pk=turn.pk)
    if turn.proposed_by_id == by.pk:
        raise ConfirmedByAnother(_("You proposed it yourself: somebody else confirms it."))
    _end(turn, Status.CONFIRMED, by, now)
    before = {name: getattr(rule, name) for name in TURNED}
    rule.mode, rule.weight, rule.limit = turn.mode, turn.weight, turn.limit
    rule.save(update_fields=list(TURNED))
    _record("risk.turn_money_rule", turn, by, now, before)
    return turn


@transaction.atomic
def discard_turn(*, turn: MoneyRuleTurn, by, now: datetime) -> MoneyRuleTurn:
    """
    It does not come to that.

    :raises WrongStatus: it is confirmed, or discarded
    """
    turn = MoneyRuleTurn.objects.select_for_update().get(pk=turn.pk)
    _end(turn, Status.DISCARDED, by, now)
    _record("risk.discard_money_rule", turn, by, now, None)
    return turn


def _end(turn: MoneyRuleTurn, status: str, by, now: datetime) -> None:
    MoneyRuleTurn.FLOW.move(turn, status)
    turn.ended_by, turn.ended_at = by, now
    turn.save(update_fields=["status", "ended_by", "ended_at"])


def _record(action: str, turn: MoneyRuleTurn, by, now: datetime, before: dict | None) -> None:
    after = {name: getattr(turn, name) for name in TURNED} | {"code": turn.rule.code, "reason": turn.reason}
    record(action, turn.rule.public_id, by=by, now=now, before=before, after=after)


def with_hits(rules: QuerySet[MoneyRule], now: datetime) -> QuerySet[MoneyRule]:
    """
    What each rule did in the last 30 days: how often it spoke, in how many cases, and how many of these came to a
    seizure or were released.
    """
    late = Q(signs__at__gt=now - STATISTICS)

    def cases(**more) -> Count:
        return Count("signs__look__case", filter=late & Q(**more), distinct=True)

    return rules.annotate(
        hits=Count("signs", filter=late, distinct=True),
        in_cases=cases(),
        in_seized=cases(signs__look__case__decision="seize", signs__look__case__decided_at__isnull=False),
        in_released=cases(signs__look__case__status="released"),
    )
