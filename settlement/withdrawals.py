"""
Withdrawals (S4): asked for by the shop, looked at by rules and, where these say so, by people; paid by
``settlement.payouts``.

What is asked for leaves the available balance in the same transaction, under a lock on the shop: two requests never
see the same money. Whatever ends without being paid brings the money back by an entry of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.clock import business_date, start_of
from mall.events import publish
from mall.events.settlement import WithdrawalAsked, WithdrawalEnded
from mall.idempotency import KeyReused
from mall.money import Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.tenancy import house_scope
from merchants import states
from merchants.models import Shop
from risk.holds import held_subjects
from risk.models import Hold
from settlement.ledger import Leg, accounts, balance_of, booked
from settlement.models import Account, BankAccount, Entry, Withdrawal
from settlement.money_watch import watch_withdrawal
from settlement.tunables import (
    WITHDRAWAL_DAILY_LIMIT,
    WITHDRAWAL_FEE,
    WITHDRAWAL_FOUR_EYES,
    WITHDRAWAL_LEAST,
    WITHDRAWALS_A_DAY,
)

BATCH = 200
ONE_DAY = timedelta(days=1)
HOLDING = (Hold.Kind.SETTLEMENT, Hold.Kind.MONEY)
Status = Withdrawal.Status


class CannotWithdraw(Refusal):
    """So much cannot be withdrawn to this account now; ``details`` name the field that is wrong."""

    code = "cannot-withdraw"


class MoneyHeld(Refusal):
    """Risk holds the shop's money, or this withdrawal."""

    code = "money-held"


class AnotherPersonDecides(Refusal):
    """Nobody approves what she asked for, and nobody approves twice."""

    code = "another-person-decides"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a shop may withdraw now, and under which conditions."""

    withdrawable: Money
    least: Money
    left_today: Money
    fee: Money
    is_held: bool


def withdrawable(shop: Shop) -> Money:
    """
    What the shop may ask for: its available money, less what it owes elsewhere. A negative balance is netted with what
    becomes available next, and never withdrawn.
    """
    available = -balance_of(Account.Kind.SHOP_AVAILABLE, shop)
    pending = -balance_of(Account.Kind.SHOP_PENDING, shop)
    nothing = Money(0, shop.currency)
    return max(available + min(pending, nothing), nothing)


def on_its_way(shop: Shop) -> Money:
    """What has left the available balance and is not paid yet, by the ledger."""
    return -balance_of(Account.Kind.SHOP_WITHDRAWING, shop)


def withdrawals_of(shop: Shop) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.owned_by(shop).select_related("bank_account").order_by("-pk")


def terms_of(shop: Shop, now: datetime) -> Terms:
    """What the page of withdrawals says. Runs in the shop's scope; holds are asked for by the house."""
    with house_scope():
        is_held = bool(_holds_of(shop))
    least = Money(1 if shop.status == Shop.Status.EXITING else WITHDRAWAL_LEAST.value, shop.currency)
    return Terms(
        withdrawable=withdrawable(shop),
        least=max(least, Money(WITHDRAWAL_FEE.value + 1, shop.currency)),
        left_today=_left_today(shop, now),
        fee=Money(WITHDRAWAL_FEE.value, shop.currency),
        is_held=is_held,
    )


def _left_today(shop: Shop, now: datetime) -> Money:
    since = start_of(business_date(now))
    counting = Withdrawal.objects.owned_by(shop).filter(asked_at__gte=since).exclude(status__in=Withdrawal.BACK)
    taken = int(counting.filter(currency=shop.currency).aggregate(sum=Sum("amount"))["sum"] or 0)
    return Money(max(WITHDRAWAL_DAILY_LIMIT.value - taken, 0), shop.currency)


def ask_withdrawal(
    *,
    shop: Shop,
    bank_account: BankAccount,
    amount: Money,
    request_key: UUID,
    by,
    now: datetime,
    device: str | None = None,
) -> Withdrawal:
    """
    Take so much of the shop's available money out, towards one of its accounts; the same key is the same withdrawal.
    If the money moves unusually, what the shop has is held in the same transaction (``money_watch``).

    :param device: the mark of the browser in which it was asked for; ``None`` when no browser asked
    :raises CannotWithdraw: the account is not to be used now, or the amount is too small or too large
    :raises MoneyHeld: risk holds the shop's money
    :raises NotInThisState: the shop is closed
    :raises KeyReused: the key came before with something else
    """
    with house_scope():
        shop = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        known = Withdrawal.objects.owned_by(shop).filter(request_key=request_key).first()
        if known is not None:
            if (known.amount, known.bank_account_id) != (amount, bank_account.pk):
                raise KeyReused(_("This form was sent before with another amount. Please look at your withdrawals."))
            return known
        terms = _check(shop, bank_account, amount, now)
        withdrawal = Withdrawal.objects.create(
            shop=shop,
            bank_account=bank_account,
            currency=shop.currency,
            amount=amount,
            fee=terms.fee,
            request_key=request_key,
            asked_by=by,
            asked_at=now,
        )
        _book(Entry.Kind.WITHDRAWN, withdrawal, now, Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_WITHDRAWING)
        record(
            "settlement.ask_withdrawal",
            withdrawal.public_id,
            by=by,
            now=now,
            shop_slug=shop.slug,
            after={"amount": amount.minor, "fee": terms.fee.minor, "to": bank_account.public_id},
        )
        watch_withdrawal(withdrawal=withdrawal, device=device, now=now)
        publish(
            WithdrawalAsked(
                shop_id=shop.public_id,
                withdrawal_id=withdrawal.public_id,
                bank_account_id=bank_account.public_id,
                amount=amount.minor,
                currency=amount.currency,
                asked_at=now,
            )
        )
    run_soon("settlement.check_withdrawals")
    return withdrawal


