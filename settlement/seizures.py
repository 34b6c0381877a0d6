"""
What becomes of a shop's held money (R4): released, or seized by the order of an authority or a rule, through the
ledger. The decision of the second person and the booking are one transaction; so are a third person's answer to an
appeal and what goes back.

What stood ready to be paid out is given back first, so that all that the shop has lies in one place; what is with the
bank already is the bank's. Never more is seized than the shop has available.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from mall.money import Money
from mall.refusals import Refusal
from mall.tenancy import house_scope
from merchants.models import Shop
from risk.models import MoneyCase
from risk.money import cases
from settlement.ledger import Leg, accounts, balance_of, post
from settlement.models import Account, Entry, SeizureOrder, Withdrawal
from settlement.withdrawals import reject_withdrawal

Status = MoneyCase.Status
NOT_WITH_THE_BANK = (Withdrawal.Status.APPLIED, Withdrawal.Status.RISK_CHECK, Withdrawal.Status.APPROVED)


class NotThatMuch(Refusal):
    """The shop does not have available what was to be seized."""

    code = "not-that-much"


@transaction.atomic
def decide_case(*, case: MoneyCase, by, now: datetime) -> MoneyCase:
    """
    The second person agrees with what was proposed: the money is free, or it is seized and the rest is free.

    :raises DecidesNotAlone: she proposed it herself
    :raises NotThatMuch: the shop has less than what is to be seized
    :raises WrongStatus: nothing is proposed
    """
    shop = _locked_shop(case)
    case = cases.locked(case)
    if case.status == Status.PROPOSED and case.decision == MoneyCase.Decision.SEIZE and case.proposed_by_id != by.pk:
        _seize(case, shop, by, now)
    return cases.settle(case, by=by, now=now)


def _seize(case: MoneyCase, shop: Shop, by, now: datetime) -> None:
    ready = Withdrawal.objects.owned_by(shop).filter(status__in=NOT_WITH_THE_BANK).order_by("pk")
    for withdrawal in ready:
        reject_withdrawal(
            withdrawal=withdrawal, reason=_("Seized: case %(case)s.") % {"case": case.public_id}, by=by, now=now
        )
    there = -balance_of(Account.Kind.SHOP_AVAILABLE, shop)
    if case.amount > there:
        amounts = {"amount": case.amount, "there": max(there, Money(0, shop.currency))}
        raise NotThatMuch(_("%(amount)s cannot be seized: the shop has %(there)s available.") % amounts)
    _book(Entry.Kind.SEIZED, case, shop, case.amount, now)


@transaction.atomic
def answer_appeal(*, case: MoneyCase, is_upheld: bool, answer: str, by, now: datetime) -> MoneyCase:
    """
    A third person answers a shop that appeals against a seizure: it goes back, or stays.

    :raises DecidesNotAlone: she proposed or decided it
    :raises WrongStatus: nobody appeals
    """
    shop = _locked_shop(case)
    case = cases.settle_appeal(cases.locked(case), is_upheld=is_upheld, answer=answer, by=by, now=now)
    if is_upheld:
        _book(Entry.Kind.SEIZED_BACK, case, shop, -case.amount, now)
    return case


def _book(kind: str, case: MoneyCase, shop: Shop, amount: Money, now: datetime) -> None:
    of_shop = (Account.Kind.SHOP_AVAILABLE, shop.pk, amount.currency)
    of_mall = (Account.Kind.SEIZED, None, amount.currency)
    of = accounts([of_shop, of_mall])
    post(kind=kind, ref=case.public_id, at=now, legs=[Leg(of[of_shop], amount), Leg(of[of_mall], -amount)])


def _locked_shop(case: MoneyCase) -> Shop:
    return Shop.objects.select_for_update(no_key=True).get(public_id=case.shop_id)


# What the shop sees and says


def cases_of(shop: Shop) -> list[MoneyCase]:
    """The cases in which the shop's money was held or seized, newest first; asked for by the house."""
    shown = Q(is_live=True) | Q(status=Status.SEIZED)
    with house_scope():
        carried_out = SeizureOrder.objects.exclude(status__in=SeizureOrder.VOID).order_by("pk")
        found = MoneyCase.objects.filter(shown, shop_id=shop.public_id).order_by("-pk")
        rows = list(found.prefetch_related(Prefetch("seizure_orders", carried_out, to_attr="carried_out"))[:50])
    for row in rows:
        row.is_undecided = row.status in MoneyCase.UNDECIDED
        row.appeal_until = cases.appeal_until(row)
    return rows


def may_appeal(case: MoneyCase, now: datetime) -> bool:
    """Whether the shop can say something to it now: it is undecided, or seized within the days to appeal."""
    if case.is_undecided:
        return True
    is_open = case.status == Status.SEIZED and case.answered_at is None and now <= case.appeal_until
    return is_open and not case.carried_out


def appeal_case(*, shop: Shop, case: MoneyCase, words: str, by, now: datetime) -> MoneyCase:
    """What the shop says to a case of its own, from inside its scope; see ``risk.money.cases.appeal``."""
    with house_scope():
        mine = MoneyCase.objects.get(pk=case.pk, shop_id=shop.public_id)
        if case.carried_out:  # the days to appeal were over, whatever they are today
            raise cases.AppealTooLate(_("It can no longer be appealed against."))
        return cases.appeal(case=mine, words=words, by=by, now=now)
