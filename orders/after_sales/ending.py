"""How a shopper ends a case by herself."""

from datetime import datetime

from django.db import transaction

from orders.after_sales import table
from orders.after_sales.cases import Did, Side, Status, end, lock_case
from orders.models import AfterSale


@transaction.atomic
def withdraw(*, case: AfterSale, by, now: datetime) -> AfterSale:
    """
    The shopper lets it be.

    :raises WrongStatus: too late: the goods are on their way, or it is decided
    """
    case = lock_case(case)
    table.check("withdraw", case, Side.SHOPPER)
    end(case, Status.CLOSED, Did.CLOSED, side=Side.SHOPPER, by=by, now=now)
    return case


@transaction.atomic
def be_content(*, case: AfterSale, by, now: datetime) -> AfterSale:
    """
    The shop's answer to a complaint satisfies her.

    :raises WrongStatus: there is no answer
    """
    case = lock_case(case)
    table.check("be_content", case, Side.SHOPPER)
    end(case, Status.DONE, Did.SOLVED, side=Side.SHOPPER, by=by, now=now)
    return case
