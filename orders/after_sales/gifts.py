"""
What becomes of a gift when so much of an order goes back that it would not have been given (behaviours 2.23).

The gift's line says what it was given for: who pays ``at`` for these SKUs gets it. What the shopper takes back by her
own wish counts against that, what is the shop's fault does not. A gift whose step is broken goes back with the goods,
or she keeps it, and of her refund is kept what it is worth: the price of the SKU when the order was placed. Before
shipping it simply stays where it is.

What is kept in all is a function of what went back and of which gifts did, so that the order of refunds changes
nothing: never more than the gift is worth, and never more than has gone back beyond what could have without breaking
the step. No greater amount has that property: see docs/decisions/67.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from mall.money import Money
from mall.refusals import Refusal
from orders.models import AfterSale, CaseGift, CreditedLine, Order, OrderLine

BACK, KEEP = "back", "keep"
Kind = AfterSale.Kind


class GiftUndecided(Refusal):
    """A gift was given for what would go back: whether she keeps it must be said."""

    code = "gift-undecided"
    status = 400


@dataclass(frozen=True, slots=True)
class Gift:
    """So many pieces that the shopper still has, given for what was paid for some lines (keys) of the order."""

    line: OrderLine
    pieces: int
    at: Money
    slack: int
    of: frozenset[int]

    @property
    def worth(self) -> Money:
        return self.line.unit_price * self.pieces

    def beyond(self, gone: Mapping[int, int]) -> int:
        """How much more (fen) has gone back, by line, than could without breaking the step."""
        return max(sum(gone.get(key, 0) for key in self.of) - self.slack, 0)


def gifts_of(lines: Iterable[OrderLine]) -> list[Gift]:
    """What was given with an order, as far as it did not come back; of one SKU what hangs on least stays longest."""
    lines = list(lines)
    found = []
    for line in lines:
        if not line.gift_count:
            continue
        left = line.gifts_left
        terms = [part["gift"] for part in line.discount_parts or () if "gift" in part]
        for given in sorted(terms, key=lambda given: given["at"] - given["spent"]):
            pieces = min(given["pieces"], left)
            left -= pieces
            found.append(
                Gift(
                    line=line,
                    pieces=pieces,
                    at=Money(given["at"], line.currency),
                    slack=given["spent"] - given["at"],
                    of=frozenset(one.pk for one in lines if one.sku_id in given["of"]),
                )
            )
    return found


def kept_for(gifts: Iterable[Gift], gone: Mapping[int, int]) -> int:
    """
    What is kept (fen) for the gifts that are kept, of what has gone back by line.

    Of one gift the lesser of its worth and of what went back beyond its step. Of several the least that comes of
    paying the worth of some and, for the others, for as much as is beyond the step of any: with a fen more that goes
    back it never grows by more than a fen, which is what lets every refund bear its own part.
    """
    beyond = [(gift.beyond(gone), gift.worth.minor) for gift in gifts if gift.pieces]
    return min(
        bought_back + sum(worth for over, worth in beyond if over > bought_back)
        for bought_back in {0, *(over for over, _worth in beyond)}
    )


def gone_by_her_wish(order: Order) -> Counter[int]:
    """What has gone back of an order, by line (fen), that was not the shop's fault; what was kept for gifts counts."""
    rows = AfterSale.objects.filter(order=order, settled_at__isnull=False, fault=AfterSale.Fault.SHOPPER)
    sums = rows.order_by().values_list("line_id").annotate(sum=Sum(F("refund_goods") + F("gift_charge")))
    return Counter({line_id: int(goods) for line_id, goods in sums})


