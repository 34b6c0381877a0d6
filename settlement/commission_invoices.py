"""
The mall's invoice to a shop for its commission and fees (S5): one for each accepted month.

What it is over stands frozen on the statement and is never typed; staff hand over the number under which it was issued
and the PDF. It is written once: what is wrong with a statement later stands on the next one, and so on its invoice.
"""

from datetime import datetime

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.settlement import CommissionInvoiceIssued
from mall.refusals import Refusal
from mall.sealed_files import document_storage
from merchants.document_files import NotADocument, Paper, examine
from merchants.models import Shop
from orders.invoices import InvoiceNumberTaken, NothingToInvoice, checked_number
from settlement.models import CommissionInvoice, Statement

FOLDER = "commission-invoices"


class StatementNotFinal(Refusal):
    """It is of a day, or the shop has not accepted it: its figures may not be invoiced."""

    code = "statement-not-final"


class CommissionInvoiced(Refusal):
    """This month was invoiced already."""

    code = "commission-invoiced"


def invoice_of(statement: Statement, shop: Shop) -> CommissionInvoice | None:
    return CommissionInvoice.objects.owned_by(shop).filter(statement=statement).first()


def checked_new_number(text: str) -> str:
    """
    The number of an invoice without blanks, which no other commission invoice has.

    :raises WrongInvoice: it has neither 8 nor 20 digits
    :raises InvoiceNumberTaken: another one has it
    """
    number = checked_number(text)
    if CommissionInvoice.objects.filter(number=number).exists():
        raise _taken()
    return number


def checked_file(file: File) -> Paper:
    """:raises NotADocument: it is no plain PDF"""
    paper = examine(file)
    if paper.content_type != "application/pdf":
        raise NotADocument(_("Choose the PDF of the invoice."))
    return paper


@transaction.atomic
def issue_commission_invoice(*, statement: Statement, number: str, file: File, by, now: datetime) -> CommissionInvoice:
    """
    The mall has issued its invoice for the commission and fees of a month that the shop has accepted.

    :raises CommissionInvoiced: it was issued already
    :raises StatementNotFinal: the statement is of a day, or not accepted
    :raises NothingToInvoice: as much commission went back as came in
    :raises WrongInvoice: its number has neither 8 nor 20 digits
    :raises InvoiceNumberTaken: another commission invoice has this number
    :raises NotADocument: the file is no plain PDF
    """
    statement = Statement.objects.select_for_update(of=["self"]).select_related("shop").get(pk=statement.pk)
    if statement.invoice_issued_at is not None:
        raise CommissionInvoiced(_("The invoice of this month is issued already."))
    if statement.kind != Statement.Kind.MONTHLY:
        raise StatementNotFinal(_("Months are invoiced: choose a statement of a month."))
    if statement.status != Statement.Status.ACCEPTED:
        raise StatementNotFinal(_("It is invoiced when the shop has accepted it, or its time to do so is over."))
    if not statement.is_to_invoice:
        raise NothingToInvoice(_("There is nothing to invoice: the month brought no commission and no fees."))
    number, kept = checked_new_number(number), checked_file(file).as_file()
    name = document_storage().save(f"{FOLDER}/{kept.name}", kept)
    net, tax = statement.invoice_parts
    try:
        with transaction.atomic():
            invoice = CommissionInvoice.objects.create(
                shop=statement.shop,
                statement=statement,
                number=number,
                currency=statement.currency,
                net=net,
                tax=tax,
                gross=statement.invoiced,
                tax_bps=statement.tax_bps,
                file=name,
                issued_at=now,
                by=by,
            )
    except IntegrityError:  # somebody issued another one under this number at this very moment
        document_storage().delete(name)
        raise _taken() from None
    statement.invoice_issued_at = now
    statement.save(update_fields=["invoice_issued_at"])
    record(
        "settlement.issue_commission_invoice",
        statement.public_id,
        by=by,
        now=now,
        shop_slug=statement.shop.slug,
        after={"number": number, "net": net.minor, "tax": tax.minor},
    )
    publish(
        CommissionInvoiceIssued(
            shop_id=statement.shop.public_id,
            statement_id=statement.public_id,
            number=number,
            amount=invoice.gross.minor,
            currency=invoice.currency,
            issued_at=now,
        )
    )
    return invoice


def _taken() -> InvoiceNumberTaken:
    return InvoiceNumberTaken(_("Another commission invoice has this number."))
