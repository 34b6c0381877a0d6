"""Checkout (O2): a cart becomes orders of its shops under one group, all or nothing, once per checkout key."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.commission import ANY_RULE
from catalog.models import Warehouse
from catalog.offers import BuyableSku, buyable_skus
from catalog.slots import slots_by
from catalog.slots import why_not as time_problem
from mall.accounts.addresses import MOST_ADDRESSES, save_address, with_divisions
from mall.accounts.marks import UNKNOWN, Marks
from mall.accounts.models import Address, User
from mall.crypto import normal_phone
from mall.events.bus import publish
from mall.events.orders import OrdersPlaced
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows
from marketing.deals import Deal, DealGone, find_deal, take_deal
from marketing.offers import ANY_LIVE
from marketing.pricing import Quote
from marketing.redemption import UsedBy, use_offers
from orders import tunables
from orders.cart import CartView, HeldLine, NotForSale, WrongTime, open_cart, view_of
from orders.commission import commissions_by_rule
from orders.customs import check_import, declare
from orders.destination import Destination, region_of
from orders.gift_cards import paid_by_cards, spend
from orders.invoices import InvoiceWanted, ask_with_orders
from orders.limits import check_order
from orders.models import Order, OrderGroup
from orders.offering import quote_with_offers
from orders.parties.placing import freeze_parts
from orders.parties.terms import ANY_PARTY
from orders.parts import Part, parts_of
from orders.payments import confirm_free_group
from orders.pick_up import from_store, picked_up
from orders.placed_rows import write_orders
from orders.routing import Router


class EmptyCart(Refusal):
    """There is nothing to order."""

    code = "empty-cart"


class PriceChanged(Refusal):
    """What the shopper was shown is not what it costs now; she is asked again."""

    code = "price-changed"


class AddressNeeded(Refusal):
    """Something in the cart must be brought to the shopper, and she has not said where to."""

    code = "address-needed"
    status = 400


class NotDelivered(Refusal):
    """The shop does not send something where it should go; ``details["skus"]`` names it by public id."""

    code = "not-delivered"


class DepositNotAgreed(Refusal):
    """A deposit would be at stake, and she has not said that she knows."""

    code = "deposit-not-agreed"
    status = 400


class AddressBookFull(Refusal):
    """She keeps as many addresses as one may."""

    code = "address-book-full"


class DealWanted(NamedTuple):
    """A deal by its key, and of which SKU (public id) how many pieces."""

    key: str
    sku: str
    quantity: int


def deal_view(
    wanted: DealWanted,
    *,
    shopper: User,
    coupons: Collection[str] | None = None,
    now: datetime,
    to: Destination | None = None,
) -> tuple[Deal, CartView]:
    """
    What a checkout shows of a deal: its terms, and the one line at its price.

    :raises DealGone: she cannot have it (any more)
    """
    offer, deal = _dealt(wanted, shopper, now)
    line = HeldLine(offer.sku_id, wanted.quantity, offer.price)
    return deal, view_of([line], shopper=shopper, coupons=coupons, deal=deal, now=now, to=to)


def _dealt(wanted: DealWanted, shopper: User, now: datetime) -> tuple[BuyableSku, Deal]:
    offer = next(iter(buyable_skus([wanted.sku])), None)
    if offer is None or not offer.is_sent or offer.customs or not offer.takes_offers:
        raise DealGone(_("There is no such offer (any more)."))
    deal = find_deal(wanted.key, sku_id=offer.sku_id, shopper_id=shopper.pk, now=now)
    if not 1 <= wanted.quantity <= deal.most:
        raise DealGone(_("You can have at most %(most)d of this.") % {"most": deal.most})
    return offer, deal


@transaction.atomic
def address_with(*, shopper: User, fields: Mapping[str, str]) -> Address:
    """
    The shopper's address with these words: the one she has, or a new one; typing it twice keeps it once.

    :raises AddressBookFull: she keeps as many as one may
    """
    User.objects.select_for_update().get(pk=shopper.pk)
    fields = with_divisions(fields)
    phone = normal_phone(fields["phone"])
    mine = list(shopper.addresses.all())
    for address in mine:
        same = (address.consignee, address.province, address.city, address.district, address.line) == tuple(
            fields[name] for name in ("consignee", "province", "city", "district", "line")
        )
        if same and address.phone == phone:
            return address
    if len(mine) >= MOST_ADDRESSES:
        raise AddressBookFull(_("Your address book is full; choose one of it, or remove one first."))
    return save_address(shopper=shopper, fields=fields)


@transaction.atomic
def place_order(
    *,
    shopper: User,
    checkout_key: UUID,
    address: Address | None,
    expected: str | None = None,
    messages: Mapping[int, str] | None = None,
    now: datetime,
    only_skus: Collection[int] | None = None,
    coupons: Collection[str] | None = None,
    cards: Mapping[int, Money | None] | None = None,
    wanted: DealWanted | None = None,
    marks: Marks = UNKNOWN,
    knows_deposit: bool = False,
    stores: Mapping[int, Warehouse] | None = None,
    invoice: InvoiceWanted | None = None,
) -> OrderGroup:
    """
    Turn the shopper's cart into one order per shop and kind of goods, all or nothing; or a deal into an order.

    Asking again with the same checkout key returns the group already placed.

    :param address: one of the shopper's; the orders keep a copy if they need one, and none is needed if none does
    :param expected: the fingerprint of the quote that she was shown; ``None`` takes the present prices
    :param messages: what she wants to tell the shops, by the shop's key
    :param only_skus: keys of the SKUs to order; the others stay in the cart
    :param coupons: those that she wants to use (public ids); ``None`` uses what costs her least
    :param cards: by the keys of the shops whose gift cards she uses, what she was shown that they pay
        (``None``: whatever that is)
    :param wanted: a deal, ordered by itself; the cart stays as it is
    :param marks: the device and the network that the order comes from
    :param knows_deposit: she knows when she loses the deposit of a deal that has one
    :param invoice: to whom the shops make out invoices for what she pays in cash
    :param stores: where she picks the goods of shops up, by the shop's key; what is not picked up is sent
    :raises EmptyCart: the cart holds nothing (of these)
    :raises NotForSale: a line cannot be bought any more; nothing was placed
    :raises OutOfStock: a SKU cannot cover its line; nothing was placed
    :raises WrongTime: a service without a time at which it can be had; nothing was placed
    :raises LimitReached: more than one may buy of a product; nothing was placed
    :raises AddressNeeded: something must be brought to her, and no address was named; nothing was placed
    :raises StoreNotPossible: a store does not hold all of it, or it cannot be picked up; nothing was placed
    :raises NotDelivered: its shop does not send something there; nothing was placed
    :raises ImporterNeeded: something comes from abroad, and she has not said who she is; nothing was placed
    :raises ImportLimitReached: what comes from abroad is worth more than she may order; nothing was placed
    :raises PriceChanged: it would cost something else than she was shown; nothing was placed
    :raises OfferGone: an offer that was counted on has just run out; nothing was placed
    :raises CardsChanged: her gift cards pay another amount than she was shown; nothing was placed
    :raises DealGone: the deal cannot be had (any more); nothing was placed
    :raises WrongInvoice: an invoice cannot be made out so; nothing was placed
    :raises DepositNotAgreed: it has a deposit, of which she knows nothing; nothing was placed
    """
    if address is not None and address.shopper_id != shopper.pk:
        raise ValueError("the address is another shopper's")
    cart_id = open_cart(shopper, None, now) if wanted else _lock_cart(shopper)
    placed, any_offers, any_rules, any_parties, in_cart = _placed_or_wanted(shopper, checkout_key, cart_id)
    if placed:
        return OrderGroup.objects.get(pk=placed)

    deal, lines = _of_deal(wanted, shopper, knows_deposit, now) if wanted else (None, in_cart)
    lines = [line for line in lines if only_skus is None or line.sku_id in only_skus]
    if not lines:
        raise EmptyCart(_("Your cart is empty."))
    to = Destination.of(address) if address else None
    goods = _looked_at(lines, shopper=shopper, now=now)
    quote = quote_with_offers(
        [(goods.offers[line.sku_id], line.quantity) for line in lines],
        shopper_id=shopper.pk,
        coupons=coupons,
        now=now,
        none_live=not any_offers,
        deal=deal,
        to=region_of(to),
        picked_up=stores or (),
    )
    _check_quote(quote, lines, goods, expected=expected, to=to)
    parts = picked_up(parts_of(quote, goods.offers), stores or {}, goods.offers)
    if address is None and any(part.needs_address for part in parts):
        raise AddressNeeded(_("Say where it should go."))
    importer = check_import(parts, goods.offers, shopper, now)
    by_cards = paid_by_cards(shopper, parts, {} if deal and deal.deposit else cards or {})

    group = _open_group(shopper, checkout_key, quote, by_cards, deal, marks, now)
    commissions = commissions_by_rule(parts, now=now) if any_rules else {}
    orders, written = write_orders(
        group, parts, by_cards, goods.offers, goods.slots, address, messages or {}, deal, commissions
    )
    if any_parties:
        freeze_parts(orders, written, now=now)
    declare(orders, parts, importer, now)
    if invoice:
        ask_with_orders(orders, invoice, now=now)
    _reserve(group, orders, parts, goods, from_aside=quote.flash_units, stores=stores or {}, to=to)
    _use_offers(group, orders, parts, quote)
    if deal:
        _take(deal, group, orders, wanted.quantity)
    spend(shopper, orders, now=now)
    _clear(lines)

    publish(
        OrdersPlaced(
            group_id=group.public_id,
            order_ids=tuple(order.public_id for order in orders),
            shopper_id=shopper.pk,
            placed_at=now,
        )
    )
    if not group.due:
        confirm_free_group(orders=orders, now=now)
    return group


def minutes_to_pay(*, has_flash: bool, deal: Deal | None) -> int:
    """How long goods are kept for who has not paid yet."""
    if deal and deal.pay_minutes is not None:
        return deal.pay_minutes
    return (tunables.FLASH_UNPAID_MINUTES if has_flash else tunables.UNPAID_MINUTES).value


# This verb's reads and writes are spelled out as statements: a checkout must not cost more than three times its SQL.


class _Line(NamedTuple):
    pk: int | None
    sku_id: int
    quantity: int
    slot_id: int | None


class _Goods(NamedTuple):
    """What is to be ordered, as it is sold today; by SKU, also when a service is wanted."""

    offers: dict[int, BuyableSku]
    slots: dict[int, int]


def _lock_cart(shopper: User) -> int | None:
    rows = select_rows("SELECT id FROM orders_cart WHERE shopper_id = %s FOR NO KEY UPDATE", [shopper.pk])
    return rows[0][0] if rows else None


PLACED_OR_WANTED = f"""
    SELECT (SELECT id FROM orders_ordergroup WHERE shopper_id = %s AND checkout_key = %s), {ANY_LIVE}, {ANY_RULE},
        {ANY_PARTY}, l.id, l.sku_id, l.quantity, l.slot_id
    FROM (SELECT 1) AS always LEFT JOIN orders_cartline l ON l.cart_id = %s ORDER BY l.id
