"""Bargains (K1): opened, cut by friends, at their lowest price, bought, over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from marketing import tunables
from marketing.bargaining.bargains import (
    BargainOver,
    BargainsEnough,
    HelpedBefore,
    HelpedEnough,
    NotBargained,
    expire_bargains,
    help_cut,
    open_bargain,
    warn_bargains,
)
from marketing.bargaining.clockwork import follow_bargains
from marketing.bargaining.sequence import cuts, hash_of
from marketing.bargaining.showing import proof
from marketing.deals import DealGone
from marketing.models import Bargain, BargainUnits, Promotion, PromotionUse
from marketing.promotions import ChangedMeanwhile, save_promotion, stop_promotion
from marketing.rules import RuleMakesNoSense
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.checkout import DealWanted, place_order
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku
from tests.factories.marketing import bargaining, draft
from tests.factories.merchants import shop
from tests.journeys import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def opened(tea, who=None, *, now=NOON, **rule):
    return open_bargain(promotion=bargaining({tea: "60.00"}, **rule), sku=tea, shopper=who or shopper(), now=now)


def helped(bargain, times, *, now=NOON):
    for _number in range(times):
        help_cut(bargain=bargain, helper=shopper(), now=now)
    bargain.refresh_from_db()
    return bargain


def ordered(bargain, *, now=NOON):
    who = bargain.shopper
    wanted = DealWanted(bargain.public_id, bargain.sku.public_id, 1)
    where = who.addresses.first() or address(who)
    return place_order(shopper=who, checkout_key=uuid4(), address=where, wanted=wanted, now=now)


def set_to(tunable, value):
    tunable.turn(value, by=staff(), now=NOON)


def test_opening_one_freezes_its_terms_publishes_the_hash_and_makes_her_own_cut():  # K1
    tea, me = sku(price="100.00"), shopper()

    bargain = opened(tea, me, cuts=4, hours=24)

    first = cuts(bargain.seed, 4000, 4)[0]
    assert (bargain.price, bargain.floor, bargain.off) == (Money(10_000), Money(6000), Money(first))
    assert (bargain.status, bargain.cut_count, bargain.needed) == ("open", 1, 4)
    assert (bargain.seed_hash, bargain.ends_at) == (hash_of(bargain.seed), NOON + DAY)
    assert list(bargain.cuts.values_list("helper", "number")) == [(me.pk, 1)]


def test_friends_cut_by_the_sequence_and_the_last_one_reaches_the_lowest_price_exactly():  # K1
    bargain = opened(sku(price="100.00"), cuts=4)

    helped(bargain, 3, now=NOON + HOUR)

    assert [cut.amount.minor for cut in bargain.cuts.order_by("number")] == cuts(bargain.seed, 4000, 4)
    assert (bargain.now_at, bargain.status, bargain.reached_at) == (Money(6000), "reached", NOON + HOUR)
    assert proof(bargain).holds
    notice = Notice.objects.get(person=bargain.shopper)
    assert "¥60.00" in notice.title
    with pytest.raises(BargainOver):
        help_cut(bargain=bargain, helper=shopper(), now=NOON + HOUR)


def test_who_reaches_the_lowest_price_late_has_a_day_to_buy():
    bargain = opened(sku(price="100.00"), cuts=2, hours=24)

    helped(bargain, 1, now=NOON + 23 * HOUR)

    assert bargain.ends_at == NOON + 47 * HOUR


def test_one_person_helps_once_and_not_herself():
    bargain, friend = opened(sku(price="100.00"), cuts=5), shopper()
    help_cut(bargain=bargain, helper=friend, now=NOON)

    with pytest.raises(HelpedBefore):
        help_cut(bargain=bargain, helper=friend, now=NOON)
    with pytest.raises(HelpedBefore):
        help_cut(bargain=bargain, helper=bargain.shopper, now=NOON)

    assert bargain.cuts.count() == 2


def test_a_person_helps_so_often_a_day_and_again_tomorrow():
    set_to(tunables.BARGAIN_HELPS_PER_DAY, 2)
    promotion, friend = bargaining({(tea := sku(price="100.00")): "60.00"}), shopper()
    several = [open_bargain(promotion=promotion, sku=tea, shopper=shopper(), now=NOON) for _number in range(3)]
    for bargain in several[:2]:
        help_cut(bargain=bargain, helper=friend, now=NOON)

    with pytest.raises(HelpedEnough):
        help_cut(bargain=several[2], helper=friend, now=NOON + HOUR)
    help_cut(bargain=several[2], helper=friend, now=NOON + 13 * HOUR)

    assert several[2].cuts.count() == 2


def test_a_help_that_is_refused_does_not_count():
    set_to(tunables.BARGAIN_HELPS_PER_DAY, 1)
    over, friend = opened(sku(price="100.00"), hours=1), shopper()

    with pytest.raises(BargainOver):
        help_cut(bargain=over, helper=friend, now=NOON + 2 * HOUR)

    assert help_cut(bargain=opened(sku(price="100.00")), helper=friend, now=NOON)


def test_fresh_accounts_can_be_kept_from_helping():
    set_to(tunables.BARGAIN_HELPER_DAYS, 7)
    bargain = opened(sku(price="100.00"))

    with pytest.raises(HelpedEnough):
        help_cut(bargain=bargain, helper=shopper(joined_at=NOON - 6 * DAY), now=NOON)

    assert help_cut(bargain=bargain, helper=shopper(joined_at=NOON - 8 * DAY), now=NOON)


def test_so_many_at_a_time_for_a_person_and_an_item():
    tea, me = sku(price="100.00"), shopper()
    promotion = bargaining({tea: "60.00"}, most=2)
    first, second = (open_bargain(promotion=promotion, sku=tea, shopper=me, now=NOON) for _number in range(2))

    with pytest.raises(BargainsEnough):
        open_bargain(promotion=promotion, sku=tea, shopper=me, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bargain.objects.filter(pk=second.pk).update(slot=first.slot)

    expire_bargains(now=NOON + 4 * DAY)
    assert Bargain.objects.filter(status="expired").count() == 2


@pytest.mark.parametrize("why", ["stopped", "early", "over", "sold out", "quota", "cheap", "another item"])
def test_what_cannot_be_bargained_for_is_refused(why):
    tea = sku(price="100.00", stock=0 if why == "sold out" else 5)
    promotion = bargaining({tea: "60.00"}, quota=1)
    asked, now = tea, NOON
    match why:
        case "stopped":
            stop_promotion(promotion=promotion, by=staff(), now=NOON)
        case "early":
            now = NOON - 3 * DAY
        case "over":
            now = NOON + 90 * DAY
        case "quota":
            BargainUnits.objects.update(taken=1)
        case "cheap":
            tea.price = Money(6001)
            tea.save()
        case "another item":
            asked = sku(shop=tea.shop, price="100.00")

    with pytest.raises(NotBargained):
        open_bargain(promotion=promotion, sku=asked, shopper=shopper(), now=now)

    assert not Bargain.objects.exists()


# Buying


def test_at_the_lowest_price_it_is_bought_by_itself_and_takes_one_of_the_quota():  # K1
    bargain = helped(opened(sku(price="100.00"), cuts=2, quota=3), 1)

    group = ordered(bargain)
    (order,) = group.orders.all()
    pay(group)
    deliver_everything()

    bargain.refresh_from_db()
    line = order.lines.get()
    assert (line.total, line.quantity, order.deal) == (Money(6000), 1, bargain.public_id)
    assert (bargain.status, bargain.order_public_id) == ("bought", order.public_id)
    assert bargain.paid_at is not None
    assert BargainUnits.objects.get().taken == 1
    assert PromotionUse.objects.get().amount == Money(4000)
    with pytest.raises(DealGone):
        ordered(bargain)


def test_before_the_lowest_price_it_is_bought_only_where_the_shop_lets_her():
    strict, lenient = opened(sku(price="100.00"), cuts=4), opened(sku(price="100.00"), cuts=4, early=True)

    with pytest.raises(DealGone, match="3 more cuts"):
        ordered(strict)
    group = ordered(lenient)

    lenient.refresh_from_db()
    assert group.orders.get().lines.get().total == lenient.now_at
    assert lenient.status == "bought"
    with pytest.raises(BargainOver):
        help_cut(bargain=lenient, helper=shopper(), now=NOON)


def test_nobody_else_buys_her_bargain_and_nobody_two_pieces():
    bargain = helped(opened(sku(price="100.00"), cuts=2), 1)
    other = shopper()
    wanted = DealWanted(bargain.public_id, bargain.sku.public_id, 1)

    with pytest.raises(DealGone):
        place_order(shopper=other, checkout_key=uuid4(), address=address(other), wanted=wanted, now=NOON)
    with pytest.raises(DealGone):
        me = bargain.shopper
        wanted = DealWanted(bargain.public_id, bargain.sku.public_id, 2)
        place_order(shopper=me, checkout_key=uuid4(), address=address(me), wanted=wanted, now=NOON)

    assert BargainUnits.objects.get().taken == 0


def test_the_quota_goes_to_who_orders_first():  # K1: quota is taken when the order is placed
    tea = sku(price="100.00")
    promotion = bargaining({tea: "60.00"}, cuts=2, quota=1)
    first, second = (open_bargain(promotion=promotion, sku=tea, shopper=shopper(), now=NOON) for _number in range(2))
    helped(first, 1), helped(second, 1)

    ordered(second)

    with pytest.raises(DealGone, match="gone"):
        ordered(first)
    first.refresh_from_db()
    assert first.status == "reached"


def test_an_order_that_dies_unpaid_gives_unit_and_bargain_back_once():  # K1
    bargain = helped(opened(sku(price="100.00"), cuts=2), 1)
    ordered(bargain)

    close_unpaid_orders(now=NOON + HOUR)
    deliver_everything()
    deliver_everything()

    bargain.refresh_from_db()
    assert (bargain.status, bargain.order_public_id) == ("reached", "")
    assert BargainUnits.objects.get().taken == 0
    assert ordered(bargain, now=NOON + HOUR)


def test_an_order_that_was_paid_and_canceled_gives_the_unit_back_and_ends_the_bargain():
    bargain = helped(opened(sku(price="100.00"), cuts=2), 1)
    group = ordered(bargain)
    pay(group)
    deliver_everything()

    cancel_order(order=group.orders.get(), by=bargain.shopper, reason="", now=NOON + HOUR)
    deliver_everything()

    bargain.refresh_from_db()
    assert (bargain.status, BargainUnits.objects.get().taken) == ("expired", 0)


# The clock


def test_a_bargain_whose_time_is_over_expires_once():
    bargain = opened(sku(price="100.00"), hours=1)

    assert (expire_bargains(now=NOON), expire_bargains(now=NOON + HOUR), expire_bargains(now=NOON + HOUR)) == (0, 1, 0)

    bargain.refresh_from_db()
    assert (bargain.status, bargain.expired_at) == ("expired", NOON + HOUR)
    assert bargain.is_told


def test_its_shopper_is_told_once_that_it_ends_soon():
    bargain = opened(sku(price="100.00"), hours=24)

    assert [warn_bargains(now=NOON + hours * HOUR) for hours in (20, 21, 22)] == [0, 1, 0]

    assert Notice.objects.get(person=bargain.shopper).kind == "marketing.bargain_ending"
    assert follow_bargains(now=NOON + DAY) == {"ended": 1}


# What a shop may promise


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"prices": []}, "prices"),
        ({"cuts": 1}, "cuts"),
        ({"cuts": 51}, "cuts"),
        ({"hours": 0}, "hours"),
        ({"hours": 73}, "hours"),
        ({"most": 6}, "most"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_at_their_field(rule, field):
    tea = sku(price="100.00")
    whole = {"prices": [[tea.pk, 6000, 5]], "cuts": 5, "hours": 24, "most": 1} | rule

    with pytest.raises(RuleMakesNoSense) as refused:
        draft("bargain", shop=tea.shop, rule=whole)

    assert refused.value.details["field"] == field


def test_goods_that_cannot_be_bargained_for_are_refused():
    tea, visit = sku(price="100.00"), service_sku()
    given = {"cuts": 5, "hours": 24, "most": 1}

    for ware, floor in ((tea, 10_000), (tea, 9_996), (visit, 100)):
        with pytest.raises(RuleMakesNoSense):
            draft("bargain", shop=ware.shop, rule={"prices": [[ware.pk, floor, 5]], **given})
    bargaining({tea: "60.00"})
    with pytest.raises(RuleMakesNoSense, match="already"):
        bargaining({tea: "50.00"})


def test_a_started_one_stays_as_it_is_and_what_is_open_stays_promised_after_it_is_stopped():
    tea = sku(price="100.00")
    bargain = opened(tea, cuts=2, quota=2)
    promotion = Promotion.objects.get()
    same = {"promotion": promotion, "shop": tea.shop, "kind": "bargain", "name": promotion.name, "by": staff()}
    same |= {"starts_at": promotion.starts_at, "ends_at": promotion.ends_at, "now": NOON}

    with pytest.raises(ChangedMeanwhile):
        save_promotion(**same, rule=promotion.rule)
    stop_promotion(promotion=promotion, by=staff(), now=NOON)
    with pytest.raises(RuleMakesNoSense, match="at the moment"):
        other = sku(shop=tea.shop, price="80.00")
        save_promotion(**same, rule=promotion.rule | {"prices": [[other.pk, 5000, 2]]})
    save_promotion(**same, rule=promotion.rule | {"prices": [[tea.pk, 9000, 2]]})

    helped(bargain, 1)
    assert ordered(bargain).orders.get().lines.get().total == Money(6000)


def test_another_shops_goods_are_refused():
    tea = sku(price="100.00")

    with pytest.raises(RuleMakesNoSense):
        draft("bargain", shop=shop(), rule={"prices": [[tea.pk, 6000, 5]], "cuts": 5, "hours": 24, "most": 1})
