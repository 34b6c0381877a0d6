"""K1: a coupon that a step of a full reduction promises, given with the completed order (behaviours 2.23)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from mall.events import deliver_everything
from mall.notifications.models import Notice
from marketing import perks as promised
from marketing.models import Coupon, Promotion, PromotionUse
from marketing.rules import RuleMakesNoSense
from orders import perks
from orders.after_sales import answering, asking
from orders.cancellation import cancel_order
from orders.fulfillment import complete_order
from settlement.verification import verify_ledger
from tests.conftest import NOON
from tests.factories.accounts import shopper as a_person
from tests.factories.catalog import sku
from tests.factories.marketing import coupon, draft, promotion
from tests.factories.merchants import seat, shop
from tests.journeys import completed_order, delivered_order, filled_cart, paid_order
from tests.orders.after_sales.cases import paid_back

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = {"starts_at": NOON - 30 * DAY, "ends_at": NOON + 3000 * DAY}


def thanks(here, **given) -> Promotion:
    return promotion("coupon", shop=here, audience="chosen", is_open=False, **DAYS | given)


def promise(here, campaign, *, at=10_000, off=1_000, **more) -> Promotion:
    tiers = [{"at": at // 2, "off": off // 2}, {"at": at, "off": off, "coupon": campaign.pk}]
    return promotion(shop=here, rule={"tiers": tiers, **more}, **DAYS)


def bought(journey=completed_order, *, pieces=2, **more):
    """So many pots at 60.00 of a shop that promises a coupon from 100.00 on."""
    here = shop(shipping_fee="0.00")
    pot = sku(price="60.00", shop=here, stock=20)
    campaign = thanks(here)
    promise(here, campaign, **more)
    return journey(skus={pot: pieces}), campaign


def sent_back(order, *, reason="changed_mind", quantity=1, now=NOON):
    line = order.lines.get()
    case = asking.ask(
        line=line, kind="refund", reason=reason, quantity=quantity, text="…", by=order.shopper, now=now
    )  # fmt: skip
    answering.agree(case=case, by=a_person(), now=now)
    paid_back(now)


def test_the_step_that_was_reached_gives_its_coupon_when_the_order_completes_and_once():
    order, campaign = bought()

    (coupon,) = Coupon.objects.all()
    assert (coupon.promotion, coupon.shopper, coupon.given_for) == (campaign, order.shopper, order.public_id)
    assert Notice.objects.filter(person=order.shopper, kind="marketing.coupon_given").count() == 1
    assert perks.give(order_id=order.public_id, now=NOON) == 0
    assert Coupon.objects.count() == 1


def test_a_lower_step_an_order_under_way_and_one_that_is_canceled_give_nothing():
    bought(pieces=1)
    bought(delivered_order)
    order, _campaign = bought(paid_order)
    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)
    deliver_everything()

    assert perks.give(order_id=order.public_id, now=NOON) == 0
    assert not Coupon.objects.exists()


@pytest.mark.parametrize(("reason", "given"), [("changed_mind", 0), ("damaged", 1)])
def test_what_went_back_before_counts_unless_the_shop_was_at_fault(reason, given):
    order, _campaign = bought(delivered_order)
    sent_back(order, reason=reason)

    complete_order(order=order, now=NOON + 8 * DAY)
    deliver_everything()

    assert Coupon.objects.count() == given


@pytest.mark.parametrize(("reason", "status"), [("changed_mind", "revoked"), ("damaged", "held")])
def test_it_is_taken_back_unused_when_a_refund_breaks_its_step(reason, status):
    order, _campaign = bought()

    sent_back(order, reason=reason)

    assert Coupon.objects.get().status == status
    assert Notice.objects.filter(kind="marketing.coupon_taken_back").count() == (status == "revoked")
    assert perks.take_back(order_id=order.public_id, now=NOON) == 0
    assert verify_ledger().ok


def test_one_that_is_in_an_order_or_used_stays():
    order, _campaign = bought()
    mine = Coupon.objects.get()
    Coupon.objects.filter(pk=mine.pk).update(status="used", used_at=NOON, locked_for="grp_x")

    sent_back(order)

    mine.refresh_from_db()
    assert mine.status == "used"


def test_a_refund_that_leaves_the_step_reached_leaves_the_coupon():
    order, _campaign = bought(pieces=3)

    sent_back(order)

    assert Coupon.objects.get().status == "held"


def test_steps_that_count_pieces_count_what_came_back():
    order, _campaign = bought(at=4, off=1_000, by_pieces=True, pieces=4)
    assert Coupon.objects.get().status == "held"

    sent_back(order)

    assert Coupon.objects.get().status == "revoked"


def test_other_discounts_of_the_line_are_counted_as_when_the_step_was_reached():
    """The coupon of the shop comes after the step: it does not make what was kept less."""
    here = shop(shipping_fee="0.00")
    pot = sku(price="50.00", shop=here, stock=20)
    promise(here, thanks(here))
    buyer = coupon(shop=here, rule={"at": 0, "off": 500}, now=NOON - 20 * DAY, **DAYS).shopper
    order = completed_order(skus={pot: 3}, shopper=buyer)
    (use,) = PromotionUse.objects.filter(perk__isnull=False)
    assert use.perk == {"at": 10_000, "coupon": use.perk["coupon"], "by_pieces": False, "counted": [[pot.pk, 15_000]]}

    sent_back(order)
    assert Coupon.objects.exclude(given_for="").get().status == "held"
    sent_back(order)
    assert Coupon.objects.exclude(given_for="").get().status == "revoked"


def test_a_step_promises_only_coupons_of_its_shop_that_are_sent():
    here = shop()
    for wrong in (thanks(shop()), promotion("coupon", shop=here), promotion(shop=here)):
        rule = {"tiers": [{"at": 10_000, "off": 1_000, "coupon": wrong.pk}]}
        with pytest.raises(RuleMakesNoSense):
            draft(shop=here, rule=rule)


def test_one_person_gets_as_many_as_the_campaign_says():
    here = shop(shipping_fee="0.00")
    pot, campaign = sku(price="60.00", shop=here, stock=20), thanks(here, person_limit=1)
    promise(here, campaign)
    buyer = completed_order(skus={pot: 2}).shopper
    completed_order(skus={pot: 2}, shopper=buyer)

    assert Coupon.objects.filter(shopper=buyer).count() == 1


def test_cart_checkout_order_and_the_page_that_asks_say_so(client):
    order, campaign = bought(delivered_order)
    client.force_login(order.shopper)
    filled_cart(shopper=order.shopper, skus={order.lines.get().sku: 2}, now=NOON)
    pages = [
        reverse("storefront:orders:cart"),
        reverse("storefront:orders:checkout"),
        reverse("storefront:orders:detail", args=[order.public_id]),
    ]
    for page in pages:
        assert str(campaign.name) in client.get(page).content.decode()
    assert [(one.at, one.status) for one in promised.of_order(order.public_id)] == [(10_000, "")]


def test_a_shop_promises_it_in_the_back_office(client):
    here = shop()
    sku(shop=here)
    campaign = thanks(here)
    client.force_login(seat(here).user)
    url = f"{reverse('backoffice:marketing:add', args=[here.slug])}?kind=full_reduction"
    assert str(campaign.name) in client.get(url).content.decode()
    posted = {
        "name_zh_hans": "满百有券", "name_en": "Spend and get", "starts_at": "2030-01-01T00:00",
        "ends_at": "2030-02-01T00:00", "scope": "all", "at_1": "100", "off_1": "10", "coupon_1": str(campaign.pk),
    }  # fmt: skip

    answer = client.post(url, posted)

    assert answer.status_code == 302, answer.content.decode()
    made = Promotion.objects.get(kind="full_reduction")
    assert made.rule["tiers"] == [{"at": 10_000, "off": 1_000, "coupon": campaign.pk}]
