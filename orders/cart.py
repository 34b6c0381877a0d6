"""
Carts of guests and members (O1): live prices and stock, grouped by shop, each line's problem in words.

A member's cart is found by the shopper, a guest's by the token in her session; the first page that looks at a cart
after she signed in merges the two.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.freight.words import explained_freight
from catalog.offers import BuyableSku, buyable_skus
from catalog.slots import Bookable, slots_by
from catalog.slots import why_not as time_problem
from catalog.stock import OutOfStock
from catalog.tunables import LOW_STOCK
from mall import clock
from mall.accounts.models import User
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import select_rows
from mall.texts import Text
from marketing import words
from marketing.deals import Deal
from marketing.perks import Promised, in_cart
from marketing.pricing import PricedLine, Quote, ShopQuote, ShopTerms
from orders import customs, limits
from orders.destination import Destination, region_of
from orders.limits import check_cart
from orders.models import Cart, CartLine
from orders.models.cart import MOST_LINES, MOST_OF_ONE
from orders.offering import quote_with_offers, terms_of


class NotForSale(Refusal):
    """Something cannot be bought (any more); ``details["skus"]`` names it by public id."""

    code = "not-for-sale"


class WrongTime(Refusal):
    """A service needs a time, and one at which it can be had; ``details["skus"]`` names it by public id."""

    code = "wrong-time"


class CartFull(Refusal):
    """A cart holds a limited number of different SKUs, and of each."""

    code = "cart-full"


class NotInCart(Refusal):
    """The line that should change is not there (any more)."""

    code = "not-in-cart"


@dataclass(frozen=True, slots=True)
class CartLineView:
    """
    One line as the shopper sees it; ``problem`` says what keeps it from being ordered.

    ``priced`` is the line as the pricing engine sees it, with what is taken off; missing when it cannot be bought.
    ``note`` says how many of the pieces have the price of a flash sale, where not all of them do.
    ``not_delivered`` says that it is not sent where the cart goes: it can be ordered to somewhere else.
    """

    sku: BuyableSku
    quantity: int
    total: Money
    price_changed_from: Money | None
    problem: str
    priced: PricedLine | None = None
    slot: Bookable | None = None
    note: str = ""
    not_delivered: str = ""

    @property
    def few_left(self) -> str:
        """How many are left, in a sentence, when they are few and the line can be had of them."""
        left = self.sku.available
        is_low = self.quantity <= left <= LOW_STOCK.value
        return _only_left(left) if is_low and self.slot is None and not self.problem else ""


@dataclass(frozen=True, slots=True)
class CartGift:
    """What is given with a shop's part of a cart: so many pieces, worth so much, to who pays so much."""

    sku: BuyableSku
    quantity: int
    worth: Money
    at: Money


@dataclass(frozen=True, slots=True)
class CartShop:
    """
    One shop's part of a cart; amounts count what can be ordered. ``free_shipping_gap`` (or so many ``pieces_gap``) more
    is sent free; ``freight_notes`` say how the fee of its templates comes about.
    """

    shop_id: int
    name: Text
    url: str
    lines: list[CartLineView]
    goods_total: Money
    shipping_fee: Money
    total: Money
    free_shipping_gap: Money | None
    discount: Money
    hints: list[str]
    duty: Money
    is_sent: bool = True
    pieces_gap: int | None = None
    freight_notes: tuple[str, ...] = ()
    gifts: Sequence[CartGift] = ()
    perks: Sequence[Promised] = ()
    is_picked_up: bool = False

    @property
    def before_offers(self) -> Money:
        """Goods and delivery, before anything is taken off, and before duty."""
        return self.total + self.discount - self.duty

    @property
    def payable_by_cards(self) -> Money:
        """What gift cards of the shop may pay: all but duty, and no further cards."""
        of_cards = (line.priced.total for line in self.lines if line.priced and not line.sku.takes_offers)
        return self.total - self.duty - Money.total(of_cards, self.total.currency)


