"""
A shop starts group buying from the template; one shopper opens a group and passes it on, another joins it, on a phone
without scripts, and their goods may leave; a group that nobody joins is given up and paid back (K4).
"""

import io
import re
from datetime import timedelta

from PIL import Image
from playwright.sync_api import expect

from mall import clock
from mall.embedded.processes import wait_until
from mall.events import deliver_everything
from marketing.groups import seats
from marketing.models import BuyingGroup
from orders.models import Order, OrderGroup, Refund
from orders.refunds import finish_refunds
from tests import journeys
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog


def _starts(desk, shop, ware) -> None:
    desk.goto(f"/backoffice/{shop.slug}/promotions/new/")
    desk.get_by_role("link", name="Group buying").click()
    desk.locator('input[name="name_en"], input[name="name_1"]').first.fill("Two together")
    for field in desk.locator('input[name^="name"]').all():
        if not field.input_value():
            field.fill("二人团")
    desk.locator('input[name="sku_1"]').fill(ware.public_id)
    desk.locator('input[name="price_1"]').fill("39.90")
    desk.locator('input[name="units_1"]').fill("10")
    desk.locator('input[name="size"]').fill("2")
    desk.get_by_role("button", name="Look at what it would do").click()
    expect(desk.locator("#preview")).to_contain_text("¥39.90")
    desk.get_by_role("button", name="Save and start").click()
    expect(desk.get_by_text("Saved and started.")).to_be_visible()


def _pays(page) -> Order:
    """She places the order that the checkout shows; the bank says that she has paid."""
    page.get_by_role("button", name="Place order").click()
    expect(page).to_have_url(re.compile("/pay/"))
    group = OrderGroup.objects.get(public_id=re.search("/pay/(grp_[a-z0-9]+)/", page.url)[1])
    journeys.pay(group, now=clock.now())
    deliver_everything()
    return group.orders.get()


def _paid_back(order: Order) -> bool:
    """The clock has come by: here, or in the mall that runs beside the test."""
    seats.end_groups(now=clock.now())
    deliver_everything()
    finish_refunds(now=clock.now())
    return Refund.objects.filter(order=order).exists()


def test_two_buy_together_and_one_waits_in_vain(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    product = scene.product
    ware = catalog.sku(price="88.00", stock=9, product=product, choice=["v1", "v2"])
    first, second, third = (accounts.shopper(display_name=name) for name in ("Lin Yi", "Zhou Er", "Wu San"))
    for who in (first, second, third):
        accounts.address(who)
    page_of = f"/p/{product.public_id}/?sku={ware.public_id}"
    with (
        visitor(browser, url, person=scene.owner, width=DESKTOP) as desk,
        visitor(browser, url, person=first, width=DESKTOP) as one,
        visitor(browser, url, person=second, width=PHONE, scripts=False) as phone,
        visitor(browser, url, person=third, width=PHONE) as other,
    ):
        _starts(desk, scene.shop, ware)

        one.goto(page_of)
        box = one.get_by_role("region", name="Buying together")
        expect(box).to_contain_text("¥39.90")
        box.get_by_role("link", name="Open a group at ¥39.90").click()
        expect(one.locator("main")).to_contain_text("all of your money comes back by itself")
        opened = _pays(one)
        one.goto(f"/orders/{opened.public_id}/")
        expect(one.locator("main")).to_contain_text("1 more person must pay")
        one.get_by_role("link", name="Look at the group").click()
        one.get_by_role("link", name="Invite friends").click()
        address = one.locator("#address").input_value()
        assert address == f"{url}/group/{opened.deal}/"
        with Image.open(io.BytesIO(one.request.get(f"/group/{opened.deal}/poster.png").body())) as poster:
            assert poster.size == (750, 1180)

        phone.goto(address)
        expect(phone.get_by_text("Lin Yi")).to_have_count(0)  # names are masked
        expect(phone.locator(".deal-people")).to_contain_text("L***i")
        phone.get_by_role("link", name="Join this group").click()
        joined = _pays(phone)
        phone.goto(address)
        expect(phone.get_by_text("The group is complete. The shop packs now.")).to_be_visible()
        opened.refresh_from_db(), joined.refresh_from_db()
        assert (opened.awaits_deal, joined.awaits_deal, opened.status) == (False, False, "paid")

        other.goto(page_of)
        other.get_by_role("region", name="Buying together").get_by_role("link", name=re.compile("^Open")).click()
        lonely = _pays(other)
        group = BuyingGroup.objects.get(public_id=lonely.deal)
        later = clock.now()
        BuyingGroup.objects.filter(pk=group.pk).update(
            opened_at=later - timedelta(hours=25), ends_at=later - timedelta(hours=1)
        )
        assert wait_until(lambda: _paid_back(lonely), 30)
        other.goto("/account/groups/")
        expect(other.locator("main")).to_contain_text("Not complete in time; your money goes back.")
        other.goto(f"/orders/{lonely.public_id}/")
        expect(other.locator("main")).to_contain_text("Canceled")
        assert Refund.objects.get(order=lonely).amount == lonely.total
        assert not (one.complaints or desk.complaints or other.complaints)
