"""
After-sales in a real browser, by all who take part: a partial refund after a coupon over two shops, a refusal that two
officers of the mall decide, and an exchange with a parcel of its own (O7, O8).
"""

import re
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from playwright.sync_api import expect

from catalog.models import Stock
from mall import clock
from mall.embedded.processes import wait_until
from mall.money import Money
from marketing.models import Coupon
from orders.fulfillment import mark_delivered
from orders.models import AfterSale, Order, Parcel, Refund, Verdict
from settlement.models import Entry, Share
from settlement.verification import verify_ledger
from tests.browsing import PHONE, visitor
from tests.factories import number
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.marketing import coupon
from tests.factories.merchants import shop
from tests.journeys import completed_order, delivered_order

DAY = timedelta(days=1)


@contextmanager
def windows(browser, stack, *people, **of_first):
    """A window of each of them; nobody's console has anything to say."""
    with visitor(browser, stack.url, person=people[0], **of_first) as first:
        if len(people) == 1:
            yield [first]
        else:
            with windows(browser, stack, *people[1:]) as others:
                yield [first, *others]
        assert first.complaints == []


def sent_back_in_time(case: AfterSale) -> AfterSale:
    """The worker of the running mall sends the money; the case as it stands then."""

    def is_done() -> bool:
        connection.close()
        case.refresh_from_db()
        return case.status == "done"

    assert wait_until(is_done, 60, pause=0.3), case.status
    return case


