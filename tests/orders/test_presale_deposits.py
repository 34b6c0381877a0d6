"""K1, 2.27: a pre-sale in two payments: the deposit, the rest in its window, and what becomes of who misses it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from catalog.models import Reservation
from catalog.stock_check import verify_stock
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from marketing.deals import DealGone
from marketing.models import DepositUnits
from marketing.promotions import stop_promotion
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask, kinds_for
from orders.balances import follow_balances
from orders.cancellation import cancel_order, cancel_paid_order, close_unpaid_orders
from orders.checkout import DepositNotAgreed
from orders.fulfillment import ship_order
from orders.gateways import gateway, sandbox_bank
from orders.gateways.base import ChannelUnavailable
from orders.models import Order, OrderGroup, Payment, Refund
from orders.payments import NotPayable, ask_about_payment, start_payment
from orders.queries import orders_to_ship
from orders.refunds import finish_refunds
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.marketing import coupon, presale, promotion
from tests.journeys import bound_card, in_process, pay
from tests.orders.presales import DAY, ENDS, HOUR, MINUTE, OPENS, deposit_paid, paid_whole, placed, sale_of, teapot


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


pytestmark = pytest.mark.django_db


def sound():
    deliver_everything()
    found = verify_ledger()
    assert (found.faults, found.waiting) == ([], 0)


def taken():
    return DepositUnits.objects.get().taken


def back(order) -> dict[str, int]:
    """What the bank has sent back, by the part through whose payment."""
    finish_refunds(now=NOON + 9 * DAY)
    deliver_everything()
    found = {}
    for payment in order.group.payments.filter(status="succeeded"):
        trade = sandbox_bank.trade_at(sandbox_bank.token_of(payment.public_id))
        found[payment.part] = sum(refund.amount_minor for refund in trade.refunds.all())
        assert found[payment.part] <= payment.amount.minor
    return found


def test_a_deposit_and_the_rest_are_two_payments_of_one_order():
    pot = teapot()
    order = placed(pot, sale_of(pot))

    # 480.00 - 80.00 + 50.00 = 450.00, and 8.00 for delivery; of this 50.00 now
    assert (order.goods_total, order.discount, order.total) == (Money(50000), Money(5000), Money(45800))
    assert (order.deposit, order.deposit_worth, order.balance) == (Money(5000), Money(8000), Money(40800))
    assert (order.status, order.received, taken()) == ("unpaid", Money(0), 1)
    line = order.lines.get()
    assert [part["borne"] for part in line.discount_parts] == [{"shop": 5000}]
    assert order.price_trace[-1] == {"step": "deposit", "version": 1, "amount": 5000, "worth": 8000}

    deposit = pay(order.group, now=NOON)
    order.refresh_from_db()
    assert (deposit.part, deposit.amount, deposit.is_late) == ("deposit", Money(5000), False)
    assert (order.status, order.deposit_paid_at, order.paid_at) == ("deposit_paid", NOON, None)
    assert (order.received, order.due_at) == (Money(5000), OPENS)
    assert Reservation.objects.get(document=order.public_id).expires_at is None
    assert OrderGroup.objects.get().pay_by == ENDS
    sound()

    rest = pay(order.group, now=OPENS)
    order.refresh_from_db()
    assert (rest.part, rest.amount, rest.is_late) == ("balance", Money(40800), False)
    assert (order.status, order.paid_at, order.due_at, order.received) == ("paid", OPENS, None, Money(45800))
    (event,) = OutboxEvent.objects.filter(name="OrderPaid")
    assert (event.payload["total"], event.payload["deposit"]) == (45800, 5000)
    assert [step.kind for step in order.steps.order_by("pk")] == ["placed", "deposit_paid", "paid"]
    sound()


def test_the_rest_is_paid_in_its_window_only():
    order = deposit_paid()

    with pytest.raises(NotPayable, match="can be paid from"):
        start_payment(group=order.group, channel="sandbox", now=OPENS - MINUTE)
    with pytest.raises(NotPayable, match="run out"):
        start_payment(group=order.group, channel="sandbox", now=ENDS + MINUTE)
    pay(order.group, now=OPENS)
    with pytest.raises(NotPayable, match="paid already"):
        start_payment(group=order.group, channel="sandbox", now=OPENS + MINUTE)


def test_who_does_not_know_of_the_deposit_orders_nothing():
    pot = teapot()
    sale = sale_of(pot)

    with pytest.raises(DepositNotAgreed), transaction.atomic():
        placed(pot, sale, knows_deposit=False)
    assert (Order.objects.count(), taken()) == (0, 0)


def test_an_unpaid_deposit_closes_after_the_usual_minutes():  # O4
    pot = teapot()
    order = placed(pot, sale_of(pot))

    assert close_unpaid_orders(now=NOON + 31 * MINUTE) == 1
    deliver_everything()

    order.refresh_from_db()
    assert (order.status, order.deposit_kept_at, taken()) == ("canceled", None, 0)
    assert not Refund.objects.exists()
    sound()


def test_whoever_misses_the_rest_leaves_the_deposit_to_the_shop_once():
    order = deposit_paid()

    assert follow_balances(now=ENDS) == {"told": 1}
    assert follow_balances(now=ENDS + MINUTE) == {"missed": 1}
    assert follow_balances(now=ENDS + 2 * MINUTE) == {}
    deliver_everything()

    order.refresh_from_db()
    assert (order.status, order.deposit_kept_at) == ("canceled", ENDS + MINUTE)
    assert taken() == 0
    assert OutboxEvent.objects.filter(name="OrderDepositKept").count() == 1
    assert OutboxEvent.objects.get(name="OrderCanceled").payload["was_paid"] is False
    assert not Refund.objects.exists()
    assert verify_stock()["ok"]
    sound()


def test_a_shopper_who_cancels_in_between_must_know_and_leaves_the_deposit_too():
    order = deposit_paid()

    with pytest.raises(WrongStatus, match="the shop keeps it"):
        cancel_order(order=order, reason="…", by=order.shopper, now=NOON + HOUR)
    order = cancel_order(order=order, reason="…", by=order.shopper, leaves_deposit=True, now=NOON + HOUR)

    assert (order.status, order.deposit_kept_at, taken()) == ("canceled", NOON + HOUR, 1)
    deliver_everything()
    assert taken() == 0
    assert not Refund.objects.exists()
    sound()


@pytest.mark.parametrize("by_shop", [True, False])
def test_when_the_shop_or_the_mall_ends_it_the_deposit_comes_back(by_shop):  # Civil Code 587
    order = deposit_paid()
    verb = cancel_paid_order if by_shop else cancel_order

    verb(order=order, reason="The kiln broke", by=staff(), now=NOON + HOUR)
    deliver_everything()

    order.refresh_from_db()
    assert (order.status, order.deposit_kept_at) == ("canceled", None)
    assert back(order) == {"deposit": 5000}
    refund = Refund.objects.get()
    assert (refund.amount, refund.from_deposit, refund.status) == (Money(5000), Money(0), "succeeded")
    assert OutboxEvent.objects.get(name="PaymentRefunded").payload["is_of_deposit"] is True
    sound()


def test_before_shipping_all_of_it_comes_back_through_both_payments():
    order = paid_whole()

    cancel_order(order=order, reason="…", by=order.shopper, now=OPENS + HOUR)
    deliver_everything()

    refund = Refund.objects.get()
    assert (refund.amount, refund.from_deposit, refund.payment.part) == (Money(45800), Money(5000), "balance")
    assert back(order) == {"deposit": 5000, "balance": 40800}
    sound()


def refunded(order, quantity) -> tuple:
    """So many pieces are given back before they are shipped, and the shop agrees: how much goes which way."""
    line = order.lines.get()
    case = ask(
        line=line, kind="refund", reason="changed_mind", quantity=quantity, text="…", by=order.shopper, now=OPENS
    )  # fmt: skip
    agree(case=case, by=staff(), now=OPENS)
    deliver_everything()
    refund = Refund.objects.get(after_sale=case)
    return refund.payment.part, refund.in_cash.minor, refund.from_deposit.minor


def test_refunds_take_the_rest_first_and_never_more_of_a_payment_than_came():
    """Five for 450.00 and 8.00 for delivery: deposits of 450.00, the rest 1808.00."""
    pot = teapot()
    sale = presale({pot: ("450.00", "90.00", "90.00", 5)}, most=5)
    order = paid_whole(pot, sale, quantity=5)

    assert refunded(order, 3) == ("balance", 135000, 0)
    assert refunded(order, 2) == ("balance", 90800, 45000)  # 900.00 and the delivery: 458.00 of the rest are left
    assert back(order) == {"balance": 180800, "deposit": 45000}
    assert Order.objects.get().status == "canceled"
    sound()


def test_when_the_rest_is_used_up_the_deposit_alone_is_returned():
    pot = teapot(fee="0.00")
    sale = presale({pot: ("450.00", "90.00", "90.00", 5)}, most=5)
    order = paid_whole(pot, sale, quantity=5)

    assert refunded(order, 4) == ("balance", 180000, 0)
    assert refunded(order, 1) == ("deposit", 45000, 0)
    assert back(order) == {"balance": 180000, "deposit": 45000}
    sound()


def test_paying_the_deposit_twice_keeps_one_and_returns_the_other():
    pot = teapot()
    order = placed(pot, sale_of(pot))
    first = start_payment(group=order.group, channel="sandbox", now=NOON)
    second = Payment.objects.create(
        group=order.group, part="deposit", channel="sandbox", currency="CNY", amount=order.deposit, started_at=NOON
    )
    gateway("sandbox").prepare(payment=second, now=NOON)
    for payment in (first, second):
        sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=NOON)
    sandbox_bank.deliver_notices(now=NOON, post=in_process(NOON))
    deliver_everything()

    assert sorted(Payment.objects.values_list("part", "is_late")) == [("deposit", False), ("deposit", True)]
    finish_refunds(now=NOON + HOUR)
    assert Refund.objects.get().order is None
    sound()


def test_the_rest_that_comes_when_the_deposit_is_lost_goes_back_whole():
    order = deposit_paid()
    payment = start_payment(group=order.group, channel="sandbox", now=ENDS - MINUTE)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="late", now=ENDS - MINUTE)

    assert follow_balances(now=ENDS + 30 * timedelta(seconds=1)) == {"missed": 1}
    later = ENDS + 5 * MINUTE
    sandbox_bank.settle_late_trades(now=later)
    sandbox_bank.deliver_notices(now=later, post=in_process(later))
    deliver_everything()

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.is_late, order.status) == (True, "canceled")
    finish_refunds(now=later + HOUR)
    assert back(order) == {"deposit": 0, "balance": 40800}
    assert OutboxEvent.objects.filter(name="OrderDepositKept").count() == 1
    sound()


def test_before_a_deposit_is_lost_the_channel_is_asked_whether_the_rest_came():
    order = deposit_paid()
    payment = start_payment(group=order.group, channel="sandbox", now=ENDS - MINUTE)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", now=ENDS - MINUTE)

    assert follow_balances(now=ENDS + MINUTE) == {}  # nobody has told the mall, so it asks

    order.refresh_from_db()
    assert (order.status, order.deposit_kept_at) == ("paid", None)
    sound()


def test_a_silent_channel_keeps_the_deposit_for_two_hours(monkeypatch):
    order = deposit_paid()
    start_payment(group=order.group, channel="sandbox", now=ENDS - MINUTE)
    lost = sandbox_bank.trade_state

    def silent(**_asked):
        raise ChannelUnavailable("…")

    monkeypatch.setattr(sandbox_bank, "trade_state", silent)  # the bank, not the mall
    assert follow_balances(now=ENDS + HOUR) == {}
    assert follow_balances(now=ENDS + 3 * HOUR) == {"missed": 1}
    monkeypatch.setattr(sandbox_bank, "trade_state", lost)
    order.refresh_from_db()
    assert order.deposit_kept_at == ENDS + 3 * HOUR


def test_she_is_told_when_the_rest_can_be_paid_and_when_little_time_is_left_each_once():  # A7
    order = deposit_paid()

    told = []
    for moment in (OPENS - MINUTE, OPENS, OPENS + HOUR, ENDS - DAY, ENDS - 23 * HOUR, ENDS - 3 * HOUR, ENDS - HOUR):
        follow_balances(now=moment)
        deliver_everything()
        told.append(Notice.objects.filter(person=order.shopper, kind__startswith="orders.balance").count())

    assert told == [0, 1, 1, 2, 2, 3, 3]
    kinds = Notice.objects.filter(person=order.shopper, kind__startswith="orders.balance").order_by("pk")
    assert [notice.kind for notice in kinds] == ["orders.balance_open", "orders.balance_day", "orders.balance_hours"]
    assert "408.00" in kinds[0].body
    follow_balances(now=ENDS + MINUTE)
    deliver_everything()
    assert Notice.objects.filter(person=order.shopper, kind="orders.deposit_kept").count() == 1


def test_hours_to_ship_count_from_the_day_it_ships_and_nothing_waits_before():
    order = deposit_paid()
    assert orders_to_ship(order.shop, now=ENDS, shipping_hours=48)["to_ship"] == 0
    with pytest.raises(WrongStatus):
        ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=staff(), now=NOON)
    assert kinds_for(order, NOON) == []

    pay(order.group, now=OPENS)
    order.refresh_from_db()
    counts = [
        orders_to_ship(order.shop, now=now, shipping_hours=48)["overdue"]
        for now in (OPENS + 50 * HOUR, NOON + 5 * DAY, NOON + 7 * DAY)
    ]
    assert counts == [0, 0, 1]
    ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=staff(), now=OPENS + HOUR)
    assert OutboxEvent.objects.get(name="OrderShipped").payload["hours_since_paid"] == 0


def test_units_and_pieces_per_person_are_kept_and_come_back():
    pot = teapot()
    sale, who = sale_of(pot, units=3, most=2), shopper()

    first = placed(pot, sale, who=who, quantity=2)
    assert (first.deposit, first.total, taken()) == (Money(10000), Money(90800), 2)
    with pytest.raises(DealGone, match="one person"), transaction.atomic():
        placed(pot, sale, who=who)
    with pytest.raises(DealGone, match="at most 1"), transaction.atomic():
        placed(pot, sale, quantity=2)
    placed(pot, sale)
    with pytest.raises(DealGone, match="taken"), transaction.atomic():
        placed(pot, sale)

    cancel_order(order=first, reason="…", by=who, now=NOON)
    deliver_everything()
    assert taken() == 1
    placed(pot, sale, who=who)


def test_it_can_be_had_only_while_deposits_are_taken():
    pot = teapot()
    sale = sale_of(pot)

    with pytest.raises(DealGone, match="not begun"), transaction.atomic():
        placed(pot, sale, now=NOON - 2 * HOUR)
    with pytest.raises(DealGone, match="over"), transaction.atomic():
        placed(pot, sale, now=NOON + DAY)
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    with pytest.raises(DealGone, match="over"), transaction.atomic():
        placed(pot, sale)


def test_a_stopped_presale_keeps_its_word_to_who_has_paid_the_deposit():
    pot = teapot()
    sale = sale_of(pot)
    order = deposit_paid(pot, sale)
    stop_promotion(promotion=sale, by=staff(), now=NOON)

    pay(order.group, now=OPENS)

    order.refresh_from_db()
    assert (order.status, order.total) == ("paid", Money(45800))


def test_cheaper_than_the_presale_it_is_bought_without_a_deposit():
    pot = teapot()
    sale = sale_of(pot)
    pot.price = Money(45000)
    pot.save()

    with pytest.raises(DealGone, match="without a deposit"):
        placed(pot, sale)


def test_neither_coupons_nor_offers_nor_gift_cards_go_with_it():
    pot = teapot()
    sale, who = sale_of(pot), shopper()
    coupon(shop=pot.shop, holder=who)
    promotion("full_reduction", shop=pot.shop)
    bound_card(who, pot.shop)

    order = placed(pot, sale, who=who, cards={pot.shop_id: None})

    assert (order.total, order.by_cards) == (Money(45800), Money(0))
    assert [part["promotion"] for part in order.lines.get().discount_parts] == [sale.public_id]


@pytest.mark.parametrize(
    "wrong",
    [
        {"deposit": 0},
        {"status": "deposit_paid", "deposit_paid_at": None},
        {"deposit_kept_at": NOON},
        {"balance_until": OPENS},
        {"by_cards": 100},
    ],
)
def test_the_database_refuses_a_deposit_that_contradicts_itself(wrong):
    order = deposit_paid()

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**wrong)


def test_asking_about_an_attempt_that_nobody_needs_closes_it():
    pot = teapot()
    order = placed(pot, sale_of(pot))
    lost = start_payment(group=order.group, channel="sandbox", now=NOON)
    Payment.objects.filter(pk=lost.pk).update(channel="other")
    pay(order.group, now=NOON)
    Payment.objects.filter(pk=lost.pk).update(channel="sandbox")
    lost.refresh_from_db()

    assert (
        ask_about_payment(payment=lost, now=NOON + HOUR).status == "closed"
    )  # the deposit is paid, so it is not needed
