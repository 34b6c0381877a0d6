"""When a case is settled with money: the mall owes it, once, and never more than was paid."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog import stats, stock
from mall.events.bus import publish
from mall.events.orders import AfterSaleRefundOwed
from mall.money import Money
from marketing.trials import is_trial
from orders import cancellation, fulfillment, gift_cards
from orders.after_sales import gifts
from orders.after_sales.amounts import duty_back, shipping_back
from orders.after_sales.cases import Did, Kind, Side, Status, end, lock_case, move
from orders.models import AfterSale, Order, OrderLine, Refund, Verdict

Fault = AfterSale.Fault


def settle(
    case: AfterSale, did: str, *, goods: Money | None = None, side: str, by=None, now: datetime, text: str = ""
) -> None:
    """
    Owe the shopper what a locked case comes to: for the goods (what she asked, unless said), less what is kept for
    gifts that she keeps (``gifts``), and of the shipping fee (by whose fault it is, or as the mall has decided); with
    the goods goes their part of the duty. Where money alone goes back, it leaves gifts and fee as they are.

    What was never shipped may be bought again; an order of which nothing is left to send is shipped if some of it was,
    else it is canceled. Gift cards that are given
    back hold nothing any more.
    """
    order = case.order
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    goods = case.asked if goods is None else goods
    if case.is_money_only:
        case.fault = Fault.NOBODY if case.kind == Kind.PROTECT else Fault.SHOP
        case.refund_goods, given = goods, []
    elif verdict := case.verdicts.filter(executed_at__isnull=False).order_by("-round").first():
        case.fault = fault_by(verdict)
        given = gifts.settle(case, lines, goods)
        case.refund_shipping = shipping_back(
            case=case, order=order, lines=lines, is_shops_fault=verdict.shipping_payer == Verdict.Payer.SHOP
        )
    else:
        case.fault = Fault.SHOP if case.is_blamed_on_shop else Fault.SHOPPER
        given = gifts.settle(case, lines, goods)
        gives_fee = case.fault == Fault.SHOP and (case.kind != Kind.REFUND or goods == case.worth)
        case.refund_shipping = shipping_back(case=case, order=order, lines=lines, is_shops_fault=gives_fee)
    case.settled_at = now
    line = next(line for line in lines if line.pk == case.line_id)
    case.refund_duty = duty_back(line, goods=goods, quantity=case.pieces)
    OrderLine.objects.filter(pk=line.pk).update(
        refunded_quantity=F("refunded_quantity") + case.pieces,
        refunded=F("refunded") + case.refund_goods.minor,
        kept_for_gifts=F("kept_for_gifts") + case.gift_charge.minor,
        refunded_duty=F("refunded_duty") + case.refund_duty.minor,
        dropped_quantity=F("dropped_quantity") + (case.quantity if case.is_unshipped else 0),
    )
    order.refunded += case.refund
    order.refunded_shipping += case.refund_shipping
    order.save(update_fields=["refunded", "refunded_shipping"])
    stock.release(document=case.public_id, now=now)  # what was kept for an exchange that came to nothing
    unsent = Counter({row.line.sku_id: row.quantity for row in given})
    if case.is_unshipped:
        unsent[case.line.sku_id] += case.quantity
    if unsent:
        stock.release_part(document=order.public_id, quantities=unsent, now=now)
    if order.is_of_cards:
        gift_cards.void_of(case, now=now)
    if case.is_after_completion and case.pieces and order.set_aside_at is None and not is_trial(order.deal):
        stats.count_sales({case.line.product_public_id: -case.pieces})
    if not case.refund:
        end(case, Status.DONE, did, side=side, by=by, now=now, text=text)
    else:
        move(case, Status.REFUNDING, did, side=side, by=by, now=now, text=text)
        publish(
            AfterSaleRefundOwed(
                case_id=case.public_id,
                order_id=order.public_id,
                shop_id=order.shop.public_id,
                amount=case.refund.minor,
                currency=case.currency,
                owed_at=now,
            )
        )
    if unsent and order.status == Order.Status.PAID:
        dropped = case.quantity if case.is_unshipped else 0
        _go_on_without(order, sum(line.unsent for line in lines) - dropped, now)
    fulfillment.go_on_after_return(order, now)


def _go_on_without(order: Order, unsent: int, now: datetime) -> None:
    """So many pieces are left to send, after some were refunded: if none, the order is shipped, or comes to nothing."""
    if unsent:
        return
    if order.is_partly_shipped:
        fulfillment.finish_shipping(order, now=now)
        return
    with override(settings.LANGUAGE_CODE):
        reason = _("Everything in it was refunded")
    cancellation.cancel_emptied_order(order=order, reason=reason, now=now)


def fault_by(verdict: Verdict) -> str:
    """Whose fault it is by a verdict: who bears at least half of it."""
    return Fault.SHOP if verdict.liability_percent >= 50 else Fault.SHOPPER


def finish(*, refund: Refund, now: datetime) -> None:
    """The money of a case went back: the case is settled. Doing it again does nothing."""
    case = lock_case(refund.after_sale)
    if case.status == Status.REFUNDING:
        end(case, Status.DONE, Did.REFUNDED, side=Side.CLOCK, now=now)
