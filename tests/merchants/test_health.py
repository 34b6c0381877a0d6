import random
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db.models import Sum
from django.utils.translation import override

from mall import tunables
from mall.clock import start_of
from mall.events.models import OutboxEvent
from merchants import growth
from merchants.health import SHEET, explained, latest_scores, recent_facts, score_month, shares
from merchants.models import DailyFacts, HealthScore, Shop, ShopActivity
from merchants.tunables import GRACE_DAYS, PRIOR, WEIGHTS
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.factories.merchants import merchant, shop

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh_tunables():
    tunables.registry.forget()
    yield
    tunables.registry.forget()


def facts(place, on=MARCH - DAY, **counts):
    return DailyFacts.objects.create(shop=place, on=on, **counts)


def measures(place) -> dict[str, dict]:
    return {line["name"]: line for line in HealthScore.objects.get(shop=place).measures}


# An independent reference: the sheet in exact fractions, one shop after the other

REFERENCE = [  # name, numerator, denominator, target, floor, weight, shrunk
    ("completion", "completed", "finished", Fraction(98, 100), Fraction(80, 100), 20, True),
    ("cancellations", "canceled", "paid", Fraction(1, 100), Fraction(10, 100), 10, True),
    ("shipping", "hours", "shipped", Fraction(24), Fraction(72), 20, True),
    ("rating", "stars", "reviews", Fraction(48, 10), Fraction(3), 20, True),
    ("response", "answer_hours", "answered", Fraction(12), Fraction(48), 10, True),
    ("returns", "sent_back", "shipped", Fraction(5, 100), Fraction(30, 100), 5, True),
    ("complaints", "complained", "paid", Fraction(5, 1000), Fraction(5, 100), 5, True),
    ("freshness", "busy_days", "days", Fraction(4, 30), Fraction(0), 10, False),
]


