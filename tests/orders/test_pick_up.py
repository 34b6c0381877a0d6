"""O2, O6: goods are picked up in a store of the shop: no freight, one code, checked once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from catalog import stock
from catalog.models import Reservation, Stock
from mall import clock
from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from mall.flow import WrongStatus
from mall.money import Money
from mall.notifications.models import Notice
from orders.after_sales.asking import ask, kinds_for
from orders.after_sales.queries import cases_of
from orders.cancellation import cancel_order, cancel_paid_order
from orders.cart import add_to_cart, cart_view
from orders.checkout import PriceChanged, place_order
from orders.fulfillment import complete_delivered_orders, ship_order
from orders.models import Order, Refund, Voucher
from orders.offering import freight_notes
from orders.pick_up import StoreNotPossible, make_ready, pick_up_choices, remind_of_pick_ups, show_code, stores_named
from orders.queries import unreviewed_lines
from orders.vouchers import UnknownVoucher, VoucherExpired, VoucherInvalid, VoucherUsed, use_voucher
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku, warehouse
from tests.factories.kinds import code_sku
from tests.factories.merchants import seat, shop
from tests.journeys import filled_cart, picked_up_order, ready_order
from tests.orders.test_parcels_at_once import at_once

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def a_store(mine, *skus, count=5, **fields):
    """A store of a shop in Hangzhou in which so many of each lie."""
    given = {"kind": "store", "name": "湖滨店", "english": "Lakeside store", "province": "浙江省", "city": "杭州市"}
    one = warehouse(shop=mine, address="湖滨路 1 号", **{**given, **fields})
    for row in skus:
        Stock.objects.create(shop=mine, warehouse=one, sku=row, on_hand=count)
    return one


def scene(**given):
    mine = shop(shipping_fee=Money(1000), free_shipping_over=None)
    cup = sku(shop=mine, stock=9, **given)
    return mine, cup, a_store(mine, cup)


def counts(store, one):
    return Stock.objects.values_list("on_hand", "reserved").get(warehouse=store, sku=one)


def use(order, now=NOON, by=None):
    voucher = Voucher.objects.get(order=order)
    return use_voucher(shop=order.shop, code=voucher.shown, by=by or shopper(), now=now)


@pytest.mark.django_db
def test_what_is_picked_up_costs_no_freight_needs_no_address_and_is_reserved_in_the_store():
    _mine, cup, store = scene()

    order = picked_up_order(store=store, skus={cup: 2})

    assert (order.status, order.store, order.shipping_fee, order.total) == (
        "booked", store, Money(0), cup.price * 2,
    )  # fmt: skip
    assert (bool(order.consignee), order.province, order.is_sent) == (False, "", False)
    assert counts(store, cup) == (5, 2)
    assert order.price_trace[-1] == {"step": "pick_up", "version": 1, "amount": 0, "store": store.public_id}
    assert freight_notes(order) == ["You pick it up in the store, so nothing is charged for delivery."]
    assert order.get_status_display() == "Being prepared for pick-up"


@pytest.mark.django_db
def test_the_cart_says_what_it_costs_picked_up_and_which_stores_hold_all_of_it():
    mine, cup, store = scene()
    far = a_store(mine, cup, english="Capital store", province="北京市", city="北京市")
    a_store(mine, cup, english="Small store", count=1), a_store(mine, cup, sells_online=False)
    me = filled_cart(skus={cup: 2})
    to = stores_named({mine.pk: store.public_id})

    sent, fetched = cart_view(shopper=me), cart_view(shopper=me, picked_up=to)

    assert (sent.total - fetched.total, sent.needs_address, fetched.needs_address) == (Money(1000), True, False)
    (choice,) = pick_up_choices(fetched, to)
    assert [one.public_id for one in choice.stores] == [store.public_id, far.public_id]
    assert choice.chosen == store.public_id


@pytest.mark.django_db
def test_only_a_store_that_holds_all_of_it_hands_it_out_and_nothing_is_placed_else():
    mine, cup, store = scene()
    pot = sku(shop=mine, stock=9)
    closed, other = a_store(mine, cup, sells_online=False), a_store(shop())

    for skus, where in [({cup: 6}, store), ({cup: 1, pot: 1}, store), ({cup: 1}, closed)]:
        with pytest.raises(StoreNotPossible, match="does not hold all of it"):
            picked_up_order(store=where, skus=skus)
    with pytest.raises(StoreNotPossible):
        picked_up_order(store=stock.default_warehouse(mine), skus={cup: 1})  # which is no store
    with pytest.raises(StoreNotPossible):
        stores_named({mine.pk: other.public_id})

    assert not Order.objects.exists() and not Reservation.objects.exists()


@pytest.mark.django_db
def test_what_is_not_ordinary_stock_is_not_picked_up():
    mine, cup, store = scene()
    later = sku(
        product=product(shop=mine, kind="presale", ships_on=clock.business_date(clock.now()) + 9 * DAY), stock=5
    )
    assert pick_up_choices(cart_view(shopper=filled_cart(skus={cup: 1, later: 1})), {}) == []
    with pytest.raises(StoreNotPossible, match="cannot be picked up"):
        picked_up_order(store=store, skus={cup: 1, later: 1})
    assert pick_up_choices(cart_view(shopper=filled_cart(skus={code_sku(shop=mine): 1})), {}) == []


@pytest.mark.django_db
def test_once_it_lies_ready_there_is_a_code_and_once_used_it_is_delivered():
    _mine, cup, store = scene()
    order = picked_up_order(store=store, skus={cup: 2})
    with pytest.raises(WrongStatus):
        show_code(order=order, by=order.shopper, now=NOON)
    with pytest.raises(WrongStatus):
        ship_order(order=order, carrier="sf", tracking_number="SF1234567890123", by=shopper(), now=NOON)

    clerk = shopper()
    order = make_ready(order=order, by=clerk, now=NOON)
    voucher = show_code(order=order, by=order.shopper, now=NOON)
    assert (voucher.expires_at, order.due_at, order.get_status_display()) == (
        NOON + 7 * DAY, NOON + 3 * DAY, "Ready to be picked up",
    )  # fmt: skip
    assert AuditRecord.objects.filter(action="orders.show_pick_up_code", subject=order.public_id).count() == 1
    use(order, now=NOON + DAY, by=clerk)

    order.refresh_from_db()
    assert (order.status, order.delivered_at, order.shipped_at) == ("delivered", NOON + DAY, None)
    assert counts(store, cup) == (3, 0)
    assert unreviewed_lines(order) == {order.lines.get().pk}
    with pytest.raises(VoucherUsed):
        use(order, now=NOON + DAY)
    with pytest.raises(UnknownVoucher):
        use_voucher(shop=shop(), code=voucher.shown, by=clerk, now=NOON)
    assert complete_delivered_orders(now=NOON + 8 * DAY) == 1


@pytest.mark.django_db
def test_an_order_that_nobody_fetches_is_reminded_of_expires_and_can_be_kept_longer():
    mine, cup, store = scene()
    keeper = seat(mine).user
    order = ready_order(store=store, skus={cup: 1})
    told = lambda who: list(Notice.objects.filter(person=who).order_by("pk").values_list("kind", flat=True))  # noqa: E731

    assert remind_of_pick_ups(now=NOON + 2 * DAY) == 0
    assert [remind_of_pick_ups(now=NOON + 3 * DAY) for _twice in range(2)] == [1, 0]
    assert [remind_of_pick_ups(now=NOON + 7 * DAY) for _twice in range(2)] == [1, 0]
    deliver_everything()
    assert told(order.shopper)[-3:] == ["orders.ready", "orders.pick_up_reminder", "orders.pick_up_over"]
    assert "orders.pick_up_over_to_shop" in told(keeper)
    with pytest.raises(VoucherExpired):
        use(order, now=NOON + 8 * DAY)

    code = Voucher.objects.get().code.reveal()
    make_ready(order=order, by=keeper, now=NOON + 8 * DAY)
    assert Voucher.objects.get().code.reveal() == code
    use(order, now=NOON + 9 * DAY)


@pytest.mark.django_db
@pytest.mark.parametrize("by_shop", [True, False])
def test_canceled_the_goods_lie_free_in_the_store_and_the_money_goes_back(by_shop):
    _mine, cup, store = scene()
    order = ready_order(store=store, skus={cup: 2})

    verb = cancel_paid_order if by_shop else cancel_order
    verb(order=order, reason="…", by=shopper() if by_shop else order.shopper, now=NOON)
    deliver_everything()

    assert counts(store, cup) == (5, 0)
    assert Refund.objects.get().amount == order.total
    with pytest.raises(VoucherInvalid):
        use(order)


@pytest.mark.django_db
def test_after_sales_of_what_was_picked_up_work_as_of_what_was_delivered():
    _mine, cup, store = scene()
    order = ready_order(store=store, skus={cup: 2})
    assert kinds_for(order, NOON) == []  # it is canceled instead
    use(order)
    order.refresh_from_db()

    assert kinds_for(order, NOON + DAY) == ["refund", "return"]
    line = order.lines.get()
    ask(line=line, kind="return", reason="defective", quantity=1, text="裂了", by=order.shopper, now=NOON + DAY)
    (case,) = cases_of(order)
    assert (case.asked, case.is_unshipped) == (cup.price, False)


@pytest.mark.django_db
def test_the_row_refuses_what_is_both_sent_and_picked_up():
    _mine, cup, store = scene()
    order = picked_up_order(store=store, skus={cup: 1})
    for change in ({"shipped_at": NOON}, {"status": "paid"}, {"ready_at": NOON, "store": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [1, 4])
def test_a_checkout_that_is_picked_up_takes_as_many_statements_as_another(lines, django_assert_num_queries):
    from orders import tunables

    mine = shop()
    goods = [sku(shop=mine, stock=9) for _line in range(lines)]
    store, me = a_store(mine, *goods), filled_cart(skus=dict.fromkeys(goods, 1))
    tunables.UNPAID_MINUTES.value  # noqa: B018 - it is read afresh every two seconds

    with django_assert_num_queries(14):
        place_order(shopper=me, checkout_key=uuid4(), address=None, stores={mine.pk: store}, now=NOON)


def checkout_fields(page):
    form = page.context["form"]
    return {
        "checkout_key": page.context["checkout_key"],
        "fingerprint": page.context["fingerprint"],
        "address": form["address"].value() if page.context["cart"].needs_address else "nowhere",
    }


@pytest.mark.django_db
def test_a_shopper_chooses_the_store_at_the_checkout_and_shows_her_code(client):
    mine, cup, store = scene()
    me = shopper()
    add_to_cart(shopper=me, sku=cup.public_id, now=clock.now())
    client.force_login(me)
    client.cookies["django_language"] = "en"
    url = reverse("storefront:orders:checkout")
    page = client.get(url)
    assert "Lakeside store" in page.content.decode()

    seen = client.post(url, {**checkout_fields(page), f"store_{mine.pk}": store.public_id, "look": "1"})
    assert "Picked up: no shipping fee" in seen.content.decode()
    placed = client.post(url, {**checkout_fields(seen), f"store_{mine.pk}": store.public_id})
    order = Order.objects.get()
    assert placed.url == reverse("storefront:orders:pay", args=[order.group.public_id]) and order.store == store

    gone = client.get(url)
    assert gone.status_code == 302
    from tests.journeys import pay

    pay(order.group, now=clock.now())
    desk = Client()
    desk.cookies["django_language"] = "en"
    desk.force_login(seat(mine).user)
    detail = reverse("backoffice:orders:detail", args=[mine.slug, order.public_id])
    assert "Put the goods aside" in desk.get(detail).content.decode()
    desk.post(reverse("backoffice:orders:ready", args=[mine.slug, order.public_id]))
    code = Voucher.objects.get().shown
    assert code not in client.get(reverse("storefront:orders:detail", args=[order.public_id])).content.decode()
    shown = client.post(reverse("storefront:orders:codes", args=[order.public_id])).content.decode()
    assert code in shown and "<svg" in shown and "Lakeside store" in shown
    assert code not in desk.get(detail).content.decode()
    done = desk.post(reverse("backoffice:orders:verify", args=[mine.slug]), {"code": code}).content.decode()
    assert order.public_id in done and "Hand these goods over" in done
    order.refresh_from_db()
    assert order.status == "delivered"


@pytest.mark.django_db
def test_a_store_that_sold_out_meanwhile_is_said_beside_the_choice_and_nothing_typed_is_lost(client):
    mine, cup, store = scene()
    me = shopper()
    add_to_cart(shopper=me, sku=cup.public_id, now=clock.now())
    client.force_login(me)
    client.cookies["django_language"] = "en"
    url = reverse("storefront:orders:checkout")
    posted = {f"store_{mine.pk}": store.public_id, f"message_{mine.pk}": "请包好"}
    seen = client.post(url, {**checkout_fields(client.get(url)), **posted, "look": "1"})
    a_store(mine, cup, english="Second store")
    Stock.objects.filter(warehouse=store).update(on_hand=0)

    refused = client.post(url, {**checkout_fields(seen), **posted})

    words = refused.content.decode()
    assert "does not hold all of it" in words and "Second store" in words and 'value="请包好"' in words
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_choosing_the_store_without_looking_shows_the_new_sum_first():
    mine, cup, store = scene()
    me = filled_cart(skus={cup: 1})
    seen = cart_view(shopper=me).quote.fingerprint
    with pytest.raises(PriceChanged):
        place_order(
            shopper=me, checkout_key=uuid4(), address=me.addresses.get(), expected=seen, stores={mine.pk: store},
            now=NOON,
        )  # fmt: skip


def test_the_last_pieces_of_a_store_are_handed_out_once(committed_db):
    """Two who order at once, on real connections: one has it, the other is told; the warehouse is not touched."""
    mine, cup, store = scene()
    people = [filled_cart(skus={cup: 3}) for _person in range(2)]

    def order(number):
        try:
            return place_order(
                shopper=people[number], checkout_key=uuid4(), address=None, stores={mine.pk: store}, now=NOON
            )
        except StoreNotPossible as refused:
            return type(refused)
        finally:
            connection.close()

    came = at_once(order, 2)

    assert came.count(StoreNotPossible) == 1 and Order.objects.count() == 1
    assert counts(store, cup) == (5, 3)
    assert counts(stock.default_warehouse(mine), cup) == (9, 0)


def test_two_clerks_check_one_code_and_one_of_them_hands_over(committed_db):
    _mine, cup, store = scene()
    order, clerk = ready_order(store=store, skus={cup: 2}), shopper()

    def check(_number):
        try:
            return use(order, by=clerk)
        except VoucherUsed as refused:
            return type(refused)

    came = at_once(check, 4)

    assert came.count(VoucherUsed) == 3
    assert counts(store, cup) == (3, 0)
    assert order.steps.filter(kind="delivered").count() == 1