@dataclass(frozen=True, slots=True)
class CartView:
    """
    A cart with today's prices. ``count`` is the number of pieces.

    ``quote`` says which offers are used, which are not and why, and what more would bring. ``to`` is where freight is
    worked out for; as long as nobody has said, it is what most regions pay.
    """

    shops: list[CartShop]
    total: Money
    count: int
    has_problems: bool
    quote: Quote
    to: Destination | None = None

    @property
    def mall_hints(self) -> list[str]:
        """What a little more over all shops, or over some together, would bring."""
        return [words.hint(hint) for hint in self.quote.hints if hint.shop_id is None or hint.shops]

    @property
    def lines(self) -> list[CartLineView]:
        return [line for shop in self.shops for line in shop.lines]

    @property
    def has_freight(self) -> bool:
        """Whether what delivery costs depends on where it goes."""
        return any(shop.freight for shop in self.quote.shops)

    @property
    def not_delivered(self) -> list[CartLineView]:
        """What is not sent where the cart goes."""
        return [line for line in self.lines if line.not_delivered]

    @property
    def has_unsent(self) -> bool:
        """Whether something in it does not go in a parcel."""
        return any(not line.sku.is_sent for line in self.lines)

    @property
    def needs_importer(self) -> bool:
        """Whether something in it comes from abroad, so that customs asks who orders it."""
        return any(line.sku.customs for line in self.lines)

    @property
    def needs_address(self) -> bool:
        """Whether something in it must be brought to the shopper."""
        return any(
            line.sku.at_home or not shop.is_picked_up
            for shop in self.shops
            for line in shop.lines
            if line.sku.needs_address
        )


@transaction.atomic
def add_to_cart(
    *,
    shopper: User | None = None,
    token: UUID | None = None,
    sku: str,
    quantity: int = 1,
    slot: str = "",
    at_least: bool = False,
    now: datetime,
) -> int:
    """
    Put so many more of a SKU (by public id) into a member's or a guest's cart; returns how many pieces it holds then.

    :param at_least: the cart should hold so many; what it holds of it already counts
    :param slot: of a service the time (by public id) at which it is wanted; another time takes the place of the one
        that was chosen before
    :raises WrongTime: no time was chosen, or it cannot be had then

    :raises NotForSale: there is no such SKU, or it cannot be bought
    :raises OutOfStock: less is left than the cart would then hold; the cart stays as it is
    :raises CartFull: too many different SKUs, or too many of this one
    :raises LimitReached: more than one may buy of its product
    """
    offer = _offer(sku)
    cart_id = open_cart(shopper, token, now)
    held, times = _held(cart_id)
    chosen = slots_by([slot] if slot else []).get(slot) if offer.needs_time else None
    if chosen and times.get(offer.sku_id, chosen.slot_id) != chosen.slot_id:
        del held[offer.sku_id]
    if offer.sku_id not in held and len(held) >= MOST_LINES:
        raise CartFull(_("A cart holds at most %(most)d different items.") % {"most": MOST_LINES})
    before = held.get(offer.sku_id, 0)
    held[offer.sku_id] = wanted = max(quantity, before) if at_least else quantity + before
    _check_quantity(offer, wanted)
    _check_time(offer, chosen, wanted, now)
    check_cart(offer, wanted, cart_id=cart_id, shopper=shopper, now=now)

    price = offer.price
    at = chosen.slot_id if chosen else None
    select_rows(PUT_LINE, [cart_id, offer.sku_id, wanted, price.currency, price.minor, now, at])
    return sum(held.values())


PUT_LINE = """
    INSERT INTO orders_cartline (cart_id, sku_id, quantity, currency, seen_price, added_at, slot_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (cart_id, sku_id) DO UPDATE SET quantity = excluded.quantity, seen_price = excluded.seen_price,
        currency = excluded.currency, slot_id = excluded.slot_id
    RETURNING id
"""


