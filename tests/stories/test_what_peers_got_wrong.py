"""
What was seen to be wrong in other malls, one test for each: the table at the end of section 2 of ``behaviours.md``, in
its order. Each says in its first line who did what. Elsewhere most of it is proven in more depth; here it is named.
"""

import ast
import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from catalog.models import Category, Stock
from catalog.stock import OutOfStock
from catalog.stock_check import verify_stock
from mall import clock
from mall.clock import business_date
from mall.events import deliver_everything
from mall.money import Money, MoneyField
from mall.schedule import SCHEDULE
from mall.tenancy import shop_scope
from mall.tunables.registry import all_tunables
from marketing.models import Coupon, FlashUnits
from merchants.shops import freeze_shop
from orders import tunables
from orders.after_sales.cases import due_at
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways.base import Answer, Standing
from orders.models import AfterSale, GiftCard, Order, OrderLine, Payment, Refund
from orders.payments import confirm_payment, start_payment
from orders.refunds import finish_refunds
from settlement.ledger import balances, trial_balance
from settlement.models import (
    BankAccount,
    Deposit,
    DepositPayment,
    DepositRefund,
    Entry,
    Posting,
    SeizureOrder,
    Share,
    Statement,
    Withdrawal,
)
from settlement.payouts import ask_about_payouts, pay_withdrawals
from settlement.release import release_due_shares
from settlement.statements import freeze_statements, lines_of
from settlement.verification import verify_ledger
from settlement.withdrawals import check_withdrawals
from tests.catalog.test_changes import NEW_TITLE, edit, selling, waiting
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import address, shopper, staff
from tests.factories.campaigns import AUDITED, at, enrolled, open_campaign
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import coupon, flash_sale
from tests.factories.merchants import seat, shop
from tests.factories.settlement import asked, bank_account
from tests.journeys import bound_card, completed_order, delivered_order, paid_group, paid_order, pay, placed_group
from tests.orders.after_sales.cases import (
    DAY,
    accepted,
    before_the_mall,
    case_of,
    decided,
    paid_back,
    three_cups,
    time_passes,
    with_evidence,
)
from tests.orders.conftest import a_provider, channel, provider  # noqa: F401 - fixtures
from tests.orders.gateways.paying import decide, started, tell

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)


def bought(price: str = "100.00", *, bps: int = 500, place=None, **given) -> dict:
    place = place or shop(shipping_fee="0.00")
    return {sku(product=product(shop=place, category=category(commission_bps=bps)), price=price, **given): 1}


def test_1_coupons_of_shop_and_mall_on_one_line_are_each_counted_once():
    """lilishop's PromotionPriceUtil: the mall's coupon is built from the shop's, which is then added again."""
    me, place = shopper(), shop(shipping_fee="0.00")
    coupon(shop=place, holder=me, rule={"at": 0, "off": 500})
    coupon(shop=None, holder=me, rule={"at": 0, "off": 1000})

    line = placed_group(shopper=me, skus=bought(place=place)).orders.get().lines.get()

    borne = [part["borne"] for part in line.discount_parts]
    assert sum(sum(part.values()) for part in borne) == line.discount.minor == 1500
    assert (line.total, line.subsidy) == (Money(8_500), Money(1_000))


ENDS = {
    "the shopper cancels": lambda order, now: cancel_order(order=order, reason="…", by=order.shopper, now=now),
    "staff cancel": lambda order, now: cancel_order(order=order, reason="…", by=staff(), now=now),
    "its time runs out": lambda order, now: close_unpaid_orders(now=now + HOUR),
    "its shop is frozen": lambda order, now: freeze_shop(shop=order.shop, reason="…", by=staff(), now=now),
}