def hundredths(number: Fraction) -> Fraction:
    """Rounded to two decimals, half up."""
    return Fraction((number * 200 + 1) // 2, 100)


def reference(days_of: dict[Shop, list[DailyFacts]], month: date) -> dict[Shop, tuple[Fraction, dict]]:
    start, first = start_of(month), month - timedelta(days=30)
    counts = {}
    for place, days in days_of.items():
        if place.status == "closed" or place.opened_at >= start:
            continue
        window = [day for day in days if first <= day.on < month]
        total = {
            name: sum(day.__dict__[field] for day in window)
            for name, field in {
                "completed": "completed_orders", "canceled": "canceled_paid_orders", "paid": "paid_orders",
                "hours": "shipping_hours", "shipped": "shipped_orders", "stars": "review_stars",
                "reviews": "review_count", "answered": "answered_cases", "seconds": "answer_seconds",
                "sent_back": "returns", "complained": "complaints",
            }.items()
        }  # fmt: skip
        total["answer_hours"] = Fraction((total["seconds"] * 20 + 3600) // 7200, 10)  # tenths, half up
        total["finished"] = total["completed"] + total["canceled"]
        total["busy_days"] = sum(day.product_updates > 0 for day in window)
        open_for = start - place.opened_at
        total["days"] = min(30, -(-open_for // DAY))
        counts[place] = total
    category_of = dict(ShopActivity.objects.values_list("shop", "category"))
    mean = reference_means(counts, category_of)
    scores = {}
    for place, total in counts.items():
        lines = {}
        for name, above, below, target, floor, weight, shrunk in REFERENCE:
            prior = 20 if shrunk else 0
            value = (total[above] + prior * mean[name, category_of[place.pk]]) / Fraction(total[below] + prior)
            fraction = min(Fraction(1), max(Fraction(0), (value - floor) / (target - floor)))
            lines[name] = (value, hundredths(weight * fraction))
        score = sum(points for _value, points in lines.values())
        in_grace = place.opened_at > start - timedelta(days=30)
        scores[place] = (max(score, Fraction(60)) if in_grace else score, lines)
    return scores


def reference_means(counts: dict[Shop, dict], category_of: dict[int, str]) -> dict[tuple[str, str], Fraction]:
    """Of each measure in each category, drawn towards the mean of all shops."""
    means = {}
    for name, above, below, target, _floor, _weight, shrunk in REFERENCE:
        everybody = sum(total[below] for total in counts.values())
        of_all = Fraction(sum(total[above] for total in counts.values()), everybody) if everybody else target
        for category in {category_of[place.pk] for place in counts}:
            theirs = [total for place, total in counts.items() if category_of[place.pk] == category]
            prior = 20 if shrunk else 0
            weight = sum(total[below] for total in theirs) + prior
            means[name, category] = (
                (sum(total[above] for total in theirs) + prior * of_all) / Fraction(weight) if weight else of_all
            )
    return means


def random_shops(count: int) -> dict[Shop, list[DailyFacts]]:
    """So many shops in a few categories, with facts by chance; all that a month can look like."""
    chance = random.Random(2026)
    owner = merchant()
    places = Shop.objects.bulk_create(
        Shop(
            merchant=owner,
            slug=f"chance-{number}",
            opened_at=start_of(MARCH) - timedelta(hours=chance.randint(-48, 24 * 120)),
            status=chance.choices(["open", "holiday", "frozen", "closed"], [80, 10, 6, 4])[0],
            frozen_at=NOON,
        )
        for number in range(count)
    )
    ShopActivity.objects.bulk_create(
        ShopActivity(shop=place, category=chance.choice(["tea", "food", "toys", ""])) for place in places
    )
    days_of = {place: [] for place in places}
    for place in places:
        busy = chance.choice([0, 0, 1, 3, 30])
        for back in chance.sample(range(-2, 40), chance.randint(0, 25)):
            reviews = chance.randint(0, busy)
            days_of[place].append(
                DailyFacts(
                    shop=place, on=MARCH - back * DAY, paid_orders=chance.randint(0, busy),
                    shipped_orders=chance.randint(0, busy), shipping_hours=chance.randint(0, 60 * busy),
                    completed_orders=chance.randint(0, busy), canceled_paid_orders=chance.choice([0, 0, 0, busy]),
                    product_updates=chance.choice([0, 0, 0, 1, 9]), review_count=reviews,
                    review_stars=chance.randint(reviews, 5 * reviews), returns=chance.randint(0, busy) // 3,
                    complaints=chance.choice([0, 0, 0, 0, busy // 2]),
                    answered_cases=(cases := chance.randint(0, busy)),
                    answer_seconds=cases * chance.randint(0, 200_000),
                )
            )  # fmt: skip
    DailyFacts.objects.bulk_create((day for days in days_of.values() for day in days), batch_size=5000)
    return days_of


def largest_difference(count: int) -> float:
    """How far the statement and the reference are apart at the most, over so many shops, in any value they show."""
    days_of = random_shops(count)

    scored = score_month(month=MARCH, now=NOON)

    expected = reference(days_of, MARCH)
    found = {score.shop: score for score in HealthScore.objects.select_related("shop")}
    assert scored == len(expected) > count * 2 // 3
    assert found.keys() == expected.keys()
    apart = 0.0
    for place, (score, lines) in expected.items():
        shown = {line["name"]: line for line in found[place].measures if line["name"] != "grace"}
        apart = max(apart, abs(float(Fraction(str(found[place].score)) - score)))
        for name, (value, points) in lines.items():
            apart = max(apart, abs(shown[name]["value"] - float(value)), abs(shown[name]["points"] - float(points)))
        total = sum(Fraction(str(line["points"])) for line in found[place].measures)
        assert total == Fraction(str(found[place].score))  # what the merchant is shown adds up
    return apart


def test_score_agrees_with_an_independent_reckoning_of_300_shops():  # M6, I1
    assert largest_difference(300) < 1e-9


@pytest.mark.proof
def test_score_agrees_with_an_independent_reckoning_of_10000_shops(proof):  # M6, I1
    apart = largest_difference(10_000)

    proof("health score against the reference", shops=10_000, largest_difference=apart)
    assert apart < 1e-9


def test_weights_of_the_sheet_sum_to_100():
    assert (sum(shares()), sum(weight.default for weight in WEIGHTS.values())) == (100, 100)
    assert [measure.name for measure in SHEET] == list(WEIGHTS)


def test_weights_that_staff_turned_still_give_100_together():
    clerk = staff()
    WEIGHTS["rating"].turn(100, by=clerk, now=NOON)
    WEIGHTS["freshness"].turn(7, by=clerk, now=NOON)

    assert sum(shares()) == 100

    shop()
    score_month(month=MARCH, now=NOON)
    assert sum(line["weight"] for line in HealthScore.objects.get().measures) == pytest.approx(100)


def test_perfect_shop_scores_100_and_a_dreadful_one_0():
    PRIOR.turn(0, by=staff(), now=NOON)
    good, bad = shop(), shop()
    for back in range(1, 5):
        facts(good, on=MARCH - back * DAY, paid_orders=10, shipped_orders=10, shipping_hours=100, completed_orders=10,
              product_updates=1, review_count=5, review_stars=25)  # fmt: skip
    facts(bad, paid_orders=10, shipped_orders=5, shipping_hours=500, canceled_paid_orders=5, review_count=3,
          review_stars=3, returns=2, complaints=1, answered_cases=3, answer_seconds=3 * 72 * 3600)  # fmt: skip

    score_month(month=MARCH, now=NOON)

    assert {score.shop: score.score for score in HealthScore.objects.all()} == {good: 100, bad: 0}


def test_few_orders_are_shrunk_towards_everybody_and_not_punished():  # M6
    large, newly_unlucky, without_orders = shop(), shop(), shop()
    facts(large, paid_orders=1000, completed_orders=980, canceled_paid_orders=20)
    facts(newly_unlucky, paid_orders=1, canceled_paid_orders=1)

    score_month(month=MARCH, now=NOON)

    mean = 980 / 1001
    assert measures(newly_unlucky)["completion"]["value"] == pytest.approx(20 * mean / 21, abs=1e-6)
    assert measures(without_orders)["completion"]["value"] == pytest.approx(mean, abs=1e-6)
    assert measures(large)["completion"]["value"] == pytest.approx((980 + 20 * mean) / 1020, abs=1e-6)


def test_mall_without_any_orders_punishes_nobody():
    place = shop()

    score_month(month=MARCH, now=NOON)

    lines = measures(place)
    assert {name: line["points"] for name, line in lines.items()} == {
        "completion": 20,
        "cancellations": 10,
        "shipping": 20,
        "rating": 20,
        "response": 10,
        "returns": 5,
        "complaints": 5,
        "freshness": 0,
    }
    assert (lines["freshness"]["numerator"], lines["freshness"]["denominator"]) == (0, 30)


def test_only_the_30_days_before_the_month_count():
    place = shop()
    for on, orders in [(date(2026, 1, 29), 1), (date(2026, 1, 30), 10), (date(2026, 2, 28), 100), (MARCH, 1000)]:
        facts(place, on=on, completed_orders=orders)

    score_month(month=MARCH, now=NOON)

    assert measures(place)["completion"]["numerator"] == 110


@pytest.mark.parametrize(
    ("opened_before", "is_lifted"),
    [(30 * DAY - timedelta(seconds=1), True), (30 * DAY, False), (timedelta(seconds=1), True)],
)
def test_newcomer_in_grace_gets_no_score_below_60(opened_before, is_lifted):
    newcomer, large = shop(opened_at=start_of(MARCH) - opened_before), shop()
    for place in (newcomer, large):
        facts(place, paid_orders=100, shipped_orders=50, shipping_hours=9999, canceled_paid_orders=50, review_count=9,
              review_stars=9)  # fmt: skip

    score_month(month=MARCH, now=NOON)

    score = HealthScore.objects.get(shop=newcomer)
    own = sum(line["points"] for line in score.measures if line["name"] != "grace")
    assert own < 60
    assert float(score.score) == (60 if is_lifted else pytest.approx(own))
    assert [line["points"] for line in score.measures if line["name"] == "grace"] == (
        [pytest.approx(60 - own)] if is_lifted else []
    )
    assert float(HealthScore.objects.get(shop=large).score) < 60


def test_grace_lifts_nobody_who_needs_no_lift():
    place = shop(opened_at=start_of(MARCH) - DAY)

    score_month(month=MARCH, now=NOON)

    assert "grace" not in measures(place)


def test_shop_that_opened_in_the_month_and_closed_shop_are_not_scored():
    shop(opened_at=start_of(MARCH))
    shop(status="closed")

    assert score_month(month=MARCH, now=NOON) == 0


def test_official_score_stands_and_is_announced_once():
    place = shop()

    first = score_month(month=MARCH, now=NOON)
    facts(place, canceled_paid_orders=500)
    second = score_month(month=MARCH, now=NOON + DAY)

    score = HealthScore.objects.get()
    assert (first, second, score.scored_at, score.sheet_version) == (1, 0, NOON, 3)
    assert list(OutboxEvent.objects.values_list("name", "payload")) == [
        ("HealthScored", {"shop_id": place.public_id, "month": "2026-03-01", "score": int(score.score)})
    ]


def test_score_just_below_60_is_announced_as_59():
    PRIOR.turn(0, by=staff(), now=NOON)
    GRACE_DAYS.turn(0, by=staff(), now=NOON)
    place = shop()
    facts(place, completed_orders=1000, canceled_paid_orders=0, paid_orders=1000, shipped_orders=1000,
          shipping_hours=72000, review_count=10000, review_stars=38973)  # fmt: skip

    score_month(month=MARCH, now=NOON)

    score = HealthScore.objects.get()
    assert 59 < score.score < 60
    assert OutboxEvent.objects.get(name="HealthScored").payload["score"] == 59


def test_month_is_named_by_its_first_day():
    with pytest.raises(ValueError, match="first day"):
        score_month(month=date(2026, 3, 2), now=NOON)


@pytest.mark.parametrize("count", [1, 30])
def test_all_shops_are_scored_in_one_statement(count, django_assert_num_queries):
    for _number in range(count):
        facts(shop(), completed_orders=3)

    with django_assert_num_queries(4):  # tunables; the statement; savepoint around them
        assert score_month(month=MARCH, now=NOON) == count


def test_merchant_reads_what_each_measure_is_and_how_to_mend_it():
    PRIOR.turn(0, by=staff(), now=NOON)
    place = shop()
    facts(place, shipped_orders=10, shipping_hours=480, completed_orders=10, paid_orders=10, product_updates=1)
    score_month(month=MARCH, now=NOON)

    lines = {line["name"]: line for line in explained(latest_scores(place)[0])}

    with override("en"):
        assert str(lines["shipping"]["label"]) == "Hours from payment to shipping"
    assert (lines["shipping"]["value"], lines["shipping"]["points"], lines["shipping"]["weight"]) == (48, 10, 20)
    assert "24" in str(lines["shipping"]["advice"])
    assert lines["completion"]["advice"] == ""


def test_recent_facts_are_of_30_days_with_today():
    place = shop()
    for back in (0, 29, 30):
        facts(place, on=NOON.date() - back * DAY, paid_orders=1, paid_amount=100)

    found = recent_facts(place, NOON)

    assert (found["paid_orders"], str(found["paid_amount"])) == (2, "¥2.00")
    assert set(found) == set(growth.COUNTS)
    assert DailyFacts.objects.aggregate(all=Sum("paid_orders"))["all"] == 3


def test_task_scores_the_month_that_began():
    from mall.clock import business_date, now
    from mall.jobs import JobRun
    from merchants.tasks import score_health

    shop(opened_at=NOON - 900 * DAY)

    score_health()
    score_health()

    assert HealthScore.objects.get().month == business_date(now()).replace(day=1)
    assert list(JobRun.objects.order_by("pk").values_list("summary", flat=True)) == [{"scored": 1}, {}]
