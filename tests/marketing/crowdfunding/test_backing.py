"""Crowdfundings from the first support to the goods on their way, or the money on its way back (K1)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext, override

from mall.clock import business_date
from mall.events import deliver_everything
from mall.money import Money
from mall.notifications.models import Notice
from mall.refusals import Refusal
from marketing.crowdfunding import backing
from marketing.deals import DealGone, waiting_words
from marketing.models import Backing, Coupon, DealUnits, Funding
from marketing.promotions import CannotStart, ChangedMeanwhile, save_promotion, start_promotion, stop_promotion
from marketing.rules import RuleMakesNoSense
from orders.cancellation import cancel_order
from orders.checkout import DealWanted, place_order
from orders.models import Order, Refund
from orders.refunds import finish_refunds
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import coupon, crowdfunding, draft
from tests.journeys import pay

ONE_BY_ONE = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = timedelta(days=1)


def placed(project, lamp, who=None, *, quantity=1, now=NOON):
    who = who or shopper()
    where = who.addresses.first() or address(who)
    wanted = DealWanted(project.public_id, lamp.public_id, quantity)
    return place_order(shopper=who, checkout_key=uuid4(), address=where, now=now, wanted=wanted).orders.get()


def paid(project, lamp, who=None, *, now=NOON, **given):
    order = placed(project, lamp, who, now=now, **given)
    pay(order.group, now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


@pytest.fixture
def lamp():
    return sku(price="80.00", stock=50)


class TestOneByOne:
    pytestmark = ONE_BY_ONE

    def test_with_the_goal_everybodys_order_goes_on_and_ships_from_its_day(self, lamp):
        project = crowdfunding({lamp: ("50.00", 10)}, goal="100.00")
        first = paid(project, lamp)
        assert (first.awaits_deal, Funding.objects.get().raised) == (True, Money(5000))
        assert "50" in waiting_words(project.public_id)

        second = paid(project, lamp)
        funding = Funding.objects.get()
        assert (funding.status, funding.backer_count) == ("succeeded", 2)
        assert funding.ships_on == business_date(NOON) + 30 * DAY
        assert backing.follow_crowdfundings(now=NOON) == {"told": 2}
        assert backing.follow_crowdfundings(now=NOON) == {}
        deliver_everything()

        first.refresh_from_db(), second.refresh_from_db()
        assert (first.awaits_deal, first.promised_on) == (False, funding.ships_on)
        assert (second.awaits_deal, second.deal_came_at) == (False, NOON)
        told = Notice.objects.filter(kind="marketing.funding_succeeded").values_list("person_id", flat=True)
        assert set(told) == {first.shopper_id, second.shopper_id}
        assert not backing.confirm(order_id=first.public_id, now=NOON)

    def test_who_supports_after_the_goal_waits_for_nothing_and_who_leaves_takes_it_from_nobody(self, lamp):
        project = crowdfunding({lamp: ("50.00", 10)}, goal="50.00")
        first = paid(project, lamp)
        backing.follow_crowdfundings(now=NOON)
        deliver_everything()
        cancel_order(order=first, reason="…", by=first.shopper, now=NOON)
        deliver_everything()

        later = paid(project, lamp)
        later.refresh_from_db()
        assert (Funding.objects.get().status, later.awaits_deal) == ("succeeded", False)
        assert later.promised_on == business_date(NOON) + 30 * DAY
        assert DealUnits.objects.get().taken == 1

    def test_without_the_goal_everybody_is_paid_back_and_coupons_return(self, lamp):
        project = crowdfunding({lamp: ("50.00", 10)}, goal="500.00")
        who = shopper()
        ticket = coupon(shop=lamp.shop, holder=who, rule={"at": 1000, "off": 500})
        order = paid(project, lamp, who)
        unpaid = placed(project, lamp, now=project.ends_at - timedelta(minutes=3))
        ticket.refresh_from_db()
        assert (ticket.status, Funding.objects.get().raised) == (Coupon.Status.USED, Money(5000))
        assert unpaid.group.pay_by == project.ends_at

        assert backing.follow_crowdfundings(now=project.ends_at - timedelta(minutes=1)) == {}
        assert backing.follow_crowdfundings(now=project.ends_at) == {"failed": 1, "told": 2}
        deliver_everything()
        finish_refunds(now=project.ends_at)
        deliver_everything()

        order.refresh_from_db(), unpaid.refresh_from_db(), ticket.refresh_from_db()
        assert (order.status, unpaid.status) == ("canceled", "canceled")
        with override(settings.LANGUAGE_CODE):
            assert order.cancel_reason == gettext("The crowdfunding did not reach its goal in time")
        assert Refund.objects.get(order=order).amount == order.total
        assert ticket.status == Coupon.Status.RETURNED
        assert (DealUnits.objects.get().taken, set(Backing.objects.values_list("status", flat=True))) == (0, {"freed"})

    def test_telling_may_be_killed_and_goes_on_where_it_was(self, lamp, monkeypatch):
        monkeypatch.setattr(backing, "TOLD_AT_ONCE", 2)
        project = crowdfunding({lamp: ("50.00", 10)}, goal="500.00")
        for _number in range(5):
            paid(project, lamp)
        monkeypatch.setattr(backing, "MOST_BATCHES", 1)  # killed after one batch
        assert backing.follow_crowdfundings(now=project.ends_at) == {"failed": 1, "told": 2}
        assert backing.follow_crowdfundings(now=project.ends_at) == {"told": 2}
        assert backing.follow_crowdfundings(now=project.ends_at) == {"told": 1}
        assert backing.follow_crowdfundings(now=project.ends_at) == {}
        deliver_everything()
        assert set(Order.objects.values_list("status", flat=True)) == {"canceled"}

    def test_while_it_is_open_a_canceled_support_does_not_count(self, lamp):
        project = crowdfunding({lamp: ("50.00", 10)}, goal="100.00")
        order = paid(project, lamp)
        cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
        deliver_everything()
        funding = Funding.objects.get()
        assert (funding.raised, funding.backer_count, DealUnits.objects.get().taken) == (Money(0), 0, 0)
        assert not backing.free(order_id=order.public_id, now=NOON)

    def test_what_is_stopped_has_failed_and_is_not_started_again(self, lamp):
        project = crowdfunding({lamp: ("50.00", 10)}, goal="100.00")
        order = paid(project, lamp)
        stop_promotion(promotion=project, by=staff(), now=NOON)
        with pytest.raises(DealGone):
            placed(project, lamp)
        assert backing.follow_crowdfundings(now=NOON) == {"failed": 1, "told": 1}
        deliver_everything()
        order.refresh_from_db()
        assert order.status == "canceled"
        with pytest.raises(CannotStart):
            start_promotion(promotion=project, by=staff(), now=NOON)
        with pytest.raises(ChangedMeanwhile):
            save_promotion(
                promotion=project, shop=lamp.shop, kind="crowdfunding", name=project.name, by=staff(), now=NOON,
                rule=project.rule, starts_at=project.starts_at, ends_at=project.ends_at,
            )  # fmt: skip

    def test_no_more_than_the_quota_and_what_one_person_may_have(self, lamp):
        project = crowdfunding({lamp: ("50.00", 3)}, goal="150.00", most=2)
        who = shopper()
        paid(project, lamp, who, quantity=2)
        with pytest.raises(DealGone, match="one person"):
            placed(project, lamp, who)
        paid(project, lamp)
        with pytest.raises(DealGone):
            placed(project, lamp)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"goal": 0}, "goal"), ({"goal": 50_001}, "goal"), ({"ships_in_days": 181}, "ships_in_days"),
         ({"ships_in_days": None}, "ships_in_days"), ({"prices": []}, "prices")],
    )  # fmt: skip
    def test_terms_that_make_no_sense_are_refused(self, lamp, wrong, field):
        rule = {"prices": [[lamp.pk, 5000, 10]], "goal": 10_000, "ships_in_days": 30, "most": 1} | wrong
        with pytest.raises(RuleMakesNoSense) as refused:
            draft("crowdfunding", shop=lamp.shop, rule=rule)
        assert refused.value.details["field"] == field


def test_on_many_connections_no_more_than_the_quota_and_every_fen_is_counted(committed_db):
    lamp = sku(price="80.00", stock=50)
    project = crowdfunding({lamp: ("50.00", 6)}, goal="300.00")
    people = [shopper() for _number in range(24)]
    for who in people:
        address(who)

    def support(number):
        try:
            for who in people[number::6]:
                with suppress(Refusal):
                    order = placed(project, lamp, who)
                    backing.confirm(order_id=order.public_id, now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(support, range(6)))

    funding = Funding.objects.get()
    assert (DealUnits.objects.get().taken, Order.objects.count()) == (6, 6)
    assert (funding.raised, funding.backer_count, funding.status) == (Money(30_000), 6, "succeeded")
