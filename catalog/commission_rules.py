"""
Making rules of commission (S2, S6): one person proposes a version of a rule, another confirms it, and from its moment
on it is in force. Between confirming and that moment lie ``catalog.commission_notice_days``, in which the shops that it
concerns know of it. Orders keep the commission under which they were placed, whatever comes after.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from catalog.categories import HIGHEST_COMMISSION_BPS as HIGHEST
from catalog.commission import EFFECT, Terms, rules_at
from catalog.models import CommissionRule, CommissionVersion, Product
from catalog.navigation import subtree_ids
from catalog.tunables import COMMISSION_NOTICE_DAYS
from mall.audit.trail import record
from mall.events import publish
from mall.events.catalog import CommissionRuleConfirmed
from mall.refusals import Refusal
from mall.texts import Text
from merchants.models import Shop

Status = CommissionVersion.Status
MOST_STEPS = 20
CONDITIONS = (
    "category", "shop", "tier", "shop_days", "campaign", "campaign_name", "kind", "price_from", "price_below",
)  # fmt: skip


class WrongRule(Refusal):
    """What it says does not fit together, or its moment comes too soon for the shops to know."""

    code = "wrong-rule"
    status = 400


class ProposedAlready(Refusal):
    """Another version of the rule waits for its second person."""

    code = "proposed-already"


class AnotherPersonConfirms(Refusal):
    """Who proposes a rule does not confirm it."""

    code = "another-person-confirms"
    status = 403


@transaction.atomic
def propose_version(
    *,
    name: Text | None = None,
    rule: CommissionRule | None = None,
    effective_at: datetime,
    reason: str,
    by,
    now: datetime,
    position: int = 100,
    is_end: bool = False,
    **said,
) -> CommissionVersion:
    """
    Put down what a rule should say from a moment on; nothing changes before another person confirms it.

    :param name: of a new rule; a version of one that stands (``rule``) goes under its name
    :param is_end: from that moment on there is no such rule
    :param said: for which lines and how much, by the names of the model's fields
    :raises WrongRule: what it says does not fit together, or its moment comes too soon
    :raises ProposedAlready: another version of the rule waits
    """
    effect = {field: said.get(field) for field in EFFECT}
    conditions = {field: said[field] for field in CONDITIONS if said.get(field) not in (None, "")}
    _check(effect, conditions, is_end=is_end)
    _check_moment(effective_at, now)
    if not reason.strip():
        raise WrongRule(_("Say why: the shops read it."), field="reason")
    if rule is None:
        if not name or not str(name):
            raise WrongRule(_("Give the rule a name."), field="name")
        rule = CommissionRule.objects.create(name=name)
    rule = CommissionRule.objects.select_for_update().get(pk=rule.pk)
    if rule.versions.filter(status=Status.PROPOSED).exists():
        raise ProposedAlready(_("Another version of this rule waits for its second person."))
    number = (rule.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    if is_end:
        conditions = _conditions_of_latest(rule)
    version = CommissionVersion.objects.create(
        rule=rule, number=number, position=position, is_end=is_end, effective_at=effective_at,
        reason=reason.strip()[:300], proposed_by=by, proposed_at=now, **conditions, **({} if is_end else effect),
    )  # fmt: skip
    record(
        "catalog.propose_commission",
        version.public_id,
        by=by,
        now=now,
        after={
            "rule": rule.public_id, "version": number, "effective_at": effective_at.isoformat(), "ends": is_end,
            **{field: getattr(value, "minor", value) for field, value in effect.items() if value is not None},
        },
    )  # fmt: skip
    return version


def _conditions_of_latest(rule: CommissionRule) -> dict:
    """The shops that a rule concerned are those that its end concerns."""
    latest = rule.versions.filter(status=Status.CONFIRMED).order_by("-effective_at", "-number").first()
    if latest is None or latest.is_end:
        raise WrongRule(_("This rule is not in force and does not come: there is nothing to end."), field="is_end")
    return {field: getattr(latest, field) for field in CONDITIONS}


def _check(effect: dict, conditions: dict, *, is_end: bool) -> None:
    bps, ladder, fixed, floor, cap = (effect[field] for field in EFFECT)
    if is_end:
        if any(value is not None for value in effect.values()):
            raise WrongRule(_("A version that ends the rule takes nothing."), field="is_end")
        return
    if bps is None and ladder is None and fixed is None:
        raise WrongRule(_("Say how much: a rate, a ladder, or an amount for each piece."), field="bps")
    if bps is not None and ladder is not None:
        raise WrongRule(_("Either a rate or a ladder."), field="ladder")
    if bps is not None and not 0 <= bps <= HIGHEST:
        raise WrongRule(_("A commission lies between 0 and %(most)d.") % {"most": HIGHEST}, field="bps")
    if ladder is not None:
        check_ladder(ladder)
    for field in ("fixed", "floor", "cap"):
        if effect[field] is not None and effect[field].minor < 0:
            raise WrongRule(_("An amount is not below zero."), field=field)
    if floor is not None and cap is not None and floor > cap:
        raise WrongRule(_("The greatest is below the least."), field="cap")
    low, high = conditions.get("price_from"), conditions.get("price_below")
    if low is not None and high is not None and low >= high:
        raise WrongRule(_("The greatest is below the least."), field="price_below")


def check_ladder(ladder: list) -> None:
    """
    It begins at 0 and rises; each step has a rate that a category may have.

    :raises WrongRule: it does not
    """
    starts = [start for start, _bps in ladder]
    if not ladder or starts[0] != 0 or starts != sorted(set(starts)) or len(ladder) > MOST_STEPS:
        raise WrongRule(
            _("A ladder begins at 0 and rises, in at most %(most)d steps.") % {"most": MOST_STEPS}, field="ladder"
        )
    if not all(0 <= bps <= HIGHEST for _start, bps in ladder):
        raise WrongRule(_("A commission lies between 0 and %(most)d.") % {"most": HIGHEST}, field="ladder")


def _check_moment(effective_at: datetime, now: datetime) -> None:
    days = COMMISSION_NOTICE_DAYS.value
    if effective_at < now + timedelta(days=days):
        raise WrongRule(
            _("The shops know of it %(days)d days before: choose a later moment.") % {"days": days},
            field="effective_at",
        )


@transaction.atomic
def confirm_version(*, version: CommissionVersion, by, now: datetime) -> CommissionVersion:
    """
    Let it be in force from its moment on, as another person than who proposed it; the shops that it concerns are told.

    :raises AnotherPersonConfirms: ``by`` proposed it herself
    :raises WrongRule: its moment comes too soon by now
    :raises WrongStatus: it is confirmed, or discarded
    """
    version = _locked(version)
    if by.pk == version.proposed_by_id:
        raise AnotherPersonConfirms(_("You proposed it yourself: somebody else confirms it."))
    if version.status == Status.PROPOSED:
        _check_moment(version.effective_at, now)
    _decide(version, Status.CONFIRMED, by, now)
    publish(
        CommissionRuleConfirmed(
            version_id=version.public_id,
            rule_id=version.rule.public_id,
            effective_at=version.effective_at,
            confirmed_at=now,
        )
    )
    return version


@transaction.atomic
def discard_version(*, version: CommissionVersion, by, now: datetime) -> CommissionVersion:
    """
    It does not come.

    :raises WrongStatus: it is confirmed, or discarded
    """
    return _decide(_locked(version), Status.DISCARDED, by, now)


def _locked(version: CommissionVersion) -> CommissionVersion:
    return CommissionVersion.objects.select_for_update(of=["self"]).select_related("rule").get(pk=version.pk)


def _decide(version: CommissionVersion, status: str, by, now: datetime) -> CommissionVersion:
    CommissionVersion.FLOW.move(version, status)
    version.decided_by, version.decided_at = by, now
    version.save(update_fields=["status", "decided_by", "decided_at"])
    record(
        f"catalog.{'confirm' if status == Status.CONFIRMED else 'discard'}_commission",
        version.public_id,
        by=by,
        now=now,
        after={"rule": version.rule.public_id, "version": version.number},
    )
    return version


# Reading


def in_force(version: CommissionVersion, now: datetime) -> bool:
    """Whether it is what its rule says now."""
    latest = version.rule.versions.filter(status=Status.CONFIRMED, effective_at__lte=now)
    return not version.is_end and latest.order_by("-effective_at", "-number").first() == version


def rules_with(version: CommissionVersion, moment: datetime) -> list[Terms]:
    """The rules in force at a moment as if this version were what its rule says."""
    others = [terms for terms in rules_at(moment) if terms.rule != version.rule.public_id]
    mine = [] if version.is_end else [Terms.of(version)]
    return sorted([*others, *mine], key=lambda terms: (terms.position, terms.rule))


def shops_concerned(version: CommissionVersion) -> QuerySet[Shop]:
    """Open shops with goods for which this version asks, by shop, category and kind; a tier may yet be theirs."""
    goods = Product.objects.exclude(kind=Product.Kind.GIFT_CARD)
    if version.category_id:
        goods = goods.filter(category__in=subtree_ids(version.category))
    if version.kind:
        goods = goods.filter(kind=version.kind)
    shops = Shop.objects.exclude(status=Shop.Status.CLOSED).filter(pk__in=goods.values("shop"))
    return shops.filter(pk=version.shop_id) if version.shop_id else shops
