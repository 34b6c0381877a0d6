"""K1, O7, O8: what becomes of a gift when a refund breaks the step that gave it (behaviours 2.23)."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Stock, StockMovement
from mall.money import Money
from orders.after_sales import answering, asking, returning
from orders.after_sales.cases import Status
from orders.after_sales.ending import withdraw
from orders.after_sales.gifts import Gift, GiftUndecided, gifts_of, kept_for, outlook_of
from orders.cancellation import cancel_order
from orders.fulfillment import complete_order, ship_order
from orders.models import AfterSale, Order, OrderLine, Refund
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.marketing import promotion
from tests.factories.merchants import shop
from tests.journeys import delivered_order, paid_order
from tests.orders.after_sales.cases import DAY, HOUR, before_the_mall, decided, paid_back, sent_back, with_evidence

# The rule, as a function ----------------------------------------------------------------------------------------------


def gift(slack: int, worth: int, *of: int) -> Gift:
    line = OrderLine(pk=100 + slack, currency="CNY", unit_price=Money(worth), quantity=1, gift_count=1)
    return Gift(line=line, pieces=1, at=Money(1), slack=slack, of=frozenset(of))


GIFTS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(1, 5000), st.sets(st.integers(1, 4), min_size=1)),
    max_size=4,
)
BACK = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4000)), min_size=1, max_size=6)


def kept_in_order(gifts, refunds, rule=kept_for) -> list[int]:
    """What each of these refunds bears, one after the other."""
    gone, before, borne = {}, 0, []
    for line, goods in refunds:
        gone[line] = gone.get(line, 0) + goods
        borne.append(rule(gifts, gone) - before)
        before += borne[-1]
    return borne


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GIFTS, BACK, st.randoms())
def test_every_refund_bears_its_part_and_their_order_changes_nothing(gifts, refunds, chance):
    gifts = [gift(slack, worth, *of) for slack, worth, of in gifts]
    borne = kept_in_order(gifts, refunds)
    other = chance.sample(refunds, len(refunds))

    assert all(0 <= part <= goods for part, (_line, goods) in zip(borne, refunds, strict=True))
    assert sum(borne) == sum(kept_in_order(gifts, other))
    assert sum(borne) <= sum(one.worth.minor for one in gifts)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GIFTS, BACK)
def test_a_gift_that_came_back_is_never_paid_for(gifts, refunds):
    gifts, gone = [gift(slack, worth, *of) for slack, worth, of in gifts], {}
    for line, goods in refunds:
        gone[line] = gone.get(line, 0) + goods
    for count in range(len(gifts) + 1):
        assert kept_for(gifts[:count], gone) <= kept_for(gifts, gone)
    assert kept_for([], gone) == 0


def test_the_whole_worth_at_once_would_depend_on_the_order_of_refunds():
    """The control of the property above: the rule that comes to mind first does not have it."""
    one = gift(800, 2900, 1)

    def at_once(gifts, gone):
        (only,) = gifts
        return min(only.worth.minor, sum(gone.values())) if only.beyond(gone) else 0

    def borne(refunds) -> int:
        taken = 0
        for part, (_line, goods) in zip(kept_in_order([one], refunds, at_once), refunds, strict=True):
            taken += min(part, goods)
        return taken

    assert borne([(1, 1000), (1, 600)]) != borne([(1, 600), (1, 1000)])
    assert kept_in_order([one], [(1, 1000), (1, 600)]) == [200, 600]
    assert kept_in_order([one], [(1, 600), (1, 1000)]) == [0, 800]


def test_of_several_gifts_none_is_charged_before_its_own_step_is_broken():
    small, great = gift(5000, 900, 1), gift(0, 2900, 1)  # from 50.00 on, from 100.00 on

    assert kept_for([small, great], {1: 1000}) == 1000
    assert kept_for([small, great], {1: 5000}) == 2900
    assert kept_for([small, great], {1: 5400}) == 2900 + 400
    assert kept_for([small, great], {1: 9000}) == 2900 + 900


def gives(here, tin, at: int, quantity: int = 1) -> None:
    """The shop has given so many of a SKU, from so much (fen) on, for longer than any of these orders is old."""
    rule = {"at": at, "sku_id": tin.pk, "quantity": quantity}
    promotion("gift", shop=here, rule=rule, starts_at=NOON - 30 * DAY)


# Orders ---------------------------------------------------------------------------------------------------------------


def goods_with_gift(*, at: int = 10_000, quantity: int = 1, prices=("80.00", "40.00"), **given):
    """Goods of a shop that gives a tin worth 29.00 from 100.00 on; with the tin last."""
    here = shop(shipping_fee="8.00")
    tin = sku(price="29.00", shop=here, stock=10)
    wares = [sku(price=price, shop=here, stock=10, **given) for price in prices]
    gives(here, tin, at, quantity)
    return [*wares, tin]


def with_gift(journey=delivered_order, **given) -> tuple[Order, OrderLine, OrderLine, OrderLine]:
    pot, cup, tin = goods_with_gift(**given)
    order = journey(skus={pot: 1, cup: 1})
    of = {line.sku_id: line for line in order.lines.all()}
    return order, of[pot.pk], of[cup.pk], of[tin.pk]


def ask(line: OrderLine, kind="return", *, quantity=1, reason="changed_mind", now=NOON, **given) -> AfterSale:
    return asking.ask(
        line=line, kind=kind, quantity=quantity, reason=reason, text="…", by=line.order.shopper, now=now, **given
    )  # fmt: skip


def settled(case: AfterSale, *, gifts=None, now=NOON) -> AfterSale:
    """The shop agrees; what goes back comes back, whole unless ``gifts`` says what of them does."""
    case = answering.agree(case=case, by=a_person(), now=now)
    if case.status == Status.AWAITING_RETURN:
        case = returning.note_arrival(case=sent_back(case, now=now), by=a_person(), now=now)
        case = returning.inspect(case=case, sellable=case.quantity, gifts=gifts, by=a_person(), now=now)
    paid_back(now)
    case.refresh_from_db()
    return case


@pytest.mark.django_db
def test_the_line_of_a_gift_says_what_it_was_given_for_and_what_it_is_worth():
    _order, pot, cup, tin = with_gift()

    (part,) = tin.discount_parts
    assert part["gift"] == {"at": 10_000, "spent": 12_000, "pieces": 1, "of": sorted([pot.sku_id, cup.sku_id])}
    assert (tin.total, tin.gift_worth, tin.gifts_left) == (Money(0), Money(2900), 1)


@pytest.mark.django_db
def test_what_can_go_back_without_breaking_the_step_goes_back_whole():
    order = delivered_order(skus={goods_with_gift(prices=("60.00",))[0]: 2})
    case = settled(ask(order.lines.order_by("pk").first(), "refund", quantity=1, amount=Money(2000)))

    assert (case.refund, case.gift_charge) == (Money(2000), Money(0))
    assert verify_ledger().ok


@pytest.mark.django_db
def test_who_keeps_the_gift_pays_what_it_is_worth_out_of_her_refund():
    order, pot, _cup, tin = with_gift()
    with pytest.raises(GiftUndecided):
        ask(pot)
    assert not AfterSale.objects.exists()

    case = ask(pot, choice="keep")
    assert outlook_of(case).refund_if_kept == Money(5100)
    case = settled(case)

    assert (case.status, case.refund, case.gift_charge) == ("done", Money(5100), Money(2900))
    assert Refund.objects.get().amount == Money(5100)
    pot.refresh_from_db()
    tin.refresh_from_db()
    assert (pot.refunded, pot.kept_for_gifts, tin.gifts_left) == (Money(5100), Money(2900), 1)
    complete_order(order=order, now=NOON + 8 * DAY)
    paid_back(NOON + 8 * DAY)
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_gift_that_goes_back_with_the_goods_is_one_more_line_of_the_case_and_is_restocked():
    order, pot, _cup, tin = with_gift()

    case = settled(ask(pot, choice="back"), gifts={tin.pk: (1, 0)})

    assert (case.refund, case.gift_charge) == (Money(8000), Money(0))
    tin.refresh_from_db()
    assert (tin.gifts_left, tin.gifts_back, tin.refunded_quantity) == (0, 1, 1)
    assert Stock.objects.get(sku=tin.sku).on_hand == 10
    assert StockMovement.objects.filter(document=case.public_id, reason="return").count() == 2
    assert order.after_sales.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("found", "refund", "on_hand"), [((0, 1), 8000, 9), ((0, 0), 5100, 9), ((1, 0), 8000, 10)])
def test_a_damaged_gift_is_back_and_one_that_is_missing_is_kept(found, refund, on_hand):
    _order, pot, _cup, tin = with_gift()

    case = settled(ask(pot, choice="back"), gifts={tin.pk: found})

    assert case.refund == Money(refund)
    assert Stock.objects.get(sku=tin.sku).on_hand == on_hand
    assert verify_ledger().ok


@pytest.mark.django_db
def test_who_is_not_at_fault_keeps_the_gift():
    _order, pot, cup, tin = with_gift()

    assert settled(ask(pot, reason="damaged")).refund == Money(8533)  # with its part of the shipping fee
    assert settled(ask(cup, reason="defective")).refund == Money(4267)  # with the rest of it
    tin.refresh_from_db()
    assert tin.gifts_left == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("percent", "charge"), [(80, 0), (20, 2900)])
def test_the_mall_decides_whose_fault_it_was_and_so_about_the_gift(percent, charge):
    _order, pot, _cup, _tin = with_gift()
    case = with_evidence(before_the_mall(ask(pot, reason="damaged")))
    decided(case, liability_percent=percent, shipping_payer="shopper")
    from tests.orders.after_sales.cases import time_passes

    time_passes(NOON + 4 * DAY)

    case.refresh_from_db()
    assert (case.status, case.gift_charge, case.refund_goods) == ("done", Money(charge), Money(8000 - charge))


@pytest.mark.django_db
def test_only_the_money_back_means_that_she_keeps_the_gift_and_must_say_so():
    _order, pot, _cup, _tin = with_gift()

    for wrong in ("", "back"):
        with pytest.raises(GiftUndecided):
            ask(pot, "refund", choice=wrong)
    assert settled(ask(pot, "refund", choice="keep", amount=Money(6000))).refund == Money(3100)


@pytest.mark.django_db
def test_before_shipping_the_gift_stays_with_the_shop():
    order, pot, cup, tin = with_gift(paid_order)

    case = settled(ask(pot, "refund"))

    assert (case.refund, case.gift_charge) == (Money(8000), Money(0))
    assert Stock.objects.get(sku=tin.sku).reserved == 0
    assert Stock.objects.get(sku=cup.sku).reserved == 1
    settled(ask(cup, "refund"))
    order.refresh_from_db()
    assert (order.status, order.refunded) == ("canceled", order.total)
    assert verify_ledger().ok


@pytest.mark.django_db
@pytest.mark.parametrize("is_gift_sent", [True, False], ids=["the gift is on its way", "the gift is still here"])
def test_of_an_order_that_is_sent_in_part_the_gift_stays_where_it_is(is_gift_sent):  # O6
    order, pot, cup, tin = with_gift(paid_order)
    first = {cup.pk: 1} | ({tin.pk: 1} if is_gift_sent else {})
    ship_order(order=order, carrier="sf", tracking_number="SF123456789012", pieces=first, by=a_person(), now=NOON)

    case = settled(ask(pot, "refund", choice="keep" if is_gift_sent else ""))

    if is_gift_sent:  # whoever has it on her way pays what it is worth
        assert (case.refund, case.gift_charge) == (Money(5100), Money(2900))
    else:
        assert (case.refund, case.gift_charge) == (Money(8000), Money(0))
    tin.refresh_from_db()
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=tin.sku) == (9 if is_gift_sent else 10, 0)
    assert (tin.shipped_quantity, tin.dropped_quantity) == ((1, 0) if is_gift_sent else (0, 1))
    order.refresh_from_db()
    assert order.status == "shipped"
    assert verify_ledger().ok


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["late", "changed_mind"])
def test_an_order_of_which_only_the_gift_would_be_left_ends(reason):
    order = paid_order(skus={goods_with_gift(prices=("120.00",))[0]: 1})
    bought, tin = sorted(order.lines.all(), key=lambda line: line.gift_count)

    settled(ask(bought, "refund", reason=reason))

    order.refresh_from_db()
    assert (order.status, order.refunded) == ("canceled", order.total)
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=tin.sku) == (10, 0)


@pytest.mark.django_db
def test_a_whole_cancellation_returns_the_stock_of_the_gift():
    order, _pot, _cup, tin = with_gift(paid_order)
    assert Stock.objects.get(sku=tin.sku).reserved == 1

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    paid_back()

    assert Stock.objects.values_list("on_hand", "reserved").get(sku=tin.sku) == (10, 0)
    assert Refund.objects.get().amount == order.total
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_case_that_comes_to_nothing_frees_the_gift():
    _order, pot, _cup, tin = with_gift()
    case = ask(pot, choice="back")
    tin.refresh_from_db()
    assert tin.claimed_quantity == 1

    withdraw(case=case, by=case.shopper, now=NOON)

    tin.refresh_from_db()
    assert tin.claimed_quantity == 0
    assert settled(ask(pot, choice="back")).refund == Money(8000)


@pytest.mark.django_db
def test_who_asks_again_may_decide_otherwise():
    _order, pot, _cup, tin = with_gift()
    case = ask(pot, choice="back")
    answering.refuse(case=case, text="No.", by=a_person(), now=NOON)

    case = asking.revise(
        case=case, kind="refund", reason="changed_mind", text="Then this.", amount=Money(5000), choice="keep",
        by=case.shopper, now=NOON,
    )  # fmt: skip

    tin.refresh_from_db()
    assert tin.claimed_quantity == 0
    assert settled(case).refund == Money(2100)


@pytest.mark.django_db
@pytest.mark.parametrize("is_completed", [False, True])
def test_a_gift_that_was_paid_for_and_comes_back_after_all_brings_its_money_back(is_completed):
    order, pot, cup, tin = with_gift()
    if is_completed:
        order = complete_order(order=order, now=NOON + 7 * DAY)
        paid_back(NOON + 7 * DAY)
    settled(ask(pot, choice="keep", now=NOON + 7 * DAY + HOUR), now=NOON + 7 * DAY + HOUR)

    case = settled(ask(tin, reason="defective", now=NOON + 8 * DAY), now=NOON + 8 * DAY)

    assert (case.refund, case.gift_credit, case.refund_goods) == (Money(2900), Money(2900), Money(0))
    pot.refresh_from_db()
    assert (pot.refunded, pot.kept_for_gifts) == (Money(8000), Money(0))
    settled(ask(cup, now=NOON + 8 * DAY), now=NOON + 8 * DAY)
    order.refresh_from_db()
    assert order.refunded == order.total - order.shipping_fee
    assert verify_ledger().ok


@pytest.mark.django_db
def test_a_refund_of_which_the_gift_takes_everything_moves_no_money():
    order, _pot, cup, _tin = with_gift(prices=("99.00", "5.00"), at=10_400)
    order = complete_order(order=order, now=NOON + 7 * DAY)
    paid_back(NOON + 7 * DAY)

    case = settled(ask(cup, choice="keep", now=NOON + 7 * DAY), now=NOON + 7 * DAY)

    assert (case.status, case.refund, case.gift_charge) == ("done", Money(0), Money(500))
    assert not Refund.objects.exists()
    assert verify_ledger().ok


PLANS = list(itertools.permutations(["pot", "cup", "spoon"]))


@pytest.mark.django_db
@pytest.mark.parametrize("is_completed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_refunds_does_not_change_the_total_to_the_fen(seed, is_completed):
    """Three lines go back in every order, with discounts that the mall bears in part; twice the gift is kept (O8)."""
    chance = random.Random(seed)
    parts = {name: chance.randint(1, 99) for name in ("pot", "cup", "spoon")}
    totals = []
    for plan in PLANS[seed::3]:
        here = shop(shipping_fee="0.00")
        wares = {
            name: sku(price=price, shop=here, stock=5)
            for name, price in {"pot": "80.01", "cup": "20.02", "spoon": "9.99"}.items()
        }
        tin, bag = sku(price="29.00", shop=here, stock=5), sku(price="3.33", shop=here, stock=5)
        gives(here, tin, 9_000)
        gives(here, bag, 3_000, 2)
        order = delivered_order(skus=dict.fromkeys(wares.values(), 1))
        now = NOON
        if is_completed:
            now += 7 * DAY
            order = complete_order(order=order, now=now)
            paid_back(now)
        lines = {line.sku_id: line for line in order.lines.all()}
        for name in plan:
            line = lines[wares[name].pk]
            amount = Money(line.total.minor * parts[name] // 100 or 1)
            case = settled(ask(line, "refund", amount=amount, choice="keep", now=now), now=now)
            assert Money(0) <= case.refund <= amount
        order.refresh_from_db()
        totals.append(order.refunded.minor)
        assert sum(refund.amount.minor for refund in Refund.objects.filter(order=order)) == order.refunded.minor
    assert len(set(totals)) == 1
    assert verify_ledger().ok


@pytest.mark.django_db
def test_gifts_of_one_sku_go_back_one_after_the_other():
    here = shop(shipping_fee="0.00")
    pot, tin = sku(price="50.00", shop=here, stock=9), sku(price="29.00", shop=here, stock=9)
    for at in (5_000, 10_000):
        gives(here, tin, at)
    order = delivered_order(skus={pot: 2})
    of = {line.sku_id: line for line in order.lines.all()}
    assert [gift.at for gift in gifts_of(of.values())] == [Money(5_000), Money(10_000)]

    first = settled(ask(of[pot.pk], choice="back"))
    second = settled(ask(of[pot.pk], choice="keep"))

    assert [case.gifts.count() for case in (first, second)] == [1, 0]
    assert (first.refund, second.refund) == (Money(5000), Money(2100))
