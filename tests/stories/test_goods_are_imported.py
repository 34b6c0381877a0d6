"""Goods come in from Shopify, on the mall as it runs: checked, the errors fetched, imported, seen in the list."""

import csv
import io

from playwright.sync_api import expect

from catalog.models import Product
from tests.browsing import visitor
from tests.catalog.transfer.files import csv_file, cup, tee, zip_file
from tests.catalog.transfer.test_pictures import drawn
from tests.factories.accounts import shopper
from tests.factories.catalog import category
from tests.factories.merchants import shop


def upload(name: str, kind: str, content: bytes) -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def test_a_file_of_shopify_with_errors_is_checked_and_imported(live_stack, browser):  # C8
    owner = shopper()
    place = shop(owner=owner)
    category(slug="teaware")
    rows = tee()
    for row in rows:
        row["Image Src"], row["Variant Image"] = ("shirt.png" if row is rows[0] else ""), ""
    bad = cup("bad-cup", **{"Variant Price": "12.345"})
    desk = f"/backoffice/{place.slug}/products/"

    with visitor(browser, live_stack.url, person=owner) as page:
        page.goto(desk)
        page.get_by_role("link", name="Import", exact=True).click()
        page.get_by_role("link", name="New import").first.click()
        page.set_input_files("[name=file]", upload("goods.csv", "text/csv", csv_file([*rows, bad, cup()])))
        page.set_input_files("[name=pictures]", upload("p.zip", "application/zip", zip_file({"shirt.png": drawn()})))
        page.get_by_label("States as in the file").check()
        page.get_by_role("button", name="Upload and check").click()

        start = page.get_by_role("button", name="Import those without errors")
        expect(start).to_be_visible(timeout=30_000)
        assert Product.objects.count() == 0
        expect(page.get_by_text("more than two decimals").first).to_be_visible()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="File of errors").click()
        table = list(csv.DictReader(io.StringIO(fetched.value.path().read_bytes().decode("utf-8-sig"), newline="")))
        assert [(row["Row"], row["Column"], row["Handle"]) for row in table] == [("11", "Variant Price", "bad-cup")]

        start.click()
        expect(page.get_by_role("link", name="To the products")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Taken over: 1. Not taken over: 0.")).to_be_visible(timeout=60_000)
        page.get_by_role("link", name="To the products").click()
        expect(page.get_by_text("Slow Morning Tee").first).to_be_visible()
        expect(page.get_by_text("Celadon Cup").first).to_be_visible()
        assert page.complaints == []

    assert set(Product.objects.values_list("handle", "status")) == {
        ("slow-morning-tee", "on_sale"), ("celadon-cup", "draft"),
    }  # fmt: skip
