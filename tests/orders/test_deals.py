"""K1: what all deals share: bought by themselves at a price that was asked for; some wait for an outcome."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from catalog.models import Reservation
from mall.events import deliver_everything, publish
from mall.events.marketing import DealCame, DealFailed
from mall.money import Money
from marketing.deals import Deal, DealGone, registry
from marketing.models import Coupon, PromotionUse
from orders.after_sales.asking import kinds_for
from orders.cancellation import cancel_order, close_unpaid_orders
from orders.cart import cart_view
from orders.checkout import DealWanted, PriceChanged, deal_view, place_order
from orders.fulfillment import DealOpen, ship_order
from orders.models import CartLine, Order, Refund
from orders.refunds import finish_refunds
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper, staff
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku
from tests.factories.marketing import coupon, draft, promotion
from tests.factories.merchants import seat
from tests.journeys import filled_cart, pay
from tests.orders import club_deal

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def club(monkeypatch):
    """A teapot for 100.00 that costs 60.00 in the club."""
    monkeypatch.setitem(registry.HOMES, "club", "tests.orders.club_deal")
    monkeypatch.setitem(registry.OWN_KEYS, "clb", "club")
    monkeypatch.setattr(club_deal, "HELD", {})
    teapot = sku(price="100.00", stock=10)
    terms = {"promotion": draft("percentage", shop=teapot.shop).public_id, "shop_id": teapot.shop_id}
    monkeypatch.setattr(club_deal, "TERMS", club_deal.TERMS | terms)
    return teapot


def terms(monkeypatch, **changed):
    monkeypatch.setattr(club_deal, "TERMS", club_deal.TERMS | changed)


def wanted(teapot, quantity=1, key=club_deal.KEY):
    return DealWanted(key, teapot.public_id, quantity)


def ordered(teapot, who=None, quantity=1, **given):
    who = who or shopper()
    where = who.addresses.first() or address(who)
    facts = {"shopper": who, "checkout_key": uuid4(), "address": where, "now": NOON}
    return place_order(wanted=wanted(teapot, quantity), **facts | given)


def joined(teapot, who=None) -> Order:
    group = ordered(teapot, who)
    pay(group)
    deliver_everything()
    return group.orders.get()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ship(order):
    ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=staff(), now=NOON)


def test_a_deal_is_ordered_by_itself_at_its_price_and_the_cart_stays(club):
    who = filled_cart(skus={sku(): 2, club: 1})
    group = ordered(club, who, quantity=2)
    order = group.orders.get()
    line = order.lines.get()
    assert (order.deal, order.awaits_deal, group.pay_by) == (club_deal.KEY, True, NOON + timedelta(minutes=15))
    assert (line.quantity, line.unit_price.minor, line.discount.minor, line.total.minor) == (2, 10_000, 8_000, 12_000)
    assert [step["step"] for step in order.price_trace] == ["goods", "deal", "shipping"]
    assert PromotionUse.objects.get(order_public_id=order.public_id).amount == Money(8_000)
    assert CartLine.objects.filter(cart__shopper=who).count() == 2
    assert cart_view(shopper=who).count == 3
    assert dict(club_deal.HELD) == {order.public_id: "taken"}


def test_asked_twice_with_one_key_it_is_ordered_once(club):
    who, key = shopper(), uuid4()
    first = ordered(club, who, checkout_key=key)
    assert ordered(club, who, checkout_key=key) == first
    assert len(club_deal.HELD) == 1


def test_who_has_a_place_decides_the_taking_and_nothing_else_is_left_behind(club, monkeypatch):
    for _turn in range(3):
        ordered(club)
    with pytest.raises(DealGone):
        ordered(club)
    late = shopper()
    seen = dict(club_deal.HELD)
    monkeypatch.setattr(club_deal, "find", lambda key, **facts: too_hopeful(club))
    with pytest.raises(DealGone):
        ordered(club, late)
    assert not late.orders.exists()
    assert dict(club_deal.HELD) == seen
    assert Reservation.objects.count() == 3


def too_hopeful(teapot) -> Deal:
    facts = {"version": 1, "shop_id": teapot.shop_id, "sku_id": teapot.pk, "price": Money(6000), "most": 2}
    return Deal(key="clb_1", promotion=club_deal.TERMS["promotion"], kind="club", name={}, **facts)


def test_offers_on_goods_yield_to_what_was_asked_for_and_coupons_stand_beside_it_unless_it_says_no(club, monkeypatch):
    promotion("percentage", shop=club.shop, rule={"bps": 9000})
    who = shopper()
    held = coupon(shop=club.shop, holder=who, rule={"at": 5000, "off": 500})
    _deal, view = deal_view(wanted(club), shopper=who, now=NOON)
    assert view.quote.shops[0].lines[0].total == Money(5500)
    ordered(club, who)
    held.refresh_from_db()
    assert held.status == Coupon.Status.LOCKED

    terms(monkeypatch, excludes=frozenset({"shop_coupon"}))
    other = coupon(shop=club.shop, holder=who, rule={"at": 5000, "off": 500})
    ordered(club, who)
    other.refresh_from_db()
    assert other.status == Coupon.Status.HELD


def test_where_the_shop_sells_it_for_less_by_now_that_counts(club, monkeypatch):
    terms(monkeypatch, price=12_000)
    assert ordered(club).orders.get().lines.get().total == Money(10_000)


def test_a_price_that_has_changed_is_asked_about_again(club, monkeypatch):
    who = shopper()
    _deal, view = deal_view(wanted(club), shopper=who, now=NOON)
    terms(monkeypatch, price=7_000)
    with pytest.raises(PriceChanged):
        ordered(club, who, expected=view.quote.fingerprint)


@pytest.mark.parametrize("quantity", [0, 3, 999])
def test_nobody_has_more_pieces_than_the_deal_allows(club, quantity):
    with pytest.raises(DealGone):
        ordered(club, quantity=quantity)


def test_services_and_unknown_goods_are_in_no_deal(club):
    for thing in (service_sku(), None):
        facts = DealWanted(club_deal.KEY, thing.public_id if thing else "sku_none", 1)
        who = shopper()
        with pytest.raises(DealGone):
            place_order(shopper=who, checkout_key=uuid4(), address=address(who), wanted=facts, now=NOON)
    with pytest.raises(DealGone):
        deal_view(wanted(club, key="prm_nothing"), shopper=shopper(), now=NOON)


def test_while_it_waits_it_is_neither_sent_nor_given_to_after_sales(club):
    order = joined(club)
    assert (order.status, club_deal.HELD[order.public_id]) == ("paid", "paid")
    assert kinds_for(order, NOON) == []
    assert not Order.objects.owned_by(order.shop).awaiting_shipment().exists()
    with pytest.raises(DealOpen, match="Two more"):
        ship(order)


def test_what_it_waited_for_has_come_and_the_hours_to_ship_begin_then(club):
    order = joined(club)
    for _turn in range(2):
        publish(DealCame(order_id=order.public_id, came_at=NOON + 30 * HOUR))
        deliver_everything()
    order.refresh_from_db()
    assert (order.awaits_deal, order.ship_clock) == (False, NOON + 30 * HOUR)
    assert list(order.steps.values_list("kind", flat=True)).count("deal_came") == 1
    mine = Order.objects.owned_by(order.shop)
    assert [mine.overdue(NOON + hours * HOUR, 48).count() for hours in (50, 77, 79)] == [0, 0, 1]
    ship(order)


def test_what_it_waited_for_will_not_come_and_everything_goes_back(club):
    order = joined(club)
    for _turn in range(2):
        publish(DealFailed(order_id=order.public_id, reason="人数未满", failed_at=NOON + HOUR))
        deliver_everything()
    finish_refunds(now=NOON + HOUR)
    deliver_everything()
    order.refresh_from_db()
    assert (order.status, order.cancel_reason, club_deal.HELD) == ("canceled", "人数未满", {})
    assert Refund.objects.get(order=order).status == Refund.Status.SUCCEEDED
    assert not Reservation.objects.filter(document=order.public_id, status="held").exists()
    assert PromotionUse.objects.get(order_public_id=order.public_id).returned_at


def test_an_outcome_changes_nothing_once_the_order_is_not_waiting_any_more(club):
    order = joined(club)
    publish(DealCame(order_id=order.public_id, came_at=NOON))
    deliver_everything()
    publish(DealFailed(order_id=order.public_id, reason="…", failed_at=NOON))
    deliver_everything()
    order.refresh_from_db()
    assert order.status == "paid"


def test_a_place_comes_free_when_its_order_is_canceled_or_not_paid_in_time(club):
    ordered(club)
    waits = joined(club)
    cancel_order(order=waits, reason="…", by=waits.shopper, now=NOON)
    close_unpaid_orders(now=NOON + HOUR)
    deliver_everything()
    assert club_deal.HELD == {}


def test_the_checkout_of_a_deal_says_what_it_is_and_places_it(club):
    who = shopper()
    address(who)
    page = signed_in(who)
    url = reverse("storefront:orders:deal-checkout", args=[club_deal.KEY, club.public_id])
    shown = page.get(url, {"quantity": "2"})
    assert "Three make a club." in shown.text
    assert "15" in shown.text
    posted = {
        "quantity": "2",
        "address": who.addresses.get().public_id,
        "checkout_key": str(uuid4()),
        "fingerprint": shown.context["fingerprint"],
    }
    placed = page.post(url, posted)
    group = who.order_groups.get()
    assert placed.url == reverse("storefront:orders:pay", args=[group.public_id])
    assert group.total == Money(12_000) + group.orders.get().shipping_fee
    pay(group)
    deliver_everything()
    detail = page.get(reverse("storefront:orders:detail", args=[group.orders.get().public_id]))
    assert "Two more and the club is full." in detail.text


def test_who_cannot_have_it_comes_back_to_the_product_and_reads_why(club):
    for _turn in range(3):
        ordered(club)
    page = signed_in(shopper())
    url = reverse("storefront:orders:deal-checkout", args=[club_deal.KEY, club.public_id])
    answer = page.get(url, follow=True)
    assert answer.redirect_chain[0][0].endswith(f"?sku={club.public_id}")
    assert "The club is full." in answer.text


def test_a_shop_reads_what_an_order_waits_for_and_is_not_offered_to_ship(club):
    order = joined(club)
    page = signed_in(seat(order.shop).user).get(
        reverse("backoffice:orders:detail", args=[order.shop.slug, order.public_id])
    )
    assert "Two more and the club is full." in page.text
    assert not page.context["can_ship"]
