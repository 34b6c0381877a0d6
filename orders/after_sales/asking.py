"""What a shopper asks: a case about some pieces of a line, a complaint about an order, and another try."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from catalog import kinds
from catalog.models import Sku
from mall.events.bus import publish
from mall.events.orders import AfterSaleOpened
from mall.flow import WrongStatus
from mall.money import Money
from mall.refusals import Refusal
from orders import gift_cards, tunables
from orders.after_sales import evidence, gifts, table
from orders.after_sales.amounts import left_of, worth_of
from orders.after_sales.cases import Did, Kind, Side, Status, WordsMissing, due_at, lock_case, move, note, pause
from orders.locks import lock_order
from orders.models import AfterSale, Order, OrderLine

MOST_OPEN_COMPLAINTS = 3
PAID_FOR = [
    Order.Status.PAID, Order.Status.BOOKED, Order.Status.SHIPPED, Order.Status.DELIVERED, Order.Status.COMPLETED,
]  # fmt: skip


class NotOffered(Refusal):
    """What is asked cannot be asked about this order now."""

    code = "after-sale-not-offered"


class TooMany(Refusal):
    """More pieces than were bought and not claimed yet."""

    code = "after-sale-too-many"


class TooMuch(Refusal):
    """More money than was paid for these pieces."""

    code = "after-sale-too-much"


def kinds_for(order: Order, now: datetime, line: OrderLine | None = None) -> list[Kind]:
    """
    What may be asked about the goods of an order now. What came in no parcel can be paid back, and nothing else; before
    it was handed over the order is canceled. Of gift cards those that nobody has bound. What was picked up is neither
    exchanged nor repaired here: there is no address to send it to.

    :param line: of an order that was sent in part: about this line, of which the pieces not sent come first
    """
    if order.awaits_deal:
        return []  # she cancels it
    if order.status == Order.Status.PAID:
        has_left = order.is_partly_shipped and line is not None and not unsent_of(line)
        return [Kind.REFUND, Kind.RETURN] if has_left else [Kind.REFUND]
    if order.status == Order.Status.SHIPPED:
        return [Kind.REFUND, Kind.RETURN]
    if order.status not in (Order.Status.DELIVERED, Order.Status.COMPLETED):
        return []
    since = now - order.delivered_at
    if not kinds.is_sent(order.kind):
        return [Kind.REFUND] if since <= timedelta(days=tunables.ASK_DAYS.value) else []
    in_time = since <= timedelta(days=tunables.ASK_DAYS.value)
    if order.is_picked_up:
        return [Kind.REFUND, Kind.RETURN] if in_time else []
    found = [Kind.REFUND, Kind.RETURN, Kind.EXCHANGE] if in_time else []
    return [*found, Kind.REPAIR] if since <= timedelta(days=tunables.REPAIR_DAYS.value) else found


def unsent_of(line: OrderLine) -> int:
    """How many pieces of a line were not sent, and are asked back by no open case."""
    asked = AfterSale.objects.filter(line=line, is_unshipped=True, settled_at=None).exclude(status__in=AfterSale.ENDED)
    return line.unsent - (asked.aggregate(pieces=Sum("quantity"))["pieces"] or 0)


def askable_of(order: Order, line: OrderLine) -> int:
    """
    About how many pieces of a line one case may be: what nobody has claimed; of an order that was sent in part what was
    not sent yet, and of a line that is on its way whole, all of it.
    """
    if order.is_partly_shipped and (unsent := unsent_of(line)):
        return min(unsent, left_of(line))
    return left_of(line)


def replacements_for(line: OrderLine) -> list[Sku]:
    """What these goods may be exchanged for: the same, or another kind of the product at the same price."""
    same = Sku.objects.filter(pk=line.sku_id)
    others = Sku.objects.filter(
        product__public_id=line.product_public_id, is_active=True, price=line.unit_price.minor, currency=line.currency
    )
    return list((same | others).order_by("pk").select_related("product"))


@transaction.atomic
def ask(
    *, line: OrderLine, kind: str, reason: str, quantity: int, text: str, amount: Money | None = None,
    replacement: Sku | None = None, choice: str = "", files: Iterable = (), by, now: datetime,
) -> AfterSale:  # fmt: skip
    """
    Open a case about so many pieces of a line. Of what was not sent yet all of the money is asked for.

    :param amount: what is asked back, all that was paid for them when left out
    :param choice: what becomes of gifts that would not have been given without these goods: ``back`` or ``keep``
    :raises GiftUndecided: there are such gifts, and nothing was said of them
    :raises NotOffered: not now, or not any more
    :raises TooMany: other cases have claimed the pieces
    :raises TooMuch: more than was paid for them
    :raises CardNotWhole: of gift cards, fewer are left that nobody has bound
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Say what happened."))
    order = lock_order(line.order_id)
    line = OrderLine.objects.select_related("sku").get(pk=line.pk)
    if kind not in kinds_for(order, now, line) or reason not in AfterSale.ASKED_FOR:
        raise NotOffered(_("This cannot be asked for now."))
    if not 0 < quantity <= (left := askable_of(order, line)):
        raise TooMany(_("At most %(left)d pieces can be chosen.") % {"left": left})
    case = AfterSale(
        shop_id=order.shop_id,
        order=order,
        line=line,
        shopper_id=order.shopper_id,
        kind=kind,
        reason=reason,
        quantity=quantity,
        currency=line.currency,
        worth=worth_of(line, quantity),
        is_unshipped=order.status == Order.Status.PAID and bool(unsent_of(line)),
        is_after_completion=order.status == Order.Status.COMPLETED,
        opened_at=now,
    )
    _set_wish(case, amount=amount, replacement=replacement)
    OrderLine.objects.filter(pk=line.pk).update(
        claimed_quantity=F("claimed_quantity") + quantity, claimed=F("claimed") + case.worth.minor
    )
    _open(case, text, files, by, now)
    gifts.choose(case, choice)
    if order.is_of_cards:
        gift_cards.hold_for(case)
    pause(order, now)
    return case


