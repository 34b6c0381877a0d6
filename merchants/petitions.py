"""
Petitions: a shop asks with its reason, staff answer with theirs (M6, M7, M9).

Nobody answers what she asked herself, nor a petition against her own decision. Granting does what was asked in the same
transaction, through the verb that staff would use; refusing changes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mall.accounts.models import User
from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import PetitionAsked, PetitionDecided
from mall.flow import WrongStatus
from mall.refusals import Refusal
from merchants import growth, health, sanctions, shops
from merchants.fake_trade import TradeCaseShown
from merchants.models import HealthScore, Petition, Sanction, Shop
from merchants.tunables import APPEAL_DAYS, REVIVAL_PAUSE_DAYS
from risk.fake_trade.cases import clear_case
from risk.models import TradeCase


class PetitionReasonMissing(Refusal):
    """A petition and its answer say why."""

    code = "reason-missing"
    status = 422


class AskedAlready(Refusal):
    """The same petition waits for its answer, or was answered a moment ago."""

    code = "asked-already"


class TooLateToAppeal(Refusal):
    """The time for an appeal is over."""

    code = "too-late-to-appeal"


class NotTheSamePerson(Refusal):
    """Nobody answers her own petition, or one against her own decision."""

    code = "not-the-same-person"
    status = 403


@transaction.atomic
def ask_revival(*, shop: Shop, reason: str, by, now: datetime) -> Petition:
    """
    One click: a frozen shop asks to be shown again; staff answer (M7).

    :raises WrongStatus: the shop is not frozen
    :raises AskedAlready: its petition waits, or was refused within ``merchants.revival_pause_days``
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    if shop.status != Shop.Status.FROZEN:
        raise WrongStatus(_("This shop is not frozen."))
    pause = timedelta(days=REVIVAL_PAUSE_DAYS.value)
    refused = Petition.objects.owned_by(shop).filter(
        kind=Petition.Kind.REVIVAL, status=Petition.Status.REFUSED, decided_at__gt=max(now - pause, shop.frozen_at)
    )
    if latest := refused.order_by("-decided_at").first():
        day = (latest.decided_at + pause).date()
        raise AskedAlready(_("You were answered lately. Ask again from %(day)s on.") % {"day": day.isoformat()})
    return _ask(shop, Petition.Kind.REVIVAL, reason=reason, by=by, now=now)


@transaction.atomic
def appeal_score(*, score: HealthScore, reason: str, named: Iterable[int] = (), by, now: datetime) -> Petition:
    """
    Appeal against the latest score, naming entries of the growth file that were not the shop's fault (M6).

    :raises TooLateToAppeal: a later score stands, or this one is older than ``merchants.appeal_days``
    :raises AskedAlready: the appeal against this score waits, or was answered
    """
    shop = Shop.objects.select_for_update().get(pk=score.shop_id)
    is_latest = not HealthScore.objects.owned_by(shop).filter(month__gt=score.month).exists()
    if not is_latest or now > score.scored_at + timedelta(days=APPEAL_DAYS.value):
        raise TooLateToAppeal(
            _("A score can be appealed against within %(days)d days, and only the latest.")
            % {"days": APPEAL_DAYS.value}
        )
    month = score.month.isoformat()
    if Petition.objects.owned_by(shop).filter(kind=Petition.Kind.SCORE, subject=month).exists():
        raise AskedAlready(_("You have appealed against this score already."))
    theirs = {entry.pk for entries in health.causes(score).values() for entry in entries if not entry.is_excluded}
    return _ask(
        shop, Petition.Kind.SCORE, reason=reason, by=by, now=now, subject=month, named=sorted(theirs & set(named))
    )


@transaction.atomic
def appeal_sanction(*, sanction: Sanction, reason: str, by, now: datetime) -> Petition:
    """
    Appeal against a sanction; another person than who imposed it answers (M9).

    :raises TooLateToAppeal: it is older than ``merchants.appeal_days``, or lifted
    :raises AskedAlready: the appeal waits, or was answered
    """
    shop = Shop.objects.select_for_update().get(pk=sanction.shop_id)
    days = APPEAL_DAYS.value
    if sanction.lifted_at or now > sanction.imposed_at + timedelta(days=days):
        raise TooLateToAppeal(_("A sanction can be appealed against within %(days)d days.") % {"days": days})
    kind, subject = Petition.Kind.SANCTION, sanction.public_id
    if Petition.objects.owned_by(shop).filter(kind=kind, subject=subject).exists():
        raise AskedAlready(_("You have appealed against this sanction already."))
    return _ask(shop, kind, reason=reason, by=by, now=now, subject=subject, against=sanction.imposed_by)


