"""
A shop makes a coupon for its followers and sends it; one of them finds it, the checkout uses it, and when she changes
her mind it is hers again. Another is claimed in the coupon centre on a phone without scripts (K1, 2.21).
"""

import re

from playwright.sync_api import expect

from catalog.models import FollowedShop
from mall import clock
from marketing.giving import continue_sendings
from marketing.models import Coupon
from orders.models import Order
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog


def _makes(desk, shop, name: str, off: str, *, audience: str) -> None:
    desk.goto(f"/backoffice/{shop.slug}/promotions/new/")
    desk.get_by_role("link", name="Coupon", exact=False).first.click()
    desk.locator('input[name="name_zh_hans"]').fill("立减券")
    desk.locator('input[name="name_en"]').fill(name)
    desk.locator('input[name="off"]').fill(off)
    desk.locator('select[name="audience"]').select_option(audience)
    desk.get_by_role("button", name="Save and start").click()
    expect(desk.get_by_text("Saved and started.")).to_be_visible()


def test_a_coupon_from_the_template_to_the_order_and_back(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    ware = catalog.sku(price="88.00", stock=5, product=scene.product, choice=["v1", "v3"])
    fan, passer = accounts.shopper(display_name="林一"), accounts.shopper(display_name="周二")
    accounts.address(fan)
    FollowedShop.objects.create(shopper=fan, shop=scene.shop, followed_at=clock.now())
    with (
        visitor(browser, url, person=scene.owner, width=DESKTOP) as desk,
        visitor(browser, url, person=fan, width=PHONE, scripts=False) as phone,
        visitor(browser, url, person=passer, width=PHONE, scripts=False) as other,
    ):
        _makes(desk, scene.shop, "For followers", "12.00", audience="chosen")
        desk.get_by_role("link", name="Send coupons").click()
        desk.get_by_label("Who follows the shop").check()
        desk.get_by_role("button", name="How many is that?").click()
        expect(desk.locator(".alert[role=status]")).to_contain_text("Fewer than 10 people")
        desk.get_by_role("button", name="Send them").click()
        expect(desk.get_by_text("The coupons are on their way.")).to_be_visible()
        continue_sendings(now=clock.now())
        held = Coupon.objects.get(shopper=fan)

        phone.goto("/account/coupons/")
        expect(phone.get_by_role("heading", name="For followers")).to_be_visible()
        phone.goto(f"/p/{scene.product.public_id}/?sku={ware.public_id}")
        phone.get_by_role("button", name="Buy now").last.click()
        expect(phone.locator(".summary")).to_contain_text("For followers")
        expect(phone.locator(".summary")).to_contain_text("−¥12.00")
        phone.get_by_role("button", name="Place order").click()
        expect(phone).to_have_url(re.compile("/pay/"))
        held.refresh_from_db()
        assert held.status == "locked"

        order = Order.objects.get(shopper=fan)
        phone.goto(f"/orders/{order.public_id}/")
        phone.locator("summary", has_text="Cancel").click()
        phone.locator('form[action$="/cancel/"] button').click()
        expect(phone.get_by_text("The order is canceled.")).to_be_visible()
        phone.goto("/account/coupons/")
        expect(phone.get_by_role("heading", name="For followers")).to_be_visible()

        _makes(desk, scene.shop, "For all", "5.00", audience="everybody")
        other.goto("/coupons/")
        expect(other.get_by_role("heading", name="For followers")).to_have_count(0)
        other.get_by_role("button", name=re.compile("Claim.*For all")).click()
        expect(other.get_by_text("The coupon is yours")).to_be_visible()
        assert Coupon.objects.get(shopper=passer).status == "held"
        assert not desk.complaints
