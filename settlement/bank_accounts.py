"""
A shop's bank accounts (S4): named by the shop, held by its business, verified by somebody else, and not used before
some days have passed.

Whoever steals a session can name an account, but not be paid before everybody who leads the shop has heard of it.
"""

import logging
import re
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.crypto import Veiled, blind_index
from mall.events import publish
from mall.events.settlement import BankAccountAdded, BankAccountDecided
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.tenancy import house_scope
from merchants import states
from merchants.models import Shop
from settlement.models import BankAccount
from settlement.tunables import BANK_ACCOUNT_HOURS
from settlement.verifiers import Outcome, Question, VerifierSilent, verifier

log = logging.getLogger("settlement.bank_accounts")

PAUSE = timedelta(minutes=5)
BATCH = 100
MOST_LIVE = 5
SHAPES = {BankAccount.Kind.CARD: re.compile(r"\d{16,19}"), BankAccount.Kind.COMPANY: re.compile(r"\d{8,32}")}


class BankAccountRefused(Refusal):
    """The account cannot be the shop's; ``details`` name the field that is wrong."""

    code = "bank-account-refused"


def digits(number: str) -> str:
    """The number as banks keep it: without spaces and hyphens, in plain digits."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number))


def passes_luhn(number: str) -> bool:
    """Whether the last digit of a card's number is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for place, character in enumerate(reversed(number)):
        value = int(character) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_same_name(one: str, other: str) -> bool:
    """Whether two spellings name one business: width, case and spaces do not count."""
    return _plain_name(one) == _plain_name(other)


def _plain_name(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def check_number(kind: str, number: str) -> None:
    """:raises BankAccountRefused: these digits are no possible number of an account of this kind"""
    if not SHAPES[BankAccount.Kind(kind)].fullmatch(number) or not number.isascii():
        raise BankAccountRefused(_("This is not the number of such an account."), field="number")
    if kind == BankAccount.Kind.CARD and not passes_luhn(number):
        raise BankAccountRefused(_("A digit of this card's number is wrong."), field="number")


def accounts_of(shop: Shop) -> QuerySet[BankAccount]:
    """The shop's accounts that were not removed, newest first."""
    return BankAccount.objects.owned_by(shop).exclude(status=BankAccount.Status.REMOVED).order_by("-pk")


def usable_accounts(shop: Shop, now: datetime) -> QuerySet[BankAccount]:
    """Those that money can go to now."""
    return accounts_of(shop).filter(status=BankAccount.Status.VERIFIED, usable_from__lte=now)


def add_bank_account(
    *, shop: Shop, kind: str, holder: str, number: str, bank: str, branch: str = "", by, now: datetime
) -> BankAccount:
    """
    Name an account that the shop's money may go to. It is verified next, and waits its hours.

    :raises BankAccountRefused: not a possible number, not held by the shop's business, known already, or too many
    :raises NotInThisState: the shop is closed
    """
    number, holder = digits(number), holder.strip()
    states.check(shop, "withdraw")
    check_number(kind, number)
    with house_scope():
        shop = Shop.objects.select_for_update(no_key=True, of=["self"]).select_related("merchant").get(pk=shop.pk)
        if not is_same_name(holder, shop.merchant.name):
            raise BankAccountRefused(
                _("The account must be held by the business that the mall has admitted: %(name)s.")
                % {"name": shop.merchant.name},
                field="holder",
            )
        live = BankAccount.objects.owned_by(shop).filter(status__in=BankAccount.LIVE)
        if live.filter(number_index=blind_index(number)).exists():
            raise BankAccountRefused(_("This account is in your list already."), field="number")
        if live.count() >= MOST_LIVE:
            raise BankAccountRefused(_("Remove an account first: %(most)d are the most.") % {"most": MOST_LIVE})
        account = BankAccount.objects.create(
            shop=shop,
            kind=kind,
            holder=Veiled(holder),
            number=Veiled(number),
            bank=bank.strip(),
            branch=branch.strip(),
            added_by=by,
            added_at=now,
            usable_from=now + timedelta(hours=BANK_ACCOUNT_HOURS.value),
        )
        record(
            "settlement.add_bank_account",
            account.public_id,
            by=by,
            now=now,
            shop_slug=shop.slug,
            after={"bank": account.bank, "ending": account.ending, "usable_from": account.usable_from.isoformat()},
        )
        publish(
            BankAccountAdded(
                shop_id=shop.public_id, bank_account_id=account.public_id, ending=account.ending, added_at=now
            )
        )
    run_soon("settlement.verify_bank_accounts")
    return account


def remove_bank_account(*, account: BankAccount, by, now: datetime) -> BankAccount:
    """
    Take an account out of use; what is on its way there goes on.

    :raises WrongStatus: it was removed before
    """
    with house_scope():
        account = BankAccount.objects.select_for_update(of=["self"]).select_related("shop").get(pk=account.pk)
        BankAccount.FLOW.move(account, BankAccount.Status.REMOVED)
        account.removed_at = now
        account.save(update_fields=["status", "removed_at"])
        record(
            "settlement.remove_bank_account",
            account.public_id,
            by=by,
            now=now,
            shop_slug=account.shop.slug,
            before={"ending": account.ending},
        )
    return account


# By the clock


def verify_bank_accounts(*, now: datetime) -> dict[str, int]:
    """Ask about every account that waits for it; who gives no answer is asked again in some minutes."""
    counts: dict[str, int] = {}
    waiting = BankAccount.objects.filter(status=BankAccount.Status.CHECKING)
    waiting = waiting.filter(Q(asked_at=None) | Q(asked_at__lte=now - PAUSE))
    for account in waiting.order_by(F("asked_at").asc(nulls_first=True), "pk")[:BATCH]:
        BankAccount.objects.filter(pk=account.pk).update(asked_at=now)
        question = Question(
            reference=account.public_id,
            number=account.number.reveal(),
            holder=account.holder.reveal(),
            bank=account.bank,
        )
        try:
            outcome = verifier().verify(question=question, now=now)
            status = str(note_verification(account=account, outcome=outcome, now=now))
        except VerifierSilent:
            status = "unanswered"
        except Exception:
            log.exception("could not verify bank account %s", account.public_id)
            status = "trouble"
        counts[status] = counts.get(status, 0) + 1
    return counts


@transaction.atomic
def note_verification(*, account: BankAccount, outcome: Outcome, now: datetime) -> str:
    """Take over what was answered, once; returns the account's status."""
    account = BankAccount.objects.select_for_update(of=["self"]).select_related("shop").get(pk=account.pk)
    if account.status != BankAccount.Status.CHECKING:
        return account.status
    if outcome == Outcome.YES:
        BankAccount.FLOW.move(account, BankAccount.Status.VERIFIED)
        account.verified_at = now
    else:
        BankAccount.FLOW.move(account, BankAccount.Status.REFUSED)
        account.refusal = outcome.value
    account.save(update_fields=["status", "verified_at", "refusal"])
    record(
        "settlement.verify_bank_account",
        account.public_id,
        now=now,
        shop_slug=account.shop.slug,
        after={"status": account.status, "outcome": outcome.value},
    )
    publish(
        BankAccountDecided(
            shop_id=account.shop.public_id,
            bank_account_id=account.public_id,
            ending=account.ending,
            status=account.status,
            decided_at=now,
        )
    )
    return account.status
