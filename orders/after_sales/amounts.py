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
    """
    What was paid for so many more of the pieces that nobody has claimed, and has not gone back without them (price
    protection, compensation): their part, down to the fen, the last takes what is left.
    """
    return Money((line.total.minor - line.claimed.minor) * quantity // left_of(line), line.currency)


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
    What of the shipping fee goes back with this case. Where the shop is at fault the part that belongs to its pieces,
    if they go back or all of their money does; by the shopper's own wish nothing. Of an order of which nothing was sent
    all that is left goes back with the last of what was bought, whoever wished it. ``lines`` are all of the order's.

    The fee belongs to the lines by what was paid for them, and to the pieces of a line one after the other, each up to
    the next fen: both frozen, so that parts add up to the fee however the order goes back.
    """
    left = order.shipping_fee - order.refunded_shipping
    all_back = all(line.bought_left <= (case.quantity if line.pk == case.line_id else 0) for line in lines)
    if case.is_unshipped and all_back and not order.is_partly_shipped:
        return left
    if not is_shops_fault:
        return Money(0, order.currency)
    return min(_fee_of(case, order, lines), left)


def _fee_of(case: AfterSale, order: Order, lines: list[OrderLine]) -> Money:
    """The part of the shipping fee that belongs to the pieces of a case."""
    weights = [line.total.minor for line in lines]
    if not any(weights):  # coupons paid all of it: by pieces
        weights = [line.quantity - line.gift_count for line in lines]
    if not any(weights):
        return Money(0, order.currency)
    line, fee = next(
        (line, fee)
        for line, fee in zip(lines, order.shipping_fee.allocate(weights), strict=True)
        if line.pk == case.line_id
    )
    bought = line.quantity - line.gift_count
    if not bought:
        return Money(0, order.currency)
    before = bought - line.bought_left
    after = min(before + case.quantity, bought)
    return Money(fee.minor * after // bought - fee.minor * before // bought, order.currency)
