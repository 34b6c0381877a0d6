"""How an order's money is divided, and when the shop's share is due."""

import os
import random
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.events import deliver_everything
from mall.money import Money
from mall.tunables.registry import forget
from orders.models import OrderLine
from settlement.ledger import balances
from settlement.models import Account, Entry, Posting, Share
from settlement.splits import Split, due_on, split_of, split_order
from settlement.tunables import SETTLEMENT_DAYS
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.journeys import completed_order


@pytest.fixture
def turned_back():
    """What the test turns is forgotten with it: the numbers are remembered for two seconds."""
    yield
    forget()


LINES = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10_000)), min_size=1, max_size=12)


def test_commission_is_taken_of_each_line_and_not_of_the_shipping_fee():  # S2
    lines = [OrderLine(total=Money(9100), commission_bps=500), OrderLine(total=Money(333), commission_bps=50)]

    split = split_of(Money(9100 + 333 + 800), lines)

    assert (split, split.net) == (Split(gross=Money(10233), commission=Money(457), subsidy=Money(0)), Money(9776))


@given(LINES, st.integers(0, 10**6))
def test_the_parts_of_an_order_add_up_to_the_fen(drawn, shipping_fee):  # A5
    lines = [OrderLine(total=Money(total), commission_bps=bps) for total, bps in drawn]
    total = Money(sum(total for total, _ in drawn) + shipping_fee)

    split = split_of(total, lines)

    exact = sum(total * bps for total, bps in drawn)
    assert split.commission + split.net == total
    assert split.net.minor >= shipping_fee
    assert abs(split.commission.minor * 10_000 - exact) * 2 <= 10_000 * len(lines)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_the_due_day_is_the_same_whatever_zone_the_process_lives_in(zone):  # D1
    dice = random.Random(7)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(microseconds=dice.randrange(3 * 366 * 86_400 * 10**6)) for _ in range(10_000)]
    edges = [
        datetime(2024, 2, 28, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2024, 2, 28, 16, tzinfo=UTC),
        datetime(2024, 2, 29, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 12, 31, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2025, 12, 31, 16, tzinfo=UTC),
        datetime(1988, 7, 1, 14, 59, 59, 999999, tzinfo=UTC),  # Shanghai kept summer time then
        datetime(1988, 7, 1, 15, tzinfo=UTC),
    ]

    with process_zone(zone):
        found = [due_on(moment, 7) for moment in moments]
        at_the_edges = [due_on(moment, 7) for moment in edges]

    shanghai = timezone(timedelta(hours=8))
    assert found == [moment.astimezone(shanghai).date() + timedelta(days=7) for moment in moments]
    assert at_the_edges == [
        date(2024, 3, 6),
        date(2024, 3, 7),
        date(2024, 3, 7),
        date(2026, 1, 7),
        date(2026, 1, 8),
        date(1988, 7, 8),
        date(1988, 7, 9),
    ]


class process_zone:
    """This process in another time zone, for as long as the block lasts."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self):
        self.before = os.environ.get("TZ")
        self._set(self.name)

    def __exit__(self, *problem):
        self._set(self.before)

    def _set(self, name: str | None):
        if name is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = name
        time.tzset()


@pytest.mark.django_db
def test_a_completed_order_is_split_and_its_share_is_noted():  # S2, S3
    theirs = shop(shipping_fee="8.00")
    goods = product(shop=theirs, category=category(commission_bps=500))
    order = completed_order(skus={sku(product=goods, price="45.50"): 2}, now=NOON)
    deliver_everything()

    share = Share.objects.get()

    assert legs_of(Entry.Kind.PAID, order.public_id) == {("custodian", None, 9900), ("escrow", None, -9900)}
    assert legs_of(Entry.Kind.COMPLETED, order.public_id) == {
        ("escrow", None, 9900),
        ("shop_pending", theirs.pk, -9445),
        ("commission", None, -455),
    }
    assert (share.order_public_id, share.shop, share.status, share.gross, share.commission, share.net) == (
        order.public_id,
        theirs,
        Share.Status.PENDING,
        Money(9900),
        Money(455),
        Money(9445),
    )
    assert share.due_on == due_on(order.completed_at, 7)
    assert balances(theirs) == {"pending": Money(9445), "available": Money(0)}


@pytest.mark.django_db
def test_the_days_that_were_in_force_at_completion_stay_with_the_share(turned_back):
    order = completed_order(now=NOON)
    deliver_everything()

    SETTLEMENT_DAYS.turn(1, by=staff(), now=NOON)
    split_order(order=order, completed_at=order.completed_at)
    later = completed_order(now=NOON)
    deliver_everything()

    days = dict(Share.objects.values_list("order_public_id", "due_on"))
    assert days == {
        order.public_id: due_on(order.completed_at, 7),
        later.public_id: due_on(later.completed_at, 1),
    }


def legs_of(kind: str, ref: str) -> set[tuple]:
    postings = Posting.objects.filter(entry__kind=kind, entry__ref=ref).select_related("account")
    assert all(posting.account.kind in Account.Kind.values for posting in postings)
    return {(posting.account.kind, posting.shop_id, posting.amount.minor) for posting in postings}
