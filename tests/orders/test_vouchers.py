"""C2: services by appointment, from the chosen time to the code that is checked once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from catalog.models import Stock
from catalog.slots import close_slot
from catalog.stock import OutOfStock
from mall import clock
from mall.flow import WrongStatus
from orders.cancellation import cancel_missed_appointments, cancel_order
from orders.cart import WrongTime, add_to_cart, cart_view
from orders.checkout import AddressNeeded, place_order
from orders.models import CartLine, Voucher
from orders.vouchers import TooEarly, UnknownVoucher, VoucherInvalid, VoucherUsed, use_voucher
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import address, shopper
from tests.factories.catalog import sku
from tests.factories.kinds import service_sku, slot_of
from tests.factories.merchants import seat, shop
from tests.journeys import pay


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def add(me, one, slot=None, quantity=1, now=NOON):
    name = slot.public_id if slot else ""
    return add_to_cart(shopper=me, sku=one.public_id, quantity=quantity, slot=name, now=now)


def place(me, **given):
    given = {"checkout_key": uuid4(), "address": me.addresses.first(), "now": NOON, **given}
    return place_order(shopper=me, **given)


def booked(*services, quantity=1):
    """Paid orders of these services at their first times."""
    me = shopper()
    address(me)
    for one in services:
        add(me, one, slot_of(one), quantity)
    group = place(me)
    pay(group)
    return group.orders.get()


def use(order, place=0, now=None):
    voucher = Voucher.objects.filter(line__order=order).order_by("pk")[place]
    now = now or voucher.line.slot.starts_at
    return use_voucher(shop=order.shop, code=voucher.shown, by=shopper(), now=now)


def test_a_service_comes_into_the_cart_with_its_time_and_another_time_takes_its_place():
    one, me = service_sku(slots=2), shopper()

    with pytest.raises(WrongTime, match="Choose a time"):
        add(me, one)
    with pytest.raises(WrongTime, match="Choose a time"):
        add(me, one, slot_of(service_sku()))
    add(me, one, slot_of(one)), add(me, one, slot_of(one))
    assert add(me, one, slot_of(one, 1)) == 1

    assert list(CartLine.objects.values_list("quantity", "slot")) == [(1, slot_of(one, 1).pk)]
    (line,) = cart_view(shopper=me, now=NOON).lines
    assert (line.slot.public_id, line.problem) == (slot_of(one, 1).public_id, "")
    with pytest.raises(WrongTime, match="Only 2 places"):
        add(me, one, slot_of(one, 1), 2)


def test_a_time_that_is_gone_is_said_in_the_cart_and_refused_at_checkout():
    one, me = service_sku(), shopper()
    address(me)
    add(me, one, slot_of(one)), add(me, cup := sku())
    close_slot(slot=slot_of(one), by=me, now=NOON)

    problems = {line.sku.sku_id: line.problem for line in cart_view(shopper=me, now=NOON).lines}
    assert problems[one.pk] and not problems[cup.pk]
    with pytest.raises((WrongTime, OutOfStock)):
        place(me)


def test_a_service_at_home_needs_an_address_and_one_at_the_shop_has_none():
    for one, at_home in ((service_sku(), False), (service_sku(at_home=True), True)):
        me = shopper()
        address(me)
        add(me, one, slot_of(one))
        assert cart_view(shopper=me).needs_address is at_home
        if at_home:
            with pytest.raises(AddressNeeded):
                place(me, address=None)
        assert bool(place(me).orders.get().consignee) is at_home


def test_paid_it_is_booked_with_a_code_and_used_it_is_delivered():
    one = service_sku(capacity=2)

    order = booked(one, quantity=2)

    slot = slot_of(one)
    assert (order.status, order.due_at) == ("booked", slot.ends_at + 3 * DAY)
    assert Stock.objects.values_list("on_hand", "reserved").get(slot=slot) == (2, 2)
    line = use(order)
    order.refresh_from_db()
    assert (line.line.order_id, order.status, order.delivered_at, order.shipped_at) == (
        order.pk, "delivered", slot.starts_at, None,
    )  # fmt: skip
    assert Stock.objects.values_list("on_hand", "reserved").get(slot=slot) == (0, 0)


def test_a_code_works_once_in_its_own_shop_on_its_day():
    one = service_sku()
    order, other = booked(one), booked(service_sku())
    (voucher,) = Voucher.objects.filter(line__order=order)

    with pytest.raises(TooEarly):
        use(order, now=NOON)
    for code in (voucher.shown[:-1], "", "0" * 12, "abc"):
        with pytest.raises(UnknownVoucher):
            use_voucher(shop=order.shop, code=code, by=shopper(), now=NOON + DAY)
    with pytest.raises(UnknownVoucher):
        use_voucher(shop=other.shop, code=voucher.shown, by=shopper(), now=NOON + DAY)
    use(order)
    with pytest.raises(VoucherUsed, match="used already"):
        use(order)


def test_an_order_of_two_services_is_delivered_with_the_second_code():
    place_of_both = shop()
    order = booked(service_sku(shop=place_of_both), service_sku(shop=place_of_both))

    use(order, 0)
    order.refresh_from_db()
    assert order.status == "booked"
    with pytest.raises(WrongStatus, match="used already"):
        cancel_order(order=order, reason="…", by=shopper(), now=NOON)
    use(order, 1)
    order.refresh_from_db()
    assert order.status == "delivered"


def test_canceled_the_place_is_free_again_and_the_code_is_worth_nothing():
    one = service_sku(capacity=1)
    order = booked(one)

    cancel_order(order=order, reason="…", by=order.shopper, now=NOON)

    assert Stock.objects.values_list("on_hand", "reserved").get(slot=slot_of(one)) == (1, 0)
    with pytest.raises(VoucherInvalid):
        use(order)
    assert booked(one).status == "booked"


def test_once_the_time_has_come_only_the_shop_cancels():
    order = booked(service_sku())
    late = slot_of(order.lines.get().sku).starts_at

    with pytest.raises(WrongStatus, match="Ask the shop"):
        cancel_order(order=order, reason="…", by=order.shopper, now=late)
    cancel_order(order=order, reason="…", by=shopper(), now=late)


def test_what_nobody_used_is_canceled_after_some_days_and_what_was_half_used_is_over():
    place_of_both = shop()
    missed = booked(service_sku())
    half = booked(service_sku(shop=place_of_both), service_sku(shop=place_of_both))
    use(half)

    assert cancel_missed_appointments(now=missed.due_at - DAY) == 0
    assert cancel_missed_appointments(now=missed.due_at) == 1

    missed.refresh_from_db(), half.refresh_from_db()
    assert (missed.status, half.status) == ("canceled", "delivered")


def test_its_shopper_sees_the_code_and_the_shops_staff_type_it(client):
    order = booked(service_sku(starts_in=clock.now() - NOON + timedelta(hours=1)))
    (voucher,) = Voucher.objects.filter(line__order=order)
    client.force_login(order.shopper)
    assert voucher.shown in client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()

    desk = Client()
    desk.force_login(seat(order.shop).user)
    page = reverse("backoffice:orders:verify", args=[order.shop.slug])
    seen = desk.get(page).content.decode()
    assert order.public_id in seen and voucher.shown not in seen
    refused = desk.post(page, {"code": "1234"}).content.decode()
    assert 'value="1234"' in refused
    early = desk.post(page, {"code": voucher.shown})
    assert early.context["form"].errors or early.context["done"]
