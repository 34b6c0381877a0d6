"""Invoices as shoppers meet them: asked for at the checkout, or on a page of the order, and downloaded there."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import sealed
from mall import clock
from mall.accounts.models import User
from mall.refusals import Refusal
from orders.invoices import (
    LONGEST_TITLE,
    InvoiceWanted,
    WrongInvoice,
    ask_invoice,
    can_ask,
    cash_of,
    invoiced_lines,
    issued_amount,
    profile_of,
    withdraw_invoice,
)
from orders.models import Invoice, InvoiceKind, Order

SAID = ("kind", "title", "tax_number", "email")


class InvoiceForm(forms.Form):
    """To whom an invoice is made out; at the checkout none is needed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Invoice for"), choices=InvoiceKind.choices, widget=forms.RadioSelect, required=False
    )
    title = forms.CharField(
        label=gettext_lazy("Made out to"),
        max_length=LONGEST_TITLE,
        required=False,
        help_text=gettext_lazy("Your name, or the company's as it stands on its licence."),
    )
    tax_number = forms.CharField(
        label=gettext_lazy("Tax number"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Of a company: the 18 characters of its unified social credit code."),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail for the invoice"), max_length=254, required=False)

    def __init__(self, *args, may_be_none: bool = False, **kwargs):
        kwargs.setdefault("prefix", "invoice")
        super().__init__(*args, **kwargs)
        self.may_be_none = may_be_none
        if may_be_none:
            self.fields["kind"].choices = [("", _("No invoice")), *InvoiceKind.choices]
            self.fields["kind"].initial = ""
        for name in ("kind", "title", "email"):
            self.fields[name].is_needed = True
        self.fields["title"].widget.attrs["autocomplete"] = "organization"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["tax_number"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def prefill(self, shopper: User) -> "InvoiceForm":
        """With what she said the last time; whether she wants one she says each time."""
        profile = profile_of(shopper)
        said = {name: _plain(getattr(profile, name)) for name in SAID} if profile else {"email": shopper.email}
        self.initial = said | ({"kind": ""} if self.may_be_none else {})
        return self

    @property
    def is_open(self) -> bool:
        """Whether there is something to read or to mend."""
        return bool(self.errors or (self.is_bound and self["kind"].value()))

    @property
    def wanted(self) -> InvoiceWanted | None:
        said = self.cleaned_data
        return InvoiceWanted(said["kind"], said["title"], said["email"], said["tax_number"]) if said["kind"] else None

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.errors or (self.may_be_none and not cleaned.get("kind")):
            return cleaned
        try:
            InvoiceWanted(cleaned["kind"], cleaned["title"], cleaned["email"], cleaned["tax_number"]).checked()
        except WrongInvoice as wrong:
            self.add_error(wrong.details["field"], str(wrong))
        return cleaned


def _plain(value) -> str:
    return value.reveal() if hasattr(value, "reveal") else value


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invoice(request: HttpRequest, public_id: str) -> HttpResponse:
    """What she asked for and how far it is; while nothing is issued she may say it otherwise."""
    order = _mine(request, public_id)
    found = Invoice.objects.filter(order=order).prefetch_related("papers").first()
    may_ask = can_ask(order) and (found is None or found.is_open_to_changes)
    form = InvoiceForm(request.POST if request.method == "POST" else None)
    if found and not form.is_bound:
        form.initial = {name: _plain(getattr(found, name)) for name in SAID}
    elif not form.is_bound:
        form.prefill(request.user)

    if form.is_bound and form.is_valid():
        try:
            ask_invoice(order=order, wanted=form.wanted, by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shop has your wish. You are told when the invoice is here."))
            return redirect("storefront:orders:invoice", order.public_id)

    if found:
        found.order = order
    context = {
        "order": order,
        "invoice": found,
        "form": form if may_ask else None,
        "lines": invoiced_lines(order),
        "amount": cash_of(order),
        "issued": issued_amount(found) if found else None,
        "papers": sorted(found.papers.all(), key=lambda paper: paper.pk) if found else [],
    }
    return render(request, "storefront/orders/invoice.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    order = _mine(request, public_id)
    try:
        withdraw_invoice(order=order, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have asked for no invoice any more."))
    return redirect("storefront:orders:invoice", order.public_id)


@login_required
@never_cache
@require_safe
def paper(request: HttpRequest, public_id: str, number: str) -> HttpResponse:
    """The PDF of an invoice, or of its correction, for the shopper alone."""
    found = Invoice.objects.filter(order=_mine(request, public_id)).first()
    row = found.papers.filter(number=number).first() if found else None
    if row is None:
        raise Http404
    return sealed.shown(row.file, f"invoice-{row.number}")


def _mine(request: HttpRequest, public_id: str) -> Order:
    return get_object_or_404(request.user.orders.select_related("shop").prefetch_related("lines"), public_id=public_id)