@transaction.atomic
def appeal_trade(*, case: TradeCaseShown, shop: Shop, reason: str, by, now: datetime) -> Petition:
    """
    Say that orders are real which look like fake trade, or were found to be; another person than who found so answers
    (R3).

    :param case: one of ``fake_trade.cases_of(shop)``
    :raises TooLateToAppeal: it was decided longer than ``merchants.appeal_days`` ago, or is cleared
    :raises AskedAlready: the appeal waits, or was answered since the decision
    """
    days = APPEAL_DAYS.value
    if case.is_cleared or (case.confirmed_at and now > case.confirmed_at + timedelta(days=days)):
        raise TooLateToAppeal(_("A decision can be appealed against within %(days)d days.") % {"days": days})
    mine = Petition.objects.owned_by(shop).filter(kind=Petition.Kind.TRADE, subject=case.case_id)
    if mine.filter(asked_at__gt=case.confirmed_at).exists() if case.confirmed_at else mine.exists():
        raise AskedAlready(_("You have appealed against this already."))
    against = User.objects.filter(pk=case.confirmed_by).first()
    return _ask(shop, Petition.Kind.TRADE, reason=reason, by=by, now=now, subject=case.case_id, against=against)


@transaction.atomic
def grant_petition(*, petition: Petition, answer: str, by, now: datetime) -> Petition:
    """
    Do what the shop asks.

    :raises NotTheSamePerson: ``by`` asked it, or decided what it is against
    :raises WrongStatus: it is answered already, or what it asks cannot be done any more
    """
    petition = _decide(petition, Petition.Status.GRANTED, answer=answer, by=by, now=now)
    _GRANT[petition.kind](petition, by=by, now=now)
    return petition


@transaction.atomic
def refuse_petition(*, petition: Petition, answer: str, by, now: datetime) -> Petition:
    """
    Say no, and why; everything stays as it is, and the fine of a sanction is in force.

    :raises NotTheSamePerson: ``by`` asked it, or decided what it is against
    :raises WrongStatus: it is answered already
    """
    petition = _decide(petition, Petition.Status.REFUSED, answer=answer, by=by, now=now)
    if petition.kind == Petition.Kind.SANCTION:
        sanction = (
            Sanction.objects.select_for_update(of=["self"]).select_related("shop").get(public_id=petition.subject)
        )
        sanctions.enforce_fine(sanction, now=now)
    return petition


def _ask(shop: Shop, kind: str, *, reason: str, by, now: datetime, **about) -> Petition:
    reason = reason.strip()[:1000]
    if not reason:
        raise PetitionReasonMissing(_("Say why: staff read it."))
    petition = Petition(shop=shop, kind=kind, reason=reason, asked_by=by, asked_at=now, **about)
    try:
        with transaction.atomic():
            petition.save()
    except IntegrityError as error:
        raise AskedAlready(_("You have asked this already. Staff will answer.")) from error
    record(
        "merchants.ask_petition",
        petition.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"kind": str(kind), "subject": petition.subject, "reason": reason},
    )
    publish(PetitionAsked(petition_id=petition.public_id, shop_id=shop.public_id, kind=str(kind), asked_at=now))
    return petition


def _decide(petition: Petition, status: str, *, answer: str, by, now: datetime) -> Petition:
    answer = answer.strip()[:500]
    if not answer:
        raise PetitionReasonMissing(_("Say why: the shop reads it."))
    petition = Petition.objects.select_for_update(of=("self",)).select_related("shop").get(pk=petition.pk)
    if by.pk in {petition.asked_by_id, petition.against_id}:
        raise NotTheSamePerson(_("Somebody else has to answer this."))
    Petition.FLOW.move(petition, status)
    petition.answer, petition.decided_by, petition.decided_at = answer, by, now
    petition.save(update_fields=["status", "answer", "decided_by", "decided_at"])
    record(
        "merchants.grant_petition" if status == Petition.Status.GRANTED else "merchants.refuse_petition",
        petition.public_id,
        by=by,
        now=now,
        shop_slug=petition.shop.slug,
        after={"kind": petition.kind, "answer": answer},
    )
    publish(
        PetitionDecided(
            petition_id=petition.public_id,
            shop_id=petition.shop.public_id,
            kind=petition.kind,
            is_granted=status == Petition.Status.GRANTED,
            answer=answer,
            decided_at=now,
        )
    )
    return petition


def _revive(petition: Petition, *, by, now: datetime) -> None:
    shops.thaw_shop(shop=petition.shop, by=by, now=now)


def _score_anew(petition: Petition, *, by, now: datetime) -> None:
    score = HealthScore.objects.get(shop=petition.shop, month=date.fromisoformat(petition.subject))
    growth.exclude(petition.shop, petition.named)
    health.rescore(score=score, reason=petition.answer, by=by, now=now)


def _lift(petition: Petition, *, by, now: datetime) -> None:
    sanctions.lift(sanction=Sanction.objects.get(public_id=petition.subject), by=by, now=now)


def _clear(petition: Petition, *, by, now: datetime) -> None:
    clear_case(case=TradeCase.objects.get(public_id=petition.subject), reason=petition.answer, by=by, now=now)


_GRANT = {
    Petition.Kind.REVIVAL: _revive,
    Petition.Kind.SCORE: _score_anew,
    Petition.Kind.SANCTION: _lift,
    Petition.Kind.TRADE: _clear,
}


# Reading


def petitions_of(shop: Shop, *kinds: str, limit: int = 10) -> list[Petition]:
    """What the shop asked of these kinds, newest first."""
    return list(Petition.objects.owned_by(shop).filter(kind__in=kinds).order_by("-pk")[:limit])
