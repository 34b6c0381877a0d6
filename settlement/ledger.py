"""
Writing the ledger, and reading what stands in it (S1).

Postings are positive for debit, negative for credit. The same reason (kind) for the same thing (ref) is booked once,
however many ask at once: the key of the entry decides, not the asking. Who has moved a status with the money asks
``booked`` and gets the entry that stands; who only hears news, perhaps again, asks ``post``.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Sum

from mall.chain import SealedTable
from mall.ids import ALPHABET, RANDOM_CHARACTERS, new_id
from mall.money import DEFAULT_CURRENCY, Money
from merchants.models import Shop
from settlement.models import Account, Entry, Posting

SEALED = (
    SealedTable("settlement_entry", ("public_id", "kind", "ref", "at", "made_in")),
    SealedTable("settlement_posting", ("entry_id", "account_id", "shop_id", "currency", "amount")),
)

_TO_ALPHABET = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))


class BookedOtherwise(Exception):
    """This reason is booked already, with other legs: a mistake of the caller, never of a person."""


@dataclass(frozen=True, slots=True)
class Leg:
    """So much on one account: debit positive, credit negative."""

    account: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """All postings on the accounts of one kind and currency."""

    kind: str
    currency: str
    debit: Money
    credit: Money
    balance: Money

    @property
    def label(self) -> str:
        return Account.Kind(self.kind).label


def account(kind: str, *, shop: Shop | int | None = None, currency: str = DEFAULT_CURRENCY) -> Account:
    """The account of this kind, opened when it is first needed."""
    shop_id = shop.pk if isinstance(shop, Shop) else shop
    (found,) = accounts([(kind, shop_id, currency)]).values()
    return found


def purse_account(shopper_id: int, currency: str) -> Account:
    """A shopper's own account, opened when it is first needed; two who open it at the same time get the same one."""
    of = {"kind": Account.Kind.PURSE, "shopper_id": shopper_id, "currency": currency}
    if (found := Account.objects.filter(**of).first()) is None:
        Account.objects.bulk_create([Account(**of)], ignore_conflicts=True)
        found = Account.objects.get(**of)
    return found


def accounts(wanted: Iterable[tuple[str, int | None, str]]) -> dict[tuple[str, int | None, str], Account]:
    """
    The accounts of these kinds, shops (keys) and currencies; those that are missing are opened.

    Two who open the same account at the same time get the same one.
    """
    keys = sorted({(str(kind), shop_id, currency) for kind, shop_id, currency in wanted}, key=repr)
    found = _existing_accounts(keys)
    if missing := [key for key in keys if key not in found]:
        Account.objects.bulk_create(
            (Account(kind=kind, shop_id=shop_id, currency=currency) for kind, shop_id, currency in missing),
            ignore_conflicts=True,
        )
        found |= _existing_accounts(missing)
    return found


def _existing_accounts(keys: Sequence[tuple[str, int | None, str]]) -> dict[tuple[str, int | None, str], Account]:
    candidates = Account.objects.filter(kind__in={kind for kind, _, _ in keys})
    if shops := {shop_id for _, shop_id, _ in keys}:
        of_shops = candidates.filter(shop_id__in=shops - {None})
        candidates = of_shops if None not in shops else of_shops | candidates.filter(shop=None)
    found = {(row.kind, row.shop_id, row.currency): row for row in candidates}
    return {key: found[key] for key in keys if key in found}


@transaction.atomic
def post(*, kind: str, ref: str, at: datetime, legs: Sequence[Leg]) -> Entry | None:
    """
    Book once: an entry with its postings; legs of zero are left out, and with them an entry that has no others.

    Asking again with the same kind and ref changes nothing and returns ``None``, whatever the legs; who asks at the
    same time waits for the first.

    :raises ValueError: the legs do not sum to zero in every currency
    """
    legs = [leg for leg in legs if leg.amount]
    for currency in {leg.amount.currency for leg in legs}:
        if Money.total((leg.amount for leg in legs if leg.amount.currency == currency), currency):
            raise ValueError(f"{kind} {ref}: the legs in {currency} do not sum to zero")
    if not legs:
        return None

    entry = Entry(kind=kind, ref=ref, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_entry (public_id, kind, ref, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (kind, ref) DO NOTHING RETURNING id",
            [entry.public_id, entry.kind, entry.ref, entry.at],
        )
        if (row := cursor.fetchone()) is None:
            return None
    entry.pk, entry._state.adding, entry._state.db = row[0], False, connection.alias

    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=leg.account,
            shop_id=leg.account.shop_id,
            currency=leg.amount.currency,
            amount=leg.amount,
        )
        for leg in legs
    )
    return entry


@transaction.atomic
def booked(*, kind: str, ref: str, at: datetime, legs: Sequence[Leg]) -> Entry:
    """
    Book once and answer the entry that stands: to the first who asks, and to everybody who asks again (A3).

    :raises BookedOtherwise: it stands with other legs
    :raises ValueError: the legs do not sum to zero in every currency, or there are none
    """
    if entry := post(kind=kind, ref=ref, at=at, legs=legs):
        return entry
    wanted = Counter((leg.account.pk, leg.amount.currency, leg.amount.minor) for leg in legs if leg.amount)
    if not wanted:
        raise ValueError(f"{kind} {ref}: there is nothing to book")
    entry = Entry.objects.get(kind=kind, ref=ref)
    stands = Counter(
        (posting.account_id, posting.currency, posting.amount.minor) for posting in entry.postings.order_by("pk")
    )
    if stands != wanted:
        raise BookedOtherwise(f"{kind} {ref}: booked already, with other legs")
    return entry


def entry_ids(count: int) -> list[str]:
    """Fresh public ids for many entries at once; they share their moment and differ in 55 bits of chance."""
    moment = new_id(Entry._meta.get_field("public_id").prefix)[:-RANDOM_CHARACTERS]
    chance = secrets.token_bytes(RANDOM_CHARACTERS * count).translate(_TO_ALPHABET).decode()
    return [moment + chance[at : at + RANDOM_CHARACTERS] for at in range(0, len(chance), RANDOM_CHARACTERS)]


def balances(shop: Shop) -> dict[str, Money]:
    """What the shop is owed in its currency: ``pending`` (within T+7) and ``available``, summed from the postings."""
    return {
        "pending": -balance_of(Account.Kind.SHOP_PENDING, shop),
        "available": -balance_of(Account.Kind.SHOP_AVAILABLE, shop),
    }


def balance_of(kind: str, shop: Shop) -> Money:
    """The sum of a shop's postings on one kind of account: negative for what it is owed."""
    postings = Posting.objects.filter(account__kind=kind, account__shop=shop, account__currency=shop.currency)
    return Money(int(postings.aggregate(sum=Sum("amount"))["sum"] or 0), shop.currency)


def trial_balance() -> list[TrialBalanceRow]:
    """Debit, credit and balance per kind of account and currency; the balances of a currency sum to zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.kind, a.currency,
                   coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint,
                   coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0)::bigint
            FROM settlement_account a LEFT JOIN settlement_posting p ON p.account_id = a.id
            GROUP BY a.kind, a.currency
            """
        )
        rows = cursor.fetchall()
    order = list(Account.Kind.values)
    return [
        TrialBalanceRow(
            kind, currency, Money(debit, currency), Money(credit, currency), Money(debit - credit, currency)
        )
        for kind, currency, debit, credit in sorted(rows, key=lambda row: (row[1], order.index(row[0])))
    ]


def seal_ledger() -> int:
    """Seal the entries and postings that came since the last seal into the hash chain; returns how many rows."""
    return sum(sealed.seal() for sealed in SEALED)
