"""
A shop starts a flash sale with one press from the template; a shopper buys at its price on a phone without scripts;
another one comes too late, waits in line, and is led to the checkout when the first one changes her mind (K3).
"""

import re

from playwright.sync_api import expect

from marketing.models import FlashUnits
from orders.models import Order
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog


def _starts(desk, shop, ware) -> None:
    """From the list of templates to a sale that runs; what the template proposes is taken but for one field."""
    desk.goto(f"/backoffice/{shop.slug}/promotions/new/")
    desk.get_by_role("link", name="Flash sale").click()
    for number in (2, 3):
        desk.locator(f'input[name="sku_{number}"]').fill("")
    desk.locator('input[name="sku_1"]').fill(ware.public_id)
    desk.locator('input[name="price_1"]').fill("39.90")
    desk.locator('input[name="units_1"]').fill("1")
    desk.get_by_role("button", name="Save and start").click()
    expect(desk.get_by_text("Saved and started.")).to_be_visible()
    expect(desk.get_by_text("Running", exact=True)).to_be_visible()


def test_a_flash_sale_from_the_template_to_the_last_unit(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    thing = catalog.product(shop=scene.shop, category=scene.category, title="竹节壶", english="Bamboo pot")
    ware = catalog.sku(price="88.00", stock=5, product=thing)
    first, second = accounts.shopper(display_name="林一"), accounts.shopper(display_name="周二")
    accounts.address(first), accounts.address(second)
    page_of = f"/p/{thing.public_id}/?sku={ware.public_id}"
    with (
        visitor(browser, url, person=scene.owner, width=DESKTOP) as desk,
        visitor(browser, url, person=first, width=PHONE, scripts=False) as phone,
        visitor(browser, url, person=second, width=PHONE) as other,
    ):
        _starts(desk, scene.shop, ware)

        phone.goto(page_of)
        box = phone.get_by_role("region", name="Flash sale")
        expect(box).to_contain_text("¥39.90")
        expect(box).to_contain_text("0 of 1 gone")
        box.get_by_role("button", name="Buy at the flash price").click()
        expect(phone.locator(".summary")).to_contain_text("Flash sale")
        phone.get_by_role("button", name="Place order").click()
        expect(phone).to_have_url(re.compile("/pay/"))
        order = Order.objects.get(shopper=first)
        assert order.total - order.shipping_fee == FlashUnits.objects.get(sku=ware).price

        other.goto("/flash/")
        expect(other.get_by_role("heading", name="Flash sales today")).to_be_visible()
        other.goto(page_of)
        other.get_by_role("region", name="Flash sale").get_by_role(
            "button", name=re.compile("Wait in line|Buy at the flash price")
        ).click()
        gone, waits = (
            other.get_by_role("heading", name="The flash sale is sold out"),
            other.get_by_role("heading", name="All units are taken"),
        )
        expect(gone.or_(waits)).to_be_visible()
        if gone.is_visible():
            other.get_by_role("button", name="Wait in line").click()
        expect(waits).to_be_visible()

        phone.goto(f"/orders/{order.public_id}/")
        phone.locator("summary", has_text="Cancel").click()
        phone.locator('form[action$="/cancel/"] button').click()
        expect(phone.get_by_text("The order is canceled.")).to_be_visible()
        other.wait_for_url(re.compile("/checkout/"), timeout=40_000)  # her page looks again by itself
        expect(other.locator(".summary")).to_contain_text("Flash sale")
        assert not other.complaints and not desk.complaints
