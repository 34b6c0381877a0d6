"""Forms of a shop's orders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mall.refusals import Refusal
from orders.carriers import clean_tracking_number
from orders.invoices import WrongInvoice, checked_number
from orders.models import Parcel


class ShipmentForm(forms.Form):
    """
    One parcel: with whom, under which number, and what is in it. All that is left of the order, unless the person says
    otherwise; who has one piece left is not asked.
    """

    carrier = forms.ChoiceField(label=_("Carrier"), choices=Parcel.Carrier.choices)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=40,
        required=False,
        help_text=_("Sandbox Express draws it itself when you leave it empty."),
    )

    def clean(self):
        cleaned = super().clean()
        if "carrier" in cleaned and "tracking_number" in cleaned:
            try:
                cleaned["tracking_number"] = clean_tracking_number(cleaned["carrier"], cleaned["tracking_number"])
            except Refusal as refusal:
                self.add_error("tracking_number", str(refusal))
        return cleaned

    def __init__(self, *args, lines=(), **kwargs):
        super().__init__(*args, **kwargs)
        left = [line for line in lines if line.unsent]
        self.lines = left if sum(line.unsent for line in left) > 1 else []
        for line in self.lines:
            self.fields[f"pieces-{line.pk}"] = forms.IntegerField(
                label=f"{line.title} {line.choice_text}".strip(),
                min_value=0,
                max_value=line.unsent,
                initial=line.unsent,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": line.unsent}),
                required=False,
            )

    @property
    def of_pieces(self) -> list[tuple]:
        """Each line that has something left, with its field."""
        return [(line, self[f"pieces-{line.pk}"]) for line in self.lines]

    @property
    def is_divided(self) -> bool:
        """Whether the person has already said that it is only a part."""
        return self.is_bound and any(self._wanted(line) != line.unsent for line in self.lines)

    def _wanted(self, line) -> int:
        name = f"pieces-{line.pk}"
        if name not in self.data:
            return line.unsent  # not asked: all of it
        return self.cleaned_data.get(name) or 0

    @property
    def said(self) -> dict:
        pieces = {line.pk: self._wanted(line) for line in self.lines}
        is_part = any(pieces[line.pk] != line.unsent for line in self.lines)
        return {**self.where, "pieces": pieces if is_part else None}

    @property
    def where(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("carrier", "tracking_number")}


class AddressAnswerForm(forms.Form):
    is_accepted = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])
    answer = forms.CharField(label=_("Words for the shopper"), max_length=200, required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("is_accepted") == "no" and not cleaned.get("answer"):
            self.add_error("answer", _("Say why."))
        return cleaned

    @property
    def said(self) -> dict:
        return {"is_accepted": self.cleaned_data["is_accepted"] == "yes", "answer": self.cleaned_data["answer"]}


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


class InvoicePaperForm(forms.Form):
    """An invoice that the shop has issued, or a red-letter one: its number and its PDF."""

    number = forms.CharField(
        label=_("Invoice number"),
        max_length=24,
        help_text=_("20 digits of a digital invoice, or 8."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("PDF of the invoice"), help_text=_("A plain PDF of at most 10 MB; it is kept sealed.")
    )

    def clean_number(self) -> str:
        try:
            return checked_number(self.cleaned_data["number"])
        except WrongInvoice as refusal:
            raise forms.ValidationError(str(refusal)) from None


class InvoiceRefusalForm(forms.Form):
    """Why the shop cannot make it out as asked."""

    reason = forms.CharField(
        label=_("Why not"), max_length=200, help_text=_("The shopper reads it, and may mend what she asked.")
    )
