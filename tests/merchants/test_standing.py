"""Who may join campaigns (M6): below 60 nobody, until a later score is 60 or more; and the appeal against a score."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from catalog.showcase import _busiest_shops
from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from marketing.models import Banner
from merchants import growth, standing
from merchants.health import causes, score_month
from merchants.models import DailyFacts, GrowthEntry, HealthScore, Petition, Shop
from merchants.petitions import AskedAlready, TooLateToAppeal, appeal_score, grant_petition, refuse_petition
from merchants.tunables import PRIOR
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import product
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
DAY = timedelta(days=1)


def scored(place, score, month=MARCH):
    return HealthScore.objects.create(
        shop=place, month=month, score=score, measures=[], sheet_version=2, scored_at=NOON
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "may"),
    [
        ([], True),
        ([60], True),
        ([59.99], False),
        ([59.99, 60], True),
        ([80, 59.99], False),
        ([40, 59, 60, 100], True),
    ],
)
def test_latest_score_decides(scores, may):  # M6
    place = shop()
    for number, score in enumerate(scores):
        scored(place, score, date(2026, 1 + number, 1))

    assert standing.may_join_campaigns(place) == may
    assert Shop.objects.extra(where=[standing.sql("merchants_shop")]).exists() == may
    if may:
        standing.check_may_join(place)
    else:
        with pytest.raises(standing.BarredFromCampaigns, match="59"):
            standing.check_may_join(place)


@pytest.mark.parametrize("status", ["holiday", "restricted", "frozen", "exiting", "closed"])
def test_no_score_opens_campaigns_to_a_shop_whose_state_does_not(status):
    place = shop(status=status, frozen_at=NOON, restriction=1 if status == "restricted" else 0)
    scored(place, 100)

    assert not standing.may_join_campaigns(place)
    assert not Shop.objects.extra(where=[standing.sql("merchants_shop")]).exists()


def test_home_page_recommends_no_shop_that_is_barred():
    barred, fine = shop(), shop()
    product(shop=barred), product(shop=fine)
    scored(barred, 59)

    assert _busiest_shops() == [fine]


def test_barred_shop_loses_its_slots_and_hears_when_campaigns_open_again():
    PRIOR.turn(0, by=staff(), now=NOON)
    place = shop(opened_at=NOON - 400 * DAY)
    banner = Banner.objects.create(
        headline={"en": "x"}, call={"en": "x"}, starts_at=NOON - DAY, ends_at=NOON + 9 * DAY,
        target=reverse("storefront:catalog:shop", args=[place.slug]),
    )  # fmt: skip
    DailyFacts.objects.create(shop=place, on=MARCH - DAY, paid_orders=10, canceled_paid_orders=10, review_count=1,
                              review_stars=1)  # fmt: skip

    score_month(month=MARCH, now=NOON)
    deliver_everything()
    banner.refresh_from_db()
    assert (standing.may_join_campaigns(place), banner.ends_at) == (False, NOON)
    score_month(month=MAY, now=NOON + 60 * DAY)

    assert standing.may_join_campaigns(place)
    told = OutboxEvent.objects.exclude(name="HealthScored").order_by("pk").values_list("name", flat=True)
    assert [name for name in told if name.startswith("Shop")] == ["ShopBarred", "ShopUnbarred"]


def troubled_shop(**fields):
    """A shop that canceled ten orders, five of which a flood had swept away."""
    PRIOR.turn(0, by=staff(), now=NOON)
    place = shop(opened_at=NOON - 400 * DAY, **fields)
    at = NOON - 3 * DAY
    for number in range(20):
        growth.write(shop_id=place.public_id, name="OrderPaid", subject=f"ord_{number}", at=at, paid_orders=1)
        if number < 10:
            growth.write(
                shop_id=place.public_id, name="OrderCanceled", subject=f"ord_{number}", at=at, canceled_paid_orders=1,
                detail={"reason": "flood" if number < 5 else "forgotten"},
            )  # fmt: skip
        else:
            growth.write(shop_id=place.public_id, name="OrderCompleted", subject=f"ord_{number}", at=at,
                         completed_orders=1)  # fmt: skip
    score_month(month=MARCH, now=NOON)
    return place, HealthScore.objects.get(shop=place)


def flooded(place):
    return list(GrowthEntry.objects.filter(shop=place, detail__reason="flood").values_list("pk", flat=True))


def test_appeal_that_is_granted_takes_the_named_entries_out_and_scores_anew():  # M6
    place, score = troubled_shop()
    before = score.score
    petition = appeal_score(score=score, reason="A flood", named=flooded(place), by=shopper(), now=NOON + DAY)

    grant_petition(petition=petition, answer="So it was", by=staff(), now=NOON + 2 * DAY)

    score.refresh_from_db()
    assert (score.first_score, score.scored_at) == (before, NOON + 2 * DAY)
    assert score.score == before  # still all points of both measures are lost: 5 of 15 orders
    assert {line["name"]: (line["numerator"], line["denominator"]) for line in score.measures}["completion"] == (10, 15)
    assert growth.rebuild()["different"] == 0


def test_appeal_that_lifts_the_score_over_60_opens_campaigns():
    place, score = troubled_shop()
    HealthScore.objects.filter(pk=score.pk).update(score=50)
    entries = list(GrowthEntry.objects.filter(shop=place, name="OrderCanceled").values_list("pk", flat=True))
    petition = appeal_score(score=score, reason="All of them", named=entries, by=shopper(), now=NOON)
    assert not standing.may_join_campaigns(place)

    grant_petition(petition=petition, answer="Well then", by=staff(), now=NOON)

    assert standing.may_join_campaigns(place)
    assert OutboxEvent.objects.filter(name="ShopUnbarred").count() == 1


def test_refused_appeal_leaves_the_score_and_cannot_be_repeated():
    place, score = troubled_shop()
    petition = appeal_score(score=score, reason="A flood", named=flooded(place), by=shopper(), now=NOON)

    refuse_petition(petition=petition, answer="There was no flood", by=staff(), now=NOON)

    score.refresh_from_db()
    assert (score.first_score, GrowthEntry.objects.filter(is_excluded=True).count()) == (None, 0)
    with pytest.raises(AskedAlready):
        appeal_score(score=score, reason="There was", by=shopper(), now=NOON)


def test_appeal_names_own_entries_only():
    place, score = troubled_shop()
    growth.write(shop_id=shop().public_id, name="OrderCanceled", subject="ord_x", at=NOON, canceled_paid_orders=1)
    stranger = GrowthEntry.objects.get(subject="ord_x")

    petition = appeal_score(score=score, reason="x", named=[stranger.pk, *flooded(place)], by=shopper(), now=NOON)

    assert set(petition.named) == set(flooded(place))


@pytest.mark.parametrize(("after", "is_too_late"), [(7 * DAY, False), (7 * DAY + timedelta(seconds=1), True)])
def test_appeal_has_its_days(after, is_too_late):
    _place, score = troubled_shop()

    if is_too_late:
        with pytest.raises(TooLateToAppeal):
            appeal_score(score=score, reason="x", by=shopper(), now=NOON + after)
    else:
        assert appeal_score(score=score, reason="x", by=shopper(), now=NOON + after).status == "asked"


def test_only_the_latest_score_can_be_appealed_against():
    place, score = troubled_shop()
    scored(place, 70, APRIL)

    with pytest.raises(TooLateToAppeal):
        appeal_score(score=score, reason="x", by=shopper(), now=NOON)


def test_page_names_the_after_sales_that_cost_points(client):  # M6
    PRIOR.turn(0, by=staff(), now=NOON)
    place, at = shop(opened_at=NOON - 400 * DAY, owner=(owner := shopper())), NOON - 3 * DAY
    growth.write(shop_id=place.public_id, name="OrderPaid", subject="ord_1", at=at, paid_orders=4)
    growth.write(shop_id=place.public_id, name="OrderShipped", subject="ord_1", at=at, shipped_orders=4)
    for number, (seconds, counts) in enumerate(
        [(50, {"returns": 1}), (-1, {"returns": 1}), (60 * 3600, {"complaints": 1})]
    ):
        growth.write(
            shop_id=place.public_id, name="AfterSaleClosed", subject=f"ast_{number}", at=at + number * DAY / 9,
            detail={"response_seconds": seconds}, answered_cases=1,
            answer_seconds=seconds if seconds >= 0 else growth.SILENCE_SECONDS, **counts,
        )  # fmt: skip

    score_month(month=MARCH, now=NOON)
    score = HealthScore.objects.get()
    found = {name: [entry.subject for entry in entries] for name, entries in causes(score).items()}
    client.force_login(owner)
    page = client.get(reverse("backoffice:merchants:health", args=[place.slug])).content.decode()

    assert (found["response"], found["returns"], found["complaints"]) == (
        ["ast_1", "ast_2"], ["ast_1", "ast_0"], ["ast_2"]
    )  # fmt: skip
    points = {line["name"]: (line["numerator"], line["denominator"], line["points"]) for line in score.measures}
    assert (points["response"], points["returns"], points["complaints"]) == ((132.0, 3, 1.11), (2, 4, 0), (1, 4, 0))
    assert reverse("backoffice:after-sales:case", args=[place.slug, "ast_2"]) in page


def test_page_shows_what_cost_points_and_takes_the_appeal(client, monkeypatch):
    place, score = troubled_shop(owner=(owner := shopper()))
    monkeypatch.setattr("mall.clock.now", lambda: NOON + DAY)
    client.force_login(owner)
    page = reverse("backoffice:merchants:health", args=[place.slug])

    shown = client.get(page)
    lines = {line["name"]: line for line in shown.context["measures"]}
    client.post(
        reverse("backoffice:merchants:health-appeal", args=[place.slug]), {"reason": "A flood", "entry": flooded(place)}
    )

    assert len(lines["completion"]["causes"]) == 10 and lines["completion"]["lost"] == 20
    assert "ord_3" in shown.content.decode() and "flood" in shown.content.decode()
    assert Petition.objects.get().named == sorted(flooded(place))
    assert len(causes(score)["completion"]) == 10
    assert "A flood" in client.get(page).content.decode()