def _check(shop: Shop, account: BankAccount, amount: Money, now: datetime) -> Terms:
    states.check(shop, "withdraw")
    account = BankAccount.objects.owned_by(shop).filter(pk=account.pk).first()
    if account is None or account.status != BankAccount.Status.VERIFIED:
        raise CannotWithdraw(_("This account is not verified."), field="bank_account")
    if account.usable_from > now:
        why = _("This account is new: money can go to it when its waiting time is over.")
        raise CannotWithdraw(why, field="bank_account")
    terms = terms_of(shop, now)
    if terms.is_held:
        raise MoneyHeld(_("Our staff are looking into this shop's money. It can be withdrawn when that is done."))
    if amount.currency != shop.currency or amount < terms.least:
        raise CannotWithdraw(_("The smallest withdrawal is %(least)s.") % {"least": terms.least}, field="amount")
    if amount > terms.withdrawable:
        raise CannotWithdraw(
            _("That is more than you have: %(amount)s can be withdrawn.") % {"amount": terms.withdrawable},
            field="amount",
        )
    if amount > terms.left_today:
        why = _("That is more than the limit of a day leaves: %(amount)s today.") % {"amount": terms.left_today}
        raise CannotWithdraw(why, field="amount")
    return terms


# What rules and people decide


def check_withdrawals(*, now: datetime) -> dict[str, int]:
    """Let what is beyond doubt pass at once, and lay the rest before a person."""
    counts: dict[str, int] = {}
    asked = Withdrawal.objects.filter(status=Status.APPLIED).order_by("pk").values_list("pk", flat=True)[:BATCH]
    for key in list(asked):
        if status := _check_one(key, now):
            counts[status] = counts.get(status, 0) + 1
    if counts.get(Status.APPROVED):
        run_soon("settlement.pay_withdrawals")
    return {str(status): count for status, count in counts.items()}


@transaction.atomic
def _check_one(key: int, now: datetime) -> str:
    free = Withdrawal.objects.select_for_update(skip_locked=True, of=["self"]).select_related("shop")
    withdrawal = free.filter(pk=key, status=Status.APPLIED).first()
    if withdrawal is None:
        return ""
    doubts = _doubts(withdrawal)
    withdrawal.doubts, withdrawal.needs_two = doubts, Withdrawal.Doubt.LARGE in doubts
    if doubts:
        Withdrawal.FLOW.move(withdrawal, Status.RISK_CHECK)
    else:
        Withdrawal.FLOW.move(withdrawal, Status.APPROVED)
        withdrawal.approved_at = now
    withdrawal.save(update_fields=["status", "doubts", "needs_two", "approved_at"])
    record(
        "settlement.check_withdrawal",
        withdrawal.public_id,
        now=now,
        shop_slug=withdrawal.shop.slug,
        after={"status": withdrawal.status, "doubts": doubts},
    )
    return withdrawal.status


def _doubts(withdrawal: Withdrawal) -> list[str]:
    before = withdrawal.asked_at - ONE_DAY
    others = Withdrawal.objects.owned_by(withdrawal.shop).filter(asked_at__gt=before, pk__lte=withdrawal.pk)
    found = {
        Withdrawal.Doubt.LARGE: withdrawal.amount.minor >= WITHDRAWAL_FOUR_EYES.value,
        Withdrawal.Doubt.OFTEN: others.count() >= WITHDRAWALS_A_DAY.value,
        Withdrawal.Doubt.HELD: bool(_holds_of(withdrawal.shop, withdrawal)),
    }
    return [str(doubt.value) for doubt, stands in found.items() if stands]


def _holds_of(shop: Shop, withdrawal: Withdrawal | None = None) -> set[str]:
    return held_subjects(HOLDING, [shop.public_id, *([withdrawal.public_id] if withdrawal else [])])


def is_held(withdrawal: Withdrawal) -> bool:
    """Whether risk holds the withdrawal or its shop's money, as it stands committed now."""
    return bool(_holds_of(withdrawal.shop, withdrawal))


