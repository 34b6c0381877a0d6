"""The form with which a business asks to join."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mall.crypto import Veiled
from mall.forms import TextFormField
from merchants.applications import ASKED
from merchants.models import Application, Merchant


class ApplicationForm(forms.Form):
    """What an applicant says; whether it holds is checked by the verb, whose sentences appear at the fields."""

    merchant_name = forms.CharField(
        label=_("Registered name"), max_length=120, help_text=_("As it stands on the business licence.")
    )
    kind = forms.ChoiceField(label=_("Kind of business"), choices=Merchant.Kind, widget=forms.RadioSelect)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=24, help_text=_("18 characters, on the business licence.")
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=60)
    contact_phone = forms.CharField(label=_("Phone"), max_length=24, help_text=_("We call when something is unclear."))
    shop_name = TextFormField(label=_("Name of the shop"), max_length=60)
    shop_slug = forms.CharField(
        label=_("Address of the shop"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens, such as cloud-tea."),
    )
    goods = forms.CharField(
        label=_("What you will sell"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip

    @classmethod
    def of(cls, application: Application, data=None) -> "ApplicationForm":
        """Filled with what an application says."""
        said = {name: getattr(application, name) for name in ASKED}
        initial = {name: value.reveal() if isinstance(value, Veiled) else value for name, value in said.items()}
        return cls(data, initial=initial)

    def take_errors(self, errors: dict[str, str]) -> None:
        """Put a refusal's sentences where they belong."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)
