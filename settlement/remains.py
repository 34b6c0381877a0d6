"""What is left to be divided of an order of which money has gone back to its shopper (O8)."""

from collections import Counter
from collections.abc import Iterable

from mall.money import Money
from orders.after_sales.queries import refunds_before_completion
from orders.models import Order, OrderLine


def left_at_completion(order: Order, lines: Iterable[OrderLine]) -> tuple[Money, Money]:
    """What the shopper has paid and not got back when the order completed, and the commission of it."""
    gone: Counter[int] = Counter()
    left = order.total
    for case in refunds_before_completion(order):
        gone[case.line_id] += case.refund_goods.minor
        left -= case.refund
    return left, Money.total((commission_kept(line, gone[line.pk]) for line in lines), order.currency)


def commission_kept(line: OrderLine, gone: int) -> Money:
    """The commission of a line of which so much (fen) went back: at its frozen rate, of what it still holds."""
    return Money(line.total.minor - gone, line.currency).share(line.commission_bps)