def does(window, label: str, **fields) -> None:
    """One of the actions on the page of a case: what there is to fill in, then its button."""
    fold = window.locator("details.fold", has=window.locator("summary", has_text=re.compile(f"^{label}")))
    place = window
    if fold.count():
        place = fold.first
        if place.get_attribute("open") is None:
            place.locator("summary").click()
    for name, value in fields.items():
        field = place.locator(f'[name="{name}"]')
        if field.evaluate("element => element.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)
    place.get_by_role("button", name=label, exact=True).click()


def asks(window, order: Order, **fields) -> AfterSale:
    """She looks for the goods of the order and asks about the first of them."""
    window.goto(f"/orders/{order.public_id}/")
    window.get_by_role("link", name="After-sale", exact=True).first.click()
    window.locator(f'input[name="kind"][value="{fields.pop("kind")}"]').check()
    for name, value in fields.items():
        field = window.locator(f'[name="{name}"]')
        field.select_option(value) if name == "reason" else field.fill(value)
    window.get_by_role("button", name="Ask the shop").click()
    expect(window.get_by_text("The shop answers you.").first).to_be_visible()
    return AfterSale.objects.latest("pk")


def at_desk(window, case: AfterSale) -> None:
    window.goto(f"/backoffice/{case.order.shop.slug}/after-sales/{case.public_id}/")


def staff_decide(window, case: AfterSale, *, percent: str, refund: str) -> None:
    window.goto(f"/admin/orders/aftersale/{case.pk}/change/")
    window.get_by_role("button", name="Decide").click()
    window.locator('[name="liability_percent"]').fill(percent)
    window.locator('[name="refund"]').fill(refund)
    window.locator('[name="shipping_payer"]').select_option("shop")
    window.locator('[name="reason"]').fill("The pictures show the crack.")
    window.get_by_role("button", name="Decide").click()
    expect(window.get_by_text("The pictures show the crack.").first).to_be_visible()


def test_one_of_two_pieces_goes_back_of_an_order_over_two_shops_with_a_coupon(live_stack, browser):  # O7, O8
    me = shopper()
    address(me)
    tea_house, pottery = (shop(owner=shopper(), shipping_fee="0.00") for _shop in range(2))
    tea, cup = sku(price="60.00", shop=tea_house, stock=9), sku(price="80.00", shop=pottery, stock=9)
    now = clock.now()
    held = coupon(holder=me, rule={"at": 0, "off": 2000}, starts_at=now - DAY, ends_at=now + 9 * DAY,
                  now=now)  # fmt: skip
    owner = tea_house.seats.get().user
    with windows(browser, live_stack, me, owner) as (page, desk):
        for ware, pieces in ((tea, 2), (cup, 1)):
            for _piece in range(pieces):
                page.goto(f"/p/{ware.product.public_id}/")
                page.get_by_role("button", name="Add to cart").click()
                expect(page.get_by_text("It is in your cart.").first).to_be_visible()
        page.goto("/checkout/")
        expect(page.locator(".summary")).to_contain_text("−¥20.00")
        page.get_by_role("button", name="Place order").click()
        page.get_by_role("button", name="Pay now").click()
        page.get_by_role("button", name="Pay", exact=True).click()
        expect(page.get_by_role("heading", name="Payment received")).to_be_visible()
        mine = {order.shop_id: order for order in Order.objects.filter(shopper=me)}
        order = mine[tea_house.pk]
        assert (order.total, mine[pottery.pk].total) == (Money(10_800), Money(7_200))  # 12.00 and 8.00 of the coupon

        desk.goto(f"/backoffice/{tea_house.slug}/orders/{order.public_id}/")
        desk.get_by_role("link", name="Ship", exact=True).click()
        desk.locator("select[name=carrier]").select_option("sf")
        desk.locator("input[name=tracking_number]").fill(f"SF{number():013d}")
        desk.get_by_role("button", name="Mark as shipped").click()
        desk.wait_for_url(re.compile(rf"/orders/{order.public_id}/$"))
        mark_delivered(order=order, by=me, now=clock.now())

        case = asks(page, order, kind="refund", reason="damaged", quantity="1", text="One of the two is broken.")
        at_desk(desk, case)
        does(desk, "Agree")
        sent_back_in_time(case)
        page.reload()
        expect(page.get_by_role("heading", name="Settled")).to_be_visible()
        expect(page.get_by_text("¥54.00").first).to_be_visible()

    held.refresh_from_db()
    order.refresh_from_db()
    assert (case.refund, order.refunded, Coupon.objects.get(pk=held.pk).status) == (Money(5_400), Money(5_400), "used")
    assert Refund.objects.get(after_sale=case).status == "succeeded"
    assert Order.objects.get(pk=mine[pottery.pk].pk).refunded == Money(0)
    assert verify_ledger().ok


def test_what_the_shop_refuses_two_officers_decide_and_the_money_moves_by_what_they_say(live_stack, browser):  # O7
    place = shop(owner=shopper(), shipping_fee="8.00")
    order = completed_order(skus={sku(price="60.00", shop=place): 1}, now=clock.now())
    first, second = staff(), staff()
    with windows(browser, live_stack, order.shopper, place.seats.get().user, first, second) as (
        page, desk, officer, judge,
    ):  # fmt: skip
        case = asks(page, order, kind="refund", reason="damaged", text="It has a crack.")
        at_desk(desk, case)
        does(desk, "Refuse", text="We see no crack.")
        expect(desk.get_by_text("You have refused.")).to_be_visible()
        page.goto(f"/after-sales/{case.public_id}/")
        expect(page.get_by_text("We see no crack.")).to_be_visible()
        does(page, "Ask the mall to decide", text="Look at it, please.")
        expect(page.get_by_role("heading", name="The mall decides")).to_be_visible()
        does(page, "Write", text="Here it is.")
        at_desk(desk, case)
        assert "Here it is." not in desk.content()  # not before its days are over
        does(desk, "Write", text="We packed it well.")

        staff_decide(officer, case, percent="100", refund="60.00")
        at_desk(desk, case)
        does(desk, "Appeal", text="The carrier broke it.")
        expect(desk.get_by_text("Somebody else decides it again.")).to_be_visible()
        entries = Entry.objects.count()
        staff_decide(judge, case, percent="70", refund="40.00")
        sent_back_in_time(case)
        page.reload()
        expect(page.get_by_role("heading", name="Settled")).to_be_visible()
        expect(page.get_by_label("Decision of the mall")).to_contain_text("¥40.00")

    assert (case.refund_goods, case.refund_shipping, case.fault) == (Money(4_000), Money(800), "shop")
    assert list(Verdict.objects.order_by("round").values_list("round", "officer")) == [
        (1, first.pk), (2, second.pk),
    ]  # fmt: skip
    share = Share.objects.get(order_public_id=order.public_id)
    assert Entry.objects.count() > entries and share.reversed > Money(0)
    assert verify_ledger().ok


def test_goods_are_exchanged_and_the_new_ones_come_in_a_parcel_of_their_own(live_stack, browser):  # O7, O6
    place = shop(owner=shopper())
    cup = sku(price="28.00", stock=5, shop=place)
    order = delivered_order(skus={cup: 1}, now=clock.now())
    with windows(browser, live_stack, order.shopper, place.seats.get().user, width=PHONE, scripts=False) as (
        page, desk,
    ):  # fmt: skip
        case = asks(page, order, kind="exchange", reason="defective", text="The lid does not fit.")
        at_desk(desk, case)
        does(desk, "Agree")
        expect(desk.get_by_text("You have agreed.")).to_be_visible()
        assert Stock.objects.get(sku=cup).reserved == 1
        page.reload()
        does(page, "I have sent it back", carrier="sf", tracking_number=f"SF{number():013d}")
        expect(page.get_by_text("The shop knows that it is coming.")).to_be_visible()
        at_desk(desk, case)
        does(desk, "The goods have arrived")
        does(desk, "Accept what came back", sellable="0", damaged="1")
        does(desk, "Send the goods", carrier="sf", tracking_number=(parcel_number := f"SF{number():013d}"))
        expect(desk.get_by_text("The goods are on their way.")).to_be_visible()
        page.reload()
        expect(page.get_by_text(parcel_number).first).to_be_visible()
        does(page, "I have received it")
        expect(page.get_by_role("heading", name="Settled")).to_be_visible()

    connection.close()
    case.refresh_from_db()
    parcel = Parcel.objects.get(after_sale=case)
    assert (parcel.order, parcel.tracking_number, parcel.delivered_at is not None) == (order, parcel_number, True)
    assert (case.status, case.refund, order.parcels.filter(after_sale=None).count()) == ("done", Money(0), 1)
    assert Stock.objects.values_list("on_hand", "reserved").get(sku=cup) == (3, 0)  # two have left, one is broken
