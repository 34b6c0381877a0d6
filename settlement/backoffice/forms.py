"""Forms of a shop's money: a bank account, a withdrawal, a disputed line."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from mall.forms import MoneyFormField
from settlement.models import BankAccount


class BankAccountForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=BankAccount.Kind.choices)
    holder = forms.CharField(
        label=_("Holder"), max_length=120, help_text=_("As on the business licence; other holders are not paid.")
    )
    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("It is kept encrypted; later you see only how it ends."),
    )
    bank = forms.CharField(label=_("Bank"), max_length=60)
    branch = forms.CharField(label=_("Branch"), max_length=80, required=False)


class WithdrawalForm(forms.Form):
    """``request_key`` makes a form that is sent twice one withdrawal."""

    bank_account = forms.ModelChoiceField(
        label=_("To"), queryset=BankAccount.objects.none(), to_field_name="public_id", empty_label=None
    )
    amount = MoneyFormField(label=_("Amount"), minimum=1)
    request_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args, accounts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank_account"].queryset = accounts


class AppealForm(forms.Form):
    words = forms.CharField(
        label=_("What happened?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Tell us where the money comes from and whom it goes to; our staff read it before they decide."),
    )


class DisputeForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong with it?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