"""  # noqa: S608 - words of marketing and catalog


def _placed_or_wanted(
    shopper: User, checkout_key: UUID, cart_id: int | None
) -> tuple[int | None, bool, bool, bool, list[_Line]]:
    """
    What this checkout key has placed (a key), whether anything is on offer, whether there are rules of commission,
    whether parties get anything, what the cart holds. Under its lock.
    """
    rows = select_rows(PLACED_OR_WANTED, [shopper.pk, checkout_key, cart_id])
    placed, any_offers, any_rules, any_parties, *_line = rows[0]
    held = [_Line(*line) for _p, _o, _r, _a, *line in rows if line[0] is not None]
    return placed, any_offers, any_rules, any_parties, held


def _of_deal(wanted: DealWanted, shopper: User, knows_deposit: bool, now: datetime) -> tuple[Deal, list[_Line]]:
    """:raises DepositNotAgreed: it has a deposit, of which she knows nothing"""
    offer, deal = _dealt(wanted, shopper, now)
    if deal.deposit and not knows_deposit:
        raise DepositNotAgreed(_("Say that you know when the deposit is lost."))
    return deal, [_Line(None, offer.sku_id, wanted.quantity, None)]


def _looked_at(lines: list[_Line], *, shopper: User, now: datetime) -> _Goods:
    """What is wanted, if it is sold today, at the times that were chosen, to this shopper in such numbers."""
    offers = _offers_for(lines)
    goods = _Goods(offers, _times_of(lines, offers, now))
    check_order(shopper, {line.sku_id: line.quantity for line in lines}, offers, now)
    return goods


def _check_quote(
    quote: Quote, lines: list[_Line], goods: _Goods, *, expected: str | None, to: Destination | None
) -> None:
    """It can be had there, at the price that was shown; what is given with it joins the goods."""
    if to:
        _check_delivered(quote, goods.offers, to)
    goods.offers.update(_gifts(quote, goods.offers))
    if expected is not None and expected != quote.fingerprint:
        raise PriceChanged(_("Prices have changed since you looked; please check your order again."))
    _check_left(lines, goods.offers, quote)


def _open_group(
    shopper: User,
    checkout_key: UUID,
    quote: Quote,
    by_cards: list[Money],
    deal: Deal | None,
    marks: Marks,
    now: datetime,
) -> OrderGroup:
    minutes = minutes_to_pay(has_flash=bool(quote.flash_units), deal=deal)
    group = OrderGroup(
        shopper=shopper,
        checkout_key=checkout_key,
        currency=quote.total.currency,
        total=quote.total,
        by_cards=Money.total(by_cards, quote.total.currency),
        placed_at=now,
        pay_by=now + timedelta(minutes=minutes),
        device_mark=marks.device,
        network_mark=marks.network,
    )
    insert_rows([group])
    return group


def _reserve(
    group: OrderGroup,
    orders: list[Order],
    parts: list[Part],
    goods: _Goods,
    *,
    from_aside: Mapping[int, tuple[str, int]],
    stores: Mapping[int, Warehouse],
    to: Destination | None,
) -> None:
    """The goods of all orders until they are paid, from her stores or from the warehouses that lie best."""
    router = Router(to)
    stock.reserve_all(
        documents={
            order.public_id: {line.sku_id: line.quantity for line in part.quote.lines}
            for order, part in zip(orders, parts, strict=True)
        },
        now=group.placed_at,
        expires_at=group.pay_by,
        slots=goods.slots,
        from_aside=from_aside,
        routes={
            order.public_id: from_store(stores[order.shop_id]) if order.store_id else router.route(order.public_id)
            for order in orders
            if order.store_id or order.is_sent
        },
    )
    router.keep(orders, group.placed_at)


def _use_offers(group: OrderGroup, orders: list[Order], parts: list[Part], quote: Quote) -> None:
    use_offers(
        quote=quote,
        group_id=group.public_id,
        orders=[
            UsedBy(order.public_id, order.shop_id, order.before_duty, part.quote.lines)
            for order, part in zip(orders, parts, strict=True)
        ],
        shopper_id=group.shopper_id,
        now=group.placed_at,
    )


def _take(deal: Deal, group: OrderGroup, orders: list[Order], quantity: int) -> None:
    (order,) = orders
    take_deal(
        deal,
        order_id=order.public_id,
        group_id=group.public_id,
        shopper_id=group.shopper_id,
        quantity=quantity,
        now=group.placed_at,
    )


def _clear(lines: list[_Line]) -> None:
    if held := [line.pk for line in lines if line.pk is not None]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM orders_cartline WHERE id = ANY(%s)", [held])


def _offers_for(lines: list[_Line]) -> dict[int, BuyableSku]:
    """
    What is sold today, by SKU.

    What is short by this look is refused before anything is locked or written: in a rush most people end here. Whether
    there is enough is decided later, under the lock of the stock; what a flash sale has set aside counts as there.
    """
    offers = {offer.sku_id: offer for offer in buyable_skus([line.sku_id for line in lines])}
    short = [offer for line in lines if (offer := offers[line.sku_id]).at_most < line.quantity]
    gone = [offer for offer in offers.values() if not offer.is_buyable and offer.at_most > 0]
    if gone:
        raise NotForSale(_("No longer for sale: %(goods)s.") % {"goods": _names(gone)}, skus=_public_ids(gone))
    if short:
        raise stock.OutOfStock(_("Not enough in stock: %(goods)s.") % {"goods": _names(short)}, skus=_public_ids(short))
    return offers


def _check_left(lines: list[_Line], offers: dict[int, BuyableSku], whole: Quote) -> None:
    """What is set aside for a flash sale is for those pieces only that have its price."""
    flash = whole.flash_units
    short = [
        offer
        for line in lines
        if (offer := offers[line.sku_id]).available < line.quantity - flash.get(line.sku_id, ("", 0))[1]
    ]
    if short:
        raise stock.OutOfStock(_("Not enough in stock: %(goods)s.") % {"goods": _names(short)}, skus=_public_ids(short))


def _check_delivered(whole: Quote, offers: Mapping[int, BuyableSku], to: Destination) -> None:
    """:raises NotDelivered: a template names this region among those to which nothing goes"""
    away = [offers[sku_id] for shop in whole.shops if shop.freight for sku_id in sorted(shop.freight.not_delivered)]
    if away:
        said = {"goods": _names(away), "region": to.name}
        raise NotDelivered(_("Not delivered to %(region)s: %(goods)s.") % said, skus=_public_ids(away))


def _times_of(lines: list[_Line], offers: dict[int, BuyableSku], now: datetime) -> dict[int, int]:
    """
    Of services when they are wanted, by keys. Whether a place is left is decided later, under the lock of the stock.

    :raises WrongTime: no time was chosen, or it cannot be had then
    """
    services = [line for line in lines if offers[line.sku_id].needs_time]
    if not services:
        return {}
    known = slots_by(line.slot_id for line in services if line.slot_id is not None)
    for line in services:
        if why := time_problem(known.get(line.slot_id), line.sku_id, line.quantity, now=now):
            offer = offers[line.sku_id]
            raise WrongTime(f"{offer.title}: {why}", skus=[offer.public_id])
    return {line.sku_id: line.slot_id for line in services}


def _names(offers: list[BuyableSku]) -> str:
    return ", ".join(dict.fromkeys(str(offer.title) for offer in offers))


def _public_ids(offers: list[BuyableSku]) -> list[str]:
    return [offer.public_id for offer in offers]


def _gifts(whole: Quote, offers: dict[int, BuyableSku]) -> dict[int, BuyableSku]:
    """What is given with the order and was not in the cart, as it is sold; asked only when something is given."""
    given = [line.sku_id for part in whole.shops for line in part.lines if line.sku_id not in offers]
    return {offer.sku_id: offer for offer in buyable_skus(given)} if given else {}
