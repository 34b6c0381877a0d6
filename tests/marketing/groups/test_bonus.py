"""K4: what who opened a group gets when it came together, and when she does not (behaviours 2.25)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from mall.events import deliver_everything
from mall.notifications.models import Notice
from marketing import tasks, tunables
from marketing.groups import bonus
from marketing.models import BuyingGroup, Coupon
from marketing.rules import RuleMakesNoSense
from orders.after_sales import answering, asking
from orders.fulfillment import mark_delivered, ship_order
from orders.models import Order
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import shopper
from tests.factories.catalog import sku
from tests.factories.marketing import group_buying, promotion
from tests.factories.merchants import shop
from tests.journeys import pay
from tests.marketing.groups.test_seats import placed
from tests.orders.after_sales.cases import paid_back

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("in_english")


def offered(**given):
    here = shop(shipping_fee="0.00")
    tea = sku(price="50.00", shop=here, stock=20)
    days = {"starts_at": NOON - DAY, "ends_at": NOON + 3000 * DAY}
    thanks = promotion("coupon", shop=here, audience="chosen", is_open=False, **days, **given)
    sale = group_buying({tea: ("30.00", 10)}, leader_coupon=thanks.pk)
    return tea, sale, thanks


def came_together(**given):
    """The orders of who opened a group and of who joined it; both have arrived."""
    tea, sale, thanks = offered(**given)
    first = _paid(placed(sale.public_id, tea))
    second = _paid(placed(first.deal, tea))
    for order in (first, second):
        ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=shopper(), now=NOON)
        order.refresh_from_db()
        mark_delivered(order=order, by=order.shopper, now=NOON + DAY)
    deliver_everything()
    return first, second, thanks


def _paid(order):
    pay(order.group)
    deliver_everything()
    order.refresh_from_db()
    return order


def send_back(order, now):
    case = asking.ask(
        line=order.lines.get(), kind="refund", reason="damaged", quantity=1, text="…", by=order.shopper, now=now
    )
    answering.agree(case=case, by=shopper(), now=now)
    paid_back(now)


@pytest.mark.django_db
def test_who_opened_the_group_gets_her_coupon_after_her_days_and_once():
    first, second, thanks = came_together()
    due = NOON + DAY + timedelta(days=tunables.LEADER_BONUS_DAYS.value)

    assert bonus.give_due(now=due - timedelta(seconds=1)) == {}
    assert bonus.give_due(now=due) == {"bonuses": 1}
    assert bonus.give_due(now=due + DAY) == {}

    given = Coupon.objects.get()
    assert (given.promotion, given.shopper, given.given_for) == (thanks, first.shopper, first.public_id)
    assert Notice.objects.filter(person=first.shopper, kind="marketing.coupon_given").count() == 1
    assert not bonus.delivered(order_id=first.public_id, now=due)
    assert not bonus.delivered(order_id=second.public_id, now=due)


@pytest.mark.django_db
@pytest.mark.parametrize("whose", [0, 1])
def test_money_that_went_back_of_her_order_takes_it_and_of_another_one_does_not(whose):
    orders = came_together()
    send_back(orders[whose], NOON + 2 * DAY)

    assert bonus.give_due(now=NOON + 30 * DAY) == ({} if whose == 0 else {"bonuses": 1})


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "then"), [("held", "revoked"), ("used", "used")])
def test_what_goes_back_afterwards_withdraws_an_unused_coupon(status, then):
    first, _second, _thanks = came_together()
    send_case_at = NOON + 15 * DAY
    case = asking.ask(
        line=first.lines.get(), kind="refund", reason="damaged", quantity=1, text="…", by=first.shopper,
        now=send_case_at,
    )  # fmt: skip
    bonus.give_due(now=NOON + 16 * DAY)
    if status == "used":
        Coupon.objects.update(status="used", used_at=NOON, locked_for="grp_x")

    answering.agree(case=case, by=shopper(), now=NOON + 16 * DAY)
    paid_back(NOON + 16 * DAY)

    assert Coupon.objects.get().status == then
    assert not bonus.refunded(order_id=first.public_id, now=NOON + 17 * DAY)
    assert bonus.give_due(now=NOON + 30 * DAY) == {}


@pytest.mark.django_db
def test_a_group_that_came_to_nothing_and_a_campaign_without_coupons_give_none():
    tea, sale, _thanks = offered()
    order = _paid(placed(sale.public_id, tea))
    assert not bonus.delivered(order_id=order.public_id, now=NOON)

    came_together(total_limit=1)
    group = BuyingGroup.objects.exclude(bonus_due_at=None).get()
    group.bonus.claimed_count = 1
    group.bonus.save(update_fields=["claimed_count"])

    assert bonus.give_due(now=NOON + 30 * DAY) == {"without": 1}
    assert bonus.give_due(now=NOON + 31 * DAY) == {}


@pytest.mark.django_db
def test_it_is_said_before_she_opens_a_group_and_on_its_page(client):
    tea, sale, thanks = offered()
    order = _paid(placed(sale.public_id, tea))

    page = client.get(
        reverse("storefront:marketing:group", args=[order.deal]), headers={"accept-language": "en"}
    ).content.decode()

    assert f"gets the coupon “{thanks.name}” 15 days after" in page


@pytest.mark.django_db
def test_only_coupons_of_the_shop_that_are_sent_can_be_promised():
    tea = sku(price="50.00", stock=20)
    with pytest.raises(RuleMakesNoSense):
        group_buying({tea: ("30.00", 10)}, leader_coupon=promotion("coupon", shop=tea.shop).pk)


def test_on_many_connections_it_is_given_once(committed_db):
    came_together()

    def give(_number):
        try:
            return bonus.give_due(now=NOON + 30 * DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(give, range(6)))

    assert sum(outcome.get("bonuses", 0) for outcome in outcomes) == 1
    assert Coupon.objects.count() == 1
    assert Order.objects.count() == 2
    assert not tasks.follow_groups()
