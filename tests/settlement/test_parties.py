"""Parts of brands, suppliers, carriers and promoters in the books."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.events import deliver_everything
from mall.money import Money
from orders.after_sales.asking import ask
from orders.cancellation import cancel_order
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.models import Order, OrderLine, PartyPart
from orders.refunds import finish_refunds
from settlement import parties
from settlement.ledger import balances as of_shop
from settlement.ledger import trial_balance
from settlement.models import Entry, PartyShare, Posting, Share
from settlement.release import release_due_shares
from settlement.remains import commission_kept
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import category, product, sku
from tests.factories.merchants import shop
from tests.factories.parties import part_in_force
from tests.journeys import paid_order
from tests.orders.after_sales.cases import accepted

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def goods(*, price="33.33", fee="8.00", bps=500, stock=100):
    place = shop(shipping_fee=fee)
    return sku(product=product(shop=place, category=category(commission_bps=bps)), price=price, stock=stock)


def fen(balances) -> dict[str, int]:
    return {kind: amount.minor for kind, amount in balances.items()}


def held(of) -> dict[str, int]:
    return fen(parties.balances(of, "CNY"))


def completed(order: Order, now=NOON) -> Order:
    ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=shopper(), now=now)
    order = mark_delivered(order=order, by=order.shopper, now=now)
    order = complete_order(order=order, now=now)
    deliver_everything()
    return order


def returned(order: Order, quantity: int = 1, *, now=NOON):
    """So many pieces of its first line come back, and the money goes."""
    line = order.lines.order_by("pk").first()
    said = {"reason": "damaged", "text": "It has a crack."}
    case = ask(line=line, kind="return", quantity=quantity, by=order.shopper, now=now, **said)
    deliver_everything()
    accepted(case, now=now)
    deliver_everything()
    finish_refunds(now=now)
    deliver_everything()


def is_sound() -> bool:
    deliver_everything()
    found = verify_ledger()
    assert (found.faults, found.waiting) == ([], 0)
    assert not sum(row.balance.minor for row in trial_balance())
    return True


def test_parts_are_set_aside_with_the_payment_and_the_shop_gets_the_rest():  # S2
    pot = goods()
    supplier = part_in_force(pot.shop, fixed="12.00", product=pot.product).rule.party
    royalty = part_in_force(pot.shop, kind="brand", bps=300).rule.party
    carrier = part_in_force(pot.shop, kind="carrier", base="freight", bps=7_500).rule.party

    order = paid_order(skus={pot: 3})

    assert (held(supplier), held(royalty), held(carrier)) == (
        {"pending": 3600, "available": 0, "paying": 0},
        {"pending": 300, "available": 0, "paying": 0},
        {"pending": 600, "available": 0, "paying": 0},
    )
    completed(order)
    share = Share.objects.get(order_public_id=order.public_id)
    assert fen({name: getattr(share, name) for name in ("gross", "commission", "parties", "net")}) == {
        "gross": 10_799, "commission": 500, "parties": 4_500, "net": 5_799,
    }  # fmt: skip
    assert is_sound()


def test_what_parties_get_becomes_available_with_the_shops_share_and_not_before():  # S2, S3
    pot = goods()
    supplier = part_in_force(pot.shop, fixed="12.00", product=pot.product).rule.party
    completed(paid_order(skus={pot: 2}))
    paid_order(skus={pot: 1})

    release_due_shares(now=NOON + 6 * DAY)
    before = held(supplier)
    release_due_shares(now=NOON + 8 * DAY)
    release_due_shares(now=NOON + 8 * DAY)

    assert before == {"pending": 3600, "available": 0, "paying": 0}
    assert held(supplier) == {"pending": 1200, "available": 2400, "paying": 0}
    assert fen(of_shop(pot.shop))["available"] == 6_666 + 800 - 333 - 2_400
    assert is_sound()


def test_an_open_after_sale_holds_the_parts_as_it_holds_the_share():  # S3
    pot = goods()
    supplier = part_in_force(pot.shop, bps=2_000).rule.party
    order = completed(paid_order(skus={pot: 2}))
    ask(line=order.lines.get(), kind="return", quantity=1, by=order.shopper, now=NOON + DAY, reason="damaged", text="…")
    deliver_everything()

    release_due_shares(now=NOON + 8 * DAY)

    assert held(supplier) == {"pending": 1_333, "available": 0, "paying": 0}
    assert is_sound()


def test_refunds_give_back_the_frozen_part_whatever_the_rule_says_now():  # S2, D6
    pot = goods(price="10.00", fee="0.00")
    version = part_in_force(pot.shop, bps=3_333)
    supplier = version.rule.party
    order = completed(paid_order(skus={pot: 3}))
    part_in_force(pot.shop, of=supplier, rule=version.rule, bps=9_000)

    left = []
    for _piece in range(3):
        returned(order)
        left.append(held(supplier)["pending"])

    assert left == [666, 333, 0]
    assert is_sound()


def test_after_release_a_refund_leaves_the_party_a_debt_that_its_next_parts_pay():  # D6
    pot = goods(fee="0.00")
    supplier = part_in_force(pot.shop, fixed="12.00", product=pot.product).rule.party
    order = completed(paid_order(skus={pot: 1}))
    release_due_shares(now=NOON + 8 * DAY)

    returned(order, now=NOON + 8 * DAY)

    assert held(supplier) == {"pending": 0, "available": 0, "paying": 0}
    share = PartyShare.objects.get(party=supplier)
    assert (share.amount, share.reversed, share.status) == (Money(1200), Money(0), "released")
    assert is_sound()


def test_a_canceled_order_takes_back_everything():
    pot = goods()
    supplier = part_in_force(pot.shop, bps=2_000).rule.party
    carrier = part_in_force(pot.shop, kind="carrier", base="freight", bps=10_000).rule.party
    order = paid_order(skus={pot: 2})

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()
    finish_refunds(now=NOON)
    deliver_everything()

    assert (held(supplier)["pending"], held(carrier)["pending"]) == (0, 0)
    assert list(Entry.objects.filter(kind__startswith="parts").order_by("pk").values_list("kind", flat=True)) == [
        "parts", "parts_back",
    ]  # fmt: skip
    assert is_sound()


def test_booking_twice_or_in_another_order_changes_nothing():
    pot = goods()
    part_in_force(pot.shop, bps=2_000)
    order = completed(paid_order(skus={pot: 2}))
    before = list(Posting.objects.order_by("pk").values_list("entry__kind", "amount"))

    parties.set_aside(order=order)

    assert list(Posting.objects.order_by("pk").values_list("entry__kind", "amount")) == before


def test_orders_without_parties_book_nothing_of_the_kind():
    order = completed(paid_order(skus={goods(): 1}))

    assert not PartyPart.objects.exists()
    assert not PartyShare.objects.exists()
    assert not Entry.objects.filter(kind__startswith="parts").exists()
    assert Share.objects.get(order_public_id=order.public_id).parties == Money(0)


@given(
    st.integers(1, 10**7),
    st.integers(0, 5_000),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_rates_and_the_steps_nobody_loses_a_fen(paid, bps, rates, data):  # A5
    """At every step of a line's return commission, parts and the shop's rest add up; the rest is never below zero."""
    line = OrderLine(total=Money(paid), quantity=1, commission_bps=bps, currency="CNY")
    room, parts = paid - line.whole_commission.minor, []
    for party_id, rate in enumerate(rates):
        amount = min(paid * rate // 10_000, room)
        room -= amount
        if amount:
            parts.append(PartyPart(party_id=party_id, line_id=1, amount=Money(amount), whole=Money(paid)))

    gone, given_back = 0, 0
    while gone < paid:
        before = sum(amount.minor for amount in parties.kept_of(parts, {1: gone}, 0).values())
        gone += data.draw(st.integers(1, paid - gone))
        kept = sum(amount.minor for amount in parties.kept_of(parts, {1: gone}, 0).values())
        given_back += before - kept
        assert paid - gone - commission_kept(line, gone).minor - kept >= 0
    assert given_back == sum(part.amount.minor for part in parts)


def test_a_batch_costs_as_many_statements_for_three_orders_as_for_one(django_assert_num_queries):
    pot = goods()
    part_in_force(pot.shop, bps=2_000)

    for orders in (1, 3):
        for _order in range(orders):
            completed(paid_order(skus={pot: 1}))
        with django_assert_num_queries(11):
            assert release_due_shares(now=NOON + 8 * DAY) == orders
