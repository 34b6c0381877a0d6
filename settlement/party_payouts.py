"""
The money of brands, suppliers, carriers and promoters on its way to them (S2, S4): their bank accounts, verified as
those of shops are, and payouts of all that is available, drawn up by one person and confirmed by another with the
bank's reference.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.clock import start_of
from mall.crypto import Veiled
from mall.money import DEFAULT_CURRENCY, Money
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.tenancy import house_scope
from orders.models import Party, Refund
from settlement import ledger
from settlement.bank_accounts import BATCH, PAUSE, BankAccountRefused, check_number, digits, is_same_name
from settlement.ledger import Leg, booked
from settlement.models import Account, Entry, PartyBankAccount, PartyPayout, Posting
from settlement.parties import party_accounts
from settlement.tunables import BANK_ACCOUNT_HOURS
from settlement.verifiers import Outcome, Question, VerifierSilent, verifier
from settlement.withdrawals import AnotherPersonDecides

log = logging.getLogger("settlement.party_payouts")

Status = PartyPayout.Status
AVAILABLE, PAYING = Account.Kind.PARTY_AVAILABLE, Account.Kind.PARTY_PAYING


class NothingToPay(Refusal):
    """No party has money available and a bank account that takes it."""

    code = "nothing-to-pay"


# Bank accounts


def add_account(
    *, party: Party, kind: str, holder: str, number: str, bank: str, branch: str = "", by, now: datetime
) -> PartyBankAccount:
    """
    Name the account that a party's money goes to, instead of the one before. It is verified next, and waits its hours.

    :raises BankAccountRefused: not a possible number, not held by the party, or the same as before
    """
    number, holder = digits(number), holder.strip()
    check_number(kind, number)
    if not is_same_name(holder, party.name):
        raise BankAccountRefused(
            _("The account must be held by the party: %(name)s.") % {"name": party.name}, field="holder"
        )
    with house_scope():
        party = Party.objects.select_for_update(no_key=True, of=["self"]).select_related("shop").get(pk=party.pk)
        for former in party.bank_accounts.select_for_update().filter(status__in=PartyBankAccount.LIVE):
            if former.number.reveal() == number:
                raise BankAccountRefused(_("This account is in your list already."), field="number")
            _remove(former, by, now)
        account = PartyBankAccount.objects.create(
            party=party,
            kind=kind,
            holder=Veiled(holder),
            number=Veiled(number),
            bank=bank.strip(),
            branch=branch.strip(),
            added_by=by,
            added_at=now,
            usable_from=now + timedelta(hours=BANK_ACCOUNT_HOURS.value),
        )
        _record("add_party_account", party, account.public_id, by, now, bank=account.bank, ending=account.ending)
    run_soon("settlement.verify_bank_accounts")
    return account


def _remove(account: PartyBankAccount, by, now: datetime) -> None:
    PartyBankAccount.FLOW.move(account, PartyBankAccount.Status.REMOVED)
    account.removed_at = now
    account.save(update_fields=["status", "removed_at"])
    _record("remove_party_account", account.party, account.public_id, by, now, ending=account.ending)


def account_of(party: Party) -> PartyBankAccount | None:
    """Where its money goes, or will once the account is verified; of refused ones the last."""
    return party.bank_accounts.exclude(status=PartyBankAccount.Status.REMOVED).order_by("-pk").first()


def verify_accounts(*, now: datetime) -> int:
    """Ask about every account that waits for it; who gives no answer is asked again in some minutes."""
    waiting = PartyBankAccount.objects.filter(status=PartyBankAccount.Status.CHECKING)
    waiting = waiting.filter(Q(asked_at=None) | Q(asked_at__lte=now - PAUSE))
    decided = 0
    for account in waiting.order_by(F("asked_at").asc(nulls_first=True), "pk")[:BATCH]:
        PartyBankAccount.objects.filter(pk=account.pk).update(asked_at=now)
        question = Question(
            reference=account.public_id,
            number=account.number.reveal(),
            holder=account.holder.reveal(),
            bank=account.bank,
        )
        try:
            decided += _note(account, verifier().verify(question=question, now=now), now)
        except VerifierSilent:
            continue
        except Exception:
            log.exception("could not verify bank account %s", account.public_id)
    return decided


@transaction.atomic
def _note(account: PartyBankAccount, outcome: Outcome, now: datetime) -> bool:
    """Take over what was answered, once."""
    rows = PartyBankAccount.objects.select_for_update(of=["self"]).select_related("party__shop")
    account = rows.get(pk=account.pk)
    if account.status != PartyBankAccount.Status.CHECKING:
        return False
    if outcome == Outcome.YES:
        PartyBankAccount.FLOW.move(account, PartyBankAccount.Status.VERIFIED)
        account.verified_at = now
    else:
        PartyBankAccount.FLOW.move(account, PartyBankAccount.Status.REFUSED)
        account.refusal = outcome.value
    account.save(update_fields=["status", "verified_at", "refusal"])
    _record("verify_party_account", account.party, account.public_id, None, now, status=account.status)
    return True


# Payouts


def draw_up_payouts(*, by, now: datetime, currency: str = DEFAULT_CURRENCY) -> list[PartyPayout]:
    """
    Put together what every party has available and a usable account for; it leaves their available balance at once, and
    the mall when another person has paid it.

    :raises NothingToPay: there is nothing
    """
    owed = Account.objects.filter(kind=AVAILABLE, currency=currency).annotate(sum=Sum("postings__amount"))
    drawn = [
        payout
        for party in owed.filter(sum__lt=0).order_by("party").values_list("party", flat=True)
        if (payout := _draw_up(party, by, now, currency))
    ]
    if not drawn:
        raise NothingToPay(_("No party has money available and a bank account that takes it."))
    return drawn


@transaction.atomic
def _draw_up(party_id: int, by, now: datetime, currency: str) -> PartyPayout | None:
    party = Party.objects.select_for_update(no_key=True, of=["self"]).select_related("shop").get(pk=party_id)
    account = account_of(party)
    usable = account and account.status == PartyBankAccount.Status.VERIFIED and account.usable_from <= now
    if not usable or party.payouts.filter(currency=currency, status=Status.DRAWN).exists():
        return None
    of = party_accounts([(AVAILABLE, party.pk), (PAYING, party.pk)], currency)
    available, paying = of[str(AVAILABLE), party.pk], of[str(PAYING), party.pk]
    amount = Money(-int(Posting.objects.filter(account=available).aggregate(sum=Sum("amount"))["sum"] or 0), currency)
    if amount <= Money(0, currency):
        return None
    try:
        with transaction.atomic():
            payout = PartyPayout.objects.create(
                party=party, bank_account=account, currency=currency, amount=amount, drawn_by=by, drawn_at=now
            )
    except IntegrityError:  # at this very moment
        return None
    booked(
        kind=Entry.Kind.PARTY_DRAWN,
        ref=payout.public_id,
        at=now,
        legs=[Leg(available, amount), Leg(paying, -amount)],
    )
    _record("draw_up_party_payout", party, payout.public_id, by, now, amount=amount.minor)
    return payout


@transaction.atomic
def pay_payout(*, payout: PartyPayout, reference: str, by, now: datetime) -> PartyPayout:
    """
    It was paid: the money has left the custodian.

    :param reference: the bank's
    :raises AnotherPersonDecides: ``by`` drew it up herself
    :raises WrongStatus: it is paid, or discarded
    """
    payout = _locked(payout)
    if by.pk == payout.drawn_by_id:
        raise AnotherPersonDecides(_("You drew it up yourself: somebody else confirms that it was paid."))
    payout.reference = reference.strip()[:64]
    _end(payout, Status.PAID, "pay_party_payout", by, now)
    paying = party_accounts([(PAYING, payout.party_id)], payout.currency)[str(PAYING), payout.party_id]
    custodian = ledger.account(Account.Kind.CUSTODIAN, currency=payout.currency)
    legs = [Leg(paying, payout.amount), Leg(custodian, -payout.amount)]
    booked(kind=Entry.Kind.PARTY_PAID, ref=payout.public_id, at=now, legs=legs)
    return payout


@transaction.atomic
def discard_payout(*, payout: PartyPayout, by, now: datetime) -> PartyPayout:
    """
    It is not paid: the party has the money available again.

    :raises WrongStatus: it is paid, or discarded
    """
    payout = _locked(payout)
    _end(payout, Status.DISCARDED, "discard_party_payout", by, now)
    of = party_accounts([(AVAILABLE, payout.party_id), (PAYING, payout.party_id)], payout.currency)
    available, paying = (of[str(kind), payout.party_id] for kind in (AVAILABLE, PAYING))
    legs = [Leg(paying, payout.amount), Leg(available, -payout.amount)]
    booked(kind=Entry.Kind.PARTY_RETURNED, ref=payout.public_id, at=now, legs=legs)
    return payout


def _locked(payout: PartyPayout) -> PartyPayout:
    return PartyPayout.objects.select_for_update(of=["self"]).select_related("party__shop").get(pk=payout.pk)


def _end(payout: PartyPayout, status: str, did: str, by, now: datetime) -> None:
    PartyPayout.FLOW.move(payout, status)
    payout.ended_by, payout.ended_at = by, now
    payout.save(update_fields=["status", "ended_by", "ended_at", "reference"])
    facts = {"amount": payout.amount.minor} | ({"reference": payout.reference} if payout.reference else {})
    _record(did, payout.party, payout.public_id, by, now, **facts)


def _record(did: str, party: Party, about: str, by, now: datetime, **facts) -> None:
    slug = {"shop_slug": party.shop.slug} if party.shop else {}
    record(f"settlement.{did}", about, by=by, now=now, after={"party": party.public_id, **facts}, **slug)


# The party's statement


class Statement:
    """A month of a party: what it had, every booking with its order, what it has."""

    def __init__(self, party: Party, month: date, currency: str = DEFAULT_CURRENCY):
        self.party, self.first, self.currency = party, month.replace(day=1), currency
        self.after = (self.first + timedelta(days=32)).replace(day=1)
        self._postings = Posting.objects.filter(account__party=party, currency=currency)

    @property
    def opening(self) -> Money:
        return self._owed(self._postings.filter(entry__at__lt=start_of(self.first)))

    @property
    def closing(self) -> Money:
        return self._owed(self._postings.filter(entry__at__lt=start_of(self.after)))

    def _owed(self, postings) -> Money:
        return Money(-int(postings.aggregate(sum=Sum("amount"))["sum"] or 0), self.currency)

    def lines(self):
        """The bookings of the month that changed what it is owed, as one amount each, the newest first."""
        within = self._postings.filter(entry__at__gte=start_of(self.first), entry__at__lt=start_of(self.after))
        moved = within.values("entry", "entry__kind", "entry__ref", "entry__at").annotate(sum=-Sum("amount"))
        return moved.exclude(sum=0).order_by("-entry__at", "-entry")


def tell_lines(rows: Iterable[dict], currency: str = DEFAULT_CURRENCY) -> list[dict]:
    """Each line in words: what it was, of which order, how much."""
    rows = list(rows)
    refunds = dict(
        Refund.objects.filter(public_id__in=[row["entry__ref"] for row in rows]).values_list(
            "public_id", "order__public_id"
        )
    )
    return [
        {
            "label": Entry.Kind(row["entry__kind"]).label,
            "order": refunds.get(row["entry__ref"], row["entry__ref"] if row["entry__ref"].startswith("ord_") else ""),
            "at": row["entry__at"],
            "change": Money(int(row["sum"]), currency),
        }
        for row in rows
    ]
