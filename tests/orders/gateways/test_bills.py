"""O3: the bill of a day in each channel's own format, downloaded and read as it streams."""

from datetime import timedelta

import pytest

from mall.money import Money
from orders import gateways
from orders.fake_provider.books import fee_of
from orders.gateways.base import BillNotReady, ChannelUnavailable, NoBill
from orders.models import Refund
from orders.refunds import finish_refund
from tests.conftest import NOON
from tests.journeys import pay, placed_group
from tests.orders.gateways.paying import decide, started, tell
from tests.orders.gateways.test_channels import canceled, paid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_of_its_own(provider):
    provider.books.trades.clear()
    provider.dialects["stripe"]._first_answers.clear()


def bill(channel, day=None):
    return list(gateways.gateway(channel).bill(day=day or NOON.date(), now=NOON))


def test_a_bill_tells_of_payments_and_refunds(provider, channel):
    first, second = paid(provider, channel), paid(provider, channel)
    refund = canceled(first)
    finish_refund(refund=refund, now=NOON)

    lines = {line.reference: line for line in bill(channel)}

    assert set(lines) == {first.public_id, second.public_id, refund.public_id}
    assert {name: (line.kind, line.amount, line.standing, line.is_ours, line.at) for name, line in lines.items()} == {
        first.public_id: ("payment", first.amount, "done", True, NOON),
        second.public_id: ("payment", second.amount, "done", True, NOON),
        refund.public_id: ("refund", Refund.objects.get().amount, "done", True, NOON),
    }
    assert lines[first.public_id].fee == Money(fee_of(first.amount.minor))


def test_the_sandbox_has_a_bill_as_well():
    payment = pay(placed_group())

    (line,) = bill("sandbox")

    assert (line.kind, line.reference, line.amount, line.at) == ("payment", payment.public_id, payment.amount, NOON)
    assert bill("sandbox", NOON.date() + timedelta(days=1)) == []


def test_a_day_without_movements_has_no_bill(provider, channel):
    if channel == "stripe":
        assert bill(channel) == []
    else:
        with pytest.raises(NoBill):
            bill(channel)


@pytest.mark.parametrize("fault", ["timeout", "error", "lost", "refused"])
def test_a_bill_that_does_not_come_is_asked_for_later(provider, channel, fault):
    decide(started(channel))
    tell(provider, channel)
    provider.books.fail(channel, "bill", fault)

    with pytest.raises((ChannelUnavailable, BillNotReady)):
        bill(channel)

    assert len(bill(channel)) == 1
