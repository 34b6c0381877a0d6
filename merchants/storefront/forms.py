"""The forms of an application: each keeps what is typed; whether it holds is said by the verbs."""

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from mall.crypto import Veiled
from mall.forms import TextFormField
from merchants.documents import Said
from merchants.models import Application, Document, Merchant, Requirement
from merchants.requirements import trades_to_choose


class StepForm(forms.Form):
    """One step: filled with what the application says; what is not open to changes is shown and not taken."""

    def __init__(self, application: Application | None, data=None):
        self.application = application
        super().__init__(data, initial=self._said(application) if application else None)
        for field in self.fields.values():
            field.is_needed = True  # before it is handed in: a draft is kept without it
        if application and application.status == Application.Status.CHANGES_REQUESTED:
            for name, field in self.fields.items():
                field.disabled = name not in application.open_fields

    @classmethod
    def names(cls) -> list[str]:
        return list(cls.base_fields)

    def _said(self, application: Application) -> dict:
        said = {name: getattr(application, name) for name in self.names()}
        return {name: value.reveal() if isinstance(value, Veiled) else value for name, value in said.items()}

    def typed(self) -> dict:
        """What was typed into the open fields."""
        return {name: value for name, value in self.cleaned_data.items() if not self.fields[name].disabled}

    def take_errors(self, errors: dict[str, str]) -> None:
        """Put sentences where they belong."""
        for name, sentence in errors.items():
            if name in self.fields:
                self.add_error(name, sentence)

    def show_errors(self, errors: dict[str, str]) -> None:
        """The same in a form that nobody has typed into yet."""
        self._errors = ErrorDict(
            {name: self.error_class([sentence]) for name, sentence in errors.items() if name in self.fields}
        )


class BusinessForm(StepForm):
    merchant_name = forms.CharField(
        label=_("Registered name"), max_length=120, required=False, help_text=_("As it stands on the business licence.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of business"), choices=Merchant.Kind, widget=forms.RadioSelect, required=False
    )  # fmt: skip
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=24,
        required=False,
        help_text=_("18 characters, on the business licence."),
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=60, required=False)
    contact_phone = forms.CharField(
        label=_("Phone"), max_length=24, required=False, help_text=_("We call when something is unclear.")
    )


class ShopForm(StepForm):
    shop_name = TextFormField(label=_("Name of the shop"), max_length=60, required=False)
    shop_slug = forms.CharField(
        label=_("Address of the shop"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and hyphens, such as cloud-tea."),
    )
    trades = forms.MultipleChoiceField(
        label=_("What you will sell"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("It decides which documents we ask for."),
    )
    goods = forms.CharField(
        label=_("Your goods in a few words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, application, data=None):
        super().__init__(application, data)
        self.fields["trades"].choices = [(trade.slug, str(trade.name)) for trade in trades_to_choose()]


class TradeForm(StepForm):
    """Of one more trade: the rest is known."""

    goods = forms.CharField(
        label=_("Your goods in a few words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class StatementsForm(forms.Form):
    """The questions that kind and trades bring with them."""

    def __init__(self, application: Application, asked: list[Requirement], data=None):
        super().__init__(data)
        closed = (
            application.status == Application.Status.CHANGES_REQUESTED and "statements" not in application.open_fields
        )
        for requirement in asked:
            self.fields[requirement.code] = forms.CharField(
                label=str(requirement.name),
                help_text=str(requirement.help),
                max_length=500,
                required=False,
                disabled=closed,
                initial=application.statements.get(requirement.code, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields[requirement.code].is_needed = True


class DocumentForm(forms.Form):
    """One paper."""

    number = forms.CharField(label=_("Document number"), max_length=60)
    issuer = forms.CharField(label=_("Issued by"), max_length=120, required=False)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty when the document is valid without end."),
    )
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("JPEG, PNG, WebP or PDF, at most 10 MB. We keep it encrypted.")
    )

    def __init__(self, *, requirement: Requirement, former: Document | None, accept: str, data=None, files=None):
        initial = None
        if former is not None:
            initial = {
                "number": former.number.reveal(),
                "issuer": former.issuer,
                "valid_from": former.valid_from,
                "valid_to": former.valid_to,
            }
        super().__init__(data, files, initial=initial)
        self.fields["file"].required = former is None
        self.fields["file"].widget.attrs["accept"] = accept
        if requirement.expires:
            self.fields["valid_to"].required = True
            self.fields["valid_to"].help_text = ""

    def said(self) -> Said:
        words = {name: self.cleaned_data[name] for name in ("number", "issuer", "valid_from", "valid_to")}
        return Said(**words)

    def take_errors(self, errors: dict[str, str]) -> None:
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)
