"""
A shop starts a pre-sale with a deposit from the template; two shoppers pay the deposit, one of them on a phone without
scripts; she pays the rest in its window and gets her order, the other one misses it (K1).

The mall that runs here has no clock to move: where days pass, the window is moved instead, and the clock's verb is
handed its moment. The second test travels (``mall.travel``) through the same days with the schedule's own tasks.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from mall import clock
from mall.celery import app
from mall.clock import BUSINESS_ZONE
from mall.events import deliver_everything
from mall.notifications.models import Notice
from mall.travel import travel
from orders.balances import follow_balances
from orders.models import Order
from settlement.models import Share
from settlement.verification import verify_ledger
from tests.browsing import DESKTOP, PHONE, visitor
from tests.factories import accounts, catalog
from tests.journeys import pay
from tests.orders import presales
from tests.orders.storefront.test_presale_pages import now_sale

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _moment(at) -> str:
    return at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M")


def _starts(desk, shop, ware) -> None:
    now = clock.now()
    desk.goto(f"/backoffice/{shop.slug}/promotions/new/")
    desk.get_by_role("link", name="Pre-sale with deposit").click()
    typed = {
        "name_en": "First to have it", "name_zh_hans": "新品抢先定", "sku_1": ware.public_id, "price_1": "480",
        "deposit_1": "50", "worth_1": "80", "units_1": "5", "starts_at": _moment(now - MINUTE),
        "ends_at": _moment(now + DAY), "since": _moment(now + DAY), "until": _moment(now + 3 * DAY),
        "ships": (now + 5 * DAY).date().isoformat(),
    }  # fmt: skip
    for name, value in typed.items():
        desk.locator(f'input[name="{name}"]').fill(value)
    desk.get_by_role("button", name="Look at what it would do").click()
    expect(desk.locator("#preview")).to_contain_text("450.00")
    desk.get_by_role("button", name="Save and start").click()
    expect(desk.get_by_text("Saved and started.")).to_be_visible()


def _orders(page, ware) -> Order:
    """From the product to the deposit: first without saying that she knows, which is said to her."""
    page.goto(f"/p/{ware.product.public_id}/?sku={ware.public_id}")
    page.get_by_role("link", name="Pay the deposit").click()
    expect(page.get_by_text("the shop keeps the deposit.").first).to_be_visible()
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_text("Say that you know when the deposit is lost.").first).to_be_visible()
    page.get_by_label("I know that the shop keeps the deposit").check()
    page.get_by_role("button", name="Place order").click()
    expect(page).to_have_url(re.compile("/pay/"))
    return Order.objects.select_related("group").get(group__public_id=page.url.rstrip("/").rpartition("/")[2])


def _pays(page, amount: str) -> None:
    expect(page.locator(".pay-amount")).to_contain_text(amount)
    page.get_by_role("button", name="Pay now").click()
    page.get_by_role("button", name=re.compile("^Pay")).first.click()
    expect(page.get_by_role("heading", name="Payment received")).to_be_visible(timeout=30_000)


def test_a_deposit_the_rest_and_one_who_misses_it(browser, furnished_stack):
    scene, url = furnished_stack.scene, furnished_stack.url
    ware = catalog.sku(product=catalog.product(shop=scene.shop, category=scene.category), price="500.00", stock=5)
    first, second = accounts.shopper(display_name="林一"), accounts.shopper(display_name="周二")
    accounts.address(first), accounts.address(second)
    with (
        visitor(browser, url, person=scene.owner, width=DESKTOP) as desk,
        visitor(browser, url, person=first, width=PHONE, scripts=False) as phone,
        visitor(browser, url, person=second, width=PHONE) as other,
    ):
        _starts(desk, scene.shop, ware)
        order = _orders(phone, ware)
        _pays(phone, "50.00")
        missed = _orders(other, ware)
        _pays(other, "50.00")
        deliver_everything()

        phone.goto(f"/orders/{order.public_id}/")
        expect(phone.get_by_role("heading", name="Deposit paid")).to_be_visible()
        expect(phone.get_by_role("link", name="Pay the rest")).to_have_count(0)
        Order.objects.filter(pk=order.pk).update(balance_from=clock.now())
        phone.goto("/orders/?status=unpaid")
        phone.get_by_role("link", name="Pay the rest").click()
        _pays(phone, "400.00" if not order.shipping_fee else str(order.balance.decimal))
        deliver_everything()
        order.refresh_from_db()
        assert order.status == "paid"

        missed.refresh_from_db()
        follow_balances(now=missed.balance_until + MINUTE)
        deliver_everything()
        other.goto(f"/orders/{missed.public_id}/")
        expect(other.get_by_role("heading", name="Canceled")).to_be_visible()
        expect(other.get_by_text("The shop keeps it.")).to_be_visible()

        desk.goto(f"/backoffice/{scene.shop.slug}/orders/production/")
        row = desk.locator("tr", has_text=ware.public_id)
        expect(row.locator("td").nth(4)).to_contain_text("1")  # paid whole
        expect(row.locator("td").nth(7)).to_contain_text("50.00")
        desk.goto(f"/backoffice/{scene.shop.slug}/orders/{order.public_id}/ship/")
        desk.locator("select[name=carrier]").select_option("sf")
        desk.locator("input[name=tracking_number]").fill("SF1234567890123")
        desk.get_by_role("button", name="Mark as shipped").click()
        desk.wait_for_url(re.compile(rf"/orders/{order.public_id}/$"))
        assert not phone.complaints and not other.complaints and not desk.complaints


@pytest.fixture
def machine_that_travels(settings, tmp_path):
    settings.MALL_EMBEDDED, settings.MALL_VAR = True, str(tmp_path)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    app.conf.broker_url = "memory://"
    clock._seen["at"] = 0.0
    yield
    settings.MALL_EMBEDDED = False


@pytest.mark.django_db
def test_the_clock_tells_and_takes_by_itself_while_days_pass(machine_that_travels):
    pot = presales.teapot()
    sale = now_sale(pot)
    paying, missing = (presales.deposit_paid(pot, sale, now=clock.now()) for _order in range(2))

    list(travel(days=1))
    assert Notice.objects.filter(kind="orders.balance_open").count() == 2
    pay(paying.group, now=clock.now())
    deliver_everything()
    list(travel(days=3))

    for order in (paying, missing):
        order.refresh_from_db()
    assert (paying.status, missing.status) == ("paid", "canceled")
    assert Notice.objects.filter(person=missing.shopper, kind__startswith="orders.balance").count() == 3
    assert Notice.objects.filter(person=missing.shopper, kind="orders.deposit_kept").count() == 1
    assert Share.objects.get().net == missing.deposit
    assert verify_ledger().faults == []
    list(travel(days=8))
    assert Share.objects.get().status == "released"
