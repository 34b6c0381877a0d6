"""What a shop answers: yes, no, or words to a complaint. What nobody answers in time is agreed to."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import stock
from catalog.stock import OutOfStock, default_warehouse
from orders.after_sales import table
from orders.after_sales.cases import Did, Kind, Side, Status, WordsMissing, lock_case, move
from orders.after_sales.settling import settle
from orders.models import AfterSale


@transaction.atomic
def agree(*, case: AfterSale, text: str = "", by, now: datetime) -> AfterSale:
    """
    The shop agrees, also after it has refused: money goes back, or the goods do first. What goods are exchanged for is
    reserved now.

    :raises WrongStatus: there is nothing to agree to
    :raises OutOfStock: the replacement is not there
    """
    case = lock_case(case)
    table.check("agree", case, Side.SHOP)
    _go_on(case, side=Side.SHOP, by=by, now=now, text=text)
    return case


def agree_for_silence(case: AfterSale, *, now: datetime) -> None:
    """The shop has not answered the locked case in time; who wants an exchange of what is sold out gets her money."""
    try:
        with transaction.atomic():
            _go_on(case, side=Side.CLOCK, by=None, now=now, text="")
    except OutOfStock:
        case.refresh_from_db(fields=["status", "kind", "due_at"])
        case.kind, case.replacement = Kind.RETURN, None
        _go_on(case, side=Side.CLOCK, by=None, now=now, text="")


@transaction.atomic
def refuse(*, case: AfterSale, text: str, by, now: datetime) -> AfterSale:
    """
    The shop does not agree and says why; the shopper may ask again, or ask the mall.

    :raises WrongStatus: there is nothing to refuse
    :raises WordsMissing: no reason is given
    """
    if not text.strip():
        raise WordsMissing(_("Say why."))
    case = lock_case(case)
    table.check("refuse", case, Side.SHOP)
    move(case, Status.REFUSED, Did.REFUSED, side=Side.SHOP, by=by, now=now, text=text)
    return case


@transaction.atomic
def answer(*, case: AfterSale, text: str, by, now: datetime) -> AfterSale:
    """
    The shop answers a complaint.

    :raises WrongStatus: it is no complaint that waits for an answer
    :raises WordsMissing: nothing is said
    """
    if not text.strip():
        raise WordsMissing(_("Write an answer."))
    case = lock_case(case)
    table.check("answer", case, Side.SHOP)
    move(case, Status.ANSWERED, Did.ANSWERED, side=Side.SHOP, by=by, now=now, text=text)
    return case


def _go_on(case: AfterSale, *, side: str, by, now: datetime, text: str) -> None:
    how = {"side": side, "by": by, "now": now}
    if case.kind == Kind.REFUND:
        settle(case, Did.AGREED, text=text, **how)
        return
    if case.kind == Kind.EXCHANGE and case.came_back_at is None:
        stock.reserve(document=case.public_id, quantities={case.replacement_id: case.quantity}, now=now)
    if case.came_back_at is None:
        words = "\n".join(filter(None, [text.strip(), _return_address(case)]))
        move(case, Status.AWAITING_RETURN, Did.AGREED, text=words, **how)
    elif case.kind == Kind.RETURN:  # refused when it had come back, and agreed to after all
        settle(case, Did.AGREED, text=text, **how)
    else:
        move(case, Status.RESENDING, Did.AGREED, text=text, **how)


def _return_address(case: AfterSale) -> str:
    """Where the goods go: the shop's default warehouse, if it has told where that is."""
    return default_warehouse(case.order.shop).address
