"""What both sides fill in about a case: one form for each action that needs one. ``said`` are the verb's arguments."""

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.offers import choice_text
from mall.forms import MoneyFormField
from mall.money import Money
from mall.refusals import Refusal
from merchants.document_files import ACCEPT
from orders.after_sales.cases import LONGEST_TEXT
from orders.after_sales.evidence import MOST_FILES
from orders.after_sales.gifts import BACK, KEEP, Outlook, is_sent
from orders.carriers import clean_tracking_number
from orders.models import AfterSale, Parcel

REASONS = [(reason.value, reason.label) for reason in AfterSale.ASKED_FOR]


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Some files; what they are is judged when they are kept."""

    widget = FilesInput

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("Pictures or papers"))
        kwargs.setdefault(
            "help_text", _("Up to six pictures or PDF files; only you, the other side and the mall see them.")
        )
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": ACCEPT}

    def clean(self, data, initial=None):
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(gettext("Choose at most %(most)d files.") % {"most": MOST_FILES})
        return [super(FilesField, self).clean(file, None) for file in files]


def words(label, *, required: bool = True, help_text="") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_TEXT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CaseForm(forms.Form):
    """Nothing but a button."""

    def __init__(self, *args, case: AfterSale, **kwargs):
        super().__init__(*args, **kwargs)
        self.case = case

    @property
    def said(self) -> dict:
        return self.cleaned_data

    @property
    def has_files(self) -> bool:
        return "files" in self.fields


class SayForm(CaseForm):
    text = words(_("Message"), required=False)
    files = FilesField()


class ReasonForm(CaseForm):
    text = words(_("What do you want to say?"))


class AgreeForm(CaseForm):
    text = words(_("Words for the shopper"), required=False, help_text=_("When goods come back: where to send them."))


class WordsForm(CaseForm):
    text = words(_("Words for the shopper"), required=False)


class ParcelForm(CaseForm):
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


GIFT_COUNTS = {
    "sellable": _("Gift “%(gift)s”: pieces that can be sold again (what is missing she keeps)"),
    "damaged": _("Gift “%(gift)s”: pieces that are damaged"),
}


class CountForm(CaseForm):
    sellable = forms.IntegerField(label=_("Pieces that can be sold again"), min_value=0)
    damaged = forms.IntegerField(label=_("Pieces that are damaged"), min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("sellable", "damaged"):
            self.fields[name].max_value = self.case.quantity
            self.fields[name].widget.attrs |= {"max": self.case.quantity, "inputmode": "numeric"}
        self.given = [row for row in self.case.gifts.select_related("line").order_by("line") if is_sent(row)]
        for row in self.given:
            for name, label in GIFT_COUNTS.items():
                self.fields[f"gift_{row.line_id}_{name}"] = forms.IntegerField(
                    label=label % {"gift": row.line.title},
                    min_value=0,
                    max_value=row.quantity,
                    initial=row.quantity if name == "sellable" else 0,
                )
        self.fields["sellable"].initial, self.fields["damaged"].initial = self.case.quantity, 0
        if self.case.kind == AfterSale.Kind.REPAIR:
            del self.fields["sellable"], self.fields["damaged"]

    def clean(self):
        cleaned = super().clean()
        for row in self.given:
            counts = [cleaned.get(f"gift_{row.line_id}_{name}") or 0 for name in GIFT_COUNTS]
            if sum(counts) > row.quantity:
                self.add_error(
                    f"gift_{row.line_id}_damaged",
                    gettext("At most %(count)d pieces of the gift were to come back.") % {"count": row.quantity},
                )
        return cleaned

    @property
    def said(self) -> dict:
        said = {"sellable": 0, "damaged": 0, **self.cleaned_data}
        gifts = {
            row.line_id: tuple(said.pop(f"gift_{row.line_id}_{name}") or 0 for name in GIFT_COUNTS)
            for row in self.given
        }
        return {**said, "gifts": gifts or None}


class RestockForm(CaseForm):
    """Of a replacement that came back."""

    sellable = forms.IntegerField(label=_("Pieces that can be sold again"), min_value=0)
    damaged = forms.IntegerField(label=_("Pieces that are damaged"), min_value=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, count in (("sellable", self.case.quantity), ("damaged", 0)):
            self.fields[name].initial = count
            self.fields[name].widget.attrs |= {"max": self.case.quantity, "inputmode": "numeric"}


class InspectForm(CountForm):
    text = words(_("Words for the shopper"), required=False)


class WishForm(forms.Form):
    """What a shopper asks about some pieces: kind, reason, how many, how much, and what happened."""

    kind = forms.ChoiceField(label=_("What do you want?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("What is the reason?"), choices=REASONS)
    quantity = forms.IntegerField(label=_("How many pieces?"), min_value=1)
    amount = MoneyFormField(
        label=_("How much money?"),
        required=False,
        minimum=1,
        help_text=_("Leave it empty to ask for all that you paid for them."),
    )
    replacement = forms.ChoiceField(label=_("Exchange for"), required=False)
    text = words(_("What happened?"))
    files = FilesField()

    gifts = forms.ChoiceField(
        label=_("What becomes of the gift?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Where the shop is at fault, you keep it all the same."),
    )

    def __init__(
        self, *args, kinds, replacements=(), left: int = 0, goes_whole: bool = False,
        look: Callable[[int, Money | None], Outlook | None], **kwargs,
    ):  # fmt: skip
        """:param look: what so many pieces, and so much money, would do to gifts"""
        super().__init__(*args, **kwargs)
        self.outlook = look(self.pieces(left), self._amount())
        if self.outlook and not self.outlook.goes_back:
            money = {"back": self.outlook.refund_if_back, "kept": self.outlook.refund_if_kept}
            money["worth"] = self.outlook.charge
            self.fields["gifts"].choices = [
                (BACK, gettext("Send it back with the goods: %(back)s goes back to you") % money),
                (KEEP, gettext("Keep it: %(worth)s is kept for it, %(kept)s goes back to you") % money),
            ]
            self.fields["gifts"].is_needed = True
            self.order_fields(["kind", "reason", "quantity", "amount", "replacement", "gifts", "text", "files"])
        else:
            del self.fields["gifts"]
        self.replacements = {sku.public_id: sku for sku in replacements}
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0].value
        if left > 1:
            self.fields["quantity"].max_value = left
            self.fields["quantity"].initial = left
            self.fields["quantity"].widget.attrs |= {"max": left, "inputmode": "numeric"}
        else:
            self.fields["quantity"].widget = forms.HiddenInput()
            self.fields["quantity"].initial = 1
        if goes_whole:  # all of the money, or nothing
            del self.fields["amount"]
        if AfterSale.Kind.EXCHANGE in kinds and len(self.replacements) > 1:
            self.fields["replacement"].choices = [
                ("", gettext("the same again")),
                *((public_id, str(choice_text(sku) or sku)) for public_id, sku in self.replacements.items()),
            ]
        else:
            del self.fields["replacement"]

    def pieces(self, left: int) -> int:
        """How many are asked about, as far as that can be read; all until then."""
        asked = str(self.data.get(self.add_prefix("quantity")) or "") if self.is_bound else ""
        return min(max(int(asked), 1), left) if asked.isdecimal() and left else left

    def _amount(self) -> Money | None:
        try:
            return self.fields["amount"].clean(self.data.get(self.add_prefix("amount"))) if self.is_bound else None
        except forms.ValidationError:
            return None

    def clean(self):
        cleaned = super().clean()
        kind, reason, choice = (cleaned.get(name) for name in ("kind", "reason", "gifts"))
        if "gifts" not in self.fields or self.errors or reason in AfterSale.OF_THE_SHOP:
            return cleaned
        if kind not in (AfterSale.Kind.REFUND, AfterSale.Kind.RETURN):
            return cleaned
        if not choice or self.data.get("gift_shown") != self.outlook.shown:
            self.add_error("gifts", gettext("Look at what becomes of the gift, choose, then ask again."))
        elif kind == AfterSale.Kind.REFUND and choice == BACK:
            self.add_error("gifts", gettext("Without sending the goods back the gift cannot go back with them."))
        return cleaned

    @property
    def said(self) -> dict:
        said = {**self.cleaned_data}
        said["replacement"] = self.replacements.get(said.get("replacement") or "")
        said["choice"] = said.pop("gifts", "")
        return said


class RevisionForm(WishForm):
    """Another try; of the same pieces."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["quantity"]

    @property
    def has_files(self) -> bool:
        return True


class CompensationForm(forms.Form):
    """What a shop pays of its own accord: for which goods of an order, how much, and why."""

    line = forms.ChoiceField(label=_("For which goods?"), widget=forms.RadioSelect)
    amount = MoneyFormField(label=_("How much money?"), minimum=1)
    reason = forms.ChoiceField(
        label=_("What is it for?"), choices=[(reason.value, reason.label) for reason in AfterSale.COMPENSATED]
    )
    text = words(_("Words for the shopper"))

    def __init__(self, *args, lines, **kwargs):
        """:param lines: order lines for which something can be paid, each with how much at most"""
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line, _most in lines}
        self.fields["line"].choices = [
            (
                str(line.pk),
                gettext("%(goods)s: at most %(most)s") % {"goods": line.title, "most": most},
            )
            for line, most in lines
        ]
        if len(lines) == 1:
            self.fields["line"].initial = str(lines[0][0].pk)

    @property
    def said(self) -> dict:
        return {**self.cleaned_data, "line": self.lines[self.cleaned_data["line"]]}


class ComplaintForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is it about?"), choices=REASONS, initial="service")
    text = words(_("What happened?"))
    files = FilesField()
