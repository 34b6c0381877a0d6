"""
Money that goes back for goods that stay (2.17): the difference to a price that has fallen, by itself, and a
compensation that a shop, or a verdict about a complaint, pays. Both go back the way the order was paid and count as
returned of their line; they claim no pieces, which may still go back later, for what is left of what was paid for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models import Product, Sku
from mall.money import Money
from mall.refusals import Refusal
from marketing.offers import offers_for
from marketing.pricing import Layer, QuoteLine, ShopTerms, quote
from merchants.models import Seat
from orders import tunables
from orders.after_sales.amounts import left_of
from orders.after_sales.asking import PAID_FOR, NotOffered, TooMuch
from orders.after_sales.cases import Did, Kind, Side, WordsMissing, pause
from orders.after_sales.settling import settle
from orders.locks import lock_order
from orders.models import AfterSale, Order, OrderLine

OF_FEW = (Layer.DEAL, Layer.FLASH)  # prices for some units or for who fulfils terms: not what stands for everybody
RIGHT_BEYOND_LIMIT = "money.withdraw"


class PriceMoved(Refusal):
    """The difference is not what was shown any more."""

    code = "price-moved"


class BeyondLimit(Refusal):
    """So much is paid only by who may withdraw the shop's money."""

    code = "beyond-limit"


@dataclass(frozen=True, slots=True)
class Protection:
    """
    Until when the price of a line is protected; for how many pieces that nobody has claimed she paid more (``paid``,
    less what went back) than everybody pays ``now``.
    """

    until: datetime
    pieces: int
    paid: Money
    now: Money

    @property
    def difference(self) -> Money:
        return max(self.paid - self.now, Money(0, self.paid.currency))


def protection_of(order: Order, line: OrderLine, now: datetime) -> Protection | None:
    """
    What price protection would do for a line; ``None`` where there is none: its days are over, the shop or the mall has
    switched it off, all pieces are claimed, or the goods have no price that stands any more.
    """
    days = tunables.PRICE_PROTECTION_DAYS.value
    if not days or order.paid_at is None or order.status not in PAID_FOR or order.awaits_deal or order.is_of_cards:
        return None
    until = order.paid_at + timedelta(days=days)
    pieces = min(left_of(line), line.bought_left)
    if now >= until or not pieces or not order.shop.protects_prices:
        return None
    price = price_for_everybody(line.sku, pieces, now)
    if price is None or price.currency != line.currency:
        return None
    return Protection(until=until, pieces=pieces, paid=line.total - line.claimed, now=price)


def price_for_everybody(sku: Sku, pieces: int, now: datetime) -> Money | None:
    """What so many pieces cost who holds no coupon and takes part in no sale of few units; ``None``: not sold now."""
    if not sku.is_active or sku.product.status != Product.Status.ON_SALE:
        return None
    found = offers_for(sku_ids=[sku.pk], shop_ids=[sku.shop_id], shopper_id=None, now=now)
    offers = [offer for offer in found if not offer.is_coupon and offer.layer not in OF_FEW]
    line = QuoteLine(sku.pk, sku.shop_id, sku.price, pieces)
    priced = quote([line], {sku.shop_id: ShopTerms(Money(0, sku.currency), None)}, offers=offers, at=now)
    return next(one.total for shop in priced.shops for one in shop.lines if one.sku_id == sku.pk)


@transaction.atomic
def protect_price(*, line: OrderLine, shown: Money, by, now: datetime) -> AfterSale:
    """
    The difference between what she paid and what the goods cost now goes back at once: nobody has to judge what is
    exactly computed. Once for each price: what went back counts as not paid.

    :param shown: the amount that she was shown
    :raises NotOffered: there is no protection, or no difference
    :raises PriceMoved: the difference is another one by now
    """
    order = lock_order(line.order_id)
    line = OrderLine.objects.select_related("sku__product").get(pk=line.pk, order=order)
    found = protection_of(order, line, now)
    if found is None or not found.difference:
        raise NotOffered(_("The price of these goods is not lower than what you paid."))
    if found.difference != shown:
        raise PriceMoved(
            _("The price has changed meanwhile: %(amount)s can go back now. Look at it and ask again.")
            % {"amount": found.difference}
        )
    case = _case_of(order, line, found.difference, now, kind=Kind.PROTECT, reason=AfterSale.Reason.PRICE_FELL)
    case.quantity, case.paid_then, case.price_now = found.pieces, found.paid, found.now
    if AfterSale.objects.filter(line=line, kind=Kind.PROTECT, quantity=case.quantity, price_now=found.now).exists():
        raise NotOffered(_("The difference to this price went back before."))
    _give(case, Did.PROTECTED, side=Side.CLOCK, now=now)
    return case


