"""Forms of a shop's orders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mall.refusals import Refusal
from orders.fulfillment import clean_tracking_number
from orders.models import Parcel


class ShipmentForm(forms.Form):
    carrier = forms.ChoiceField(label=_("Carrier"), choices=Parcel.Carrier.choices)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=40)

    def clean(self):
        cleaned = super().clean()
        if "carrier" in cleaned and "tracking_number" in cleaned:
            try:
                cleaned["tracking_number"] = clean_tracking_number(cleaned["carrier"], cleaned["tracking_number"])
            except Refusal as refusal:
                self.add_error("tracking_number", str(refusal))
        return cleaned


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason, for the shopper to read"), max_length=200)


class VoucherForm(forms.Form):
    """The code that a shopper shows."""

    code = forms.CharField(
        label=_("Code of the shopper"),
        max_length=40,
        help_text=_("Twelve digits; blanks between them do not matter."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
    )
