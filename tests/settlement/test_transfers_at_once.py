"""
Transfers between eighty accounts by many threads, sent again and again, then each given back twice at the same time
(A3, the shape of Formance's stress test); afterwards every figure that is kept is worked out anew (A7).
"""

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connection

from mall.money import Money
from settlement import statements
from settlement.ledger import SEALED, BookedOtherwise, Leg, accounts, booked, seal_ledger, trial_balance
from settlement.models import Account, Entry, Posting, StatementBalance
from tests.conftest import NOON
from tests.factories.merchants import shop

SHOPS = 40  # with two accounts each
DAY = timedelta(days=1)
KINDS = (Account.Kind.SHOP_AVAILABLE, Account.Kind.SHOP_WITHDRAWING)


@dataclass(frozen=True)
class Transfer:
    ref: str
    source: Account
    target: Account
    amount: Money

    def legs(self, *, is_back: bool) -> list[Leg]:
        sign = -1 if is_back else 1
        return [Leg(self.source, self.amount * sign), Leg(self.target, -self.amount * sign)]


class Storm:
    """So many transfers between the accounts, each sent one to three times, by so many threads."""

    def __init__(self, transfers: int, threads: int):
        self.dice, self.threads = random.Random(3), threads
        self.stated: dict[int, int] = {}
        keys = [(kind, place.pk, "CNY") for place in [shop() for _ in range(SHOPS)] for kind in KINDS]
        self.accounts = list(accounts(keys).values())
        self.transfers = [
            Transfer(f"wdr_{number:020d}", *self.dice.sample(self.accounts, 2), Money(self.dice.randint(1, 99_999)))
            for number in range(transfers)
        ]

    def send(self, *, is_back: bool, often=None, ref=lambda transfer, copy: transfer.ref) -> dict[str, list[int]]:
        """What everybody was answered, by the transfer's id: the keys of the entries."""
        kind, at = (Entry.Kind.WITHDRAW_BACK, NOON + DAY) if is_back else (Entry.Kind.WITHDRAWN, NOON)
        copies = [(each, copy) for each in self.transfers for copy in range(often or self.dice.randint(1, 3))]
        self.dice.shuffle(copies)

        def work(number: int) -> list[tuple[str, int]]:
            try:
                return [
                    (each.ref, booked(kind=kind, ref=ref(each, copy), at=at, legs=each.legs(is_back=is_back)).pk)
                    for each, copy in copies[number :: self.threads]
                ]
            finally:
                connection.close()

        answered = defaultdict(list)
        with ThreadPoolExecutor(self.threads) as pool:
            for told in pool.map(work, range(self.threads)):
                for key, entry in told:
                    answered[key].append(entry)
        assert sum(map(len, answered.values())) == len(copies)
        return answered

    def planned(self) -> dict[int, int]:
        """What every account should hold once each transfer was applied once, without what holds nothing."""
        sums = Counter()
        for each in self.transfers:
            sums[each.source.pk] += each.amount.minor
            sums[each.target.pk] -= each.amount.minor
        return {key: fen for key, fen in sums.items() if fen}

    def recounted(self, *, on) -> dict[int, int]:
        """A7: every kept figure is what the postings say, which are summed here one by one; that sum by account."""
        sums, by_kind, moved = Counter(), Counter(), set()
        for account, fen in Posting.objects.values_list("account", "amount").iterator():
            sums[account] += fen
        for each in self.accounts:
            by_kind[each.kind] += sums[each.pk]
        statements.freeze_statements(now=on + DAY, kinds=("daily",))
        for account, closing in StatementBalance.objects.order_by("pk").values_list("account", "closing"):
            moved.add(account)
            self.stated[account] = closing
        seal_ledger()

        assert sum(sums.values()) == 0
        assert {row.kind: row.balance.minor for row in trial_balance()} == dict(by_kind)
        assert moved == {each.pk for each in self.accounts}
        assert self.stated == {each.pk: -sums[each.pk] for each in self.accounts}
        assert [sealed.broken_seals() for sealed in SEALED] == [[], []]
        return {key: fen for key, fen in sums.items() if fen}


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def lived_through(transfers: int, threads: int) -> float:
    """The whole storm, with everything that must be so; how many seconds the bookings took."""
    storm = Storm(transfers, threads)

    began = monotonic()
    applied = storm.send(is_back=False)
    seconds = monotonic() - began
    held = storm.recounted(on=NOON)
    began = monotonic()
    given_back = storm.send(is_back=True, often=2)
    seconds += monotonic() - began
    nothing = storm.recounted(on=NOON + DAY)

    once = Counter({"withdrawn": transfers, "withdraw_back": transfers})
    assert Counter(Entry.objects.values_list("kind", flat=True)) == once
    assert Posting.objects.count() == 4 * transfers
    for answered in (applied, given_back):
        assert len(answered) == transfers
        assert all(len(set(entries)) == 1 for entries in answered.values())  # everybody was told of the same entry
    assert (held, nothing) == (storm.planned(), {})
    assert deadlocks() == 0
    return seconds


def test_each_transfer_is_applied_once_and_given_back_once_whoever_sends_it_again(committed_db):  # A3, A7, S1
    lived_through(transfers=400, threads=8)


def test_without_its_id_what_is_sent_again_is_applied_again(committed_db):  # negative control
    storm = Storm(transfers=60, threads=8)

    storm.send(is_back=False, often=2, ref=lambda transfer, copy: f"{transfer.ref}#{copy}")

    sums = Counter()
    for account, fen in Posting.objects.values_list("account", "amount"):
        sums[account] += fen
    doubled = {key: 2 * fen for key, fen in storm.planned().items()}
    assert ({key: fen for key, fen in sums.items() if fen}, Entry.objects.count()) == (doubled, 120)


@pytest.mark.django_db
def test_the_same_id_with_another_amount_is_refused_and_the_first_stands():  # A3
    source, target = accounts([(kind, place.pk, "CNY") for place in [shop()] for kind in KINDS]).values()
    first, other = (Transfer("wdr_1", source, target, Money(fen)).legs(is_back=False) for fen in (100, 101))
    entry = booked(kind=Entry.Kind.WITHDRAWN, ref="wdr_1", at=NOON, legs=first)

    again = booked(kind=Entry.Kind.WITHDRAWN, ref="wdr_1", at=NOON + DAY, legs=first[::-1])
    with pytest.raises(BookedOtherwise, match="wdr_1"):
        booked(kind=Entry.Kind.WITHDRAWN, ref="wdr_1", at=NOON, legs=other)
    with pytest.raises(ValueError, match="nothing to book"):
        booked(kind=Entry.Kind.WITHDRAWN, ref="wdr_2", at=NOON, legs=[Leg(source, Money(0))])

    assert (again.pk, again.at) == (entry.pk, NOON)
    assert list(entry.postings.order_by("pk").values_list("amount", flat=True)) == [100, -100]


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_fifty_thousand_transfers_by_twenty_threads(committed_db, proof):  # A3, A7
    seconds = lived_through(transfers=50_000, threads=20)

    proof("transfers at once", transfers=50_000, threads=20, accounts=2 * SHOPS, seconds=round(seconds, 1), deadlocks=0)
