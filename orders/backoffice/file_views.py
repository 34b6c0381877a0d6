"""Shipping many orders by one file: chosen here, shipped at once, with what came of each parcel."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mall import clock
from mall.refusals import Refusal
from merchants.access import shop_right
from orders.models import Parcel
from orders.shipping_files import ship_file

LARGEST_MB = 2


class ShippingFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("CSV or XLSX, at most 2 MB and 100 parcels."),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_MB * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return file


@shop_right("orders.ship")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_file(request: HttpRequest) -> HttpResponse:
    form, planned = ShippingFileForm(*((request.POST, request.FILES) if request.method == "POST" else ())), None
    if form.is_valid():
        try:
            planned = ship_file(shop=request.shop, file=form.cleaned_data["file"], by=request.user, now=clock.now())
        except Refusal as refusal:
            form.add_error("file", str(refusal))
    context = {
        "form": form,
        "planned": planned,
        "shipped": sum(one.parcel is not None for one in planned or ()),
        "carriers": Parcel.Carrier.choices,
    }
    return render(request, "backoffice/orders/by_file.html", context)
