"""
The main journey in a real browser, on the mall as it runs: sign in, goods of two shops, one payment, two parcels.

What the clock does after that is done by the same verbs with the moment handed in, as ``manage.py travel`` would.
"""

import re
from datetime import timedelta

from playwright.sync_api import expect

from mall import clock
from mall.events import deliver_everything
from orders.fulfillment import complete_delivered_orders, deliver_shipped_orders
from orders.models import Order, Payment
from settlement.ledger import balances
from settlement.release import release_due_shares
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.merchants import seat, shop

PASSWORD = "correct horse battery"
DAY = timedelta(days=1)


def sign_in(page, stack, person):
    page.goto(f"{stack.url}/accounts/login/")
    page.locator("input[name=login]").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/accounts/login/'] button[type=submit]").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def ship(page, stack, order, number):
    page.goto(f"{stack.url}/backoffice/{order.shop.slug}/orders/{order.public_id}/")
    page.get_by_role("link", name="Ship", exact=True).click()
    page.locator("select[name=carrier]").select_option("sf")
    page.locator("input[name=tracking_number]").fill(number)
    page.get_by_role("button", name="Mark as shipped").click()
    page.wait_for_url(re.compile(rf"/orders/{order.public_id}/$"))


def test_two_shops_one_payment_and_both_ship(live_stack, browser, browser_page):
    me = shopper(password=PASSWORD)
    address(me)
    skus = [sku(price="58.00", shop=shop()), sku(price="33.30", shop=shop())]
    owners = {row.shop_id: seat(row.shop, shopper(password=PASSWORD)).user for row in skus}
    page = browser_page

    # She signs in, puts goods of two shops into her cart and places the order.
    sign_in(page, live_stack, me)
    for row in skus:
        page.goto(f"{live_stack.url}/p/{row.product.public_id}/")
        page.get_by_role("button", name="Add to cart").click()
        expect(page.get_by_text("It is in your cart.").first).to_be_visible()
    page.goto(f"{live_stack.url}/cart/")
    expect(page.locator(".cart-line")).to_have_count(2)
    page.get_by_role("link", name="Checkout", exact=True).click()
    page.get_by_role("button", name="Place order").click()

    # One payment at the sandbox bank, whose own notice reaches the mall.
    page.get_by_role("button", name="Pay now").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Payment received")).to_be_visible()
    page.goto(f"{live_stack.url}/orders/?status=paid")
    payment = Payment.objects.get(status="succeeded")
    orders = list(Order.objects.filter(group=payment.group_id, status="paid").select_related("shop").order_by("pk"))
    assert len(orders) == 2
    for order in orders:
        expect(page.locator(f"a[href='/orders/{order.public_id}/']").first).to_be_visible()

    # Both shops ship from their own back offices.
    for number, order in enumerate(orders):
        context = browser.new_context(locale="en-US")
        clerk = context.new_page()
        sign_in(clerk, live_stack, owners[order.shop_id])
        ship(clerk, live_stack, order, f"SF123456789012{number}")
        context.close()
    assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}

    # Days pass: delivered, completed, and seven days later the shops' money is available.
    now = clock.now()
    assert deliver_shipped_orders(now=now + 11 * DAY) == 2
    assert complete_delivered_orders(now=now + 19 * DAY) == 2
    deliver_everything()
    release_due_shares(now=now + 28 * DAY)
    for order in orders:
        assert balances(order.shop)["available"].minor > 0
