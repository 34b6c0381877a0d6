"""Fields in which people write rules: of the commission, and of what parties get."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.commission_rules import WrongRule, check_ladder
from catalog.models import Category
from mall.forms import MoneyFormField, TextFormField
from mall.money import Money
from mall.texts import Text
from merchants.models import TierRecord
from orders.models import Party, PartyRuleVersion
from settlement.models import BankAccount


class LadderField(forms.CharField):
    """One step a line: from which amount on, and the rate of what lies above it, in percent."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 30})

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(f"{Money(start).decimal} {bps / 100:g}" for start, bps in value)
        return value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            steps = [line.replace("%", "").split() for line in text.splitlines() if line.strip()]
            ladder = [[Money.parse(start).minor, round(float(rate) * 100)] for start, rate in steps]
        except (ValueError, OverflowError):
            raise ValidationError(_("Write one step a line, such as 1000 3.")) from None
        try:
            check_ladder(ladder)
        except WrongRule as refusal:
            raise ValidationError(str(refusal)) from None
        return ladder


class CategoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, category: Category) -> str:
        return f"{'– ' * (category.depth - 1)}{category}"


class PartyForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Party.Kind.choices)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As it is registered: its bank account is held under this name."),
    )


class PartyAccountForm(forms.Form):
    """Where a party's money goes."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=BankAccount.Kind.choices)
    holder = forms.CharField(label=gettext_lazy("Holder"), max_length=120)
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("It is kept encrypted; later you see only how it ends."),
    )
    bank = forms.CharField(label=gettext_lazy("Bank"), max_length=60)
    branch = forms.CharField(label=gettext_lazy("Branch"), max_length=80, required=False)


BASES = PartyRuleVersion.Base.choices  # the last one, the commission, is the mall's to give


class PartyRuleFields(forms.Form):
    """How much a party gets, of what, from when and why; the same for shops and staff."""

    name = TextFormField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Of a new rule, such as “Supply price”."),
    )
    position = forms.IntegerField(
        label=pgettext_lazy("rule", "Place"),
        min_value=1,
        max_value=100_000,
        initial=100,
        help_text=gettext_lazy(
            "Of the rules of a party that fit the one with the smallest number counts; parties take in this order."
        ),
    )
    base = forms.ChoiceField(label=gettext_lazy("Taken of"), choices=BASES[:-1])
    category = CategoryChoice(
        label=gettext_lazy("Category"),
        queryset=Category.objects.order_by("path"),
        required=False,
        empty_label=gettext_lazy("All"),
        help_text=gettext_lazy("With everything below it."),
    )
    rate = forms.DecimalField(
        label=gettext_lazy("Rate in percent"), min_value=0, max_value=100, decimal_places=2, required=False
    )
    ladder = LadderField(
        label=gettext_lazy("Or a ladder"),
        required=False,
        help_text=gettext_lazy(
            "One step a line: the amount from which it counts, and its rate in percent. The first begins at 0."
        ),
    )
    fixed = MoneyFormField(
        label=gettext_lazy("For each piece"),
        required=False,
        help_text=gettext_lazy("Such as a supplier's price; of delivery, for each order."),
    )
    floor = MoneyFormField(label=gettext_lazy("At least, for a line"), required=False)
    cap = MoneyFormField(
        label=gettext_lazy("At most, for a line"),
        required=False,
        help_text=gettext_lazy("It is never more than what the commission leaves to the shop."),
    )
    effective_at = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
        help_text=gettext_lazy("From now on when left empty."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("Both sides read it."),
    )

    FIELDS = {"bps": "rate"}

    def said(self) -> dict:
        """What the verb is told."""
        cleaned = self.cleaned_data
        rate = cleaned["rate"]
        found = {name: cleaned.get(name) for name in ("category", "ladder", "fixed", "floor", "cap", "brand", "product",
                                                      "sku", "shop", "tier")}  # fmt: skip
        return {
            **found,
            "name": cleaned["name"] or Text(),
            "position": cleaned["position"],
            "base": cleaned["base"],
            **({"bearer": cleaned["bearer"]} if "bearer" in cleaned else {}),
            "bps": None if rate is None else int(rate * 100),
            "effective_at": cleaned["effective_at"],
            "reason": cleaned["reason"],
        }

    def tell(self, refusal) -> None:
        """A refusal beside the field it is about."""
        named = refusal.details.get("field")
        field = self.FIELDS.get(named, named)
        self.add_error(field if field in self.fields else None, str(refusal))


TIERS = [("", "–"), *TierRecord.Tier.choices]
