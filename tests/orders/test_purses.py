"""O3, S1: a shopper's balance is filled, spent and given back, and the ledger tells the same as its moves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from orders import gateways, reconciliation
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways import sandbox_bank
from orders.models import Bill, Payment, Purse, PurseMove, Refund, SandboxRefund
from orders.payments import (
    NotPayable,
    TopUpRefused,
    ask_about_payments,
    pay_from_balance,
    start_payment,
    start_top_up,
)
from orders.purses import NotEnoughBalance, balance_of, choose_refunds
from orders.refunds import finish_refunds, refund_to_balance
from settlement.ledger import trial_balance
from settlement.models import Account, Posting
from settlement.reports import report
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import category, product, sku
from tests.factories.kinds import card_sku
from tests.journeys import (
    bound_card,
    from_balance,
    in_process,
    paid_order,
    placed_group,
    told,
    topped_up,
)
from tests.orders.presales import placed, sale_of, teapot

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def balances() -> dict[str, int]:
    rows = Posting.objects.values("account__kind").annotate(sum=Sum("amount")).order_by()
    return {row["account__kind"]: int(row["sum"]) for row in rows if row["sum"]}


def sound() -> None:
    deliver_everything()
    found = verify_ledger()
    assert (found.faults, found.waiting, found.ok) == ([], 0, True)


def paid_by_balance(price="100.00", held=15_000, **given):
    me = shopper()
    topped_up(me, Money(held))
    group = placed_group(shopper=me, skus={sku(price=price): 1}, **given)
    from_balance(group)
    deliver_everything()
    return me, group.orders.get()


def test_what_is_topped_up_is_hers_at_the_custodian():
    me = shopper()

    purse = topped_up(me, Money(5_000))

    assert (purse.balance, balances()) == (Money(5_000), {"custodian": 5_000, "purse": -5_000})
    assert Account.objects.get(kind="purse").shopper == me
    assert [(move.kind, move.amount, move.left) for move in purse.moves.all()] == [
        ("topped_up", Money(5_000), Money(5_000))
    ]
    assert report(unit="day", first=NOON.date(), last=NOON.date())[0].held["purse"] == Money(5_000)
    assert ("purse", Money(-5_000)) in [(row.kind, row.balance) for row in trial_balance()]
    sound()


def test_a_top_up_counts_once_however_often_and_late_it_is_told():
    me = shopper()
    payment = start_top_up(shopper=me, amount=Money(5_000), channel="sandbox", now=NOON)
    assert start_top_up(shopper=me, amount=Money(5_000), channel="sandbox", now=NOON).pk == payment.pk
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=NOON)
    later = NOON + timedelta(hours=1)
    ask_about_payments(now=later)
    sandbox_bank.settle_late_trades(now=later)
    sandbox_bank.deliver_notices(now=later, post=in_process(later))
    ask_about_payments(now=later + MINUTE * 5)

    payment.refresh_from_db()
    assert (payment.status, payment.is_late, balance_of(me)) == ("succeeded", False, Money(5_000))
    assert PurseMove.objects.count() == 1
    sound()


def test_a_failed_top_up_moves_nothing():
    me = shopper()
    told(start_top_up(shopper=me, amount=Money(5_000), channel="sandbox", now=NOON), outcome="failure")

    assert (balance_of(me), PurseMove.objects.count()) == (Money(0), 0)
    sound()


@pytest.mark.parametrize(
    ("fen", "channel", "refusal"),
    [(99, "sandbox", TopUpRefused), (500_001, "sandbox", TopUpRefused), (1_000, "balance", gateways.UnknownChannel)],
)
def test_a_top_up_is_neither_too_little_nor_too_much_nor_of_itself(fen, channel, refusal):
    with pytest.raises(refusal):
        start_top_up(shopper=shopper(), amount=Money(fen), channel=channel, now=NOON)
    assert Payment.objects.count() == 0


def test_an_order_is_paid_whole_from_the_balance_and_no_money_moves_at_the_custodian():
    me, order = paid_by_balance()
    order.refresh_from_db()

    assert (order.status, balance_of(me)) == ("paid", Money(5_000))
    assert balances() == {"custodian": 15_000, "purse": -5_000, "escrow": -10_000}
    assert PurseMove.objects.get(kind="spent").payment == order.group.payments.get()
    sound()


def test_a_balance_that_does_not_cover_the_order_pays_nothing_of_it():
    me = shopper()
    topped_up(me, Money(9_999))
    group = placed_group(shopper=me, skus={sku(price="100.00"): 1})

    with pytest.raises(NotEnoughBalance):
        from_balance(group)

    assert (group.orders.get().status, balance_of(me)) == ("unpaid", Money(9_999))
    assert Payment.objects.get(group=group).status == "pending"
    sound()


def test_paying_twice_takes_the_money_once():
    me, order = paid_by_balance()
    payment = order.group.payments.get()

    pay_from_balance(payment=payment, by=me, now=NOON)
    with pytest.raises(NotPayable):
        start_payment(group=order.group, channel="balance", now=NOON)

    assert balance_of(me) == Money(5_000)


def test_an_order_that_has_closed_takes_nothing_from_the_balance():
    me = shopper()
    topped_up(me, Money(20_000))
    group = placed_group(shopper=me, skus={sku(price="100.00"): 1})
    payment = start_payment(group=group, channel="balance", now=NOON)
    close_unpaid_orders(now=NOON + timedelta(hours=1))

    with pytest.raises(NotPayable):
        pay_from_balance(payment=payment, by=me, now=NOON + timedelta(hours=1))

    payment.refresh_from_db()
    assert (payment.status, balance_of(me)) == ("closed", Money(20_000))
    sound()


def test_nobody_pays_from_another_ones_balance():
    me = shopper()
    topped_up(me, Money(20_000))
    payment = start_payment(group=placed_group(shopper=me, skus={sku(price="100.00"): 1}), channel="balance", now=NOON)
    with pytest.raises(ValueError, match="to pay from a balance"):
        pay_from_balance(payment=payment, by=shopper(), now=NOON)
    assert balance_of(me) == Money(20_000)


def test_the_refund_of_what_a_balance_paid_goes_back_on_it_at_once():  # O8
    me, order = paid_by_balance()
    cancel_order(order=order, reason="…", by=me, now=NOON)
    deliver_everything()

    refund = Refund.objects.get()
    assert (refund.status, refund.to_balance, refund.through_channel) == ("succeeded", Money(10_000), Money(0))
    assert (balance_of(me), balances()) == (Money(15_000), {"custodian": 15_000, "purse": -15_000})
    assert SandboxRefund.objects.count() == 0
    sound()


def test_a_refund_after_completion_goes_back_on_the_balance_as_well():
    me = shopper()
    topped_up(me, Money(30_000))
    cups = sku(product=product(category=category(commission_bps=500)), price="100.00")
    group = placed_group(shopper=me, skus={cups: 2})
    from_balance(group)
    deliver_everything()
    order = delivered_from(group.orders.get())
    case = ask(line=order.lines.get(), kind="refund", quantity=1, reason="damaged", text="…", by=me, now=NOON)
    agree(case=case, by=staff(), now=NOON)
    deliver_everything()

    assert balance_of(me) == Money(20_000)
    assert balances() == {"custodian": 30_000, "purse": -20_000, "shop_pending": -9_500, "commission": -500}
    sound()


def delivered_from(order):
    ship_order(order=order, carrier="sandbox", by=order.shopper, now=NOON)
    mark_delivered(order=order, by=order.shopper, now=NOON)
    complete_order(order=order, now=NOON)
    deliver_everything()
    order.refresh_from_db()
    return order


def test_who_wishes_so_has_refunds_of_other_channels_on_her_balance_at_once():
    order = paid_order(skus={sku(price="100.00"): 1})
    choose_refunds(shopper=order.shopper, to_balance=True, now=NOON)
    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()

    assert Refund.objects.get().status == "succeeded"
    assert balance_of(order.shopper) == Money(10_000)
    assert (balances(), SandboxRefund.objects.count()) == ({"custodian": 10_000, "purse": -10_000}, 0)
    sound()


def test_gift_cards_get_back_what_they_paid_and_the_balance_the_rest():
    me, place_of_card = shopper(), sku(price="150.00")
    bound_card(me, place_of_card.shop, price="100.00")
    topped_up(me, Money(5_000))
    group = placed_group(shopper=me, skus={place_of_card: 1}, cards_of=[place_of_card.shop])
    from_balance(group)
    sound()
    cancel_order(order=group.orders.get(), reason="…", by=me, now=NOON)
    sound()

    refund = Refund.objects.get()
    assert (refund.to_cards, refund.to_balance, refund.status) == (Money(10_000), Money(5_000), "succeeded")
    assert balance_of(me) == Money(5_000)


def test_gift_cards_are_bought_and_given_back_with_the_balance():
    me = shopper()
    topped_up(me, Money(20_000))
    group = placed_group(shopper=me, skus={card_sku(price="200.00"): 1})
    from_balance(group)
    sound()
    order = group.orders.get()
    assert balances() == {"custodian": 20_000, "shop_cards": -20_000}

    case = ask(line=order.lines.get(), kind="refund", quantity=1, reason="changed_mind", text="…", by=me, now=NOON)
    agree(case=case, by=staff(), now=NOON)
    sound()

    assert balance_of(me) == Money(20_000)


def test_of_a_presale_each_part_goes_back_to_where_it_came_from():
    me, item = shopper(), teapot()
    order = placed(item, sale_of(item), who=me)
    topped_up(me, order.balance)
    told(start_payment(group=order.group, channel="sandbox", now=NOON), now=NOON)
    sound()
    order.group.refresh_from_db()
    rest = order.balance_from
    from_balance(order.group, now=rest)
    sound()
    order.refresh_from_db()
    assert (order.status, balance_of(me)) == ("paid", Money(0))

    cancel_order(order=order, reason="…", by=staff(), now=rest)
    deliver_everything()
    refund = Refund.objects.get()
    assert (refund.to_balance, refund.through_channel) == (order.balance, order.deposit)
    assert (refund.status, balance_of(me)) == ("asked", order.balance)  # hers at once, before the bank has answered
    assert verify_ledger().faults == []
    finish_refunds(now=rest)
    sound()

    assert SandboxRefund.objects.get().amount_minor == order.deposit.minor


def test_a_deposit_paid_from_the_balance_comes_back_on_it():
    me, item = shopper(), teapot()
    order = placed(item, sale_of(item), who=me)
    topped_up(me, order.deposit)
    from_balance(order.group)
    sound()
    order.refresh_from_db()
    assert order.status == "deposit_paid"
    cancel_order(order=order, reason="…", by=staff(), now=NOON)
    sound()

    assert balance_of(me) == order.deposit


def refused_refund():
    """A refund that was sent once, and of which the bank then knows nothing."""
    order = paid_order(skus={sku(price="100.00"): 1})
    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    refund = Refund.objects.get()
    Refund.objects.update(tried_at=NOON)
    return refund


def test_staff_put_a_refund_on_the_balance_that_its_channel_does_not_send():
    refund = refused_refund()

    with pytest.raises(WrongStatus):  # somebody may be sending it at this moment
        refund_to_balance(refund=refund, reason="…", by=staff(), now=NOON)
    refund_to_balance(refund=refund, reason="The card is gone.", by=staff(), now=NOON + 5 * MINUTE)
    sound()
    finish_refunds(now=NOON + DAY)

    refund.refresh_from_db()
    assert (refund.status, refund.to_balance, balance_of(refund.order.shopper)) == (
        "succeeded", Money(10_000), Money(10_000),
    )  # fmt: skip
    assert SandboxRefund.objects.count() == 0


def test_what_the_channel_has_heard_of_is_not_put_on_the_balance_as_well():
    refund = refused_refund()
    gateways.gateway("sandbox").refund(refund=refund, now=NOON)

    with pytest.raises(WrongStatus):
        refund_to_balance(refund=refund, reason="…", by=staff(), now=NOON + 5 * MINUTE)

    assert PurseMove.objects.count() == 0


def test_bills_know_nothing_of_balances_and_miss_nothing():  # O3
    me, _order = paid_by_balance()
    choose_refunds(shopper=me, to_balance=True, now=NOON)
    other = paid_order(shopper=me, skus={sku(price="30.00"): 1})
    cancel_order(order=other, reason="…", by=me, now=NOON)
    deliver_everything()

    told_ = reconciliation.reconcile_bills(now=NOON + DAY)

    assert told_ == {"compared": 1}
    assert set(Bill.objects.values_list("channel", flat=True)) == {"sandbox"}


def test_the_database_refuses_a_balance_below_zero_and_moves_that_do_not_add_up():
    me = shopper()
    purse = topped_up(me, Money(1_000))

    def tried(sql):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [purse.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    tried("UPDATE orders_purse SET balance = -1 WHERE id = %s")
    tried("UPDATE orders_purse SET balance = 999 WHERE id = %s")
    assert Purse.objects.get().balance == Money(1_000)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE orders_payment SET amount = amount + 1 WHERE channel = 'balance'",
        "UPDATE orders_refund SET to_balance = 1",
    ],
)
def test_the_verification_finds_a_balance_that_was_changed(sql):  # A2
    me, order = paid_by_balance()
    cancel_order(order=order, reason="…", by=me, now=NOON)
    sound()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(sql)

    assert verify_ledger().purse_faults > 0