@pytest.mark.parametrize("end", ENDS)
def test_2_whatever_way_an_order_dies_everything_it_held_is_free(end):
    """lilishop's systemCancel: the time-out of an unpaid order tells nobody, and its coupon stays used."""
    me, place = shopper(), shop(shipping_fee="0.00")
    tea, cup = sku(shop=place, price="50.00", stock=10), sku(shop=place, price="100.00", stock=10)
    sale = flash_sale({tea: ("19.90", 5)})
    mine = coupon(shop=place, holder=me, rule={"at": 0, "off": 500})
    card = bound_card(me, place)

    order = placed_group(shopper=me, skus={tea: 1, cup: 1}, cards_of=[place]).orders.get()
    deliver_everything()

    def held() -> tuple:
        shelf = dict(Stock.objects.filter(sku__in=[tea, cup]).values_list("sku", "reserved"))
        card.refresh_from_db()
        return (
            Coupon.objects.get(pk=mine.pk).status in Coupon.USABLE,
            GiftCard.objects.get(pk=card.pk).balance.minor,
            FlashUnits.objects.get(promotion=sale).taken,
            shelf[cup.pk],
        )

    assert held() == (False, 0, 1, 1)
    ENDS[end](order, NOON)
    deliver_everything()
    order.refresh_from_db()
    assert order.status == "canceled"
    assert held() == (True, card.face.minor, 0, 0)
    assert verify_stock()["ok"]


def test_3_money_that_comes_after_the_end_revives_nothing_and_goes_back():
    """lilishop's payOrder: it looks at the mark of payment only, so a late message revives a canceled order."""
    group = placed_group()
    payment = start_payment(group=group, channel="sandbox", now=NOON)
    close_unpaid_orders(now=NOON + HOUR)

    confirm_payment(payment=payment, answer=Answer(Standing.SUCCEEDED, payment.amount, "trade"), now=NOON + HOUR)

    payment.refresh_from_db()
    assert (payment.is_late, group.orders.get().status) == (True, "canceled")
    assert [(refund.amount, refund.order) for refund in Refund.objects.all()] == [(payment.amount, None)]


@pytest.mark.parametrize("seed", range(3))
def test_4_through_any_life_of_orders_no_piece_is_lost_or_made(seed):
    """lilishop's StockUpdateExecute: what came back is never restocked, and stock is taken after the payment."""
    chance = random.Random(seed)
    cup, stock = sku(stock=9, price="28.00"), 9
    kept = damaged = 0
    for _turn in range(7):
        try:
            order = placed_group(skus={cup: chance.randint(1, 4)}).orders.get()
        except OutOfStock:  # before anybody has paid
            continue
        quantity = order.lines.get().quantity
        fate = chance.choice(["unpaid", "canceled", "kept", "returned"])
        if fate == "unpaid":
            close_unpaid_orders(now=NOON + HOUR)
        else:
            pay(order.group)
            if fate == "canceled":
                cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
            else:
                ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=staff(), now=NOON)
                kept += quantity
        if fate == "returned":
            mark_delivered(order=order, by=order.shopper, now=NOON)
            sellable = chance.randint(0, quantity)
            accepted(case_of(order, quantity=quantity), sellable=sellable)
            kept, damaged = kept - quantity, damaged + quantity - sellable
        row = Stock.objects.get(sku=cup)
        assert row.on_hand == stock - kept - damaged
        assert verify_stock()["ok"]


