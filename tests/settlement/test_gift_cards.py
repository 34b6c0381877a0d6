"""S1, C2: money on gift cards is owed to who holds them, from the sale to the last fen that is spent."""

import pytest
from django.db.models import Sum

from mall.events import deliver_everything
from mall.money import Money
from merchants.exits import ask_exit, checklist
from orders.after_sales.answering import agree
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order
from orders.fulfillment import complete_order
from orders.gift_cards import cards_of
from orders.models import GiftCard, GiftCardMove, Order
from orders.refunds import finish_refunds
from settlement.models import Entry, Posting, Share, StatementLine
from settlement.queries import awaiting_completion, postings_of
from settlement.reports import report
from settlement.statements import freeze_statements
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.kinds import card_sku
from tests.factories.merchants import shop
from tests.journeys import bound_card, completed_order, paid_order, placed_group
from tests.orders.after_sales.cases import DAY

pytestmark = pytest.mark.django_db


def balances() -> dict[str, int]:
    rows = Posting.objects.values("account__kind").annotate(sum=Sum("amount")).order_by()
    return {row["account__kind"]: int(row["sum"]) for row in rows if row["sum"]}


def sent_back(case=None) -> None:
    deliver_everything()
    assert verify_ledger().faults == []  # also while cash is on its way
    finish_refunds(now=NOON)
    deliver_everything()
    assert verify_ledger().faults == []


def refund_of(order, quantity=1, **given):
    case = ask(
        line=order.lines.get(), kind="refund", reason="damaged", quantity=quantity, text="…", by=order.shopper,
        now=NOON, **given,
    )  # fmt: skip
    agree(case=case, by=shopper(), now=NOON)
    assert verify_ledger().faults == []
    sent_back()
    return case


def test_a_sold_card_is_owed_to_its_holder_and_its_order_completes_without_a_share():
    order = paid_order(skus={card_sku(price="200.00"): 1})
    assert balances() == {"custodian": 20_000, "shop_cards": -20_000}
    assert awaiting_completion(order.shop).order_count == 0

    complete_order(order=order, now=NOON + 7 * DAY)
    deliver_everything()

    assert balances() == {"custodian": 20_000, "shop_cards": -20_000}
    assert (Share.objects.count(), verify_ledger().faults) == (0, [])
    row = report(unit="day", first=NOON.date(), last=NOON.date())[0]
    held = {kind: amount.minor for kind, amount in row.held.items() if amount}
    assert held == {"custodian": 20_000, "shop_cards": 20_000} and not any(row.earned.values())


def test_what_is_spent_goes_to_the_shop_with_its_commission_and_stands_on_no_statement_before():
    me, place = shopper(), shop()
    bound_card(me, place, price="200.00")
    assert freeze_statements(now=NOON + DAY) == {}
    cup = sku(product=product(shop=place, category=category(commission_bps=500)), price="100.00")

    order = completed_order(shopper=me, skus={cup: 3}, cards_of=[place])

    assert order.in_cash == Money(10_000)
    assert balances() == {"custodian": 30_000, "shop_pending": -28_500, "commission": -1_500}
    share = Share.objects.get()
    assert (share.gross, share.commission, share.net) == (Money(30_000), Money(1_500), Money(28_500))
    freeze_statements(now=NOON + 2 * DAY, kinds=("daily",))
    stated = StatementLine.objects.values_list("posting__account__kind", flat=True)
    assert set(stated) == {"shop_pending"} == {row.account.kind for row in postings_of(place)}
    assert verify_ledger().faults == []


def test_refunds_before_completion_go_out_of_escrow_to_cash_and_cards():
    me, place = shopper(), shop()
    bound_card(me, place, price="50.00")
    order = paid_order(shopper=me, skus={sku(shop=place, price="30.00"): 3}, cards_of=[place])
    assert balances() == {"custodian": 9_000, "escrow": -9_000}

    refund_of(order, 2)
    assert balances() == {"custodian": 5_000, "shop_cards": -2_000, "escrow": -3_000}
    cancel_order(order=order, reason="…", by=me, now=NOON)
    sent_back()

    assert balances() == {"custodian": 5_000, "shop_cards": -5_000}


def test_refunds_after_completion_take_the_shops_part_back_and_owe_it_to_the_holder():
    me, place = shopper(), shop()
    bound_card(me, place, price="50.00")
    cup = sku(product=product(shop=place, category=category(commission_bps=1000)), price="30.00")
    order = completed_order(shopper=me, skus={cup: 3}, cards_of=[place])

    refund_of(order, 2)

    assert balances() == {"custodian": 5_000, "shop_cards": -2_000, "shop_pending": -2_700, "commission": -300}
    refund_of(order, 1)
    assert balances() == {"custodian": 5_000, "shop_cards": -5_000}


def test_a_card_that_is_given_back_leaves_nothing_also_after_its_order_has_completed():
    order = paid_order(skus={card_sku(): 2})
    refund_of(order)
    assert balances() == {"custodian": 10_000, "shop_cards": -10_000}
    order.refresh_from_db()
    complete_order(order=order, now=NOON + 7 * DAY)
    deliver_everything()

    refund_of(order)

    assert balances() == {}
    assert set(Entry.objects.values_list("kind", flat=True)) == {"paid", "refunded"}
    assert not GiftCard.objects.exclude(status="void").exists()


def test_unpaid_orders_hold_card_money_that_is_still_owed():
    me, place = shopper(), shop()
    bound_card(me, place, price="50.00")

    group = placed_group(shopper=me, skus={sku(shop=place, price="100.00"): 1}, cards_of=[place])
    assert (balances()["shop_cards"], verify_ledger().faults) == (-5_000, [])
    cancel_order(order=group.orders.get(), reason="…", by=me, now=NOON)
    deliver_everything()

    assert (balances()["shop_cards"], verify_ledger().faults) == (-5_000, [])


def test_the_check_finds_money_that_came_on_a_card_from_nowhere_or_left_an_order():
    me, place = shopper(), shop()
    card = bound_card(me, place, price="50.00")
    order = paid_order(shopper=me, skus={sku(shop=place, price="100.00"): 1}, cards_of=[place])
    assert verify_ledger().ok

    GiftCard.objects.filter(pk=card.pk).update(balance=700)
    assert [verify_ledger().card_faults, *verify_ledger().faults] == [
        2,
        f"gift card {card.number} holds 700, its moves add up to 0",
        f"shop {place.public_id} owes 0 on gift cards, they hold 700",
    ]
    GiftCardMove.objects.create(shop=place, card=card, kind="given_back", order=order, amount=Money(700), at=NOON)
    assert verify_ledger().faults == [
        f"order {order.public_id} gave 700 back on gift cards, it should be 0",
        f"shop {place.public_id} owes 0 on gift cards, they hold 700",
    ]
    Order.objects.filter(pk=order.pk).update(by_cards=4_300)
    assert f"order {order.public_id} says that gift cards paid 4300, they paid 5000" in verify_ledger().faults
    assert f"order {order.public_id} books -5000 on gift cards, it should be -4300" in verify_ledger().faults


def test_a_shop_that_leaves_is_told_what_is_open_on_its_cards():
    order = paid_order(skus={card_sku(price="80.00"): 1})
    leaving = ask_exit(shop=order.shop, reason="…", by=shopper(), now=NOON)

    missing = next(step.missing for step in checklist(leaving, now=NOON) if step.name == "orders")

    assert "¥80.00" in missing and cards_of(order)[0].is_whole
