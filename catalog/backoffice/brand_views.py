"""The protected brands: what a shop is authorized to sell, until when, and asking for more."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalog.brands import ask_authorization
from catalog.models import Brand, BrandAuthorization
from catalog.sealed import shown
from mall import clock
from mall.backoffice.filters import DateField
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.document_files import ACCEPT


class AuthorizationForm(forms.Form):
    """A document by which a brand lets the shop sell its goods."""

    accept = ACCEPT

    brand = forms.ModelChoiceField(label=gettext_lazy("Brand"), queryset=Brand.objects.none())
    number = forms.CharField(label=gettext_lazy("Number of the document"), max_length=60)
    valid_from = DateField(label=gettext_lazy("Valid from"))
    valid_to = DateField(label=gettext_lazy("Valid through"))
    file = forms.FileField(
        label=gettext_lazy("The document"),
        help_text=gettext_lazy("A picture or a PDF of at most 10 MB, kept sealed: only staff who decide read it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["brand"].queryset = Brand.objects.filter(is_protected=True).order_by("slug")


@shop_right("products.see")
def brand_list(request: HttpRequest) -> HttpResponse:
    """What the shop has asked for and what came of it; asking needs the right to edit products."""
    may_ask = request.seat.can("products.edit")
    form = AuthorizationForm(request.POST or None, request.FILES or None) if may_ask else None
    if form and request.method == "POST" and form.is_valid():
        try:
            ask_authorization(shop=request.shop, by=request.user, now=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Handed in. You will hear from us."))
            return redirect("backoffice:catalog:brands", request.shop.slug)
    rows = list(BrandAuthorization.objects.owned_by(request.shop).select_related("brand").order_by("-pk"))
    today = clock.business_date(clock.now())
    for row in rows:
        row.has_run_out = row.status == BrandAuthorization.Status.GRANTED and row.valid_to < today
    return render(request, "backoffice/catalog/brands.html", {"rows": rows, "form": form})


@shop_right("products.edit")
@require_safe
def document(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(BrandAuthorization.objects.owned_by(request.shop), public_id=public_id)
    return shown(row.file.name, row.public_id)
