"""
Invoices (O2, O9): asked for at the checkout or later, issued by the shop, corrected when money goes back.

An invoice is for what was paid in cash for goods and delivery and has not gone back. What gift cards paid was invoiced
when the cards were sold; duty is customs', not the shop's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mall.accounts.models import User
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.orders import InvoiceAnswered, InvoiceCorrectionDue
from mall.money import Money
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.sealed_files import document_storage
from merchants import credit_code
from merchants.document_files import NotADocument, examine
from orders.locks import lock_order
from orders.models import Invoice, InvoiceKind, InvoicePaper, InvoiceProfile, Order

Status = Invoice.Status
FOLDER = "invoices"
LONGEST_TITLE = 100
_NUMBER = re.compile(r"[0-9]{8}|[0-9]{20}", re.ASCII)  # on paper of before, and of today's digital invoices


class WrongInvoice(Refusal):
    """Title, tax number, address or the number of the invoice cannot be so; ``details["field"]`` says which."""

    code = "wrong-invoice"
    status = 422


class InvoiceStands(Refusal):
    """It was issued: what stands on it cannot be changed here any more."""

    code = "invoice-stands"


class NothingToInvoice(Refusal):
    """Nothing was paid in cash, or all of it has gone back."""

    code = "nothing-to-invoice"


class InvoiceNumberTaken(Refusal):
    """Whoever issues it, a shop or the mall, has issued another invoice of this number."""

    code = "invoice-number-taken"


@dataclass(frozen=True, slots=True)
class InvoiceWanted:
    """To whom an invoice is to be made out; a person has no tax number."""

    kind: str
    title: str
    email: str
    tax_number: str = ""

    def checked(self) -> "InvoiceWanted":
        """
        As it is kept.

        :raises WrongInvoice: something is missing, or the tax number's check character does not belong to it
        """
        title, number = " ".join(self.title.split()), credit_code.normal(self.tax_number)
        if self.kind not in InvoiceKind.values:
            raise WrongInvoice(_("Choose who the invoice is for."), field="kind")
        if not title or len(title) > LONGEST_TITLE:
            raise WrongInvoice(_("Say to whom it is made out, in at most 100 characters."), field="title")
        if self.kind == InvoiceKind.PERSONAL:
            number = ""
        elif not credit_code.is_valid(number):
            raise WrongInvoice(
                _("This is no tax number: compare the 18 characters with the licence."), field="tax_number"
            )
        try:
            validate_email(self.email.strip())
        except ValidationError:
            raise WrongInvoice(_("Enter an e-mail address, such as name@example.com."), field="email") from None
        return InvoiceWanted(self.kind, title, self.email.strip(), number)


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """What of an invoice falls to some pieces of a line, or to delivery (no line)."""

    line: object | None
    quantity: int
    amount: Money


def cash_of(order: Order) -> Money:
    """What was paid in cash for goods and delivery of an order, and has not gone back: refunds take cash first."""
    nothing = Money(0, order.currency)
    if order.status == Order.Status.CANCELED:
        return nothing
    duty_back = Money.total([line.refunded_duty for line in order.lines.all()], order.currency)
    left = order.in_cash - order.duty - (order.refunded - duty_back)
    return left if left.minor > 0 else nothing


def invoiced_lines(order: Order) -> list[InvoicedLine]:
    """How :func:`cash_of` falls to the lines and to delivery, by what is left of each; it adds up to the fen."""
    lines = list(order.lines.all())
    parts = [line.total - line.refunded for line in lines] + [order.shipping_fee - order.refunded_shipping]
    weights = [max(part.minor, 0) for part in parts]
    if not any(weights):
        return []
    amounts = cash_of(order).allocate(weights)
    rows = [
        InvoicedLine(line, line.quantity - line.refunded_quantity, amount)
        for line, amount in zip(lines, amounts, strict=False)
    ]
    rows.append(InvoicedLine(None, 1, amounts[-1]))
    return [row for row in rows if row.amount]


def issued_amount(invoice: Invoice) -> Money:
    """What the shop has issued, less what red-letter invoices took back."""
    papers = list(invoice.papers.all())
    signed = [-paper.amount.minor if paper.is_red else paper.amount.minor for paper in papers]
    return Money(sum(signed), invoice.order.currency)


def ask_with_orders(orders: Iterable[Order], wanted: InvoiceWanted, *, now: datetime) -> None:
    """For each of these orders, just placed, of which something is paid in cash; kept for the next time."""
    wanted, orders = wanted.checked(), list(orders)
    rows = [_row(order, wanted, now) for order in orders if (order.in_cash - order.duty).minor > 0]
    insert_rows(rows)
    if rows:
        _keep(orders[0].shopper, wanted, now)


def _row(order: Order, wanted: InvoiceWanted, now: datetime) -> Invoice:
    return Invoice(shop_id=order.shop_id, order=order, asked_at=now, **_said(wanted))


def _said(wanted: InvoiceWanted) -> dict[str, str]:
    return {
        "kind": wanted.kind, "title": wanted.title, "tax_number": wanted.tax_number, "email": wanted.email,
    }  # fmt: skip


def _keep(shopper: User, wanted: InvoiceWanted, now: datetime) -> None:
    InvoiceProfile.objects.update_or_create(shopper=shopper, defaults={**_said(wanted), "said_at": now})


def profile_of(shopper: User) -> InvoiceProfile | None:
    return InvoiceProfile.objects.filter(shopper=shopper).first()


def can_ask(order: Order) -> bool:
    """Whether there is (or will be) something to invoice."""
    return order.deposit_kept_at is None and cash_of(order).minor > 0


@transaction.atomic
def ask_invoice(*, order: Order, wanted: InvoiceWanted, by, now: datetime) -> Invoice:
    """
    The shopper wants an invoice of an order, or another title on it while it is not issued.

    :raises WrongInvoice: what she says cannot be so
    :raises NothingToInvoice: nothing was paid in cash, or it has gone back
    :raises InvoiceStands: it is issued
    """
    wanted = wanted.checked()
    order = lock_order(order.pk)
    if not can_ask(order):
        raise NothingToInvoice(_("Nothing was paid in cash that has not gone back."))
    invoice = Invoice.objects.select_for_update(no_key=True).filter(order=order).first()
    if invoice is None:
        invoice = _row(order, wanted, now)
    else:
        if not invoice.is_open_to_changes:
            raise InvoiceStands(_("The invoice is issued: ask the shop if something on it is wrong."))
        if invoice.status != Status.ASKED:
            Invoice.FLOW.move(invoice, Status.ASKED)
        for name, value in _said(wanted).items():
            setattr(invoice, name, value)
        invoice.asked_at, invoice.answered_at, invoice.reason = now, None, ""
    invoice.save()
    invoice.refresh_from_db()
    invoice.order = order
    _keep(order.shopper, wanted, now)
    record("orders.ask_invoice", order.public_id, by=by, now=now, shop_slug=order.shop.slug, after=_told(invoice))
    return invoice


@transaction.atomic
def withdraw_invoice(*, order: Order, by, now: datetime) -> None:
    """
    The shopper wants none after all.

    :raises InvoiceStands: it is issued, or was never asked for
    """
    order = lock_order(order.pk)
    invoice = Invoice.objects.select_for_update(no_key=True).filter(order=order, status=Status.ASKED).first()
    if invoice is None:
        raise InvoiceStands(_("There is nothing to withdraw."))
    _withdraw(invoice)
    record("orders.withdraw_invoice", order.public_id, by=by, now=now, shop_slug=order.shop.slug, after=_told(invoice))


def _withdraw(invoice: Invoice) -> None:
    Invoice.FLOW.move(invoice, Status.WITHDRAWN)
    invoice.save(update_fields=["status"])


@transaction.atomic
def issue_invoice(*, invoice: Invoice, number: str, file: File, by, now: datetime) -> InvoicePaper:
    """
    The shop hands over the invoice that was asked for, for all that was paid in cash and has not gone back.

    :raises WrongStatus: it is not asked for (any more)
    :raises NothingToInvoice: the order is not paid, or nothing is left
    :raises WrongInvoice: its number has neither 8 nor 20 digits
    :raises InvoiceNumberTaken: another one of the shop has this number
    :raises NotADocument: the file is no plain PDF
    """
    order, invoice = _locked(invoice)
    Invoice.FLOW.move(invoice, Status.ISSUED)
    amount = cash_of(order)
    if order.paid_at is None or not amount:
        raise NothingToInvoice(_("Nothing is paid, or nothing is left to invoice."))
    return _issued(invoice, amount, number, file, by, now, is_red=False)


@transaction.atomic
def correct_invoice(*, invoice: Invoice, number: str, file: File, by, now: datetime) -> InvoicePaper:
    """
    Money went back after the invoice: a red-letter one takes back as much.

    :raises WrongStatus: no correction is due
    :raises WrongInvoice: its number has neither 8 nor 20 digits
    :raises InvoiceNumberTaken: another one of the shop has this number
    :raises NotADocument: the file is no plain PDF
    """
    order, invoice = _locked(invoice)
    left = cash_of(order)
    Invoice.FLOW.move(invoice, Status.ISSUED if left else Status.REVERSED)
    return _issued(invoice, issued_amount(invoice) - left, number, file, by, now, is_red=True)


def _locked(invoice: Invoice) -> tuple[Order, Invoice]:
    order = lock_order(invoice.order_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    invoice.order = order
    return order, invoice


def checked_number(text: str) -> str:
    """
    The number of an invoice without blanks.

    :raises WrongInvoice: it has neither 8 nor 20 digits
    """
    number = re.sub(r"\s", "", text)
    if not _NUMBER.fullmatch(number):
        raise WrongInvoice(_("The number of an invoice has 20 digits, or 8."), field="number")
    return number


def _issued(
    invoice: Invoice, amount: Money, number: str, file: File, by, now: datetime, *, is_red: bool
) -> InvoicePaper:
    number = checked_number(number)
    if InvoicePaper.objects.filter(shop=invoice.shop_id, number=number).exists():
        raise _taken()
    paper = examine(file)
    if paper.content_type != "application/pdf":
        raise NotADocument(_("Choose the PDF of the invoice."))
    kept = paper.as_file()
    name = document_storage().save(f"{FOLDER}/{kept.name}", kept)
    try:
        with transaction.atomic():
            row = InvoicePaper.objects.create(
                shop_id=invoice.shop_id,
                invoice=invoice,
                number=number,
                is_red=is_red,
                currency=amount.currency,
                amount=amount,
                file=name,
                issued_at=now,
                by=by,
            )
    except IntegrityError:  # a colleague issued another one under this number at this very moment
        document_storage().delete(name)
        raise _taken() from None
    invoice.answered_at, invoice.due_at, invoice.reason = now, None, ""
    invoice.save(update_fields=["status", "answered_at", "due_at", "reason"])
    _answered(invoice, by, now, number=number, amount=amount.minor, is_red=is_red)
    return row


def _taken() -> InvoiceNumberTaken:
    return InvoiceNumberTaken(_("You have issued another invoice of this number."))


@transaction.atomic
def refuse_invoice(*, invoice: Invoice, reason: str, by, now: datetime) -> Invoice:
    """
    The shop cannot make it out as asked, and says why; the shopper may ask again.

    :raises WrongStatus: it is not asked for (any more)
    :raises WrongInvoice: without a reason
    """
    _order, invoice = _locked(invoice)
    Invoice.FLOW.move(invoice, Status.REFUSED)
    if not reason.strip():
        raise WrongInvoice(_("Say why, so that the shopper can mend it."), field="reason")
    invoice.answered_at, invoice.reason = now, reason.strip()[:200]
    invoice.save(update_fields=["status", "answered_at", "reason"])
    _answered(invoice, by, now)
    return invoice


def _answered(invoice: Invoice, by, now: datetime, **facts) -> None:
    order = invoice.order
    record(
        "orders.answer_invoice",
        order.public_id,
        by=by,
        now=now,
        shop_slug=order.shop.slug,
        after=_told(invoice) | facts,
    )
    publish(
        InvoiceAnswered(
            invoice_id=invoice.public_id,
            order_id=order.public_id,
            shop_id=order.shop.public_id,
            is_issued=invoice.status != Status.REFUSED,
            answered_at=now,
        )
    )


def _told(invoice: Invoice) -> dict[str, str]:
    return {"invoice": invoice.public_id, "status": str(invoice.status)}


@transaction.atomic
def follow_money(*, order_id: str, now: datetime) -> None:
    """
    Money of this order (a public id) went back: what was asked for and is worth nothing any more is withdrawn, what
    was issued for more than is left wants a correction. Harmless when heard twice.
    """
    order = lock_order(Order.objects.values_list("pk", flat=True).get(public_id=order_id))
    invoice = Invoice.objects.select_for_update(no_key=True).filter(order=order).first()
    if invoice is None:
        return
    invoice.order, left = order, cash_of(order)
    if invoice.status == Status.ASKED and not left:
        _withdraw(invoice)
    elif invoice.status == Status.ISSUED and issued_amount(invoice).minor > left.minor:
        Invoice.FLOW.move(invoice, Status.CORRECTION_DUE)
        invoice.due_at = now
        invoice.save(update_fields=["status", "due_at"])
        publish(
            InvoiceCorrectionDue(
                invoice_id=invoice.public_id, order_id=order_id, shop_id=order.shop.public_id, due_at=now
            )
        )


def forget_titles(rows: QuerySet, now: datetime) -> None:
    """
    Their shopper wants to be forgotten: who a private invoice was made out to, and every address, is emptied; a
    company is no person. What was issued is a voucher of the shop's books and stays, sealed.
    """
    rows.update(email="")
    rows.filter(kind=InvoiceKind.PERSONAL).update(title="")
