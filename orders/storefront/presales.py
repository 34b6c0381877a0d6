"""What pages show of an order with a deposit: its three steps, with where it stands."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mall.money import Money
from mall.templatetags.mall import plain_moment
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pre-sale: ``state`` is done, now, or empty."""

    label: str
    amount: Money | None
    note: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Presale:
    """For ``components/_presale.html``: ``worth`` if the deposit counts for more, ``until`` while the rest is open."""

    steps: list[Step]
    worth: Money | None
    until: datetime | None


def is_before_balance(order: Order, now: datetime) -> bool:
    return order.status == Order.Status.DEPOSIT_PAID and now < order.balance_from


def is_balance_open(order: Order, now: datetime) -> bool:
    return order.status == Order.Status.DEPOSIT_PAID and order.balance_from <= now <= order.balance_until


def presale_of(order: Order, *, now: datetime) -> Presale:
    """The three steps of an order with a deposit."""
    return Presale(
        steps=[_deposit(order), _rest(order), _shipping(order)],
        worth=order.deposit_worth if order.deposit_worth > order.deposit else None,
        until=order.balance_until if is_balance_open(order, now) else None,
    )


def _deposit(order: Order) -> Step:
    if order.deposit_kept_at:
        note = _("The shop keeps it.")
    elif order.deposit_paid_at:
        note = _("Paid %(at)s") % {"at": plain_moment(order.deposit_paid_at)}
    else:
        note = _("To be paid now")
    return Step(
        pgettext("pre-sale", "Deposit"), order.deposit, note, "done" if order.deposit_paid_at else _now(order, "unpaid")
    )


def _rest(order: Order) -> Step:
    window = {"since": plain_moment(order.balance_from), "until": plain_moment(order.balance_until)}
    note = _("From %(since)s until %(until)s") % window
    if order.paid_at:
        note = _("Paid %(at)s") % {"at": plain_moment(order.paid_at)}
    return Step(_("The rest"), order.balance, note, "done" if order.paid_at else _now(order, "deposit_paid"))


def _shipping(order: Order) -> Step:
    if order.shipped_at:
        return Step(_("Shipped"), None, plain_moment(order.shipped_at), "done")
    return Step(_("Ships"), None, _("From %(day)s") % {"day": date_format(order.promised_on)}, _now(order, "paid"))


def _now(order: Order, status: str) -> str:
    return "now" if order.status == status else ""