@transaction.atomic
def approve_withdrawal(*, withdrawal: Withdrawal, by, now: datetime) -> Withdrawal:
    """
    Let it be paid. A large one wants two people: the first yes is noted, the second counts.

    :raises AnotherPersonDecides: ``by`` asked for it herself, or has approved it before
    :raises MoneyHeld: risk holds the shop's money or this withdrawal
    :raises WrongStatus: it waits for nobody
    """
    withdrawal = Withdrawal.objects.select_for_update(of=["self"]).select_related("shop").get(pk=withdrawal.pk)
    if by.pk == withdrawal.asked_by_id:
        raise AnotherPersonDecides(_("You asked for this withdrawal yourself: somebody else decides."))
    if withdrawal.first_by_id == by.pk:
        raise AnotherPersonDecides(_("You have approved it already: the second yes is another person's."))
    if is_held(withdrawal):
        raise MoneyHeld(_("Risk holds this money: release the hold first."))
    is_first = withdrawal.needs_two and withdrawal.first_by_id is None
    if is_first and withdrawal.status == Status.RISK_CHECK:
        withdrawal.first_by, withdrawal.first_at = by, now
    else:
        if withdrawal.status != Status.RISK_CHECK:
            Withdrawal.FLOW.move(withdrawal, Status.RISK_CHECK)  # says why not
        Withdrawal.FLOW.move(withdrawal, Status.APPROVED)
        withdrawal.approved_by, withdrawal.approved_at = by, now
        run_soon("settlement.pay_withdrawals")
    withdrawal.save(update_fields=["status", "first_by", "first_at", "approved_by", "approved_at"])
    record(
        "settlement.approve_withdrawal",
        withdrawal.public_id,
        by=by,
        now=now,
        shop_slug=withdrawal.shop.slug,
        after={"status": withdrawal.status, "amount": withdrawal.amount.minor},
    )
    return withdrawal


@transaction.atomic
def reject_withdrawal(*, withdrawal: Withdrawal, reason: str, by, now: datetime) -> Withdrawal:
    """
    Say no before it is sent; the money is back at once.

    :raises WrongStatus: it is with the bank, or has ended
    """
    withdrawal = Withdrawal.objects.select_for_update(of=["self"]).select_related("shop").get(pk=withdrawal.pk)
    Withdrawal.FLOW.move(withdrawal, Status.REJECTED)
    return give_back(withdrawal, reason=reason, by=by, now=now)


# What both ends book


def give_back(withdrawal: Withdrawal, *, reason: str, by=None, now: datetime) -> Withdrawal:
    """The locked withdrawal has ended unpaid: its money is available again."""
    withdrawal.ended_at, withdrawal.ended_by, withdrawal.reason = now, by, reason.strip()[:300]
    withdrawal.save(update_fields=["status", "ended_at", "ended_by", "reason"])
    _book(Entry.Kind.WITHDRAW_BACK, withdrawal, now, Account.Kind.SHOP_WITHDRAWING, Account.Kind.SHOP_AVAILABLE)
    _tell_end(withdrawal, by, now)
    return withdrawal


def book_payout(withdrawal: Withdrawal, *, by=None, now: datetime) -> Withdrawal:
    """The locked withdrawal was paid: its money has left the custodian, the fee stays."""
    withdrawal.ended_at, withdrawal.ended_by = now, by
    withdrawal.save(update_fields=["status", "ended_at", "ended_by", "reference"])
    of = _accounts(withdrawal)
    booked(
        kind=Entry.Kind.PAID_OUT,
        ref=withdrawal.public_id,
        at=now,
        legs=[
            Leg(of[Account.Kind.SHOP_WITHDRAWING], withdrawal.amount),
            Leg(of[Account.Kind.CUSTODIAN], -withdrawal.payout),
            Leg(of[Account.Kind.FEES], -withdrawal.fee),
        ],
    )
    _tell_end(withdrawal, by, now)
    return withdrawal


def _book(kind: str, withdrawal: Withdrawal, now: datetime, source: str, target: str) -> None:
    of = _accounts(withdrawal)
    booked(
        kind=kind,
        ref=withdrawal.public_id,
        at=now,
        legs=[Leg(of[source], withdrawal.amount), Leg(of[target], -withdrawal.amount)],
    )


def _accounts(withdrawal: Withdrawal) -> dict[str, Account]:
    of_shop = (Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_WITHDRAWING)
    wanted = [(kind, withdrawal.shop_id, withdrawal.currency) for kind in of_shop]
    wanted += [(kind, None, withdrawal.currency) for kind in (Account.Kind.CUSTODIAN, Account.Kind.FEES)]
    return {kind: row for (kind, _shop, _currency), row in accounts(wanted).items()}


def _tell_end(withdrawal: Withdrawal, by, now: datetime) -> None:
    record(
        "settlement.end_withdrawal",
        withdrawal.public_id,
        by=by,
        now=now,
        shop_slug=withdrawal.shop.slug,
        after={"status": withdrawal.status, "amount": withdrawal.amount.minor, "reason": withdrawal.reason},
    )
    publish(
        WithdrawalEnded(
            shop_id=withdrawal.shop.public_id,
            withdrawal_id=withdrawal.public_id,
            status=withdrawal.status,
            amount=withdrawal.amount.minor,
            currency=withdrawal.currency,
            reason=withdrawal.reason,
            ended_at=now,
        )
    )
