"""What is left to be divided of an order of which money has gone back to its shopper (O8)."""

from collections import Counter
from collections.abc import Iterable

from mall.money import Money
from orders.after_sales.queries import open_cases, refunds_before_completion
from orders.models import AfterSale, Order, OrderLine


def left_at_completion(order: Order, lines: Iterable[OrderLine]) -> tuple[Money, Money, Money]:
    """What was paid before duty and had not gone back at completion, its commission, what the mall bears of it."""
    lines = list(lines)
    gone: Counter[int] = Counter()
    left = order.before_duty
    for case in refunds_before_completion(order):
        gone[case.line_id] += case.refund_goods.minor
        left -= case.refund - case.refund_duty
    return (
        left,
        Money.total((commission_kept(line, gone[line.pk]) for line in lines), order.currency),
        Money.total((subsidy_kept(line, gone[line.pk]) for line in lines), order.currency),
    )


def commission_kept(line: OrderLine, gone: int) -> Money:
    """The commission of a line of which so much (fen) went back: at its frozen rate, of what it still holds."""
    kept = Money(line.total.minor - gone, line.currency)
    base = kept + subsidy_kept(line, gone) if line.commission_on_subsidy else kept
    return base.share(line.commission_bps)


def subsidy_kept(line: OrderLine, gone: int) -> Money:
    """What the mall bears of a line of which so much (fen) went back: in proportion to what the line still holds."""
    if not line.total:
        return line.subsidy
    return Money(line.subsidy.minor * (line.total.minor - gone) // line.total.minor, line.currency)


def undisputed(order_public_id: str) -> Money:
    """
    What of a completed order belongs to its shop whatever comes of the open cases: its part of the lines of which none
    is open, less what has gone back of them. The shipping fee waits with the others.
    """
    order = Order.objects.get(public_id=order_public_id)
    in_question = set(open_cases().filter(order=order).values_list("line_id", flat=True))
    gone: Counter[int] = Counter()
    for line_id, goods in AfterSale.objects.filter(order=order, settled_at__isnull=False).values_list(
        "line_id", "refund_goods"
    ):
        gone[line_id] += goods
    clear = [line for line in order.lines.order_by("pk") if line.pk not in in_question]
    return Money.total((_of_shop(line, gone[line.pk]) for line in clear), order.currency)


def _of_shop(line: OrderLine, gone: int) -> Money:
    """The shop's part of a line of which so much (fen) went back."""
    kept = Money(line.total.minor - gone, line.currency)
    return kept + subsidy_kept(line, gone) - commission_kept(line, gone)
