"""What is in motion got there by the real verbs: orders placed, paid through the sandbox bank, shipped, received."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from mall.accounts.models import User
from mall.divisions import divisions_of, find
from mall.embedded.processes import wait_until
from mall.events import deliver_everything
from mall.money import Money
from orders.addresses import change_address, mark_packed
from orders.carriers.sandbox import COMES_BACK, number_of
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.fulfillment import complete_order, mark_delivered, ship_order
from orders.gateways import sandbox_bank
from orders.gift_cards import bind_card, cards_of
from orders.models import AddressChange, GiftCard, Order, OrderGroup, Payment, Purse
from orders.payments import NoticeRefused, pay_from_balance, receive_notice, start_payment, start_top_up
from orders.pick_up import make_ready
from orders.tracking import follow_parcels
from tests.conftest import NOON
from tests.factories import number
from tests.factories.accounts import address as an_address
from tests.factories.accounts import shopper as a_shopper
from tests.factories.catalog import sku as a_sku
from tests.factories.kinds import card_sku


def filled_cart(*, shopper: User | None = None, skus: Mapping | None = None, now: datetime = NOON) -> User:
    """A shopper with an address and these SKUs in her cart; one SKU of a shop of its own unless given."""
    shopper = shopper or a_shopper()
    if not shopper.addresses.exists():
        an_address(shopper)
    for sku, quantity in (skus or {a_sku(): 1}).items():
        add_to_cart(shopper=shopper, sku=sku.public_id, quantity=quantity, now=now)
    return shopper


def placed_group(
    *, shopper: User | None = None, skus: Mapping | None = None, cards_of=(), now: datetime = NOON
) -> OrderGroup:
    """``cards_of``: the shops whose gift cards she uses."""
    shopper = filled_cart(shopper=shopper, skus=skus, now=now)
    cards = {place.pk: None for place in cards_of}
    return place_order(shopper=shopper, checkout_key=uuid4(), address=shopper.addresses.first(), now=now, cards=cards)


def in_process(now: datetime):
    """The bank's way to the mall without a network: hand this to ``sandbox_bank.deliver_notices(post=...)``."""

    def post(url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            receive_notice(channel="sandbox", headers=headers, body=body, now=now)
        except NoticeRefused as refused:
            return refused.status
        return 200

    return post


def pay(group: OrderGroup, *, outcome: str = "success", now: datetime = NOON) -> Payment:
    """The shopper starts a payment and presses a button at the cashier; the bank tells the mall."""
    return told(start_payment(group=group, channel="sandbox", now=now), outcome=outcome, now=now)


def told(payment: Payment, *, outcome: str = "success", now: datetime = NOON) -> Payment:
    """The shopper presses a button at the cashier; the bank tells the mall."""
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome=outcome, now=now)

    def is_told() -> bool:
        sandbox_bank.deliver_notices(now=now, post=in_process(now))
        payment.refresh_from_db()
        return payment.status != Payment.Status.PENDING or outcome in ("cancel", "late")

    assert wait_until(is_told, 30), "a mall that runs beside the test has the notice in its hands, and does not tell"
    return payment


def paid_group(*, now: datetime = NOON, **given) -> OrderGroup:
    group = placed_group(now=now, **given)
    if group.due:
        pay(group, now=now)
    deliver_everything()
    return group


def topped_up(who: User, amount: Money, *, now: datetime = NOON) -> Purse:
    """So much more is on her balance, paid at the sandbox bank; the mall has heard of it."""
    told(start_top_up(shopper=who, amount=amount, channel="sandbox", now=now), now=now)
    deliver_everything()
    return Purse.objects.get(shopper=who)


def from_balance(group: OrderGroup, *, now: datetime = NOON) -> Payment:
    """What the group waits for is paid from its shopper's balance."""
    payment = start_payment(group=group, channel="balance", now=now)
    return pay_from_balance(payment=payment, by=group.shopper, now=now)


