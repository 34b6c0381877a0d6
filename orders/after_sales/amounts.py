"""
What pieces of an order line are worth: their part of what was paid for the line, frozen when the order was placed.

Pieces are claimed one after the other, each up to the next fen, and the last takes what is left, so that however a line
goes back in parts, the parts add up to what was paid.
"""

from mall.money import Money
from orders.models import AfterSale, Order, OrderLine


def left_of(line: OrderLine) -> int:
    """How many pieces no case has claimed."""
    return line.quantity - line.claimed_quantity


def worth_of(line: OrderLine, quantity: int) -> Money:
    """What was paid for the next so many pieces that nobody has claimed."""
    unclaimed = line.total - line.claimed
    if quantity == left_of(line):
        return unclaimed
    before, after = line.claimed_quantity, line.claimed_quantity + quantity
    part = _up_to(line, after) - _up_to(line, before)
    return min(part, unclaimed)


def _up_to(line: OrderLine, pieces: int) -> Money:
    return Money(line.total.minor * pieces // line.quantity, line.currency)


def duty_back(line: OrderLine, *, goods: Money, quantity: int) -> Money:
    """
    What of a line's duty goes back with so much of what was paid for it: in proportion, so that with all of it all goes
    back. Of what cost nothing (a coupon paid it) pieces count. Refunds of a line come here one after the other.
    """
    gone = line.refunded.minor + line.kept_for_gifts.minor
    whole, before, after = line.total.minor, gone, gone + goods.minor
    if not whole:
        whole, before, after = line.quantity, line.refunded_quantity, line.refunded_quantity + quantity
    return Money(line.duty.minor * after // whole - line.duty.minor * before // whole, line.currency)


def shipping_back(*, case: AfterSale, order: Order, lines: list[OrderLine], is_shops_fault: bool) -> Money:
    """
    What of the shipping fee goes back with this case: all that is left of it when with it everything that was bought
    has gone back, if nothing was shipped or the shop is at fault; otherwise nothing. ``lines`` are all of the order's.
    """
    all_back = all(line.bought_left <= (case.quantity if line.pk == case.line_id else 0) for line in lines)
    if all_back and (case.is_unshipped or is_shops_fault):
        return order.shipping_fee - order.refunded_shipping
    return Money(0, order.currency)