def test_5_money_is_whole_fen_in_code_and_in_the_database():
    """lilishop: ``Double`` everywhere, bills included."""
    for wrong in (0.1, 1.0):
        with pytest.raises(TypeError):
            Money(wrong)
    amounts = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, MoneyField)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        kinds = {(table, column): kind for table, column, kind in cursor.fetchall()}
    assert len(amounts) > 60
    assert {kinds[amount] for amount in amounts} == {"bigint"}
    order = placed_group().orders.get()
    for wrong in ({"total": -1}, {"discount": 1}, {"refunded": 10**9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**wrong)


CLOCKS = {
    "asked": tunables.ANSWER_HOURS,
    "refused": tunables.REPLY_DAYS,
    "awaiting_return": tunables.RETURN_DAYS,
    "returning": tunables.TRANSIT_DAYS,
    "inspecting": tunables.INSPECT_DAYS,
    "resending": tunables.RESEND_DAYS,
    "decided": tunables.APPEAL_DAYS,
}


def test_6_every_number_that_can_be_turned_is_read_and_the_clocks_of_after_sales_obey():
    """lilishop's OrderSetting: the timers of after-sales are saved, and no code reads them."""
    for status, turned in CLOCKS.items():
        case = AfterSale(status=status)
        before = due_at(case, status, NOON) - NOON
        turned.turn(turned.value * 2, by=staff(), now=NOON)
        assert due_at(case, status, NOON) - NOON == 2 * before, turned.name

    sources = [
        path
        for top in ("mall", "risk", "merchants", "catalog", "marketing", "orders", "settlement")
        for path in (ROOT / top).rglob("*.py")
    ]
    declared = {}
    for path in (path for path in sources if path.name == "tunables.py"):
        for node in ast.parse(path.read_text()).body:
            for one in ast.walk(node):
                if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Tunable":
                    declared[ast.unparse(one.args[0]).strip("f'").partition("{")[0]] = node.targets[0].id
    code = "\n".join(path.read_text() for path in sources if path.name != "tunables.py")
    assert len(all_tunables()) > 50
    holders = {name: [held for start, held in declared.items() if name.startswith(start)] for name in all_tunables()}
    unread = [name for name, held in holders.items() if not any(re.search(rf"\b{one}\b", code) for one in held)]
    assert unread == []


def test_7_a_verdict_moves_the_money_by_itself():
    """lilishop's OrderComplaintServiceImpl: the verdict is text."""
    order = completed_order(skus=three_cups())
    case = with_evidence(before_the_mall(case_of(order, quantity=2)))
    entries, before = Entry.objects.count(), _custodian()

    decided(case, liability_percent=80, refund=Money(5_000), shipping_payer="shop")
    time_passes(NOON + 3 * DAY)

    order.refresh_from_db()
    assert Entry.objects.count() > entries
    assert (order.refunded, _custodian()) == (Money(5_533), before - 5_533)
    assert verify_ledger().ok


def _custodian() -> int:
    return next(row.balance.minor for row in trial_balance() if row.kind == "custodian")


def test_8_when_money_comes_free_is_a_day_and_the_shop_reads_which(client):
    """lilishop's StoreFlow: 180 days from now until after-sales are closed; settling at once is commented out."""
    place = shop(owner=shopper())
    order = completed_order(skus={sku(shop=place): 1}, now=clock.now())
    share = Share.objects.get()
    assert share.due_on == business_date(order.completed_at) + timedelta(days=7)

    client.force_login(place.seats.get().user)
    page = client.get(reverse("backoffice:settlement:home", args=[place.slug]), headers={"accept-language": "en"})
    with translation.override("en"):
        assert f"Available on {date_format(share.due_on)}" in page.content.decode()


def test_9_what_is_secret_is_not_readable_in_the_table():
    """lilishop: accounts, papers and identity lie there in clear; only what is shown is covered."""
    place = shop()
    account = bank_account(place)
    order = paid_order()
    secrets = [account.number.reveal(), account.holder.reveal(), order.consignee.reveal(), order.phone.reveal()]
    with connection.cursor() as cursor:
        for table in ("settlement_bankaccount", "orders_order", "accounts_address"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            (raw,) = cursor.fetchone()
            assert raw
            assert [secret for secret in secrets if secret in raw] == []


def test_10_nothing_goes_into_a_campaign_that_nobody_has_looked_at():
    """lilishop's flash sales: whoever enrolls has passed."""
    ware = sku(price="100.00")
    row = enrolled(campaign := open_campaign(), ware, "80.00")
    assert row.status == "waiting"

    at(campaign, AUDITED)

    row.refresh_from_db()
    assert (row.status, row.promotion) == ("refused", None)


def test_11_what_the_mall_bears_of_a_discount_reaches_the_shop_and_its_statement():
    """mercur: who bears a promotion is stored, and the payout does not ask."""
    me, place = shopper(), shop(shipping_fee="0.00")
    coupon(shop=None, holder=me, rule={"at": 0, "off": 1000})
    order = completed_order(shopper=me, skus=bought(place=place, bps=0), now=NOON)
    freeze_statements(now=NOON + 40 * DAY)

    line, share = order.lines.get(), Share.objects.get()
    assert (line.discount, line.subsidy, share.subsidy, share.net) == (
        Money(1_000), Money(1_000), Money(1_000), Money(10_000),
    )  # fmt: skip
    month = Statement.objects.get(shop=place, kind="monthly")
    assert sum(-row.posting.amount.minor for row in lines_of(month)) == month.moved.minor == 10_000
    assert Posting.objects.get(account__kind="subsidy").amount == Money(1_000)


def test_12_a_rate_that_changes_after_placing_changes_nothing():
    """mercur: commission is worked out again, at today's rates, whenever an order is edited or goods come back."""
    order = delivered_order(skus={**bought("99.99", bps=500)}, now=NOON - 8 * DAY)
    Category.objects.update(commission_bps=4_900, own_commission_bps=4_900)
    complete_order(order=order, now=NOON)
    deliver_everything()
    assert Share.objects.get().commission == Money(500)

    accepted(case_of(order))
    paid_back()

    assert {row.kind: row.balance.minor for row in trial_balance() if row.balance} == {}


MOVERS = {  # each state in which money waits, and what in the schedule looks at it
    (Payment, "pending"): "orders.ask_about_payments",
    (Payment, "failed"): "orders.reconcile_bills",  # the bill tells if money came after all
    (Payment, "closed"): "orders.reconcile_bills",
    (Refund, "asked"): "orders.finish_refunds",
    (Order, "unpaid"): "orders.close_unpaid_orders",
    (Order, "deposit_paid"): "orders.follow_balances",
    (Order, "paid"): "orders.watch_shipping",
    (Order, "booked"): "orders.cancel_missed_appointments",
    (Order, "shipped"): "orders.deliver_shipped_orders",
    (Order, "delivered"): "orders.complete_delivered_orders",
    (Share, "pending"): "settlement.release_due_shares",
    (Withdrawal, "asked"): "settlement.check_withdrawals",
    (Withdrawal, "review"): None,  # a person, in the queue of staff
    (Withdrawal, "approved"): "settlement.pay_withdrawals",
    (Withdrawal, "paying"): "settlement.ask_about_payouts",
    (SeizureOrder, "drawn"): None,  # a second person, in the queue of staff
    (SeizureOrder, "approved"): "settlement.pay_seizure_orders",
    (SeizureOrder, "paying"): "settlement.pay_seizure_orders",
    (BankAccount, "checking"): "settlement.verify_bank_accounts",
    (BankAccount, "verified"): None,  # at rest: money waits in no account's description
    (BankAccount, "refused"): None,
    (Statement, "issued"): "settlement.accept_due_statements",
    (Statement, "disputed"): None,  # a person answers
    (Deposit, "waiting"): None,  # the shop pays
    (Deposit, "paid"): "settlement.finish_deposits",
    (Deposit, "held"): None,  # until the shop leaves
    (Deposit, "returning"): "settlement.finish_deposits",
    (DepositPayment, "pending"): "settlement.ask_about_deposits",
    (DepositPayment, "failed"): "orders.reconcile_bills",
    (DepositPayment, "closed"): "orders.reconcile_bills",
    (DepositRefund, "asked"): "settlement.finish_deposits",
}


def test_13_for_every_state_in_which_money_waits_something_runs_by_itself():
    """mercur, spree: payouts are left to whoever integrates; one ran for months without any."""
    runs = {line.task for line in SCHEDULE}
    assert {mover for mover in MOVERS.values() if mover} <= runs
    for model in {model for model, _status in MOVERS}:
        flow = getattr(model, "FLOW", None)
        waits = {start for start, ends in flow.steps.items() if ends} if flow else {"pending"}
        assert {status for one, status in MOVERS if one is model} == waits, model


def test_14_what_was_paid_out_already_is_owed_by_the_shop_and_netted_first():
    """CRMEB: what was paid out stays with its receiver, and what is taken back stops at zero."""
    goods = bought(bps=0, price="300.00")
    order = completed_order(skus=goods)
    place, later = order.shop, NOON + 8 * DAY
    release_due_shares(now=later)
    asked(place, 30_000, to=bank_account(place, now=later), now=later)
    check_withdrawals(now=later)
    for withdrawal in Withdrawal.objects.filter(status="review"):
        from settlement.withdrawals import approve_withdrawal

        approve_withdrawal(withdrawal=withdrawal, by=staff(), now=later)
    pay_withdrawals(now=later)
    ask_about_payouts(now=later + HOUR)
    assert balances(place)["available"] == Money(0)

    accepted(case_of(order, now=later), now=later)
    paid_back(later)
    assert balances(place)["available"] == Money(-30_000)

    completed_order(skus=goods, now=later)
    release_due_shares(now=later + 8 * DAY)
    assert balances(place)["available"] == Money(0)
    assert verify_ledger().ok


@pytest.mark.parametrize("seed", range(4))
def test_15_of_a_cart_of_three_shops_each_order_holds_its_own_shops_goods(seed):
    """mall4cloud: one list is shared, so every shop's order gets all items."""
    chance = random.Random(seed)
    cart = {
        sku(shop=place, price=f"{chance.randint(1, 99)}.{chance.randint(10, 99)}"): chance.randint(1, 3)
        for place in (shop(), shop(), shop())
        for _sku in range(chance.randint(1, 4))
    }

    group = placed_group(skus=cart)

    placed = {line.sku_id: (line.order.shop_id, line.quantity) for line in OrderLine.objects.select_related("order")}
    assert placed == {ware.pk: (ware.shop_id, quantity) for ware, quantity in cart.items()}
    assert group.orders.count() == 3
    assert sum((order.total for order in group.orders.all()), Money(0)) == group.total


def test_16_a_partial_refund_leaves_the_rest_payable_and_an_edit_of_what_was_approved_is_looked_at():
    """Bagisto's marketplace: after any refund nothing is paid, commission stays; what was approved is edited freely."""
    order = completed_order(skus=dict.fromkeys(bought("30.00", bps=1000), 3))
    accepted(case_of(order, quantity=1))
    paid_back()
    release_due_shares(now=NOON + 9 * DAY)

    assert balances(order.shop) == {"pending": Money(0), "available": Money(5_400)}
    commission = next(row.balance.minor for row in trial_balance() if row.kind == "commission")
    assert commission == -600

    ware = selling()
    title = ware.title
    edited = edit(ware, NEW_TITLE)
    assert (edited.title, waiting(ware).status) == (title, "pending")


def test_17_a_shop_sees_its_own_lines_of_an_order_of_several(client):
    """Oscar's dashboard of partners: their people see whole orders, lines of others included."""
    mine, theirs = shop(), shop()
    group = paid_group(skus={sku(shop=mine): 1, sku(product=product(shop=theirs, english="Secret lamp")): 1})
    her = seat(mine).user
    client.force_login(her)

    def page(order):
        return client.get(reverse("backoffice:orders:detail", args=[mine.slug, order.public_id]))

    own = page(group.orders.get(shop=mine))
    assert own.status_code == 200
    assert "Secret lamp" not in own.content.decode()
    assert page(group.orders.get(shop=theirs)).status_code == 404
    with shop_scope(mine.pk):
        assert set(OrderLine.objects.values_list("shop", flat=True)) == {mine.pk}


def test_18_several_goods_are_paid_at_once_through_real_channels(provider, channel):  # noqa: F811 - fixtures
    """Vendure's example, Sharetribe: the connection to the payment is a stub; one item at a time, no cart."""
    me = shopper()
    address(me)
    payment = started(channel, shopper=me, skus={sku(): 2, sku(): 1})

    decide(payment)
    tell(provider, channel)

    payment.refresh_from_db()
    assert payment.status == "succeeded"
    assert list(payment.group.orders.values_list("status", flat=True)) == ["paid", "paid"]
    order = payment.group.orders.first()
    cancel_order(order=order, reason="…", by=me, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    assert provider.books.find(channel, payment.public_id).refunded == order.total.minor


def test_every_one_of_the_eighteen_is_named():
    tests = sorted(int(name.split("_")[1]) for name in globals() if name.startswith("test_") and name[5].isdigit())
    assert tests == list(range(1, 19))
