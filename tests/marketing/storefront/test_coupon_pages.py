"""The shopper's pages of coupons and offers (K1)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import get_language, override

from catalog.generation import SHOPS, forget
from mall import clock
from marketing.coupons import claim_coupon
from marketing.models import Coupon
from marketing.promotions import save_promotion, start_promotion
from orders.models import Order
from tests.factories.accounts import shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import RULES
from tests.factories.merchants import shop
from tests.journeys import filled_cart

pytestmark = pytest.mark.django_db
CENTRE, MINE = "/coupons/", "/account/coupons/"


@pytest.fixture(autouse=True)
def english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with override(get_language()):  # a page leaves its language behind
        yield


def running(kind, *, shop, rule=None, **more):
    """A promotion that runs at the real moment, which pages look at."""
    now, by = clock.now(), staff()
    made = save_promotion(
        shop=shop, kind=kind, name={"zh-hans": "春", "en": "Spring"}, rule=rule or RULES[kind],
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=9), by=by, now=now, **more,
    )  # fmt: skip
    return start_promotion(promotion=made, by=by, now=now)


def test_a_coupon_is_claimed_in_the_centre_and_waits_in_the_account(client):
    me, campaign = shopper(), running("coupon", shop=shop(), total_limit=9)
    claim = reverse("storefront:marketing:claim", args=[campaign.public_id])
    client.force_login(me)

    seen = client.get(CENTRE).content.decode()
    answer = client.post(claim)
    mine = client.get(MINE).content.decode()

    assert "Spring" in seen and claim in seen
    assert answer.status_code == 302
    assert Coupon.objects.get().shopper == me
    assert "Spring" in mine and "coupon-claimed" in mine
    assert "coupon-claimed" in client.get(CENTRE).content.decode()


def test_who_is_not_signed_in_signs_in_first_and_loses_nothing(client):
    campaign = running("coupon", shop=shop())

    answer = client.post(reverse("storefront:marketing:claim", args=[campaign.public_id]))

    assert answer.status_code == 302
    assert "login" in answer.url
    assert not Coupon.objects.exists()


def test_a_code_gives_its_coupon_and_a_wrong_one_says_so(client):
    running("coupon", shop=None, code="SPRING", is_open=False)
    client.force_login(shopper())

    wrong = client.post(reverse("storefront:marketing:code"), {"code": "WINTER"}, follow=True)
    right = client.post(reverse("storefront:marketing:code"), {"code": "spring"}, follow=True)

    assert 'value="WINTER"' in wrong.content.decode()
    assert "SPRING" not in client.get(CENTRE).content.decode()
    assert right.redirect_chain[-1][0] == MINE
    assert Coupon.objects.count() == 1


def test_a_page_shows_what_a_piece_costs_after_offers_and_what_a_shop_gives_out(client):
    here = shop()
    goods = sku(price="100.00", shop=here)
    running("percentage", shop=here)
    campaign = running("coupon", shop=here)
    forget(SHOPS)

    page = client.get(reverse("storefront:catalog:product", args=[goods.product.public_id])).content.decode()
    front = client.get(reverse("storefront:catalog:shop", args=[here.slug])).content.decode()

    claim = reverse("storefront:marketing:claim", args=[campaign.public_id])
    assert "85.00" in re.sub(r"<[^>]+>", "", page)
    assert claim in page
    assert claim in front


def test_the_cart_says_what_is_off_and_what_a_little_more_would_bring(client):
    here, me = shop(), shopper()
    running("full_reduction", shop=here)
    filled_cart(shopper=me, skus={sku(price="150.00", shop=here): 1})
    client.force_login(me)

    text = re.sub(r"<[^>]+>", "", client.get("/cart/").content.decode())

    assert "Spring" in text
    assert "¥50.00 more for ¥30.00 off" in text


def test_at_the_checkout_she_chooses_another_coupon_looks_and_orders(client):
    here, me = shop(), shopper()
    small = claim_coupon(campaign=running("coupon", shop=here, rule={"at": 0, "off": 100}), shopper=me, now=clock.now())
    great = claim_coupon(campaign=running("coupon", shop=here, rule={"at": 0, "off": 900}), shopper=me, now=clock.now())
    filled_cart(shopper=me, skus={sku(price="50.00", shop=here): 1})
    client.force_login(me)
    page = client.get("/checkout/").content.decode()

    def hidden(page):
        found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        return {name: found[name] for name in ("checkout_key", "fingerprint", "coupons_shown")}

    field = f"coupon_{here.pk}"
    wanted = {"address": me.addresses.first().public_id, field: small.public_id}
    assert re.search(f'value="{great.public_id}" checked', page)
    looked = client.post("/checkout/", {**hidden(page), **wanted, "look": "1"}).content.decode()
    hasty = client.post("/checkout/", {**hidden(page), **wanted})
    placed = client.post("/checkout/", {**hidden(looked), **wanted})

    assert re.search(f'value="{small.public_id}" checked', looked)
    assert hasty.status_code == 200
    assert placed.status_code == 302
    order = Order.objects.get()
    assert order.discount.minor == 100
    detail = client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    assert "Spring" in detail
