"""K1, 2.21: ways in which coupons reach people: newcomers, every day anew, with an order, sent to a segment."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from catalog.models import Favorite, FollowedShop
from mall.accounts.models import User
from mall.accounts.privacy.consents import Purpose, choose
from mall.audit.models import AuditRecord
from mall.clock import BUSINESS_ZONE, business_date
from mall.money import Money
from mall.notifications.models import Notice
from mall.tenancy import shop_scope
from marketing import giving
from marketing.coupons import ClaimedBefore, NothingToClaim, claim_coupon, claimable, period_start
from marketing.giving import CannotSend, continue_sendings, give_after_order, reach, send_coupons, stop_sending
from marketing.models import Coupon, CouponSending, Promotion
from marketing.promotions import stop_promotion
from marketing.rules import RuleMakesNoSense
from merchants.models import HealthScore
from merchants.standing import BarredFromCampaigns
from orders.cancellation import cancel_order
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import draft, promotion
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, paid_order, placed_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Audience, Segment = Promotion.Audience, CouponSending.Segment


def sent_to(here, **given) -> Promotion:
    return promotion("coupon", shop=here, audience=Audience.CHOSEN, **given)


def holders(campaign) -> set[int]:
    return set(Coupon.objects.filter(promotion=campaign).values_list("shopper_id", flat=True))


# Newcomers and periods


def test_a_coupon_for_newcomers_is_not_for_who_has_bought_and_is_again_for_whom_everything_was_canceled():
    campaign = promotion("coupon", shop=None, audience=Audience.NEWCOMERS, person_limit=5)
    unpaid, paid = placed_order().shopper, paid_order()
    for fresh in (shopper(), unpaid):
        claim_coupon(campaign=campaign, shopper=fresh, now=NOON)
    with pytest.raises(NothingToClaim):
        claim_coupon(campaign=campaign, shopper=paid.shopper, now=NOON)
    assert [row.is_for_others for row in claimable(shopper_id=paid.shopper_id, now=NOON)] == [True]
    assert [row.can_claim for row in claimable(shopper_id=unpaid.pk, now=NOON)] == [True]
    cancel_order(order=paid, reason="…", by=paid.shopper, now=NOON)
    claim_coupon(campaign=campaign, shopper=paid.shopper, now=NOON)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    ("period", "same", "following"),
    [
        ("day", "2026-03-04T23:59", "2026-03-05T00:00"),
        ("week", "2026-03-08T23:59", "2026-03-09T00:00"),
        ("month", "2026-03-31T23:59", "2026-04-01T00:00"),
    ],
)
def test_what_one_person_gets_begins_anew_with_the_business_day_week_or_month(period, same, following):
    first = at("2026-03-04")  # a Wednesday
    days = {"starts_at": first - DAY, "ends_at": first + 60 * DAY}
    campaign = promotion("coupon", shop=shop(), period=period, person_limit=2, **days)
    me = shopper()
    for _turn in range(2):
        claim_coupon(campaign=campaign, shopper=me, now=first)
    late, early = (datetime.fromisoformat(moment).replace(tzinfo=BUSINESS_ZONE) for moment in (same, following))
    with pytest.raises(ClaimedBefore):
        claim_coupon(campaign=campaign, shopper=me, now=late)
    assert claimable(shopper_id=me.pk, now=late)[0].mine == 2
    assert claimable(shopper_id=me.pk, now=early)[0].can_claim
    for _turn in range(2):
        claim_coupon(campaign=campaign, shopper=me, now=early)
    with pytest.raises(ClaimedBefore):
        claim_coupon(campaign=campaign, shopper=me, now=early)


def test_once_and_for_all_never_begins_anew():
    assert period_start("ever", at("2026-03-04").date()) == period_start("ever", at("2099-03-04").date())


def test_what_is_given_can_neither_be_claimed_nor_have_a_code():
    for audience in (Audience.CHOSEN, Audience.BUYERS):
        campaign = promotion("coupon", shop=shop(), audience=audience)
        assert not campaign.is_open
        with pytest.raises(NothingToClaim):
            claim_coupon(campaign=campaign, shopper=shopper(), now=NOON)
        with pytest.raises(RuleMakesNoSense) as refusal:
            draft("coupon", shop=shop(), audience=audience, code="SPRING")
        assert refusal.value.details["field"] == "code"
    assert claimable(shopper_id=None, now=NOON) == []


# With an order


def test_an_order_that_completes_brings_a_coupon_once_if_enough_was_paid_for_its_goods():
    tea = sku(price="60.00", stock=9)
    small = promotion("coupon", shop=tea.shop, audience=Audience.BUYERS, given_from=Money(6000), name={"en": "Again"})
    promotion("coupon", shop=tea.shop, audience=Audience.BUYERS, given_from=Money(6001))
    promotion("coupon", shop=shop(), audience=Audience.BUYERS)
    of_the_mall = promotion("coupon", shop=None, audience=Audience.BUYERS)
    order = completed_order(skus={tea: 1})
    assert holders(small) == holders(of_the_mall) == {order.shopper_id}
    assert Coupon.objects.count() == 2
    facts = {"order_id": order.public_id, "shop_id": tea.shop.public_id, "shopper_id": order.shopper_id}
    assert give_after_order(paid=Money(6000), now=NOON, **facts) == []
    told = Notice.objects.filter(person=order.shopper, kind__startswith="marketing.").order_by("kind")
    assert [notice.kind for notice in told] == ["marketing.coupon_given", "marketing.coupon_given_by_the_mall"]


def test_for_each_order_one_while_she_may_have_more():
    tea = sku(price="60.00", stock=9)
    campaign = promotion("coupon", shop=tea.shop, audience=Audience.BUYERS, person_limit=2)
    me = shopper()
    for number in range(3):
        facts = {"order_id": f"ord_{number}", "shop_id": tea.shop.public_id, "shopper_id": me.pk}
        give_after_order(paid=Money(100), now=NOON, **facts)
    assert Coupon.objects.filter(promotion=campaign, shopper=me).count() == 2


# Sent


@pytest.fixture
def people(db):
    """A shop with somebody of every segment."""
    tea = sku(price="60.00", stock=99)
    here = tea.shop
    who = {name: shopper() for name in ("follower", "keeper", "stranger")}
    FollowedShop.objects.create(shopper=who["follower"], shop=here, followed_at=NOON)
    Favorite.objects.create(shopper=who["keeper"], product=tea.product, price=Money(6000), kept_at=NOON)
    who["lately"] = paid_order(skus={tea: 1}, now=NOON - 10 * DAY).shopper
    who["long ago"] = paid_order(skus={tea: 1}, now=NOON - 100 * DAY).shopper
    who["elsewhere"] = paid_order(now=NOON - 10 * DAY).shopper
    return here, who


@pytest.mark.parametrize(
    ("segment", "names"),
    [
        (Segment.FOLLOWERS, {"follower"}),
        (Segment.INTERESTED, {"keeper"}),
        (Segment.BUYERS, {"lately"}),
        (Segment.AWAY, {"long ago"}),
    ],
)
def test_a_segment_gets_one_coupon_each_and_a_notice_and_nobody_else(people, segment, names):
    here, who = people
    for person in who.values():
        choose(person=person, choices={Purpose.MARKETING: True}, now=NOON)
    campaign = sent_to(here)
    assert reach(shop=here, segment=segment, days=30, now=NOON) == 1
    sending = send_coupons(campaign=campaign, segment=segment, days=30, by=staff(), now=NOON)
    assert continue_sendings(now=NOON) == 1
    assert holders(campaign) == {who[name].pk for name in names}
    sending.refresh_from_db()
    assert (sending.status, sending.sent_count) == ("done", 1)
    assert Notice.objects.filter(kind="marketing.coupon_given").count() == 1
    assert AuditRecord.objects.filter(action="marketing.send_coupons").count() == 1


def test_who_has_not_agreed_to_offers_gets_the_coupon_and_no_notice(people):  # A3
    here, who = people
    campaign = sent_to(here)
    send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=30, by=staff(), now=NOON)

    continue_sendings(now=NOON)

    assert holders(campaign) == {who["follower"].pk}
    assert not Notice.objects.filter(kind__startswith="marketing.").exists()


def test_the_mall_sends_to_who_bought_anywhere(people):
    _here, who = people
    campaign = sent_to(None)
    send_coupons(campaign=campaign, segment=Segment.BUYERS, days=30, by=staff(), now=NOON)
    continue_sendings(now=NOON)
    assert holders(campaign) == {who["lately"].pk, who["elsewhere"].pk}


def test_sent_again_nobody_has_two_and_newly_come_ones_get_theirs(people):
    here, who = people
    campaign = sent_to(here)
    for _turn in range(2):
        send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)
        continue_sendings(now=NOON)
        FollowedShop.objects.get_or_create(shopper=who["stranger"], shop=here, defaults={"followed_at": NOON})
    assert holders(campaign) == {who["follower"].pk, who["stranger"].pk}
    assert list(CouponSending.objects.order_by("pk").values_list("sent_count", "had_count")) == [(1, 0), (1, 1)]


def crowd(here, count):
    people = User.objects.bulk_create(User(email=f"fan{number}@example.com") for number in range(count))
    FollowedShop.objects.bulk_create(FollowedShop(shopper=one, shop=here, followed_at=NOON) for one in people)


def test_it_ends_when_nothing_is_left_to_give(people):
    here, _who = people
    crowd(here, 5)
    campaign = sent_to(here, total_limit=3)
    sending = send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)
    continue_sendings(now=NOON)
    sending.refresh_from_db()
    assert (sending.status, sending.sent_count, len(holders(campaign))) == ("stopped", 3, 3)
    assert sending.ending == "empty"


def test_killed_between_batches_it_goes_on_where_it_was(people, monkeypatch):
    here, _who = people
    crowd(here, 7)
    monkeypatch.setattr(giving, "BATCH", 3)
    campaign = sent_to(here)
    sending = send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)
    assert giving._send_batch(sending.pk, NOON) == 3

    class Killed(BaseException):
        pass

    def killed(*_args, **_facts):
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(giving, "_tell", killed)
        with pytest.raises(Killed):
            giving._send_batch(sending.pk, NOON)
    assert len(holders(campaign)) == 3
    continue_sendings(now=NOON)
    assert len(holders(campaign)) == 8
    assert not CouponSending.objects.filter(status="running").exists()


def test_stopped_by_hand_it_sends_no_more(people):
    here, _who = people
    sending = send_coupons(campaign=sent_to(here), segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)
    assert stop_sending(sending=sending, by=staff(), now=NOON).status == "stopped"
    assert continue_sendings(now=NOON) == 0
    assert Coupon.objects.count() == 0


def test_what_cannot_be_sent_says_why(people):
    here, _who = people
    campaign = sent_to(here)
    facts = {"segment": Segment.FOLLOWERS, "days": 30, "by": staff(), "now": NOON}
    with pytest.raises(CannotSend):
        send_coupons(campaign=promotion("coupon", shop=here), **facts)
    with pytest.raises(CannotSend):
        send_coupons(campaign=sent_to(None), **facts)
    with pytest.raises(CannotSend):
        send_coupons(campaign=campaign, **facts | {"days": 0})
    with pytest.raises(CannotSend):
        send_coupons(campaign=campaign, **facts | {"segment": Segment.BUYERS, "days": 1})
    send_coupons(campaign=campaign, **facts)
    with pytest.raises(CannotSend):
        send_coupons(campaign=campaign, **facts)
    stop_promotion(promotion=campaign, by=staff(), now=NOON)
    continue_sendings(now=NOON)
    with pytest.raises(CannotSend):
        send_coupons(campaign=campaign, **facts)
    assert Coupon.objects.count() == 0


def test_a_shop_that_may_not_promote_sends_nothing(people):
    here, _who = people
    campaign = sent_to(here)
    month = business_date(NOON).replace(day=1)
    HealthScore.objects.create(shop=here, month=month, score=59, measures={}, sheet_version=1, scored_at=NOON)
    with pytest.raises(BarredFromCampaigns):
        send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)


def test_inside_the_shops_scope_it_learns_how_many_and_reads_nobody(people):  # R6
    here, _who = people
    campaign = sent_to(here)
    with shop_scope(here.pk):
        assert reach(shop=here, segment=Segment.FOLLOWERS, days=1, now=NOON) == 1
        send_coupons(campaign=campaign, segment=Segment.FOLLOWERS, days=1, by=staff(), now=NOON)
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege(current_user, 'catalog_followedshop', 'SELECT')")
            assert cursor.fetchone() == (False,)
    continue_sendings(now=NOON)
    assert len(holders(campaign)) == 1


def test_the_shop_looks_how_many_then_sends_and_reads_what_became_of_it(client, people):
    here, _who = people
    campaign = promotion("coupon", shop=here, audience=Audience.CHOSEN, ends_at=NOON + 3650 * DAY)
    client.force_login(seat(here).user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    url = reverse("backoffice:marketing:send", args=[here.slug, campaign.public_id])
    assert client.get(url).status_code == 200
    looked = client.post(url, {"segment": "followers", "days": "30", "look": "1"})
    assert (looked.context["counted"], CouponSending.objects.count()) == (1, 0)
    assert "Fewer than 10" in looked.text
    wrong = client.post(url, {"segment": "followers", "days": "0"})
    assert wrong.context["form"].errors["days"]
    there = client.post(url, {"segment": "followers", "days": "30"})
    assert there.url == reverse("backoffice:marketing:detail", args=[here.slug, campaign.public_id])
    stopped = client.post(url, {"stop": CouponSending.objects.get().public_id}, follow=True)
    assert CouponSending.objects.get().status == "stopped"
    assert "Stopped by hand" in stopped.text


def test_staff_send_the_malls_coupon_from_the_admin(client, people):
    campaign = promotion("coupon", shop=None, audience=Audience.CHOSEN, ends_at=NOON + 3650 * DAY)
    client.force_login(User.objects.create_superuser(email="root@example.com", password="x"))
    url = reverse("admin:marketing_promotion_changelist")
    asked = {"action": "send", "_selected_action": [campaign.pk], "confirmed": "1", "segment": "buyers", "days": "365"}
    client.post(url, asked)
    assert CouponSending.objects.filter(promotion=campaign).exists()
