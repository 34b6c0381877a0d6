"""Forms of a shop's money: a bank account, a withdrawal, a disputed line."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Sku
from mall.forms import MoneyFormField
from mall.tenancy import house_scope
from merchants.models import Shop
from orders.models import Party, PartyRule
from settlement.models import BankAccount
from settlement.rule_fields import PartyAccountForm, PartyForm, PartyRuleFields

__all__ = [
    "BankAccountForm", "DisputeForm", "MonthForm", "PartyAccountForm", "PartyForm", "PartyRuleForm", "WithdrawalForm",
]  # fmt: skip
MOST_PRODUCTS = 500


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


class MonthForm(forms.Form):
    month = forms.DateField(label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"])


class PartyRuleForm(PartyRuleFields):
    """What a party of the shop gets: a new rule, or the next version of one; of these goods or of all."""

    rule = forms.ChoiceField(label=_("Next version of"), required=False)
    product = forms.ModelChoiceField(
        label=_("Product"), queryset=Product.objects.none(), required=False, empty_label=_("All"),
        to_field_name="public_id",
    )  # fmt: skip
    sku = forms.CharField(
        label=_("SKU"), max_length=60, required=False, help_text=_("Your code of it; empty for all of the product.")
    )

    field_order = ("rule", "name", "base", "rate", "ladder", "fixed", "floor", "cap", "product", "sku", "category",
                   "position", "effective_at", "reason")  # fmt: skip

    def __init__(self, *args, shop: Shop, party: Party, **kwargs):
        super().__init__(*args, **kwargs)
        self.shop = shop
        with house_scope():  # the names of a shop's own rules and no others
            rules = [(rule.public_id, str(rule.name)) for rule in PartyRule.objects.filter(party=party).order_by("pk")]
        self.fields["rule"].choices = [("", _("A new rule")), *rules]
        mine = Product.objects.owned_by(shop).order_by("-pk")
        keys = mine.values_list("pk", flat=True)[:MOST_PRODUCTS]
        self.fields["product"].queryset = mine.filter(pk__in=list(keys))
        self.order_fields(self.field_order)

    def clean_rule(self) -> PartyRule | None:
        if not (key := self.cleaned_data["rule"]):
            return None
        with house_scope():
            return PartyRule.objects.get(public_id=key)

    def clean_sku(self) -> Sku | None:
        if not (code := self.cleaned_data["sku"].strip()):
            return None
        mine = Sku.objects.filter(shop=self.shop, is_active=True)
        found = mine.filter(code=code).first() or mine.filter(public_id=code).first()
        if found is None:
            raise forms.ValidationError(_("You have no SKU with this code."))
        return found

    def said(self) -> dict:
        return super().said() | {"rule": self.cleaned_data["rule"]}
