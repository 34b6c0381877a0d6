"""
She buys: on a phone, at a desk, without scripts, with the keyboard alone; in both languages. Then the shop ships, and
the staff look at a merchant and at a product.
"""

import re

import pytest
from django.utils import translation
from playwright.sync_api import expect

from catalog.models import Product
from orders.models import Order
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories.accounts import shopper
from tests.pages import PASSWORD

ADDRESS = {
    "consignee": "张小云",
    "phone": "19900000001",
    "line": "文三路 1 号",
}
DIVISIONS = {"province": "浙江省", "city": "杭州市", "district": "西湖区"}
MOST_TABS = 200


class Mouse:
    """Points and presses."""

    def __init__(self, page):
        self.page = page

    def press(self, place) -> None:
        place.click()

    def write(self, place, text: str) -> None:
        place.fill(text)

    def choose(self, place, value: str) -> None:
        place.select_option(value)


class Finger(Mouse):
    """Touches."""

    def press(self, place) -> None:
        place.tap()


class Keys(Mouse):
    """Goes from place to place with the tabulator, as who cannot point does; what it cannot reach cannot be used."""

    def press(self, place) -> None:
        self._reach(place)
        self.page.keyboard.press("Enter")

    def write(self, place, text: str) -> None:
        self._reach(place)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, place, value: str) -> None:
        self._reach(place)
        self.page.keyboard.type(place.locator(f"option[value='{value}']").inner_text())

    def _reach(self, place) -> None:
        expect(place).to_be_visible()
        for _step in range(MOST_TABS):
            if place.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {place}")


@pytest.mark.parametrize(
    ("hand", "width", "language", "scripts"),
    [
        (Mouse, DESKTOP, "en", True),
        (Finger, PHONE, "zh-hans", True),
        (Mouse, DESKTOP, "zh-hans", False),
        (Finger, PHONE, "en", False),
        (Keys, DESKTOP, "en", True),
    ],
    ids=["at a desk", "on a phone", "without scripts", "on a phone without scripts", "with the keyboard"],
)
def test_she_buys(furnished_stack, browser, hand, width, language, scripts):
    product, me = furnished_stack.scene.product, shopper(password=PASSWORD)
    with (
        visitor(browser, furnished_stack.url, width=width, language=language, scripts=scripts) as page,
        translation.override(language),
    ):
        say, hand = translation.gettext, hand(page)

        def button(words: str):
            return page.get_by_role("button", name=say(words), exact=True)

        # She looks for it, chooses the second colour, and puts it into her cart.
        page.goto("/")
        hand.write(page.locator("input[name=q]"), str(product.title))
        page.keyboard.press("Enter")
        hand.press(page.get_by_role("link", name=str(product.title), exact=True).first)
        colour = page.get_by_role("link", name=re.compile(product.options[0]["values"][1]["name"][language]))
        hand.press(colour)
        expect(colour).to_have_attribute("aria-current", "true")
        hand.press(button("Add to cart"))
        if scripts:
            expect(page.get_by_text(say("It is in your cart.")).first).to_be_visible()
            hand.press(page.locator("a[href='/cart/']:visible").first)
        expect(page.locator(".cart-line")).to_have_count(1)

        # At the checkout she says who she is and where it goes.
        hand.press(page.get_by_role("link", name=say("Checkout"), exact=True))
        hand.write(page.locator("input[name=login]"), me.email)
        hand.write(page.locator("input[name=password]"), PASSWORD)
        hand.press(page.locator("form[action='/accounts/login/'] button[type=submit]"))
        for name, text in ADDRESS.items():
            hand.write(page.locator(f"input[name={name}]"), text)
        for name, value in DIVISIONS.items():
            place = page.locator(f"select[name={name}]")
            expect(place.locator(f"option[value='{value}']")).to_have_count(1)
            hand.choose(place, value)
            if not scripts and name != "district":
                hand.press(button("Show the cities and districts of my choice"))
        for name, text in ADDRESS.items():
            expect(page.locator(f"input[name={name}]")).to_have_value(text)
        hand.press(button("Place order"))

        # One payment at the sandbox bank.
        hand.press(button("Pay now"))
        hand.press(button("Pay"))
        expect(page.get_by_role("heading", name=say("Payment received"))).to_be_visible()
        assert page.complaints == []

    order = Order.objects.get(shopper=me)
    assert (order.status, order.lines.get().sku.choice) == ("paid", ["v2"])


def test_the_shop_ships(furnished_stack, browser):
    scene = furnished_stack.scene
    order = scene.orders["paid"]
    with visitor(browser, furnished_stack.url, person=scene.owner) as page:
        page.goto(f"/backoffice/{scene.shop.slug}/orders/")
        page.get_by_role("link", name=order.public_id).first.click()
        page.get_by_role("link", name="Ship", exact=True).click()
        page.locator("select[name=carrier]").select_option("sf")
        page.locator("input[name=tracking_number]").fill("SF1234567890123")
        page.get_by_role("button", name="Mark as shipped").click()
        page.wait_for_url(re.compile(rf"/orders/{order.public_id}/$"))
        assert page.complaints == []

    order.refresh_from_db()
    assert order.status == "shipped"


def test_the_staff_look_at_a_merchant_and_at_a_product(furnished_stack, browser):
    scene = furnished_stack.scene
    application = scene.applications["review"]
    product = Product.objects.get(status="in_review")
    change = product.changes.get(status="pending")
    with visitor(browser, furnished_stack.url, person=scene.staff) as page:
        page.goto(f"/admin/merchants/application/{application.pk}/change/")
        page.get_by_role("button", name=re.compile("^Approve")).click()
        expect(page.locator(".messagelist .success")).to_be_visible()

        page.goto(f"/admin/catalog/productchange/{change.pk}/change/")
        for verb in ("Take it on", "Approve"):
            page.get_by_role("button", name=re.compile(f"^{verb}")).click()
            page.get_by_role("button", name=re.compile(f"^{verb}")).click()  # it asks once more
            expect(page.locator(".messagelist .success")).to_be_visible()
        assert page.complaints == []

    application.refresh_from_db()
    product.refresh_from_db()
    assert (application.status, product.status) == ("approved", "on_sale")
