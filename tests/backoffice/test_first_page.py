"""The shop's first page: what waits for the person, and how the period went against the one before."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from catalog import products
from mall import clock
from mall.backoffice.figures import figures_of
from mall.backoffice.periods import Period, period_asked
from mall.backoffice.todo import age, todos
from mall.clock import business_date
from mall.money import Money
from merchants.models import HealthScore, Seat
from orders.checkout import place_order
from orders.payments import start_payment
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, filled_cart, paid_order, placed_order

pytestmark = pytest.mark.django_db
TODAY = business_date(NOON)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return shop(owner=shopper(), last_paid_at=NOON)


def waiting(place, now=NOON, role="owner"):
    chair = place.seats.filter(role=role).first() or seat(place, shopper(), role)
    return [(todo.tone, todo.title, todo.detail) for todo in todos(place, chair, now)]


def test_nothing_waits_in_a_fresh_shop(place):
    assert waiting(place) == []


def test_orders_to_ship_are_told_with_the_age_of_the_oldest(place):
    goods = sku(shop=place)
    paid_order(skus={goods: 1}, now=NOON - timedelta(hours=50))
    paid_order(skus={goods: 1}, now=NOON)

    assert waiting(place) == [("bad", "2 orders to ship", "The oldest has waited 2 days. 1 is overdue.")]


def test_unpaid_orders_that_close_soon_are_told(place):
    placed_order(skus={sku(shop=place): 1}, now=NOON)

    assert waiting(place, NOON + timedelta(minutes=19)) == []
    assert waiting(place, NOON + timedelta(minutes=21))[0][:2] == ("info", "1 unpaid order closes soon")


def test_goods_that_need_care_are_told(place):
    sku(product=product(shop=place), stock=3)
    sku(product=product(shop=place), stock=0)
    sku(product=product(shop=place, status="off_sale"), stock=0)
    refused = sku(product=product(shop=place, status="in_review")).product
    products.refuse_product(product=refused, note="Picture", by=shopper(), now=NOON)

    assert [line[:2] for line in waiting(place)] == [
        ("bad", "1 product is sold out"),
        ("warn", "1 product needs correction"),
        ("warn", "1 product is low in stock"),
    ]


def test_measures_below_par_are_named(place):
    measures = [
        {"name": "completion", "numerator": 1, "denominator": 2, "value": 0.5, "points": 2, "weight": 25},
        {"name": "rating", "numerator": 5, "denominator": 1, "value": 5, "points": 25, "weight": 25},
    ]
    HealthScore.objects.create(
        shop=place, month=date(2026, 3, 1), score=27, measures=measures, sheet_version=1, scored_at=NOON
    )

    assert waiting(place) == [("bad", "1 measure of the shop's health is below par", "Orders completed")]


def test_an_idle_shop_hears_when_it_will_be_frozen(place):
    assert waiting(place, NOON + timedelta(days=31))[0] == (
        "bad", "Without a paid order the shop is frozen on 1 May", "31 days without one."
    )  # fmt: skip


def test_money_that_comes_is_told_to_who_may_see_it(place):
    completed_order(skus={sku(shop=place, price="100.00"): 1}, now=NOON)

    told = [line[1] for line in waiting(place) if "available" in line[1]]
    assert told == ["¥95.00 becomes available on 9 Mar"]
    assert not [line for line in waiting(place, role=Seat.Role.READER) if "available" in line[1]]


def test_the_figures_of_a_period_stand_against_the_one_before(place):
    goods = sku(shop=place, price="10.00")
    buyer = shopper()
    paid_order(shopper=buyer, skus={goods: 1}, now=NOON)
    paid_order(shopper=buyer, skus={goods: 2}, now=NOON - timedelta(days=1))
    paid_order(skus={goods: 3}, now=NOON - timedelta(days=8))
    paid_order(skus={goods: 9}, now=NOON - timedelta(days=20))
    paid_order(skus={sku(price="77.00"): 1}, now=NOON)  # of another shop

    told = figures_of(place, place.seats.get(), Period(TODAY - timedelta(days=6), TODAY))

    assert [(figure.label, figure.value, figure.before, figure.change) for figure in told.figures] == [
        ("Paid amount", Money(3_000), Money(3_000), 0),
        ("Paid orders", 2, 1, 100),
        ("Buyers", 1, 1, 0),
        ("Average order", Money(1_500), Money(3_000), -50),
    ]
    amounts, orders, best = told.charts
    assert [series.values for series in amounts.series] == [[0, 0, 0, 0, 0, 2000, 1000], [0, 0, 0, 0, 0, 3000, 0]]
    assert [series.values for series in orders.series] == [[0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 1, 0]]
    assert (best.labels, best.series[0].values) == ([str(goods.product.title)], [3_000])
    assert len(amounts.labels) == 7


def test_a_role_that_sees_no_orders_has_no_figures(place):
    class Nobody:
        def can(self, right):
            return False

    assert figures_of(place, Nobody(), Period(TODAY, TODAY)).charts == []


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({}, Period(date(2026, 2, 24), date(2026, 3, 2), "7")),
        ({"days": "1"}, Period(TODAY, TODAY, "1")),
        ({"days": "8"}, Period(date(2026, 2, 24), date(2026, 3, 2), "7")),
        ({"from": "2026-02-01", "to": "2026-02-28"}, Period(date(2026, 2, 1), date(2026, 2, 28))),
        ({"from": "2026-02-20"}, Period(date(2026, 2, 20), TODAY)),
        ({"to": "2026-02-20"}, Period(date(2026, 2, 20), date(2026, 2, 20))),
        ({"from": "2027-01-01", "to": "2028-01-01"}, Period(TODAY, TODAY)),
        ({"from": "2020-01-01", "to": "2026-03-02"}, Period(date(2025, 3, 2), TODAY)),
        ({"from": "x", "to": "9999-99-99"}, Period(date(2026, 2, 24), date(2026, 3, 2), "7")),
    ],
)
def test_the_period_that_an_address_asks_for(asked, period):
    assert period_asked(asked, today=TODAY) == period


def test_the_period_before_is_as_long_and_ends_the_day_before():
    assert Period(date(2026, 3, 1), date(2026, 3, 7)).before == Period(date(2026, 2, 22), date(2026, 2, 28))


def test_ages_are_told_in_their_largest_unit():
    spans = [timedelta(0), timedelta(minutes=59), timedelta(hours=47), timedelta(days=2, hours=23)]

    assert [age(span) for span in spans] == ["0 minutes", "59 minutes", "47 hours", "2 days"]


def overview(client, place, **asked):
    client.force_login(place.seats.get(role="owner").user)
    return client.get(reverse("backoffice:merchants:dashboard", args=[place.slug]), asked)


def test_each_chart_has_its_table_and_its_csv(client, place):
    paid_order(skus={sku(shop=place, price="10.00"): 1}, now=clock.now())

    shown = overview(client, place)
    download = overview(client, place, csv="paid_amount")

    assert [chart.key for chart in shown.context_data["charts"]] == ["paid_amount", "paid_orders", "best_sellers"]
    assert "csv=best_sellers" in shown.content.decode()
    assert download["Content-Type"] == "text/csv; charset=utf-8"
    assert "10.00" in download.content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_the_same_for_one_order_and_three(client, place, many, django_assert_num_queries):
    for _number in range(many):
        paid_order(skus={sku(shop=place): 1}, now=clock.now())
    overview(client, place)

    with django_assert_num_queries(35):
        client.get(reverse("backoffice:merchants:dashboard", args=[place.slug]), {"days": "90"})


def test_payments_under_way_do_not_count(place):
    buyer = filled_cart(skus={sku(shop=place): 1})
    group = place_order(
        shopper=buyer, checkout_key="6f1f8f0e-0d0e-4a52-9d8e-1f2f3f4f5f6f", address=buyer.addresses.first(), now=NOON
    )
    start_payment(group=group, channel="sandbox", now=NOON)

    assert [figure.value for figure in figures_of(place, place.seats.get(), Period(TODAY, TODAY)).figures] == [
        Money(0), 0, 0, Money(0)
    ]  # fmt: skip
