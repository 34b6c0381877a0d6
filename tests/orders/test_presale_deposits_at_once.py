"""K1: deposits and rests at the same time over real connections, verbs that die half-way, and no guard at all."""

from contextlib import suppress
from uuid import uuid4

from catalog.stock_check import verify_stock
from mall.accounts.models import Address, User
from mall.events import deliver_everything
from mall.refusals import Refusal
from marketing.deals import deposits
from marketing.models import DepositTaking, DepositUnits
from orders import cancellation, refunds
from orders.balances import follow_balances
from orders.cancellation import cancel_order, keep_deposit_of_missed_order
from orders.checkout import DealWanted, place_order
from orders.gateways import gateway, sandbox_bank
from orders.models import Order, Payment, Refund, SandboxRefund
from orders.payments import ask_about_payment, confirm_payment, start_payment
from orders.refunds import finish_refunds
from settlement.models import Entry
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.orders.presales import DAY, ENDS, HOUR, MINUTE, OPENS, deposit_paid, paid_whole, placed, sale_of, teapot
from tests.orders.test_gift_cards_at_once import at_once

PEOPLE, UNITS = 60, 10


def rush(pot, sale) -> int:
    """Everybody wants one, on many connections; how many orders there are."""
    people = User.objects.bulk_create(User(email=f"buyer{number}@example.com") for number in range(PEOPLE))
    words = {"consignee": "张小云", "phone": "+8619900000001", "province": "浙江省", "city": "杭州市", "line": "1 号"}
    homes = Address.objects.bulk_create(Address(shopper=person, **words) for person in people)
    wanted = DealWanted(sale.public_id, pot.public_id, 1)

    def buy(number):
        how = {"checkout_key": uuid4(), "address": homes[number], "knows_deposit": True, "now": NOON}
        with suppress(Refusal):
            place_order(shopper=people[number], wanted=wanted, **how)

    at_once(buy, PEOPLE)
    return Order.objects.count()


def test_exactly_the_units_are_sold(committed_db):
    pot = teapot(stock=PEOPLE)
    sale = sale_of(pot, units=UNITS)

    assert rush(pot, sale) == UNITS
    assert DepositUnits.objects.get().taken == DepositTaking.objects.count() == UNITS
    assert verify_stock()["ok"]


def test_without_the_guard_it_sells_more(committed_db, monkeypatch):
    """The negative control: a taking that reads first and writes what it read later."""
    pot = teapot(stock=PEOPLE)
    sale = sale_of(pot, units=UNITS)
    unguarded = """
        UPDATE marketing_depositunits u SET taken = least(seen.taken + 1, quota)
        FROM (SELECT id, taken, pg_sleep(0.002) FROM marketing_depositunits) seen
        WHERE u.id = seen.id AND u.sku_id = %(sku)s AND %(pieces)s > 0 AND %(key)s <> '' AND %(now)s IS NOT NULL
        RETURNING u.id, u.most
    """
    monkeypatch.setattr(deposits, "_TAKE", unguarded)

    assert rush(pot, sale) > UNITS


def test_one_person_at_many_tabs_has_what_one_person_may_have(committed_db):
    pot = teapot(stock=50)
    sale = sale_of(pot, units=50, most=2)
    first = placed(pot, sale)
    who, home = first.shopper, first.shopper.addresses.get()

    def buy(_number):
        with suppress(Refusal):
            wanted = DealWanted(sale.public_id, pot.public_id, 1)
            place_order(shopper=who, checkout_key=uuid4(), address=home, wanted=wanted, knows_deposit=True, now=NOON)

    at_once(buy, 16)

    assert (Order.objects.count(), DepositUnits.objects.get().taken) == (2, 2)


def attempts(order, part, now, count) -> list[Payment]:
    """So many attempts to pay a part, and the money of every one has come to the bank."""
    found = [start_payment(group=order.group, channel="sandbox", now=now)]
    while len(found) < count:
        given = {"channel": "sandbox", "currency": "CNY", "amount": found[0].amount, "started_at": now}
        payment = Payment.objects.create(group=order.group, part=part, **given)
        gateway("sandbox").prepare(payment=payment, now=now)
        found.append(payment)
    for payment in found:
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=now)
    return found


