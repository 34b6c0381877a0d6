"""Tiers (M8): turnover and repurchase within the category, once a month."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.money import Money
from merchants import growth, tiers
from merchants.models import DailyFacts, HealthScore, ShopActivity, TierRecord
from merchants.tiers import latest_tier, next_steps, rank_month
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DAY = timedelta(days=1)


def seller(turnover, *, category="tea", buyers=(), **fields):
    """A shop with so much turnover (fen) last week; ``buyers`` are how often each of its buyers bought."""
    place = shop(opened_at=NOON - 300 * DAY, **fields)
    ShopActivity.objects.filter(shop=place).update(category=category)
    if turnover:
        DailyFacts.objects.create(shop=place, on=MARCH - 5 * DAY, paid_orders=1, paid_amount=turnover)
    for person, orders in enumerate(buyers):
        for order in range(orders):
            growth.write(
                shop_id=place.public_id, name="OrderPaid", subject=f"ord_{place.pk}_{person}_{order}",
                at=NOON - 5 * DAY, shopper_id=person + 1,
            )  # fmt: skip
    return place


def tier_of(place):
    return TierRecord.objects.get(shop=place, month=MARCH).tier


def test_ten_shops_are_two_head_five_waist_three_tail():
    places = [seller(100_000 * (10 - number)) for number in range(10)]

    assert (rank_month(month=MARCH, now=NOON), rank_month(month=MARCH, now=NOON)) == (10, 0)

    assert [tier_of(place) for place in places] == ["head"] * 2 + ["waist"] * 5 + ["tail"] * 3
    assert [TierRecord.objects.get(shop=place).place for place in places] == list(range(1, 11))


def test_shops_are_compared_within_their_category():
    small_in_tea, lone_in_toys = [seller(10_000), seller(9_000_000)][0], seller(100, category="toys")

    rank_month(month=MARCH, now=NOON)

    assert (tier_of(small_in_tea), tier_of(lone_in_toys)) == ("waist", "head")


def test_who_sold_nothing_is_in_the_tail_even_alone():
    place = seller(0, category="hats")

    rank_month(month=MARCH, now=NOON)

    assert tier_of(place) == "tail"


def test_buyers_who_come_back_lift_a_shop_over_one_with_the_same_turnover():
    loyal, passing = seller(1000, buyers=(2, 3, 1)), seller(1000, buyers=(1, 1, 1, 1))

    rank_month(month=MARCH, now=NOON)

    records = {record.shop: record for record in TierRecord.objects.select_related("shop")}
    assert (records[loyal].place, records[passing].place) == (1, 2)
    assert (records[loyal].buyers, records[loyal].repeat_buyers, records[loyal].repurchase_percent) == (3, 2, 66.7)
    assert records[passing].repeat_buyers == 0


def test_only_the_90_days_before_the_month_count_and_refunds_are_taken_off():
    place = seller(1000)
    for on, amount in [(MARCH - 91 * DAY, 7), (MARCH - 90 * DAY, 50), (MARCH, 9999)]:
        DailyFacts.objects.create(shop=place, on=on, paid_amount=amount, refunded_amount=20 if amount == 50 else 0)

    rank_month(month=MARCH, now=NOON)

    assert TierRecord.objects.get().turnover == Money(1030)


def test_page_says_what_it_takes_to_move_up(client):
    head, tail = seller(1_000_000, buyers=(2,)), seller(10, owner=(owner := shopper()))
    for number in range(8):
        seller(1000 + number)
    rank_month(month=MARCH, now=NOON)
    client.force_login(owner)

    page = client.get(reverse("backoffice:merchants:conduct", args=[tail.slug]))

    record = latest_tier(tail)
    assert (record.tier, record.next_turnover) == ("tail", Money(1002))
    assert page.context["steps"] == next_steps(record) and "10.02" in page.context["steps"][0]
    assert next_steps(latest_tier(head)) == []


def test_head_opens_reserved_placements_unless_it_is_barred():
    head, tail = seller(1_000_000), seller(0)
    rank_month(month=MARCH, now=NOON)

    assert (tiers.opens(head, "reserved_placements"), tiers.opens(tail, "reserved_placements")) == (True, False)
    HealthScore.objects.create(shop=head, month=MARCH, score=59, measures=[], sheet_version=2, scored_at=NOON)
    assert not tiers.opens(head, "reserved_placements")


def test_change_of_tier_is_announced_once():
    place = seller(1000)
    rank_month(month=MARCH, now=NOON)
    rank_month(month=APRIL, now=NOON + 31 * DAY)
    deliver_everything()

    told = OutboxEvent.objects.filter(name="TierChanged").values_list("payload", flat=True)
    assert [(event["tier"], event["tier_before"]) for event in told] == [("head", "")]
    assert TierRecord.objects.filter(shop=place).count() == 2


def test_leaving_closed_and_later_shops_are_not_ranked():
    shop(status="exiting"), shop(status="closed"), shop(opened_at=NOON)

    assert rank_month(month=MARCH, now=NOON) == 0


@pytest.mark.parametrize("count", [1, 12])
def test_all_shops_are_ranked_in_one_statement(count, django_assert_num_queries):
    for number in range(count):
        seller(number)

    with django_assert_num_queries(5):  # tunables; the statement; outbox; savepoint around them
        assert rank_month(month=MARCH, now=NOON) == count