def _held(cart_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """What a cart holds of each SKU, and of services the time that was chosen; by keys."""
    rows = select_rows("SELECT sku_id, quantity, slot_id FROM orders_cartline WHERE cart_id = %s", [cart_id])
    return {sku_id: quantity for sku_id, quantity, _slot in rows}, {
        sku_id: slot_id for sku_id, _quantity, slot_id in rows if slot_id is not None
    }


@transaction.atomic
def change_line(
    *, shopper: User | None = None, token: UUID | None = None, sku: str, quantity: int, now: datetime
) -> None:
    """
    Set how many of a SKU (by public id) the cart holds; 0 takes it out, also when it is no longer sold.

    :raises NotInCart: the cart does not hold it
    :raises NotForSale, OutOfStock, CartFull, LimitReached: as for adding; the cart stays as it is
    """
    cart = _find_cart(shopper, token, lock=True)
    lines = CartLine.objects.filter(cart=cart, sku__public_id=sku) if cart else CartLine.objects.none()
    if quantity == 0:
        lines.delete()
        return
    line = lines.first()
    if line is None:
        raise NotInCart(_("This item is no longer in your cart."))
    offer = _offer(sku)
    _check_quantity(offer, quantity)
    if offer.needs_time and quantity > line.quantity:
        _check_time(offer, slots_by([line.slot_id] if line.slot_id else []).get(line.slot_id), quantity, now)
    if quantity > line.quantity:  # fewer may always stay
        check_cart(offer, quantity, cart_id=line.cart_id, shopper=shopper, now=now)
    line.quantity = quantity
    line.save(update_fields=["quantity"])


@transaction.atomic
def merge_carts(*, shopper: User, token: UUID, now: datetime) -> None:
    """Pour a guest's cart into the member's: quantities add up, up to what a cart may hold. Harmless done twice."""
    guest = _find_cart(None, token, lock=True)
    if guest is None:
        return
    mine = Cart.objects.get(pk=open_cart(shopper, None, now))
    held = {line.sku_id: line for line in mine.lines.all()}
    for line in guest.lines.order_by("pk"):
        if line.sku_id in held:
            own = held[line.sku_id]
            own.quantity = min(own.quantity + line.quantity, MOST_OF_ONE)
            own.save(update_fields=["quantity"])
        elif len(held) < MOST_LINES:
            held[line.sku_id] = line
            line.cart = mine
            line.save(update_fields=["cart"])
    guest.delete()


def cart_view(
    *,
    shopper: User | None = None,
    token: UUID | None = None,
    coupons: Collection[str] | None = None,
    now: datetime | None = None,
    to: Destination | None = None,
    picked_up: Collection[int] = (),
) -> CartView:
    """
    The cart with today's prices, stock, terms and offers; three queries however long it is, a fourth if goods are
    limited, and one each if goods or coupons are given with it.

    :param coupons: public ids of those that she wants to use; ``None`` uses what costs her least
    :param now: the moment; ``None``: this one
    :param to: where it goes, if that is known
    :param picked_up: the shops (by key) in whose stores she picks her goods up
    """
    lines = cart_lines(shopper=shopper, token=token)
    return view_of(lines, shopper=shopper, coupons=coupons, now=now or clock.now(), to=to, picked_up=picked_up)


class HeldLine(NamedTuple):
    """What a cart holds of one SKU (by key), and the price that was seen when it was put there."""

    sku_id: int
    quantity: int
    seen_price: Money
    slot_id: int | None = None


def cart_lines(*, shopper: User | None = None, token: UUID | None = None) -> list[HeldLine]:
    """What a member's or guest's cart holds, oldest first."""
    if shopper is None and token is None:
        return []
    whose, who = ("c.shopper_id", shopper.pk) if shopper else ("c.token", token)
    rows = select_rows(
        "SELECT l.sku_id, l.quantity, l.seen_price, l.currency, l.slot_id FROM orders_cartline l"  # noqa: S608 - words of ours
        f" JOIN orders_cart c ON c.id = l.cart_id WHERE {whose} = %s ORDER BY l.id",
        [who],
    )
    return [
        HeldLine(sku_id, quantity, Money(price, currency), slot_id)
        for sku_id, quantity, price, currency, slot_id in rows
    ]


def view_of(
    lines: list[HeldLine],
    *,
    shopper: User | None = None,
    coupons: Collection[str] | None = None,
    deal: Deal | None = None,
    now: datetime,
    to: Destination | None = None,
    picked_up: Collection[int] = (),
) -> CartView:
    """
    These lines with today's prices, stock, terms and offers; what the shopper has had counts where goods are limited.

    :param deal: the price that was asked for of the one line that there is
    :param to: where it goes, if that is known
    """
    offers = {offer.sku_id: offer for offer in buyable_skus([line.sku_id for line in lines])}
    terms = terms_of(offers.values(), region_of(to))
    held = {line.sku_id: line.quantity for line in lines if line.sku_id in offers}
    too_many = limits.why_not(held, offers, limits.bought_lately(shopper, offers, now))
    whole = quote_with_offers(
        [(offers[sku_id], quantity) for sku_id, quantity in held.items() if offers[sku_id].is_buyable],
        shopper_id=shopper.pk if shopper else None,
        coupons=coupons,
        now=now,
        deal=deal,
        to=region_of(to),
        picked_up=picked_up,
    )
    by_shop = _line_views(lines, offers, whole, too_many, to, now)
    priced = {shop.shop_id: shop for shop in whole.shops}
    gifts, promised = _gifts(whole, offers), in_cart(whole)
    shops = [
        _shop_view(
            theirs,
            gifts.get(shop_id, ()),
            promised.get(shop_id, ()),
            priced.get(shop_id),
            terms[shop_id],
            whole.total.currency,
            [words.hint(hint) for hint in whole.hints if hint.shop_id == shop_id and not hint.shops],
            is_picked_up=shop_id in picked_up,
        )
        for shop_id, theirs in by_shop.items()
    ]
    return CartView(
        shops=shops,
        total=whole.total,
        count=sum(view.quantity for theirs in by_shop.values() for view in theirs),
        has_problems=any(view.problem for theirs in by_shop.values() for view in theirs),
        quote=whole,
        to=to,
    )


def _line_views(
    lines: list[HeldLine],
    offers: dict[int, BuyableSku],
    whole: Quote,
    too_many: Mapping[int, str],
    to: Destination | None,
    now: datetime,
) -> dict[int, list[CartLineView]]:
    """By the key of the shop its lines, each with what stands in its way."""
    times = slots_by(line.slot_id for line in lines if line.slot_id is not None)
    away = {sku_id for shop in whole.shops if shop.freight for sku_id in shop.freight.not_delivered}
    priced = {line.sku_id: line for shop in whole.shops for line in shop.lines}
    views = [
        _line_view(
            line,
            offers[line.sku_id],
            priced.get(line.sku_id),
            times.get(line.slot_id),
            too_many.get(line.sku_id, ""),
            whole,
            now,
            to.refuses(offers[line.sku_id].freight) if to and line.sku_id in away else "",
        )
        for line in lines
        if line.sku_id in offers
    ]
    by_shop: dict[int, list[CartLineView]] = {}
    for view in sorted(views, key=lambda view: view.sku.shop_id):
        by_shop.setdefault(view.sku.shop_id, []).append(view)
    quotes = {shop.shop_id: shop for shop in whole.shops}
    for shop_id, theirs in by_shop.items():
        if too_dear := customs.why_too_much(quotes.get(shop_id)):
            by_shop[shop_id] = [
                replace(view, problem=view.problem or too_dear) if view.sku.customs else view for view in theirs
            ]
    return by_shop


def problem_with(offer: BuyableSku, quantity: int, flash: int = 0) -> str:
    """
    Why so many of it cannot be ordered now, in a sentence; empty when they can.

    :param flash: how many of the pieces are units of a flash sale, which are set aside
    """
    if not offer.is_buyable:
        return offer.why_not
    if offer.available < quantity - flash:
        return _only_left(offer.available + flash) if offer.available + flash else _("Sold out.")
    return ""


def _gifts(whole: Quote, offers: dict[int, BuyableSku]) -> dict[int, list[CartGift]]:
    """What is given with the cart, by the shop's key."""
    given = [
        (shop.shop_id, line, part) for shop in whole.shops for line in shop.lines for part in line.parts if part.gift
    ]
    if not given:
        return {}
    known = {sku.sku_id: sku for sku in buyable_skus([line.sku_id for _shop, line, _part in given])} | offers
    found: dict[int, list[CartGift]] = {}
    for shop_id, line, part in given:
        at = Money(part.gift.at, part.amount.currency)
        gift = CartGift(known[line.sku_id], part.gift.pieces, part.amount, at)
        found.setdefault(shop_id, []).append(gift)
    return found


def _shop_view(
    lines: list[CartLineView],
    gifts: Sequence[CartGift],
    promised: Sequence[Promised],
    part: ShopQuote | None,
    terms: ShopTerms,
    currency: str,
    hints: list[str],
    *,
    is_picked_up: bool = False,
) -> CartShop:
    """One shop's lines with its amounts; ``part`` is missing when none of them can be ordered."""
    first, nothing = lines[0].sku, Money(0, currency)
    goods = part.goods_total if part else nothing
    discount = part.discount if part else nothing
    freight = part.freight if part else None
    over = terms.free_shipping_over
    sent = Money.total((line.priced.total for line in lines if line.sku.is_sent and line.priced), currency)
    if freight:
        gap = None if freight.gap is None else Money(freight.gap, currency)
    else:
        gap = over - sent if part and part.shipping_fee and over and over > sent else None
    return CartShop(
        shop_id=first.shop_id,
        name=first.shop_name,
        url=reverse("storefront:catalog:shop", args=[first.shop_slug]),
        lines=lines,
        goods_total=goods,
        shipping_fee=part.shipping_fee if part else nothing,
        total=part.total if part else nothing,
        free_shipping_gap=gap,
        discount=discount,
        hints=hints,
        duty=part.duty if part else nothing,
        is_sent=any(line.sku.is_sent for line in lines) and not is_picked_up,
        pieces_gap=freight and freight.pieces_gap,
        freight_notes=tuple(explained_freight(freight, currency)) if freight else (),
        gifts=gifts,
        perks=promised,
        is_picked_up=is_picked_up,
    )


def _line_view(
    line: HeldLine,
    offer: BuyableSku,
    priced: PricedLine | None,
    slot: Bookable | None,
    too_many: str,
    whole: Quote,
    now: datetime,
    not_delivered: str,
) -> CartLineView:
    _sale, flash = whole.flash_units.get(line.sku_id, ("", 0))
    problem = problem_with(offer, line.quantity, flash)
    if not problem and offer.needs_time:
        problem = time_problem(slot, offer.sku_id, line.quantity, now=now)
    return CartLineView(
        sku=offer,
        quantity=line.quantity,
        total=offer.price * line.quantity,
        price_changed_from=line.seen_price if line.seen_price != offer.price else None,
        problem=problem or too_many,
        priced=priced,
        slot=slot,
        note=words.on_flash_pieces(line.sku_id, line.quantity, whole),
        not_delivered=not_delivered,
    )


def _offer(sku: str) -> BuyableSku:
    offer = next(iter(buyable_skus([sku])), None)
    if offer is None:
        raise NotForSale(_("This item is no longer offered."), skus=[sku])
    if not offer.is_buyable:
        raise NotForSale(offer.why_not, skus=[sku])
    return offer


def _check_quantity(offer: BuyableSku, quantity: int) -> None:
    if not 1 <= quantity <= MOST_OF_ONE:
        raise CartFull(_("Choose a quantity between 1 and %(most)d.") % {"most": MOST_OF_ONE})
    if offer.at_most < quantity:
        raise OutOfStock(_only_left(offer.at_most), skus=[offer.public_id])


def _check_time(offer: BuyableSku, slot: Bookable | None, quantity: int, now: datetime) -> None:
    """:raises WrongTime: a service, and so many cannot have it at this time"""
    if offer.needs_time and (why := time_problem(slot, offer.sku_id, quantity, now=now)):
        raise WrongTime(why, skus=[offer.public_id])


def _only_left(available: int) -> str:
    return ngettext("Only %(count)d is left.", "Only %(count)d are left.", available) % {"count": available}


def _find_cart(shopper: User | None, token: UUID | None, *, lock: bool) -> Cart | None:
    if shopper is None and token is None:
        return None
    carts = Cart.objects.select_for_update(no_key=True) if lock else Cart.objects.all()
    return carts.filter(shopper=shopper).first() if shopper else carts.filter(token=token).first()


def open_cart(shopper: User | None, token: UUID | None, now: datetime) -> int:
    """The key of the cart, locked; made now if there is none yet."""
    whose, who = ("shopper_id", shopper.pk) if shopper else ("token", token)
    ((cart_id,),) = select_rows(
        f"INSERT INTO orders_cart ({whose}, changed_at) VALUES (%s, %s)"  # noqa: S608 - two words of ours
        f" ON CONFLICT ({whose}) DO UPDATE SET changed_at = excluded.changed_at RETURNING id",
        [who, now],
    )
    return cart_id