def bound_card(who: User, place, *, price: str = "100.00", now: datetime = NOON) -> GiftCard:
    """A gift card of a shop that somebody has bought, and that she has bound by its code."""
    order = paid_group(skus={card_sku(shop=place, price=price): 1}, now=now).orders.get()
    return bind_card(shopper=who, code=cards_of(order)[0].code.reveal(), now=now)


def placed_order(**given) -> Order:
    """An unpaid order; the first one when ``skus`` are of several shops."""
    return placed_group(**given).orders.order_by("pk").first()


def paid_order(**given) -> Order:
    return paid_group(**given).orders.order_by("pk").first()


def picked_up_order(*, store, shopper: User | None = None, skus: Mapping, now: datetime = NOON) -> Order:
    """To be picked up in a store, paid."""
    shopper = filled_cart(shopper=shopper, skus=skus, now=now)
    stores = {store.shop_id: store}
    group = place_order(shopper=shopper, checkout_key=uuid4(), address=None, stores=stores, now=now)
    pay(group, now=now)
    deliver_everything()
    return group.orders.get()


def ready_order(*, by: User | None = None, now: datetime = NOON, **given) -> Order:
    """It lies ready in its store, and its shopper has a code."""
    order = make_ready(order=picked_up_order(now=now, **given), by=by or a_shopper(), now=now)
    deliver_everything()
    return order


def shipped_order(*, by: User | None = None, now: datetime = NOON, **given) -> Order:
    order = paid_order(now=now, **given)
    ship_order(order=order, carrier="sf", tracking_number=f"SF{number():013d}", by=by or a_shopper(), now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


def partly_shipped_order(*, by: User | None = None, now: datetime = NOON, **given) -> Order:
    """One piece of the first line left two days before ``now`` and is on its way, the rest waits."""
    sent = now - timedelta(days=2)
    order = paid_order(now=sent, **given)
    pieces = {order.lines.order_by("pk").first().pk: 1}
    ship_order(order=order, carrier="sandbox", pieces=pieces, by=by or a_shopper(), now=sent)
    follow_parcels(now=now - timedelta(days=1))
    deliver_everything()
    order.refresh_from_db()
    return order


def returned_order(*, by: User | None = None, now: datetime = NOON, **given) -> Order:
    """Sent twenty days before ``now``, not accepted, and with the shop again."""
    sent = now - timedelta(days=20)
    order = paid_order(now=sent, **given)
    number_that_returns = number_of(f"{number():010d}{COMES_BACK}")
    ship_order(order=order, carrier="sandbox", tracking_number=number_that_returns, by=by or a_shopper(), now=sent)
    follow_parcels(now=now)
    deliver_everything()
    order.refresh_from_db()
    return order


def address_asked(*, now: datetime = NOON, **given) -> AddressChange:
    """The order is packed, and its shopper asks for another address."""
    order = paid_order(now=now, **given)
    mark_packed([order], now=now)
    *_, district = divisions_of(find(order.province, order.city))
    wish = {"consignee": "李示", "phone": "19900000002", "province": order.province, "city": order.city,
            "district": district.name, "line": "江南大道 8 号"}  # fmt: skip
    change = change_address(order=order, fields=wish, by=order.shopper, now=now)
    deliver_everything()
    return change


def delivered_order(*, now: datetime = NOON, **given) -> Order:
    """Shipped two days before ``now``, received now."""
    order = shipped_order(now=now - timedelta(days=2), **given)
    order = mark_delivered(order=order, by=order.shopper, now=now)
    deliver_everything()
    return order


def completed_order(*, now: datetime = NOON, **given) -> Order:
    """Received seven days before ``now``, complete now."""
    order = complete_order(order=delivered_order(now=now - timedelta(days=7), **given), now=now)
    deliver_everything()
    return order


def canceled_order(*, now: datetime = NOON, **given) -> Order:
    from orders.cancellation import cancel_order

    order = placed_order(now=now, **given)
    return cancel_order(order=order, reason="…", by=order.shopper, now=now)