def test_a_deposit_that_is_paid_eight_times_at_once_counts_once(committed_db):
    pot = teapot()
    order = placed(pot, sale_of(pot))
    paid = attempts(order, "deposit", NOON, 8)

    at_once(lambda number: ask_about_payment(payment=paid[number], now=NOON), 8)

    assert (
        sorted(Payment.objects.values_list("status", "is_late")) == [("succeeded", False)] + [("succeeded", True)] * 7
    )
    deliver_everything()
    finish_refunds(now=NOON + HOUR)
    deliver_everything()
    assert Entry.objects.filter(kind="order_deposit").count() == 1
    assert Refund.objects.filter(order=None, status="succeeded").count() == 7
    assert verify_ledger().faults == []


def test_the_rest_and_the_clock_at_once_end_in_one_of_two_ways(committed_db):
    pot = teapot(stock=20)
    sale = sale_of(pot, units=20)
    orders = [deposit_paid(pot, sale) for _order in range(8)]
    paid = [attempts(order, "balance", ENDS, 1)[0] for order in orders]
    answers = [gateway("sandbox").query(payment=payment, now=ENDS) for payment in paid]
    late = ENDS + MINUTE

    def race(number):
        which = number // 2
        if number % 2:
            confirm_payment(payment=paid[which], answer=answers[which], now=late)
        else:
            keep_deposit_of_missed_order(order_id=orders[which].pk, now=late)

    at_once(race, 16)
    deliver_everything()
    finish_refunds(now=late + HOUR)
    deliver_everything()

    for order, payment in zip(orders, paid, strict=True):
        order.refresh_from_db()
        payment.refresh_from_db()
        assert (order.status, payment.is_late, order.deposit_kept_at is None) in [
            ("paid", False, True),
            ("canceled", True, False),
        ]
    assert verify_ledger().faults == []
    assert verify_stock()["ok"]


def test_many_clocks_at_once_take_a_deposit_once_and_tell_once(committed_db):
    order = deposit_paid()

    at_once(lambda _number: follow_balances(now=OPENS), 8)
    deliver_everything()
    assert order.shopper.notices.filter(kind="orders.balance_open").count() == 1

    at_once(lambda _number: follow_balances(now=ENDS + MINUTE), 8)
    deliver_everything()
    assert Entry.objects.filter(kind="deposit_kept").count() == 1
    assert verify_ledger().faults == []


class Killed(BaseException):
    """The process is gone."""


def test_killed_while_a_deposit_is_lost_nothing_has_happened_and_the_next_run_does_it(committed_db, monkeypatch):
    order = deposit_paid()

    def die(*_told):
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(cancellation, "publish", die)
        follow_balances(now=ENDS + MINUTE)
    order.refresh_from_db()
    assert (order.status, order.deposit_kept_at, order.steps.count()) == ("deposit_paid", None, 2)

    assert follow_balances(now=ENDS + MINUTE) == {"missed": 1}
    deliver_everything()
    assert verify_ledger().faults == []
    assert verify_stock()["ok"]


def test_killed_between_the_two_halves_of_a_refund_each_goes_back_once(committed_db, monkeypatch):
    order = paid_whole()
    cancel_order(order=order, reason="…", by=order.shopper, now=OPENS)
    deliver_everything()
    door, sent = gateway("sandbox"), []

    class Dying:
        def refund(self, *, refund, now):
            if sent:
                raise Killed
            sent.append(refund.public_id)
            return door.refund(refund=refund, now=now)

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(refunds, "gateway", lambda _code: Dying())
        finish_refunds(now=OPENS)
    assert (Refund.objects.get().status, SandboxRefund.objects.count()) == ("asked", 1)

    finish_refunds(now=OPENS + HOUR)
    finish_refunds(now=OPENS + DAY)
    deliver_everything()

    assert sorted(SandboxRefund.objects.values_list("amount_minor", flat=True)) == [5000, 40800]
    assert verify_ledger().faults == []


def test_the_same_checkout_twice_is_one_deposit(committed_db):  # O2
    pot = teapot()
    sale = sale_of(pot, most=1)
    first = placed(pot, sale)
    key, who = first.group.checkout_key, first.shopper
    wanted = DealWanted(sale.public_id, pot.public_id, 1)

    again = at_once(
        lambda _number: place_order(
            shopper=who, checkout_key=key, address=who.addresses.get(), wanted=wanted, knows_deposit=True, now=NOON
        ),
        4,
    )

    assert {group.pk for group in again} == {first.group_id}
    assert DepositUnits.objects.get().taken == 1
