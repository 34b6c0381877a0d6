"""What is left to be divided of an order of which money has gone back to its shopper (O8)."""

from collections.abc import Iterable
from typing import NamedTuple

from catalog.commission import share_kept
from mall.money import Money
from orders.after_sales.gifts import credits_of
from orders.after_sales.queries import open_cases, refunds_before_completion
from orders.models import AfterSale, Order, OrderLine, PartyPart
from settlement import parties


class Left(NamedTuple):
    """
    What is to be divided: what was paid, the commission of it, what the mall and other shops (by key) bear, and what
    parties (by key) get.
    """

    gross: Money
    commission: Money
    subsidy: Money
    issuers: dict[int, Money]
    parties: dict[int, Money]


def left_at_completion(order: Order, lines: Iterable[OrderLine], parts: Iterable[PartyPart]) -> Left:
    """What was paid before duty and had not gone back at completion."""
    lines = list(lines)
    gone = credits_of(order, after_completion=False)
    left, shipping = order.before_duty, 0
    for case in refunds_before_completion(order):
        gone[case.line_id] += case.refund_goods.minor
        shipping += case.refund_shipping.minor
        left -= case.refund - case.refund_duty
    return Left(
        left,
        Money.total((commission_kept(line, gone[line.pk]) for line in lines), order.currency),
        Money.total((subsidy_kept(line, gone[line.pk]) for line in lines), order.currency),
        summed(issuers_kept(line, gone[line.pk]) for line in lines),
        parties.kept_of(parts, gone, shipping),
    )


def commission_kept(line: OrderLine, gone: int) -> Money:
    """
    The commission of a line of which so much (fen) went back: at its frozen rate, of what it still holds; by a rule the
    share of what the rule took (never what it would take of the rest: a fixed amount or a floor was of the whole line).
    """
    kept = Money(line.total.minor - gone, line.currency)
    if line.commission is not None:
        of_rule = share_kept(line.commission.minor, kept=kept.minor, paid=line.total.minor)
        return Money(of_rule, line.currency)
    if not line.commission_on_subsidy:
        return kept.share(line.commission_bps)
    base = Money.total([kept, subsidy_kept(line, gone), *issuers_kept(line, gone).values()], line.currency)
    return base.share(line.commission_bps)


def subsidy_kept(line: OrderLine, gone: int) -> Money:
    """What the mall bears of a line of which so much (fen) went back: in proportion to what the line still holds."""
    return _kept(line, line.subsidy.minor, gone)


def issuers_kept(line: OrderLine, gone: int) -> dict[int, Money]:
    """The same of each other shop (by its key) whose offer made the line cheaper: what it bears of it."""
    return {int(shop_id): _kept(line, fen, gone) for shop_id, fen in (line.issuers or {}).items()}


def added_kept(line: OrderLine, gone: int) -> Money:
    """What the mall and other shops bear of it together."""
    return Money.total([subsidy_kept(line, gone), *issuers_kept(line, gone).values()], line.currency)


def _kept(line: OrderLine, added: int, gone: int) -> Money:
    """Of what others added, as much as belongs to what the line still holds."""
    if line.total:
        added = added * (line.total.minor - gone) // line.total.minor
    return Money(added, line.currency)


def summed(parts: Iterable[dict[int, Money]]) -> dict[int, Money]:
    """Of several lines what each shop bears; those that bear nothing are left out."""
    found: dict[int, Money] = {}
    for part in parts:
        for shop_id, amount in part.items():
            found[shop_id] = found[shop_id] + amount if shop_id in found else amount
    return {shop_id: amount for shop_id, amount in sorted(found.items()) if amount}


def undisputed(order_public_id: str) -> Money:
    """
    What of a completed order belongs to its shop whatever comes of the open cases: its part of the lines of which none
    is open, less what has gone back of them. The shipping fee waits with the others.
    """
    order = Order.objects.get(public_id=order_public_id)
    in_question = set(open_cases().filter(order=order).values_list("line_id", flat=True))
    gone = credits_of(order)
    for line_id, goods in AfterSale.objects.filter(order=order, settled_at__isnull=False).values_list(
        "line_id", "refund_goods"
    ):
        gone[line_id] += goods
    clear = [line for line in order.lines.order_by("pk") if line.pk not in in_question]
    others = parties.parts_kept(parties.parts_of(order, bearer=parties.Bearer.SHOP), clear, gone)
    return Money.total((_of_shop(line, gone[line.pk]) - others[line.pk] for line in clear), order.currency)


def _of_shop(line: OrderLine, gone: int) -> Money:
    """The shop's part of a line of which so much (fen) went back, before what parties get of it."""
    kept = Money(line.total.minor - gone, line.currency)
    return kept + added_kept(line, gone) - commission_kept(line, gone)
