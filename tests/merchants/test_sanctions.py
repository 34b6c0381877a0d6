"""Violations and what follows (M9): points, grades, appeals decided by another, expiry."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from mall.events import deliver_everything
from mall.events.models import OutboxEvent
from mall.notifications.models import Notice
from merchants.models import Exit, Petition, Sanction, Shop
from merchants.petitions import (
    AskedAlready,
    NotTheSamePerson,
    TooLateToAppeal,
    appeal_sanction,
    grant_petition,
    refuse_petition,
)
from merchants.sanctions import (
    LiftedAlready,
    NoteMissing,
    ShopIsClosed,
    consequence_of,
    expire_points,
    impose,
    lift,
    live_points,
)
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def punished(place, *codes, by=None, now=NOON):
    for code in codes:
        last = impose(shop=place, code=code, note=f"It was {code}", by=by or staff(), now=now)
    place.refresh_from_db()
    return last


@pytest.mark.parametrize(
    ("points", "consequence"),
    [(1, "warning"), (5, "warning"), (6, "restricted"), (11, "restricted"), (12, "hidden"), (23, "hidden"),
     (24, "suspended"), (47, "suspended"), (48, "closed"), (100, "closed")],
)  # fmt: skip
def test_points_decide_what_follows(points, consequence):
    assert consequence_of(points) == consequence


@pytest.mark.parametrize(
    ("codes", "status", "level"),
    [
        (["false_words"], "open", 0),
        (["harassment"], "restricted", 1),
        (["false_words", "false_words"], "restricted", 1),
        (["fake_trading"], "restricted", 2),
        (["counterfeit"], "frozen", 2),
        (["counterfeit", "counterfeit"], "exiting", 2),
    ],
)
def test_consequences_are_graded(codes, status, level):  # M9
    place = shop()

    punished(place, *codes)

    assert (place.status, place.restriction) == (status, level)
    assert Exit.objects.filter(shop=place).exists() == (status == "exiting")


def test_suspended_shop_reads_why_and_everybody_hears_it():
    place = shop(owner=(owner := shopper()))
    punished(place, "counterfeit")

    deliver_everything()

    assert place.frozen_because == "It was counterfeit"
    names = list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["SanctionImposed", "ShopRestricted", "ShopFrozen"]
    assert list(Notice.objects.filter(person=owner).order_by("pk").values_list("kind", flat=True)) == [
        "merchants.sanction_imposed",
        "merchants.shop_restricted",
        "merchants.shop_frozen",
    ]


def test_points_expire_and_the_restriction_goes():
    place = shop()
    punished(place, "harassment")
    end = NOON + 365 * DAY

    assert (expire_points(now=end - SECOND), live_points(place, end - SECOND)) == (0, 6)
    assert (expire_points(now=end), expire_points(now=end)) == (1, 0)

    place.refresh_from_db()
    assert (place.status, place.restriction, live_points(place, end)) == ("open", 0, 0)


def test_restriction_of_a_resting_shop_waits_for_its_return():
    place = shop(status="holiday")

    punished(place, "harassment")

    assert (place.status, place.restriction, place.working_status) == ("holiday", 1, "restricted")


def test_appeal_is_decided_by_another_person():  # M9
    judge = staff()
    sanction = punished(shop(), "harassment", by=judge)
    petition = appeal_sanction(sanction=sanction, reason="She began", by=shopper(), now=NOON + DAY)

    with pytest.raises(NotTheSamePerson):
        grant_petition(petition=petition, answer="No", by=judge, now=NOON + DAY)
    with pytest.raises(IntegrityError, match="petition_decided_by_another"), transaction.atomic():
        Petition.objects.update(status="refused", decided_by=judge, decided_at=NOON)
    grant_petition(petition=petition, answer="So it was", by=(other := staff()), now=NOON + DAY)

    sanction.refresh_from_db()
    place = Shop.objects.get(pk=sanction.shop_id)
    assert (sanction.lifted_by, place.status, place.restriction) == (other, "open", 0)
    with pytest.raises(LiftedAlready):
        lift(sanction=sanction, by=staff(), now=NOON)


def test_suspended_shop_is_thawed_when_the_sanction_is_lifted():
    sanction = punished(place := shop(), "counterfeit")

    lift(sanction=sanction, by=staff(), now=NOON + DAY)

    place.refresh_from_db()
    assert (place.status, place.restriction) == ("open", 0)


def test_refused_appeal_leaves_everything_and_is_not_repeated():
    sanction = punished(place := shop(), "harassment")
    petition = appeal_sanction(sanction=sanction, reason="x", by=shopper(), now=NOON)

    refuse_petition(petition=petition, answer="It stays", by=staff(), now=NOON)

    place.refresh_from_db()
    assert (place.status, live_points(place, NOON)) == ("restricted", 6)
    with pytest.raises(AskedAlready):
        appeal_sanction(sanction=sanction, reason="x", by=shopper(), now=NOON)


@pytest.mark.parametrize(("after", "is_too_late"), [(7 * DAY, False), (7 * DAY + SECOND, True)])
def test_appeal_has_its_days(after, is_too_late):
    sanction = punished(shop(), "harassment")

    if is_too_late:
        with pytest.raises(TooLateToAppeal):
            appeal_sanction(sanction=sanction, reason="x", by=shopper(), now=NOON + after)
    else:
        assert appeal_sanction(sanction=sanction, reason="x", by=shopper(), now=NOON + after).status == "asked"


def test_nobody_lifts_what_she_imposed_nor_does_the_database_let_her():
    judge = staff()
    sanction = punished(shop(), "harassment", by=judge)

    with pytest.raises(LiftedAlready):
        lift(sanction=sanction, by=judge, now=NOON)
    with pytest.raises(IntegrityError, match="sanction_lifted_by_another"), transaction.atomic():
        Sanction.objects.update(lifted_by=judge, lifted_at=NOON)


def test_sanction_says_what_happened_and_a_closed_shop_gets_none():
    with pytest.raises(NoteMissing):
        impose(shop=shop(), code="harassment", note=" ", by=staff(), now=NOON)
    with pytest.raises(ShopIsClosed):
        impose(shop=shop(status="closed"), code="harassment", note="x", by=staff(), now=NOON)


def test_shop_appeals_from_its_page(client):
    place = shop(owner=(owner := shopper()))
    from mall import clock

    sanction = impose(shop=place, code="harassment", note="Rude words", by=staff(), now=clock.now())
    client.force_login(owner)
    page = reverse("backoffice:merchants:conduct", args=[place.slug])
    assert "Rude words" in client.get(page).content.decode()

    client.post(
        reverse("backoffice:merchants:sanction-appeal", args=[place.slug, sanction.public_id]),
        {f"{sanction.public_id}-reason": "She began"},
    )

    assert Petition.objects.get().reason == "She began"
    assert "She began" in client.get(page).content.decode()


def test_staff_impose_on_the_form_of_the_admin(client):
    place, clerk = shop(), staff()
    client.force_login(clerk)

    client.post(reverse("admin:merchants_sanction_add"), {"shop": place.pk, "code": "harassment", "note": "Rude words"})

    place.refresh_from_db()
    assert (Sanction.objects.get().imposed_by, place.restriction) == (clerk, 1)