# What a case would do


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What a case would do to gifts, if it is not the shop's fault: those that would not have been given, and what would
    be kept of the refund if she keeps them, or sends them back (less than nothing: what was kept before comes back).
    """

    gifts: Sequence[Gift]
    goods: Money
    charge: Money
    charge_if_back: Money
    goes_back: bool = False

    @property
    def refund_if_kept(self) -> Money:
        return self.goods - self.charge

    @property
    def refund_if_back(self) -> Money:
        return self.goods - self.charge_if_back

    @property
    def worth(self) -> Money:
        return Money.total((gift.worth for gift in self.gifts), self.goods.currency)

    @property
    def shown(self) -> str:
        """What she has been told, to be compared with what is so when she asks."""
        return f"{self.refund_if_kept.minor}/{self.refund_if_back.minor}"


def outlook(*, order: Order, line: OrderLine, goods: Money, is_unshipped: bool) -> Outlook | None:
    """What so much for pieces of this line would do to the gifts of its order; ``None``: nothing."""
    lines = list(OrderLine.objects.filter(order=order).order_by("pk"))
    gifts = gifts_of(lines)
    if not any(gift.pieces for gift in gifts):
        return None
    gone = gone_by_her_wish(order)
    gone[line.pk] += goods.minor
    broken = [gift for gift in gifts if gift.pieces and gift.line.pk != line.pk and gift.beyond(gone)]
    if not broken:
        return None
    stand = [gift for gift in gifts if gift not in broken]
    before = sum(one.kept_for_gifts.minor for one in lines)
    return Outlook(
        gifts=broken,
        goods=goods,
        charge=Money(kept_for(gifts, gone) - before, line.currency),
        charge_if_back=Money(kept_for(stand, gone) - before, line.currency),
        goes_back=is_unshipped and all(gift.line.unsent >= gift.pieces for gift in broken),
    )


def look_of(order: Order, line: OrderLine, *, is_unshipped: bool, worth: Callable[[int], Money]):
    """For a form: what so many pieces of a line, or so much money for them, would do to the gifts of its order."""

    def look(pieces: int, amount: Money | None) -> Outlook | None:
        whole = worth(pieces)
        goods = whole if amount is None or is_unshipped else min(amount, whole)
        return outlook(order=order, line=line, goods=goods, is_unshipped=is_unshipped)

    return look


def credit_for(line: OrderLine, pieces: int) -> Money:
    """What was kept for so many pieces of a gift, and comes back with them."""
    nothing = Money(0, line.currency)
    lines = list(OrderLine.objects.filter(order=line.order_id).order_by("pk")) if line.gift_count else []
    before = sum(one.kept_for_gifts.minor for one in lines)
    if not before:
        return nothing
    gone = gone_by_her_wish(line.order)
    for one in lines:
        one.refunded_quantity += pieces if one.pk == line.pk else 0
    return Money(max(before - kept_for(gifts_of(lines), gone), 0), line.currency)


def outlook_of(case: AfterSale) -> Outlook | None:
    """The same of an open case; ``None`` also where no money is asked for, or where the shop would be at fault."""
    if case.kind not in (Kind.REFUND, Kind.RETURN) or case.settled_at or not case.is_open or case.is_blamed_on_shop:
        return None
    return outlook(order=case.order, line=case.line, goods=case.asked, is_unshipped=case.is_unshipped)


def choose(case: AfterSale, choice: str) -> None:
    """
    Note what becomes of the gifts that a case, which is in the database, would break: those that go back are more lines
    of it.

    :raises GiftUndecided: she has not said so, or what she said cannot be
    """
    found = outlook_of(case)
    if found is None or found.goes_back:
        return
    if choice not in ((BACK, KEEP) if case.kind == Kind.RETURN else (KEEP,)):
        raise GiftUndecided(_("Say what becomes of the gift."), field="gifts")
    if choice == BACK:
        _claim(case, found.gifts)


def _claim(case: AfterSale, gifts: Iterable[Gift]) -> list[CaseGift]:
    """These pieces go back with the case, unless another case is about them."""
    wanted: Counter[OrderLine] = Counter()
    for gift in gifts:
        wanted[gift.line] += gift.pieces
    rows = []
    for line, pieces in wanted.items():
        most = min(pieces, line.unsent) if case.is_unshipped else pieces
        if free := min(most, line.quantity - line.claimed_quantity):
            OrderLine.objects.filter(pk=line.pk).update(claimed_quantity=F("claimed_quantity") + free)
            rows.append(CaseGift.objects.create(shop_id=case.shop_id, case=case, line=line, quantity=free))
    return rows


def free_from(case: AfterSale) -> None:
    """The case asks for something else, or came to nothing: its gifts do not go back with it."""
    for row in case.gifts.order_by("line"):
        OrderLine.objects.filter(pk=row.line_id).update(claimed_quantity=F("claimed_quantity") - row.quantity)
        row.delete()


# What a case does


def settle(case: AfterSale, lines: Sequence[OrderLine], goods: Money) -> list[CaseGift]:
    """
    Divide what goes back for the goods of a locked case, whose fault is known: what of it is kept for gifts, and what
    of earlier refunds comes back because gifts did. ``lines`` are all of the order's; afterwards they know what came
    back.

    Returns the gifts that stay with the shop because they were never sent.
    """
    case.refund_goods, case.gift_charge = goods, Money(0, case.currency)
    case.gift_credit = Money(0, case.currency)
    if not any(line.gift_count for line in lines):
        return []
    of = {line.pk: line for line in lines}
    own = of[case.line_id]
    own.refunded_quantity += case.quantity  # as it will be
    gone = gone_by_her_wish(case.order)
    if case.fault == AfterSale.Fault.SHOPPER:
        gone[case.line_id] += goods.minor
    if case.is_unshipped:
        _leave_behind(case, lines, gone)
    unsent = []
    for row in case.gifts.select_related("line").order_by("line"):
        back, line = _came_back(case, row), of[row.line_id]
        was_sent = is_sent(row)
        OrderLine.objects.filter(pk=line.pk).update(
            claimed_quantity=F("claimed_quantity") - (row.quantity - back),
            refunded_quantity=F("refunded_quantity") + back,
            gifts_back=F("gifts_back") + back,
            dropped_quantity=F("dropped_quantity") + (0 if was_sent else back),
        )
        line.refunded_quantity += back
        line.gifts_back += back
        if not was_sent:
            line.dropped_quantity += back
            unsent.append(row)
    change = kept_for(gifts_of(lines), gone) - sum(line.kept_for_gifts.minor for line in lines)
    own.refunded_quantity -= case.quantity
    if change > 0:
        case.gift_charge = Money(change, case.currency)
        case.refund_goods = goods - case.gift_charge
    elif change < 0:
        _credit(case, lines, -change)
    return unsent


def is_sent(row: CaseGift) -> bool:
    """Whether a gift of a case is with the shopper, so that it can come back; one that waits to be sent stays."""
    return row.case.order.is_picked_up or row.line.unsent < row.quantity


def _leave_behind(case: AfterSale, lines: Sequence[OrderLine], gone: Mapping[int, int]) -> None:
    """Nothing was sent: gifts whose step is broken stay with the shop, and all do when nothing else is left."""
    is_empty = not any(line.bought_left for line in lines)
    _claim(
        case,
        [
            gift
            for gift in gifts_of(lines)
            if gift.pieces and gift.line.pk != case.line_id and (is_empty or gift.beyond(gone))
        ],
    )


def _came_back(case: AfterSale, row: CaseGift) -> int:
    """How many pieces: what was counted, and all where nobody has, or where nothing was sent."""
    return row.sellable_count + row.damaged_count if case.inspected_at and is_sent(row) else row.quantity


def _credit(case: AfterSale, lines: Sequence[OrderLine], amount: int) -> None:
    case.gift_credit = Money(amount, case.currency)
    for line in lines:
        if part := min(line.kept_for_gifts.minor, amount):
            back = Money(part, case.currency)
            CreditedLine.objects.create(
                shop_id=case.shop_id, case=case, line=line, currency=case.currency, amount=back
            )  # fmt: skip
            OrderLine.objects.filter(pk=line.pk).update(
                kept_for_gifts=F("kept_for_gifts") - part, refunded=F("refunded") + part
            )
            line.kept_for_gifts -= back
            line.refunded += back
            amount -= part


def credits_of(order: Order, *, after_completion: bool | None = None) -> Counter[int]:
    """What cases of an order have returned of what earlier refunds had kept for gifts, by line (fen)."""
    rows = CreditedLine.objects.filter(case__order=order)
    if after_completion is not None:
        rows = rows.filter(case__is_after_completion=after_completion)
    found: Counter[int] = Counter()
    for line_id, amount in rows.values_list("line_id", "amount"):
        found[line_id] += amount
    return found