@transaction.atomic
def complain(
    *, order: Order, text: str, reason: str = AfterSale.Reason.SERVICE, files: Iterable = (), by, now: datetime
) -> AfterSale:
    """
    Complain about an order: the shop answers, and if that does not help, the mall. No money moves.

    :raises NotOffered: it was never paid, or there are three open complaints about it
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Say what happened."))
    order = lock_order(order.pk)
    open_ones = AfterSale.objects.filter(order=order, kind=Kind.COMPLAINT).exclude(status__in=AfterSale.ENDED).count()
    if (
        (not order.received and order.paid_at is None)
        or open_ones >= MOST_OPEN_COMPLAINTS
        or reason not in AfterSale.ASKED_FOR
    ):
        raise NotOffered(_("This cannot be asked for now."))
    case = AfterSale(
        shop_id=order.shop_id,
        order=order,
        shopper_id=order.shopper_id,
        kind=Kind.COMPLAINT,
        reason=reason,
        currency=order.currency,
        opened_at=now,
    )
    _open(case, text, files, by, now)
    return case


@transaction.atomic
def revise(
    *, case: AfterSale, kind: str, reason: str, text: str, amount: Money | None = None,
    replacement: Sku | None = None, choice: str = "", files: Iterable = (), by, now: datetime,
) -> AfterSale:  # fmt: skip
    """
    Ask again, for something else or less, after the shop has refused; at most three times.

    :raises WrongStatus: it was not refused, was revised three times, or the goods are with the shop
    :raises NotOffered, TooMuch, WordsMissing, GiftUndecided: as for ``ask``
    """
    if not text.strip():
        raise WordsMissing(_("Say what happened."))
    case = lock_case(case)
    table.check("revise", case, Side.SHOPPER)
    allowed = [Kind.REFUND] if case.is_unshipped else kinds_for(case.order, now, case.line) or [case.kind]
    if kind not in {*allowed, case.kind} or reason not in AfterSale.ASKED_FOR:
        raise NotOffered(_("This cannot be asked for now."))
    case.kind, case.reason = kind, reason
    case.revision_count += 1
    _set_wish(case, amount=amount, replacement=replacement)
    gifts.free_from(case)
    gifts.choose(case, choice)
    move(
        case, Status.ASKED, Did.REVISED, side=Side.SHOPPER, by=by, now=now, text=text, files=evidence.keep(files)
    )  # fmt: skip
    return case


def _set_wish(case: AfterSale, *, amount: Money | None, replacement: Sku | None) -> None:
    case.replacement = None
    case.asked = case.worth
    if case.kind in (Kind.REFUND, Kind.RETURN) and not case.is_unshipped and amount is not None:
        if amount.minor <= 0 or amount > case.worth:
            raise TooMuch(
                _("Between %(least)s and %(worth)s can be asked for.")
                % {"least": Money(1, case.currency), "worth": case.worth}
            )
        if case.order.is_of_cards and amount != case.worth:
            raise TooMuch(_("A gift card is given back whole: %(worth)s.") % {"worth": case.worth})
        case.asked = amount
    if case.kind == Kind.EXCHANGE:
        case.replacement = replacement or case.line.sku
        if case.replacement not in replacements_for(case.line):
            raise NotOffered(_("These goods cannot be exchanged for that."))


def _open(case: AfterSale, text: str, files: Iterable, by, now: datetime) -> None:
    if case.order.status not in PAID_FOR and not case.is_complaint:
        raise WrongStatus(_("This cannot be asked for now."))
    case.due_at = due_at(case, case.status, now)
    kept = evidence.keep(files)
    case.save()
    note(case, Did.OPENED, side=Side.SHOPPER, by=by, now=now, text=text, files=kept)
    publish(
        AfterSaleOpened(
            case_id=case.public_id,
            order_id=case.order.public_id,
            shop_id=case.order.shop.public_id,
            shopper_id=case.shopper_id,
            kind=case.kind,
            reason=case.reason,
            product_id=case.line.product_public_id if case.line_id else "",
            quantity=case.quantity,
            asked=case.asked.minor if case.kind in (Kind.REFUND, Kind.RETURN) else 0,
            currency=case.currency,
            opened_at=now,
        )
    )
