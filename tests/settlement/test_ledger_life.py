"""A random life of orders, through the real verbs, and books that are sound after every step (A1)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mall.events import deliver_everything
from mall.money import Money
from marketing.promotions import stop_promotion
from orders.balances import follow_balances
from orders.cancellation import cancel_order, cancel_paid_order, close_unpaid_orders
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways import sandbox_bank
from orders.payments import start_payment
from orders.refunds import finish_refunds
from settlement.ledger import trial_balance
from settlement.models import Share
from settlement.release import release_due_shares
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.journeys import in_process, pay, placed_group
from tests.orders import presales


class LedgerLife(RuleBasedStateMachine):
    """Shoppers buy of two shops at once; the model keeps what each account should hold (in the mall's own terms)."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    @initialize()
    def open_two_shops(self):
        self.now = NOON
        self.shopper = shopper()
        self.goods = []
        for bps, fee in ((500, "8.00"), (50, "0.00")):
            theirs = product(shop=shop(shipping_fee=fee), category=category(commission_bps=bps))
            self.goods.append(sku(product=theirs, price="33.33", stock=100_000))
        self.pot = presales.teapot(stock=100_000)
        self.unpaid, self.paid, self.pending, self.deposits = [], [], [], []
        self.books = {"escrow": 0, "unclaimed": 0, "shop_pending": 0, "shop_available": 0, "commission": 0}

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @rule(first=st.integers(1, 4), second=st.integers(0, 4))
    def place(self, first, second):
        wanted = {self.goods[0]: first, self.goods[1]: second}
        skus = {goods: quantity for goods, quantity in wanted.items() if quantity}
        self.unpaid.append(placed_group(shopper=self.shopper, skus=skus, now=self.now))

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data())
    def pay(self, data):
        group = self.unpaid.pop(data.draw(st.integers(0, len(self.unpaid) - 1)))
        pay(group, now=self.now)
        self.paid.extend(group.orders.order_by("pk"))
        self.books["escrow"] += group.total.minor

    @precondition(lambda self: self.unpaid)
    @rule(data=st.data(), goes_back=st.booleans())
    def pay_too_late(self, data, goes_back):
        group = self.unpaid.pop(data.draw(st.integers(0, len(self.unpaid) - 1)))
        payment = start_payment(group=group, channel="sandbox", now=self.now)
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=self.now)
        cancel_order(order=group.orders.first(), reason="…", by=self.shopper, now=self.now)
        deliver_everything()
        self.time_passes(timedelta(hours=2))
        sandbox_bank.settle_late_trades(now=self.now)
        sandbox_bank.deliver_notices(now=self.now, post=in_process(self.now))
        deliver_everything()
        self.books["unclaimed"] += group.total.minor
        if goes_back:
            self.refund()

    @rule(pieces=st.integers(1, 3))
    def pay_deposit(self, pieces):
        """Of a pre-sale that begins now: its rest is due tomorrow, for two days."""
        begins = {"starts_at": self.now, "ends_at": self.now + timedelta(hours=1)}
        window = {"balance_from": self.now + timedelta(days=1), "balance_until": self.now + timedelta(days=3)}
        rule = {name: moment.isoformat() for name, moment in window.items()}
        rule["ships_on"] = (self.now + timedelta(days=4)).date().isoformat()
        sale = presales.sale_of(self.pot, most=3, rule=rule, **begins)
        order = presales.deposit_paid(self.pot, sale, who=self.shopper, quantity=pieces, now=self.now)
        stop_promotion(promotion=sale, by=self.shopper, now=self.now)
        self.deposits.append(order)
        self.books["escrow"] += order.deposit.minor

    @precondition(lambda self: any(self.can_pay_rest(order) for order in self.deposits))
    @rule()
    def pay_rest(self):
        order = next(order for order in self.deposits if self.can_pay_rest(order))
        self.deposits.remove(order)
        pay(order.group, now=self.now)
        order.refresh_from_db()
        self.paid.append(order)
        self.books["escrow"] += order.balance.minor

    def can_pay_rest(self, order):
        return order.balance_from <= self.now <= order.balance_until

    @precondition(lambda self: self.deposits)
    @rule(data=st.data(), by_shop=st.booleans())
    def end_before_the_rest(self, data, by_shop):
        order = self.deposits.pop(data.draw(st.integers(0, len(self.deposits) - 1)))
        if by_shop:
            cancel_paid_order(order=order, reason="…", by=self.shopper, now=self.now)
            deliver_everything()
            self.refund()
            self.books["escrow"] -= order.deposit.minor
        else:
            cancel_order(order=order, reason="…", by=self.shopper, leaves_deposit=True, now=self.now)
            self.keep(order)

    def keep(self, order):
        deliver_everything()
        self.pending.append(Share.objects.get(order_public_id=order.public_id))
        self.books["escrow"] -= order.deposit.minor
        self.books["shop_pending"] += order.deposit.minor

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def cancel_and_refund(self, data):
        order = self.paid.pop(data.draw(st.integers(0, len(self.paid) - 1)))
        cancel_order(order=order, reason="…", by=self.shopper, now=self.now)
        deliver_everything()
        self.refund()
        self.books["escrow"] -= order.total.minor

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def complete(self, data):
        order = self.paid.pop(data.draw(st.integers(0, len(self.paid) - 1)))
        ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=self.shopper, now=self.now)
        mark_delivered(order=order, by=self.shopper, now=self.now)
        complete_order(order=order, now=self.now)
        deliver_everything()
        share = Share.objects.get(order_public_id=order.public_id)
        self.pending.append(share)
        self.books["escrow"] -= share.gross.minor
        self.books["shop_pending"] += share.net.minor
        self.books["commission"] += share.commission.minor

    @rule(days=st.integers(1, 5))
    def days_pass(self, days):
        self.time_passes(timedelta(days=days))

    def time_passes(self, span):
        """What was not paid in time comes to nothing, and deposits are lost."""
        self.now += span
        close_unpaid_orders(now=self.now)
        self.unpaid = []
        missed = [order for order in self.deposits if order.balance_until < self.now]
        assert follow_balances(now=self.now).get("missed", 0) == len(missed)
        for order in missed:
            self.deposits.remove(order)
            self.keep(order)

    @rule()
    def release(self):
        due = [share for share in self.pending if share.due_on <= (self.now + timedelta(hours=8)).date()]
        released = release_due_shares(now=self.now, batch=2)
        assert released == len(due)
        self.pending = [share for share in self.pending if share not in due]
        self.books["shop_pending"] -= sum(share.net.minor for share in due)
        self.books["shop_available"] += sum(share.net.minor for share in due)

    def refund(self):
        finish_refunds(now=self.now)
        deliver_everything()
        self.books["unclaimed"] = 0

    @invariant()
    def the_books_are_sound(self):
        if not hasattr(self, "books"):
            return
        deliver_everything()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = verify_ledger()
        assert (found.faults, found.waiting) == ([], 0)
        balances = {row.kind: -row.balance.minor for row in trial_balance()}
        assert {kind: balances.get(kind, 0) for kind in self.books} == self.books
        assert Money(-balances.get("custodian", 0)) == Money(sum(self.books.values()))


@pytest.mark.django_db
def test_the_books_are_sound_after_every_step_of_a_random_life():  # A1, S1
    run_state_machine_as_test(
        LedgerLife,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
