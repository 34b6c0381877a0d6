"""Two hundred requests of one person (B7), over real connections, and what happens without the guard."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection, transaction

from marketing.coupons import AllClaimed, ClaimedBefore, claim_coupon
from marketing.models import Coupon, Promotion
from marketing.redemption import OfferGone, _lock_coupons
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.marketing import coupon, promotion
from tests.factories.merchants import shop

LATER = NOON + timedelta(hours=2)


def at_once(call, count=200):
    def one(number):
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, range(count)))


def test_two_hundred_claims_of_one_person_give_exactly_her_number(committed_db):  # B7
    campaign, me = promotion("coupon", shop=shop(), person_limit=2, total_limit=50), shopper()

    def claim(_number):
        try:
            claim_coupon(campaign=campaign, shopper=me, now=NOON)
        except (ClaimedBefore, AllClaimed):
            return False
        return True

    won = sum(at_once(claim))

    assert (won, Coupon.objects.filter(promotion=campaign).count()) == (2, 2)
    assert Promotion.objects.get(pk=campaign.pk).claimed_count == 2


def test_without_the_counting_row_the_same_requests_claim_too_many(committed_db):  # B7, negative control
    campaign, me = promotion("coupon", shop=shop(), person_limit=2), shopper()

    together = Barrier(8)

    def look_then_claim(_number):
        held = Coupon.objects.filter(promotion=campaign, shopper=me).count()
        together.wait(30)
        if held < campaign.person_limit:
            Coupon.objects.create(promotion=campaign, shopper=me, claimed_at=NOON, valid_from=NOON, valid_until=LATER)

    at_once(look_then_claim, count=8)

    assert Coupon.objects.filter(promotion=campaign).count() > 2


def test_two_hundred_orders_lock_a_coupon_once(committed_db):  # B7
    mine = coupon(shop=shop())

    def lock(number):
        try:
            with transaction.atomic():
                _lock_coupons([mine.public_id], f"grp_{number}", mine.shopper_id, NOON)
        except OfferGone:
            return False
        return True

    assert sum(at_once(lock)) == 1
