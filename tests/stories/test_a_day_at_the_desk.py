"""A day at a shop's desk, on the mall as it runs: keys, a kept filter, bulk with undo, an export, unsaved words."""

import csv
import io

from playwright.sync_api import expect

from catalog.models import Product
from mall.clock import now
from tests.browsing import PHONE, visitor
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop
from tests.journeys import paid_order


def furnished():
    owner = shopper()
    place = shop(owner=owner)
    skus = [sku(product=product(shop=place), price=price) for price in ("10.00", "20.00", "30.00")]
    orders = [paid_order(skus={row: 1}, now=now()) for row in skus]
    return owner, f"/backoffice/{place.slug}/", orders


def test_keys_choose_rows_and_the_chosen_are_exported_by_a_worker(live_stack, browser):
    owner, desk, orders = furnished()
    with visitor(browser, live_stack.url, person=owner) as page:
        page.goto(f"{desk}orders/")
        page.keyboard.press("/")
        expect(page.locator("main input[type=search]")).to_be_focused()
        page.locator("h1").click()
        for key in ("j", "x", "j", "j", "x"):
            page.keyboard.press(key)
        expect(page.locator("[data-bulk-count]")).to_have_text("2")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Export as CSV").click()
        download = page.get_by_role("link", name="Download")
        expect(download).to_be_visible(timeout=20_000)
        with page.expect_download() as fetched:
            download.click()
        rows = list(csv.reader(io.StringIO(fetched.value.path().read_bytes().decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == [orders[2].public_id, orders[0].public_id]

        page.goto(f"{desk}orders/")
        page.locator("h1").click()
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith(f"/orders/{orders[2].public_id}/")
        assert page.complaints == []


def test_a_filter_is_kept_and_products_go_off_sale_and_come_back(live_stack, browser):
    owner, desk, _orders = furnished()
    with visitor(browser, live_stack.url, person=owner) as page:
        page.goto(f"{desk}products/?least=15")
        page.get_by_text("Keep this filter").click()
        page.locator("#keep-name").fill("Dear ones")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.locator(".tabs [aria-current]")).to_have_text("Dear ones")

        page.locator("[data-check-all]").click()
        page.get_by_role("button", name="Take off sale").click()
        expect(page.locator("#messages")).to_contain_text("2 done")
        assert Product.objects.filter(shop__seats__user=owner, status="off_sale").count() == 2
        page.get_by_role("button", name="Undo").first.click()
        expect(page.locator(".badge", has_text="On sale")).to_have_count(2)
        assert Product.objects.filter(shop__seats__user=owner, status="off_sale").count() == 0
        assert page.complaints == []


def test_unsaved_words_are_not_left_by_mistake(live_stack, browser):
    owner, desk, _orders = furnished()
    with visitor(browser, live_stack.url, person=owner) as page:
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto(f"{desk}shop/")
        phone = page.locator("input[name=contact_phone]")
        phone.fill("400 820 8820")
        phone.fill("")
        page.goto(desk)
        assert asked == []

        page.goto(f"{desk}shop/")
        page.locator("input[name=contact_phone]").fill("400 820 8820")
        page.goto(desk)
        assert asked == ["beforeunload"]


def test_everything_goes_without_scripts_on_a_phone(live_stack, browser):
    owner, desk, orders = furnished()
    with visitor(browser, live_stack.url, person=owner, width=PHONE, scripts=False) as page:
        page.goto(f"{desk}orders/")
        page.locator("summary", has_text="Filter").click()
        page.locator("#filter-least").fill("25")
        page.get_by_role("button", name="Apply").click()
        boxes = page.locator("input[name=chosen]")
        expect(boxes).to_have_count(1)
        boxes.check()
        page.get_by_role("button", name="Export as XLSX").click()
        download = page.get_by_role("link", name="Download")
        again = page.get_by_role("link", name="Look again")
        for _time in range(40):
            # A click does not wait for the page that it leads to: one of the two says that it is there.
            expect(download.or_(again)).to_be_visible()
            if download.count():
                break
            page.wait_for_timeout(500)
            again.click()
        expect(download).to_be_visible()

        page.goto(f"{desk}?days=30")
        expect(page.get_by_role("row", name=orders[0].paid_at.strftime("%-d ")).first).to_be_visible()
