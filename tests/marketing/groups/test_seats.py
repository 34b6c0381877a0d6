"""Groups from the first seat to the goods on their way, or the money on its way back (K4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, override

from catalog.stock_check import verify_stock
from mall.events import deliver_everything
from mall.notifications.models import Notice
from marketing import tunables
from marketing.deals import DealGone, waiting_words
from marketing.groups import seats
from marketing.models import BuyingGroup, Coupon, DealUnits, PromotionUse, Seat
from marketing.promotions import ChangedMeanwhile, save_promotion, start_promotion, stop_promotion
from marketing.rules import RuleMakesNoSense
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.checkout import DealWanted, place_order
from orders.fulfillment import ship_order
from orders.models import Order, Refund
from orders.refunds import finish_refunds
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku
from tests.factories.marketing import coupon, draft, group_buying
from tests.journeys import paid_order, pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
RULE = {"size": 3, "hours": 24, "most": 1}


def placed(key, tea, who=None, *, quantity=1, now=NOON, **given):
    who = who or shopper()
    where = who.addresses.first() or address(who)
    group = place_order(
        shopper=who,
        checkout_key=uuid4(),
        address=where,
        now=now,
        wanted=DealWanted(key, tea.public_id, quantity),
        **given,
    )
    return group.orders.get()


def paid(key, tea, who=None, *, now=NOON, **given):
    order = placed(key, tea, who, now=now, **given)
    pay(order.group, now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


def group_of(order) -> BuyingGroup:
    return BuyingGroup.objects.get(public_id=order.deal)


def told(kind) -> set[int]:
    return set(Notice.objects.filter(kind=f"marketing.{kind}").values_list("person_id", flat=True))


@pytest.fixture
def tea():
    return sku(price="50.00", stock=20)


def test_the_last_paid_seat_completes_the_group_and_the_goods_may_leave(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    first = paid(sale.public_id, tea)
    group = group_of(first)
    second, third = paid(group.public_id, tea), placed(group.public_id, tea)

    assert (group.status, group.leader_id, group.ends_at) == ("open", first.shopper_id, NOON + 24 * HOUR)
    assert (first.awaits_deal, first.total - first.shipping_fee) == (True, first.goods_total - first.discount)
    assert (first.goods_total - first.discount).minor == 3000
    assert third.group.pay_by == NOON + tunables.GROUP_PAY_MINUTES.value * MINUTE
    assert "1" in waiting_words(group.public_id)
    pay(third.group)
    deliver_everything()

    group.refresh_from_db()
    assert (group.status, group.formed_how, group.seats_paid, group.missing) == ("formed", "full", 3, 0)
    orders = Order.objects.filter(deal=group.public_id)
    assert set(orders.values_list("awaits_deal", "deal_came_at")) == {(False, NOON)}
    assert told("group_formed") == {first.shopper_id, second.shopper_id, third.shopper_id}
    assert told("seat_confirmed") == {first.shopper_id, second.shopper_id}
    assert DealUnits.objects.get().taken == 3
    ship_order(order=second, carrier="sf", tracking_number="SF1234567890123", by=staff(), now=NOON)


def test_news_that_is_heard_twice_changes_nothing(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=2)
    first = paid(sale.public_id, tea)
    assert not seats.confirm_seat(order_id=first.public_id, now=NOON)
    assert group_of(first).seats_paid == 1

    cancel_order(order=first, reason="…", by=first.shopper, now=NOON)
    deliver_everything()
    assert not seats.free_seat(order_id=first.public_id, now=NOON)
    assert (DealUnits.objects.get().taken, group_of(first).status) == (0, "expired")


def test_a_group_whose_time_is_over_is_paid_back_whole_and_coupons_return(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    who = shopper()
    ticket = coupon(shop=tea.shop, holder=who, rule={"at": 1000, "off": 500})
    order = paid(sale.public_id, tea, who)
    group = group_of(order)
    unpaid = placed(group.public_id, tea, now=NOON + 24 * HOUR - MINUTE)
    ticket.refresh_from_db()
    assert ticket.status == Coupon.Status.USED
    assert unpaid.group.pay_by == group.ends_at

    assert seats.end_groups(now=group.ends_at - MINUTE) == {}
    assert seats.end_groups(now=group.ends_at) == {"expired": 1}
    assert seats.end_groups(now=group.ends_at) == {}
    deliver_everything()
    finish_refunds(now=group.ends_at)
    deliver_everything()

    order.refresh_from_db(), unpaid.refresh_from_db(), ticket.refresh_from_db(), group.refresh_from_db()
    assert (order.status, unpaid.status, group.status) == ("canceled", "canceled", "expired")
    with override(settings.LANGUAGE_CODE):
        assert order.cancel_reason == gettext("The group was not complete in time")
    assert Refund.objects.get(order=order).amount == order.total
    assert ticket.status == Coupon.Status.RETURNED
    assert not PromotionUse.objects.filter(returned_at=None).exists()
    assert (DealUnits.objects.get().taken, set(Seat.objects.values_list("status", flat=True))) == (0, {"freed"})
    assert group.seats_paid == 1  # what it had come to
    assert told("group_expired") == {who.pk}
    assert verify_stock()["ok"]


def test_the_mall_completes_a_group_only_where_the_rule_says_so_and_seats_stay_empty(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3, helped_percent=60)
    first = paid(sale.public_id, tea)
    helped = group_of(first)
    paid(helped.public_id, tea)
    lonely = group_of(paid(sale.public_id, tea))

    assert seats.end_groups(now=helped.ends_at) == {"helped": 1, "expired": 1}
    deliver_everything()

    helped.refresh_from_db(), lonely.refresh_from_db(), first.refresh_from_db()
    assert (helped.status, helped.formed_how, helped.seats_paid, helped.seats_taken) == ("formed", "helped", 2, 2)
    assert (lonely.status, lonely.seats_paid) == ("expired", 1)
    assert (first.awaits_deal, first.deal_came_at) == (False, helped.ends_at)
    assert Seat.objects.filter(group=helped).count() == 2
    assert len(told("group_helped")) == 2


def test_who_pays_after_the_mall_completed_the_group_has_her_goods_too(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=4, helped_percent=25)
    group = group_of(paid(sale.public_id, tea))
    late = placed(group.public_id, tea)
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    assert seats.end_groups(now=NOON) == {"helped": 1}

    pay(late.group)
    deliver_everything()

    late.refresh_from_db(), group.refresh_from_db()
    assert (late.awaits_deal, late.deal_came_at, group.seats_paid) == (False, NOON, 2)


def test_when_the_shop_stops_open_groups_end_at_once(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    order = paid(sale.public_id, tea)
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    with pytest.raises(DealGone):
        placed(order.deal, tea)

    assert seats.end_groups(now=NOON + MINUTE) == {"expired": 1}
    deliver_everything()
    order.refresh_from_db()
    assert order.status == "canceled"


def test_a_group_goes_on_when_who_opened_it_leaves(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=3)
    leader = paid(sale.public_id, tea)
    second = paid(leader.deal, tea)
    cancel_order(order=leader, reason="…", by=leader.shopper, now=NOON)
    deliver_everything()

    group = group_of(second)
    assert (group.status, group.seats_taken, group.seats_paid, group.free) == ("open", 1, 1, 2)
    paid(group.public_id, tea), paid(group.public_id, tea, leader.shopper)
    group.refresh_from_db()
    assert (group.status, group.formed_how) == ("formed", "full")


def test_what_is_canceled_after_the_group_is_complete_breaks_it_for_nobody(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=2)
    first = paid(sale.public_id, tea)
    second = paid(first.deal, tea)
    cancel_order(order=first, reason="…", by=first.shopper, now=NOON)
    deliver_everything()

    second.refresh_from_db()
    group = group_of(second)
    assert (group.status, group.seats_paid, group.seats_taken) == ("formed", 2, 2)
    assert (second.status, second.awaits_deal, DealUnits.objects.get().taken) == ("paid", False, 1)


def test_an_unpaid_seat_comes_free_after_its_minutes_and_a_late_payment_goes_back(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=2)
    group = group_of(paid(sale.public_id, tea))
    slow = placed(group.public_id, tea)
    with pytest.raises(DealGone, match="seats"):
        placed(group.public_id, tea)

    later = NOON + 16 * MINUTE
    close_unpaid_orders(now=later)
    deliver_everything()
    group.refresh_from_db()
    assert (group.seats_taken, group.seats_paid, DealUnits.objects.get().taken) == (1, 1, 1)
    paid(group.public_id, tea, now=later)
    group.refresh_from_db()
    assert group.status == "formed"
    assert not seats.confirm_seat(order_id=slow.public_id, now=later)


def test_nobody_joins_twice_nor_a_group_that_nobody_has_paid_for(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=4, most=5)
    who = shopper()
    first = placed(sale.public_id, tea, who)
    with pytest.raises(DealGone, match="not paid yet"):
        placed(first.deal, tea)
    pay(first.group)
    deliver_everything()
    with pytest.raises(DealGone, match="already"):
        placed(first.deal, tea, who)
    group = group_of(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(group=group, shopper=who, order_public_id="ord_x", pieces=1, reserved_at=NOON)


def test_a_person_has_at_most_so_many_pieces_over_all_groups(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=2, most=2)
    who = shopper()
    paid(sale.public_id, tea, who, quantity=2)
    with pytest.raises(DealGone, match="one person"):
        placed(sale.public_id, tea, who)
    with pytest.raises(DealGone, match="at most"):
        placed(sale.public_id, tea, quantity=3)


def test_no_more_units_than_the_quota(tea):
    sale = group_buying({tea: ("30.00", 2)}, size=5)
    first = paid(sale.public_id, tea)
    paid(first.deal, tea)
    with pytest.raises(DealGone, match="nothing left"):
        placed(first.deal, tea)


def test_only_newcomers_join_where_it_is_for_newcomers_and_anybody_opens(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=4, newcomers=True)
    other = group_buying({sku(price="50.00", stock=5, shop=tea.shop): ("30.00", 5)}, size=3, newcomers=True)
    regular = paid_order().shopper
    opened = paid(sale.public_id, tea, regular)
    with pytest.raises(DealGone, match="newcomers"):
        placed(opened.deal, tea, paid_order().shopper)

    fresh = shopper()
    joined = placed(opened.deal, tea, fresh)
    assert Seat.objects.get(order_public_id=joined.public_id).as_newcomer
    item = other.deal_units.get().sku
    elsewhere = paid(other.public_id, item)
    with pytest.raises(DealGone):  # one seat as a newcomer, also before it is paid
        placed(elsewhere.deal, item, fresh)

    cancel_order(order=joined, reason="…", by=fresh, now=NOON)
    deliver_everything()
    placed(elsewhere.deal, item, fresh)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"size": 1}, "size"),
        ({"size": 51}, "size"),
        ({"hours": 0}, "hours"),
        ({"hours": 73}, "hours"),
        ({"helped_percent": 100}, "helped_percent"),
        ({"most": 0}, "most"),
        ({"prices": []}, "prices"),
    ],
)
def test_terms_that_make_no_sense_are_refused(tea, wrong, field):
    rule = {"prices": [[tea.pk, 3000, 10]], **RULE} | wrong
    with pytest.raises(RuleMakesNoSense) as refused:
        draft("group_buying", shop=tea.shop, rule=rule)
    assert refused.value.details["field"] == field


def test_the_price_of_a_group_is_lower_and_its_goods_are_sent(tea):
    for item, price in ((tea, "50.00"), (service_sku(shop=tea.shop), "1.00")):
        with pytest.raises(RuleMakesNoSense) as refused:
            group_buying({item: (price, 5)})
        assert refused.value.details["field"] == "prices"


def test_what_is_announced_stays_while_it_runs(tea):
    sale = group_buying({tea: ("30.00", 10)}, size=2)
    given = {"shop": tea.shop, "kind": "group_buying", "name": sale.name, "by": staff(), "now": NOON}
    dates = {"starts_at": sale.starts_at, "ends_at": sale.ends_at}
    with pytest.raises(ChangedMeanwhile):
        save_promotion(promotion=sale, rule=sale.rule | {"size": 5}, **given, **dates)
    stop_promotion(promotion=sale, by=staff(), now=NOON)
    save_promotion(promotion=sale, rule=sale.rule | {"size": 5, "prices": [[tea.pk, 2900, 4]]}, **given, **dates)
    start_promotion(promotion=sale, by=staff(), now=NOON)
    order = paid(sale.public_id, tea)
    assert (group_of(order).size, DealUnits.objects.get().price.minor) == (5, 2900)
