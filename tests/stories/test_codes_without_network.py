"""
A shopper picks her order up where there is no network: the page that stays open on the device knows the code, notes it,
tells a wrong one and one that it has seen, and hands in later (O6).
"""

from playwright.sync_api import expect

from catalog.stock import receive
from mall import clock
from orders.models import OfflineUse, Voucher
from tests import journeys
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog


def test_a_code_is_checked_without_network_and_counts_when_it_is_handed_in(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    ware = catalog.sku(shop=scene.shop, stock=5)
    store = catalog.warehouse(
        shop=scene.shop, kind="store", name="市集摊位", english="Market stand", address="湖滨路 9 号"
    )
    receive(sku=ware, quantity=5, warehouse=store, by=scene.owner, now=clock.now())
    orders = [
        journeys.ready_order(store=store, skus={ware: 1}, shopper=accounts.shopper(), by=scene.owner, now=clock.now())
        for _order in range(2)
    ]
    codes = [Voucher.objects.get(order=order).shown for order in orders]
    with visitor(browser, url, person=scene.owner, width=PHONE) as device:
        device.goto(f"/backoffice/{scene.shop.slug}/orders/offline/")
        device.get_by_label("Device").fill("Telephone")
        device.get_by_label("Codes of").select_option(label="Market stand")
        device.get_by_role("button", name="Take a list along").click()
        expect(device.get_by_text("2 codes")).to_be_visible()

        device.context.set_offline(True)
        code, said = device.locator("[data-offline-code]"), device.locator("[data-offline-said]")
        for typed, words in (
            ("123", "twelve digits"),
            ("0000 0000 0000", "not on the list"),
            (codes[0], "The code is right"),
            (codes[0], "noted this code already"),
        ):
            code.fill(typed)
            device.get_by_role("button", name="Check and note").click()
            expect(said).to_contain_text(words)
        device.get_by_role("button", name="Hand in what was noted").click()
        expect(said).to_contain_text("no network yet")
        assert not OfflineUse.objects.filter(voucher__order__in=orders).exists()

        device.context.set_offline(False)
        device.get_by_role("button", name="Hand in what was noted").click()
        expect(device.get_by_text("every code counts")).to_be_visible()
        expect(device.locator("[data-offline-noted] li")).to_have_count(0)  # forgotten, because it was handed in
        assert device.complaints == []
    orders[0].refresh_from_db(), orders[1].refresh_from_db()
    assert [order.status for order in orders] == ["delivered", "booked"]

    with visitor(browser, url, person=scene.owner, width=DESKTOP, scripts=False) as desk:  # typed, without scripts
        desk.goto(f"/backoffice/{scene.shop.slug}/orders/offline/")
        desk.get_by_role("link", name="Telephone").click()
        moment = f"{clock.now().astimezone(clock.BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"
        desk.locator("#id_uses").fill(f"{codes[1]}, {moment}")
        desk.get_by_role("button", name="Hand in what was noted").click()
        expect(desk.get_by_text("every code counts")).to_be_visible()
