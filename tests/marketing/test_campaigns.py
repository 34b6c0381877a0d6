"""K5: campaigns of the mall from the brief to the evaluation."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from catalog.models import PriceLock, Stock
from catalog.prices import PriceLocked
from catalog.products import take_off_sale
from mall.events import deliver_everything, publish
from mall.events.merchants import ShopBarred
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from marketing.campaigns import auditing, briefs, enrolling, inviting, locking
from marketing.campaigns.clockwork import follow_campaigns
from marketing.flash.units import close_ended
from marketing.models import Campaign, CampaignEnrolment, CampaignInvitation, CampaignResult, Promotion
from marketing.promotions import stop_promotion
from marketing.rules import RuleMakesNoSense
from merchants.models import DailyFacts, Document, HealthScore, TierRecord
from merchants.shops import freeze_shop
from orders.cart import cart_view
from orders.checkout import place_order
from tests.catalog.test_price_history import costs
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.campaigns import (
    AUDITED,
    BEGINS,
    CLOSES,
    DAY,
    ENDS,
    HOUR,
    accepted,
    at,
    brief,
    enrolled,
    open_campaign,
)  # fmt: skip
from tests.factories.catalog import category, product, sku
from tests.factories.marketing import flash_sale
from tests.factories.merchants import seat, shop
from tests.journeys import filled_cart

pytestmark = pytest.mark.django_db
Status = Campaign.Status


def scored(place, score: int):
    HealthScore.objects.create(
        shop=place, month=NOON.date().replace(day=1), score=Decimal(score), measures=[], sheet_version=3, scored_at=NOON
    )  # fmt: skip
    return place


def ranked(place, tier: str):
    TierRecord.objects.create(
        shop=place, month=NOON.date().replace(day=1), tier=tier, currency="CNY", turnover=Money(0), buyers=0,
        repeat_buyers=0, place=1, shops=1, ranked_at=NOON,
    )  # fmt: skip
    return place


def rewarded(place, points: int, *, when=NOON - DAY):
    other = brief()
    CampaignResult.objects.create(
        shop=place, campaign=other, orders=1, units=1, paid=Money(1), visitors=1, conversion_bps=1, review_count=0,
        review_stars=0, complaints=0, points=points, evaluated_at=when,
    )  # fmt: skip
    return place


def invited(campaign) -> list:
    return list(campaign.invitations.order_by("place").values_list("shop_id", flat=True))


def statuses(campaign) -> list[str]:
    return list(campaign.enrolments.order_by("pk").values_list("status", flat=True))


# Inviting


def test_it_invites_who_fits_by_tier_score_and_category_in_the_order_of_their_points():
    tea = category(slug="tea")
    other = category(slug="lamps")
    head, waist, tail, barred, weak, elsewhere, best = (shop() for _ in range(7))
    for place in (head, waist, tail, barred, weak, best):
        sku(product=product(shop=place, category=tea))
    sku(product=product(shop=elsewhere, category=other))
    for place, tier in [(head, "head"), (waist, "waist"), (tail, "tail"), (barred, "head"), (weak, "head")]:
        ranked(place, tier)
    ranked(best, "waist")
    ranked(elsewhere, "head")
    scored(barred, 59)
    scored(weak, 70)
    rewarded(best, 80)
    rewarded(waist, 500 // 10, when=NOON - timedelta(days=400))  # too long ago
    campaign = brief(tiers=["head", "waist"], categories=[tea.pk], least_score=75)

    foreseen = [row.shop.pk for row in inviting.fitting(campaign, now=NOON, most=50)]
    count = inviting.invite(campaign=campaign, by=staff(), now=NOON)

    assert foreseen == invited(campaign) == [best.pk, head.pk, waist.pk]
    assert (count, inviting.fitting_count(campaign, now=NOON)) == (3, 0)
    assert list(campaign.invitations.order_by("place").values_list("place", "points", "tier")) == [
        (1, 80, "waist"), (2, 0, "head"), (3, 0, "waist"),
    ]  # fmt: skip


def test_new_shops_have_no_tier_and_stand_in_a_venue_of_their_own():
    old, new = shop(), shop(opened_at=NOON - DAY)
    for place in (old, new):
        sku(shop=place)
    campaign = open_campaign(tiers=["head"])

    assert invited(campaign) == [new.pk]
    assert campaign.invitations.get().is_new
    assert invited(open_campaign(only_new=True)) == [new.pk]
    assert set(invited(open_campaign())) == {old.pk, new.pk}


def test_at_most_so_many_are_invited_and_again_only_who_came_to_fit():
    first, second = rewarded(shop(), 90), rewarded(shop(), 50)
    late = scored(rewarded(shop(), 99), 40)
    campaign = open_campaign(most_shops=1)
    assert invited(campaign) == [first.pk]
    with pytest.raises(inviting.NobodyToInvite):
        inviting.invite(campaign=campaign, by=staff(), now=NOON)

    wide = open_campaign()
    assert invited(wide) == [first.pk, second.pk]
    HealthScore.objects.update(score=80)
    assert inviting.invite(campaign=wide, by=staff(), now=NOON + HOUR) == 1
    assert invited(wide) == [first.pk, second.pk, late.pk]


def test_documents_must_be_valid_until_the_campaign_ends(in_english):
    place = shop()
    campaign = brief(documents=["food_licence"])
    paper = {
        "merchant": place.merchant, "kind": "food_licence", "status": "accepted", "number": "1", "issuer": "x",
        "valid_from": NOON.date(), "file": "x", "content_type": "image/png", "size": 1, "checksum": "x",
        "uploaded_at": NOON, "uploaded_by": shopper(), "decided_at": NOON,
    }  # fmt: skip

    assert inviting.fitting_count(campaign, now=NOON) == 0
    row = Document.objects.create(**paper, valid_to=NOON.date() + timedelta(days=2))
    assert inviting.fitting_count(campaign, now=NOON) == 0
    Document.objects.filter(pk=row.pk).update(valid_to=None)
    assert inviting.fitting_count(campaign, now=NOON) == 1


def test_a_shop_reads_clause_by_clause_why_or_why_not(in_english):
    place = scored(ranked(shop(), "tail"), 55)
    sku(shop=place)
    campaign = brief(tiers=["head"], least_score=60)

    with shop_scope(place.pk):  # as its back office asks
        found = {clause.label: (clause.holds, clause.words) for clause in inviting.clauses(campaign, place, now=NOON)}

    assert {label: holds for label, (holds, _words) in found.items()} == {
        "Invitation": False, "State of the shop": False, "Health score": False, "Tier": False,
    }  # fmt: skip
    assert found["Health score"][1] == "60 or more; yours is 55."
    assert found["Tier"][1] == "Head; yours is: Tail."


def test_who_is_invited_is_told_and_the_brief_stands_from_then_on(in_english):
    owner = shopper()
    sku(shop=shop(owner=owner))
    campaign = open_campaign()
    deliver_everything()

    told = Notice.objects.get(person=owner)
    assert (told.kind, told.facts["campaign"]["en"]) == ("marketing.campaign_invited", "618 sale")
    assert told.url.endswith(f"/promotions/campaigns/{campaign.public_id}/")
    with pytest.raises(briefs.BriefStands):
        briefs.save_brief(campaign=campaign, by=staff(), now=NOON)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("enrol_until", NOON),
        ("audit_until", CLOSES - HOUR),
        ("live_from", AUDITED),
        ("live_until", BEGINS),
    ],
)
def test_moments_of_a_brief_are_in_order_and_the_schema_keeps_it(field, value):
    with pytest.raises(briefs.BriefMakesNoSense) as refused:
        brief(**{field: value})
    assert refused.value.details["field"] == field

    good = brief()
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=good.pk).update(**{field: value})


# Enrolling


def test_goods_are_enrolled_below_the_lowest_price_with_enough_units_and_no_raise_before(in_english):
    place = shop()
    tea, raised, few = (sku(shop=place, price="100.00", stock=stock) for stock in (10, 10, 2))
    costs(raised, "120.00", at=NOON - DAY)
    campaign = open_campaign(least_units=3)
    goods = [
        enrolling.Offered(tea.pk, Money.parse("95.00"), 2),
        enrolling.Offered(raised.pk, Money.parse("90.00"), 3),
        enrolling.Offered(few.pk, Money.parse("90.00"), 3),
    ]

    with pytest.raises(enrolling.GoodsDoNotFit) as refused:
        enrolling.enrol(campaign=campaign, shop=place, goods=goods, by=shopper(), now=NOON)

    assert [(each.line, each.field) for each in refused.value.details["problems"]] == [
        (0, "price"), (0, "units"), (1, "price"), (2, "units"),
    ]  # fmt: skip
    assert [each.sentence for each in refused.value.details["problems"]] == [
        "Its lowest price of the last 30 days was ¥100.00: here it costs ¥90.00 at most.",
        "Bring at least 3 units.",
        "Its price was raised in the last 30 days: no raise before a cut.",
        "You have 2 in stock.",
    ]
    assert not campaign.enrolments.exists()
    row = enrolled(campaign, tea, "90.00")
    assert (row.status, row.price, row.lowest) == ("waiting", Money.parse("90.00"), Money.parse("100.00"))
    with pytest.raises(enrolling.GoodsDoNotFit):
        enrolled(campaign, tea, "90.00")


def test_an_item_is_in_one_campaign_or_flash_sale_at_a_time(in_english):
    tea, cup = sku(price="100.00"), sku(price="100.00")
    flash_sale({cup: ("50.00", 3)}, starts_at=BEGINS - HOUR, ends_at=BEGINS + HOUR)
    campaign, other = open_campaign(), open_campaign()
    enrolled(campaign, tea, "80.00")

    for place, ware in [(other, tea), (campaign, cup)]:
        with pytest.raises(enrolling.GoodsDoNotFit, match="flash sale or another campaign"):
            enrolled(place, ware, "50.00")
    with pytest.raises(RuleMakesNoSense, match="is enrolled in “618 sale”"):
        flash_sale({tea: ("50.00", 3)}, starts_at=BEGINS, ends_at=ENDS)


def test_only_who_is_invited_and_still_fits_enrols_and_only_while_it_is_open():
    place = shop()
    tea = sku(shop=place, price="100.00")
    campaign = open_campaign()

    for moment in (NOON - HOUR, CLOSES):
        with pytest.raises(enrolling.NotNow):
            enrolled(campaign, tea, "80.00", now=moment)
    scored(place, 40)
    with pytest.raises(enrolling.NotEligible):
        enrolled(campaign, tea, "80.00")
    HealthScore.objects.all().delete()
    with pytest.raises(enrolling.NotEligible):
        enrolled(campaign, sku(price="100.00"), "80.00")  # a shop that came later


def test_an_item_is_withdrawn_until_the_audit_begins_and_may_be_brought_again():
    tea = sku(price="100.00")
    campaign = open_campaign()
    row = enrolled(campaign, tea, "80.00")

    enrolling.withdraw(enrolment=row, by=shopper(), now=NOON)
    again = enrolled(campaign, tea, "70.00")
    with pytest.raises(enrolling.NotNow):
        enrolling.withdraw(enrolment=again, by=shopper(), now=CLOSES)

    assert statuses(campaign) == ["withdrawn", "waiting"]


# Audit and lock


def test_staff_accept_or_refuse_with_a_reason_and_nobody_for_her_own_shop(in_english):
    place = shop(owner=(owner := shopper()))
    tea, cup = sku(shop=place, price="100.00"), sku(shop=place, price="100.00")
    campaign = open_campaign()
    first, second = enrolled(campaign, tea, "80.00"), enrolled(campaign, cup, "80.00")
    colleague = seat(place, staff()).user

    with pytest.raises(auditing.OwnShop):
        auditing.accept(enrolment=first, by=colleague, now=NOON)
    auditing.accept(enrolment=first, by=staff(), now=NOON)
    auditing.refuse(enrolment=second, reason="The picture shows something else.", by=staff(), now=NOON)
    deliver_everything()

    assert statuses(campaign) == ["accepted", "refused"]
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert {"marketing.campaign_accepted", "marketing.campaign_refused"} <= kinds
    assert owner.pk


def test_locking_keeps_prices_sets_units_aside_and_sells_from_the_moment_on():
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00", units=3)
    waiting = enrolled(campaign, sku(shop=tea.shop, price="50.00"), "40.00")

    campaign = at(campaign, AUDITED)

    waiting.refresh_from_db()
    row = CampaignEnrolment.objects.get(sku=tea)
    assert (campaign.status, row.status, waiting.status) == ("locked", "locked", "refused")
    assert (row.promotion.kind, row.promotion.status) == ("flash_sale", "live")
    assert Stock.objects.get(sku=tea).set_aside == 3
    with pytest.raises(PriceLocked):
        costs(tea, "120.00", at=AUDITED + HOUR)

    campaign = at(campaign, BEGINS)
    me = filled_cart(skus={tea: 1}, now=BEGINS)
    shown = cart_view(shopper=me, now=BEGINS)
    group = place_order(
        shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=shown.quote.fingerprint, now=BEGINS
    )
    assert (campaign.status, group.total) == ("live", Money.parse("80.00"))
    assert list(row.promotion.units.values_list("taken", "quota")) == [(1, 3)]

    campaign = at(campaign, ENDS)
    close_ended(now=ENDS)
    assert campaign.status == "settled"
    assert Stock.objects.get(sku=tea).set_aside == 0
    assert costs(tea, "120.00", at=ENDS).price == Money.parse("120.00")
    assert not PriceLock.objects.exists()


def test_what_does_not_hold_any_more_at_the_lock_stays_out_and_the_rest_goes_in():
    place = shop()
    fine, raised, short, gone = (sku(shop=place, price="100.00", stock=10) for _ in range(4))
    campaign = open_campaign()
    for ware in (fine, raised, short, gone):
        accepted(campaign, ware, "80.00", units=5)
    costs(raised, "130.00", at=NOON + HOUR)
    Stock.objects.filter(sku=short).update(on_hand=4)
    take_off_sale(product=gone.product, by=shopper(), now=NOON)

    at(campaign, AUDITED)

    assert statuses(campaign) == ["locked", "left", "left", "left"]
    reasons = list(campaign.enrolments.order_by("pk").values_list("reason", flat=True))
    assert reasons[0] == ""
    assert len(set(reasons)) == 4
    assert list(PriceLock.objects.values_list("sku_id", flat=True)) == [fine.pk]
    assert costs(raised, "140.00", at=AUDITED).price == Money.parse("140.00")


def test_staff_lock_early_when_everything_is_decided():
    tea = sku(price="100.00")
    campaign = open_campaign()
    row = enrolled(campaign, tea, "80.00")
    campaign = at(campaign, CLOSES)

    with pytest.raises(locking.NotDecided):
        locking.lock_now(campaign=campaign, by=staff(), now=CLOSES)
    auditing.accept(enrolment=row, by=staff(), now=CLOSES)
    locking.lock_now(campaign=campaign, by=staff(), now=CLOSES)

    assert Campaign.objects.get(pk=campaign.pk).status == "locked"


# The clock


def test_after_an_outage_every_step_is_taken_once_and_nothing_is_sold_too_late():
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00")

    done = follow_campaigns(now=ENDS + timedelta(days=8))
    again = follow_campaigns(now=ENDS + timedelta(days=8))

    assert done == {"audit": 1, "locked": 1, "live": 1, "settled": 1, "evaluated": 1}
    assert again == {}
    assert statuses(campaign) == ["left"]
    assert Promotion.objects.count() == 0
    assert Stock.objects.get(sku=tea).set_aside == 0


def test_a_brief_that_nobody_sent_out_stays_a_brief():
    campaign = brief()

    assert follow_campaigns(now=ENDS) == {}
    assert Campaign.objects.get(pk=campaign.pk).status == "brief"


def test_called_off_prices_are_free_and_units_are_back():
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00")
    campaign = at(campaign, BEGINS)

    briefs.call_off(campaign=campaign, reason="A storm", by=staff(), now=BEGINS)

    assert statuses(campaign) == ["left"]
    assert (Stock.objects.get(sku=tea).set_aside, Promotion.objects.get().status) == (0, "stopped")
    assert costs(tea, "120.00", at=BEGINS).price == Money.parse("120.00")
    with pytest.raises(WrongStatus):
        briefs.call_off(campaign=campaign, reason="Again", by=staff(), now=BEGINS)


def test_a_frozen_shop_leaves_what_is_not_yet_live():
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00")
    at(campaign, AUDITED)

    freeze_shop(shop=tea.shop, reason="idle", by=None, now=AUDITED + HOUR)
    deliver_everything()

    assert statuses(campaign) == ["left"]
    assert Stock.objects.get(sku=tea).set_aside == 0
    assert not PriceLock.objects.exists()


@pytest.mark.parametrize(("moment", "left"), [(AUDITED, "left"), (BEGINS, "locked")])
def test_a_barred_shop_leaves_unless_the_campaign_is_live_already(moment, left):
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00")
    at(campaign, moment)

    publish(ShopBarred(shop_id=tea.shop.public_id, month="2026-03", score="40", scored_at=moment.isoformat()))
    deliver_everything()

    assert statuses(campaign) == [left]
    assert Promotion.objects.get().status == ("live" if left == "locked" else "stopped")


# Evaluation


def test_orders_conversion_and_satisfaction_become_points_that_order_the_next_invitation():
    best, other, silent = (sku(price="100.00", stock=10, shop=shop()) for _ in range(3))
    campaign = open_campaign()
    for ware in (other, silent, best):
        accepted(campaign, ware, "80.00", units=5)
    at(campaign, BEGINS)
    for ware, buyers in [(best, 2), (other, 1)]:
        for _ in range(buyers):
            me = filled_cart(skus={ware: 1}, now=BEGINS)
            seen = cart_view(shopper=me, now=BEGINS).quote.fingerprint
            place_order(shopper=me, checkout_key=uuid4(), address=me.addresses.first(), expected=seen, now=BEGINS)
    for ware, visitors, stars, complaints in [(best, 4, 10, 0), (other, 10, 6, 1)]:
        DailyFacts.objects.create(
            shop=ware.shop, on=BEGINS.date(), visitors=visitors, review_count=2, review_stars=stars,
            complaints=complaints,
        )  # fmt: skip
    at(campaign, ENDS)
    assert not CampaignResult.objects.exists()

    campaign = at(campaign, ENDS + timedelta(days=7))

    found = {row.shop_id: row for row in CampaignResult.objects.all()}
    assert campaign.status == "evaluated"
    mine = found[best.shop_id]
    assert (mine.orders, mine.units, mine.paid, mine.visitors, mine.conversion_bps) == (
        2, 2, Money.parse("160.00"), 4, 5_000,
    )  # fmt: skip
    assert {pk: row.points for pk, row in found.items()} == {
        best.shop_id: 100,  # 40 + 30 + 30
        other.shop_id: 0,  # 20 + 6 + 15, less one complaint for one order
        silent.shop_id: 0,
    }
    later = timedelta(days=20)
    following = brief(
        enrol_from=NOON + later, enrol_until=CLOSES + later, audit_until=AUDITED + later, live_from=BEGINS + later,
        live_until=ENDS + later,
    )  # fmt: skip
    assert inviting.fitting(following, now=NOON + later, most=9)[0].shop == best.shop


def test_a_shop_sees_and_writes_nothing_of_another_in_the_database():
    tea, other = sku(price="100.00"), sku(price="100.00")
    campaign = open_campaign()
    enrolled(campaign, tea, "80.00")

    with shop_scope(other.shop_id):
        assert CampaignEnrolment.objects.count() == 0
        assert list(CampaignInvitation.objects.values_list("shop_id", flat=True)) == [other.shop_id]
        for statement in (
            "UPDATE marketing_campaign SET least_score = 60",
            "INSERT INTO marketing_campaignresult DEFAULT VALUES",
            "DELETE FROM marketing_campaigninvitation",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_stopping_is_possible_for_staff_alone():
    tea = sku(price="100.00", stock=10)
    campaign = open_campaign()
    accepted(campaign, tea, "80.00")
    at(campaign, BEGINS)

    stop_promotion(promotion=Promotion.objects.get(), by=staff(), now=BEGINS, reason="Unsafe")

    assert Stock.objects.get(sku=tea).set_aside == 0
