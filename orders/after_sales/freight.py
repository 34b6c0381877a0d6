"""
Who bears what it costs to send goods (2.17): the fee she paid for delivery, and the way back. Both by whose fault it
is, said to the fen before she asks.
"""

from dataclasses import dataclass

from mall.money import Money
from orders.after_sales.amounts import shipping_back
from orders.models import AfterSale, Order, OrderLine, Verdict

GO_BACK = (AfterSale.Kind.RETURN, AfterSale.Kind.EXCHANGE, AfterSale.Kind.REPAIR)


@dataclass(frozen=True, slots=True)
class FreightOutlook:
    """What of the shipping fee (``left`` of it) comes back: by her own wish, and if the shop is at fault."""

    left: Money
    by_wish: Money
    by_fault: Money
    comes_back: bool  # goods may go back, so somebody pays the way


def freight_outlook(order: Order, line: OrderLine, pieces: int, *, is_unshipped: bool, kinds) -> FreightOutlook | None:
    """What a case about so many pieces of a line would do; ``None`` where there is neither a fee nor a way back."""
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    case = AfterSale(order=order, line=line, quantity=pieces, is_unshipped=is_unshipped)
    by_wish, by_fault = (
        shipping_back(case=case, order=order, lines=lines, is_shops_fault=fault) for fault in (False, True)
    )
    found = FreightOutlook(
        left=order.shipping_fee - order.refunded_shipping,
        by_wish=by_wish,
        by_fault=by_fault,
        comes_back=not is_unshipped and any(kind in GO_BACK for kind in kinds),
    )
    return found if found.left or found.comes_back else None


def way_back_payer(case: AfterSale, verdict: Verdict | None) -> str:
    """Who pays the way back of a case whose goods go back; nothing of others."""
    if case.kind not in GO_BACK:
        return ""
    if verdict is not None and verdict.executed_at:
        return Verdict.Payer(verdict.shipping_payer)
    return Verdict.Payer.SHOP if case.is_blamed_on_shop else Verdict.Payer.SHOPPER
