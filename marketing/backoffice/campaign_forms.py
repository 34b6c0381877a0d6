"""What a shop fills in to enrol goods in a campaign: rows of item, price and units; empty rows are nothing."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.prices import lowest_price
from mall.forms import MoneyFormField
from marketing.backoffice.fields import SkuField
from marketing.campaigns.enrolling import Offered, Problem, ceiling
from marketing.models import Campaign
from marketing.rules import MOST_UNITS

ROWS = range(1, 6)


class EnrolmentForm(forms.Form):
    """Some goods for a campaign; ``goods`` is what was filled in, ``place`` says at a field what is wrong with it."""

    def __init__(self, *args, shop, campaign: Campaign, now: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        for number in ROWS:
            self.fields[f"sku_{number}"] = SkuField(label=gettext_lazy("Item"), required=False)
            self.fields[f"sku_{number}"].shop = shop
            self.fields[f"price_{number}"] = MoneyFormField(
                label=gettext_lazy("Campaign price"), required=False, minimum=1
            )
            self.fields[f"units_{number}"] = forms.IntegerField(
                label=gettext_lazy("Units"), required=False, min_value=1, max_value=MOST_UNITS
            )
        self.campaign, self.now = campaign, now

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{number}"] for name in ("sku", "price", "units")] for number in ROWS]

    def clean(self) -> dict:
        cleaned = super().clean()
        used = [
            number for number in ROWS if any(self.data.get(f"{name}_{number}") for name in ("sku", "price", "units"))
        ]
        for number in used:
            for name in ("sku", "price", "units"):
                field = f"{name}_{number}"
                if not cleaned.get(field) and field not in self.errors:
                    self.add_error(field, _("Fill this in too, or leave the row empty."))
        if not used:
            self.add_error("sku_1", _("Choose what you bring."))
        self.numbers = used
        self._tell_what_it_may_cost(cleaned)
        return cleaned

    def _tell_what_it_may_cost(self, cleaned: dict) -> None:
        skus = {number: cleaned.get(f"sku_{number}") for number in ROWS}
        lowest = lowest_price([pk for pk in skus.values() if pk], before=self.now)
        for number, pk in skus.items():
            if pk in lowest:
                words = {"lowest": lowest[pk], "most": ceiling(self.campaign, lowest[pk])}
                told = _("Lowest price of the last 30 days: %(lowest)s; here at most %(most)s.") % words
                self[f"price_{number}"].help_text = told

    @property
    def goods(self) -> list[Offered]:
        data = self.cleaned_data
        return [Offered(data[f"sku_{n}"], data[f"price_{n}"], data[f"units_{n}"]) for n in self.numbers]

    def place(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.add_error(f"{problem.field}_{self.numbers[problem.line]}", problem.sentence)