def most_for(line: OrderLine) -> Money:
    """How much can be paid for a line beside its cases: what was paid for it and neither went back nor is claimed."""
    return line.total - line.claimed


@transaction.atomic
def compensate(
    *, line: OrderLine, amount: Money, reason: str, text: str, seat: Seat, by, now: datetime
) -> AfterSale:  # fmt: skip
    """
    A shop pays its shopper for what it did wrong, without anything going back.

    :param seat: of the person who does it; beyond the limit she must be trusted with the shop's money
    :raises NotOffered: the order was not paid or came to nothing, or the reason is none
    :raises TooMuch: more than is left of what was paid for the line
    :raises BeyondLimit: more than who answers after-sales may pay
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Say what it is for: the shopper reads it."))
    if reason not in AfterSale.COMPENSATED:
        raise NotOffered(_("Choose what it is for."))
    order = lock_order(line.order_id)
    line = OrderLine.objects.select_related("sku").get(pk=line.pk, order=order)
    if not may_compensate(order):
        raise NotOffered(_("Nothing can be paid for this order."))
    most, limit = most_for(line), Money(tunables.MOST_COMPENSATION.value, line.currency)
    if not Money(0, line.currency) < amount <= most:
        raise TooMuch(_("At most %(most)s is left of what was paid for it.") % {"most": most}, field="amount")
    if amount > limit and not seat.can(RIGHT_BEYOND_LIMIT):
        raise BeyondLimit(
            _("Your role pays up to %(limit)s; more is paid by who may withdraw the shop's money.") % {"limit": limit},
            field="amount",
        )
    case = _case_of(order, line, amount, now, kind=Kind.COMPENSATE, reason=reason)
    _give(case, Did.COMPENSATED, side=Side.SHOP, by=by, now=now, text=text)
    return case


def may_compensate(order: Order) -> bool:
    """Whether money of it can be given beside its cases: it was paid, and is no order of gift cards."""
    return order.paid_at is not None and order.status in PAID_FOR and not order.is_of_cards and not order.awaits_deal


def most_by_verdict(order: Order) -> Money:
    """How much a verdict about a complaint may give the shopper: what is left of the line of which the most is."""
    nothing = Money(0, order.currency)
    lines = OrderLine.objects.filter(order=order) if may_compensate(order) else ()
    return max((most_for(line) for line in lines), default=nothing)


def compensate_by_verdict(complaint: AfterSale, amount: Money, *, text: str, now: datetime) -> AfterSale | None:
    """The mall has decided a locked complaint: the shop pays so much, or what is left by now; nothing: ``None``."""
    order = complaint.order
    amount = min(amount, most_by_verdict(order))
    if not amount:
        return None
    line = max(OrderLine.objects.filter(order=order).select_related("sku").order_by("pk"), key=most_for)
    case = _case_of(order, line, amount, now, kind=Kind.COMPENSATE, reason=complaint.reason)
    _give(case, Did.COMPENSATED, side=Side.MALL, now=now, text=text)
    return case


def _case_of(order: Order, line: OrderLine, amount: Money, now: datetime, **given) -> AfterSale:
    case = AfterSale(
        shop_id=order.shop_id,
        shopper_id=order.shopper_id,
        quantity=line.quantity,
        currency=line.currency,
        worth=amount,
        asked=amount,
        is_after_completion=order.status == Order.Status.COMPLETED,
        opened_at=now,
        **given,
    )
    case.order, case.line = order, line
    return case


def _give(case: AfterSale, did: str, **how) -> None:
    """Open the case and settle it at once: its money is claimed of the line, and on its way."""
    case.save()
    OrderLine.objects.filter(pk=case.line_id).update(claimed=F("claimed") + case.worth.minor)
    pause(case.order, how["now"])
    settle(case, did, **how)
