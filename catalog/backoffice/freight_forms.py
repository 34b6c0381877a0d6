"""What shops fill in about freight: a template with its zones as rows, and goods to try it with. No scripts needed."""

import re
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.freight.charging import Goods, Zone, zone_of
from catalog.freight.templates import (
    LONGEST_NAME,
    MOST_FEE,
    MOST_FREE_OVER,
    MOST_FREE_PIECES,
    MOST_UNITS,
    MOST_ZONES,
    terms_of,
)
from catalog.freight.words import charged, told_region
from catalog.models import FreightTemplate
from mall.divisions.forms import DivisionField, link_divisions
from mall.forms import MoneyFormField, TextFormField, as_typed
from mall.money import DEFAULT_CURRENCY
from mall.refusals import Refusal

_BETWEEN = re.compile(r"[,;\n\u3001\uff0c\uff1b]+")
EMPTY_ROWS = 2


class RegionsField(forms.CharField):
    """Provinces and cities, with commas between them."""

    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=8000, **kwargs)

    def prepare_value(self, value):
        return ", ".join(told_region(name) for name in value) if isinstance(value, list | tuple) else value

    def clean(self, value) -> tuple[str, ...]:
        return tuple(name.strip() for name in _BETWEEN.split(super().clean(value)) if name.strip())


class ZoneForm(forms.Form):
    """A row: where, what the first units cost, what each further lot costs, from when on it is free."""

    regions = RegionsField(
        label=gettext_lazy("Regions"),
        help_text=gettext_lazy(
            "Provinces, or cities behind their province, with commas between: Xinjiang, Zhejiang Hangzhou."
        ),
    )
    first = forms.IntegerField(label=gettext_lazy("First"), min_value=1, max_value=MOST_UNITS)
    first_fee = MoneyFormField(label=gettext_lazy("First fee (¥)"), maximum=MOST_FEE)
    further = forms.IntegerField(label=gettext_lazy("Each further"), min_value=1, max_value=MOST_UNITS)
    further_fee = MoneyFormField(label=gettext_lazy("Further fee (¥)"), maximum=MOST_FEE)
    free_over = MoneyFormField(label=gettext_lazy("Free from (¥)"), required=False, maximum=MOST_FREE_OVER)
    free_pieces = forms.IntegerField(
        label=gettext_lazy("Free from pieces"), required=False, min_value=1, max_value=MOST_FREE_PIECES
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove this zone"), required=False)

    told: Mapping[str, str] | None = None
    is_wanted = False  # somebody has just asked for it

    def __init__(self, *args, is_rest: bool, **kwargs):
        self.is_rest = is_rest
        may_be_empty = not is_rest and not kwargs.get("initial")
        super().__init__(*args, empty_permitted=may_be_empty, use_required_attribute=not may_be_empty, **kwargs)
        if is_rest:
            del self.fields["regions"], self.fields["remove"]
            for name in ("first", "further"):
                self.fields[name].initial = 1
        else:
            self.fields["regions"].is_needed = True

    @property
    def is_left_out(self) -> bool:
        """A row that says nothing, or is to go."""
        return not self.is_rest and (self.is_blank or self.cleaned_data.get("remove", False))

    @property
    def is_blank(self) -> bool:
        return self.empty_permitted and not self.has_changed()

    def tell(self, measure: str) -> None:
        """Fold the row: what it charges is said in a line. One that makes no sense, or is to go, stays open."""
        if self.is_bound:
            said = self.zone() if self.is_valid() and not self.is_left_out else None
        else:
            said = zone_of(self.initial) if self.initial else None
        self.told = charged(said, measure, DEFAULT_CURRENCY) if said else None

    @property
    def is_open(self) -> bool:
        return bool(self.errors) or self.is_wanted or not (self.told or self.is_blank)

    def full_clean(self):
        super().full_clean()
        if self.is_bound and not self.is_rest and self.cleaned_data.get("remove"):
            self._errors = ErrorDict()
            self.cleaned_data = {"remove": True}

    def clean_regions(self) -> tuple[str, ...]:
        regions = self.cleaned_data["regions"]
        if not regions and self.has_changed() and not self.data.get(self.add_prefix("remove")):
            raise ValidationError(_("Name the regions of this zone."))
        return regions

    def zone(self) -> Zone:
        said = self.cleaned_data
        return Zone(
            regions=said.get("regions", ()),
            first=said["first"],
            first_fee=said["first_fee"].minor,
            further=said["further"],
            further_fee=said["further_fee"].minor,
            free_over=None if said["free_over"] is None else said["free_over"].minor,
            free_pieces=said["free_pieces"],
        )


class TemplateForm(forms.Form):
    """A freight template: its name, what it counts, its zones, and where nothing goes."""

    name = TextFormField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    measure = forms.ChoiceField(
        label=gettext_lazy("Charged"),
        choices=FreightTemplate.Measure,
        widget=forms.RadioSelect,
        initial=FreightTemplate.Measure.PIECE,
        help_text=gettext_lazy("Weight counts grams, volume cubic centimetres, as your SKUs have them."),
    )
    nowhere = RegionsField(
        label=gettext_lazy("Not delivered to"),
        help_text=gettext_lazy("Orders that would go there are refused, with a word beside the goods."),
    )
    zones = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_ZONES + EMPTY_ROWS)

    def __init__(self, data: Mapping | None = None, *, template: FreightTemplate | None = None, more: bool = False):
        """:param more: one more row was asked for; nothing is judged yet"""
        zones = template.zones if template else []
        count = max(len(zones), 1) + (0 if template else EMPTY_ROWS)
        if data is not None:
            posted = str(data.get("zones", ""))
            count = min(int(posted), MOST_ZONES + EMPTY_ROWS) if posted.isascii() and posted.isdecimal() else count
            count = max(count, 1) + (1 if more else 0)
            data = data.copy()
            data["zones"] = str(count)
        initial = {"zones": count}
        if template:
            initial |= {"name": template.name, "measure": template.measure, "nowhere": template.nowhere}
        super().__init__(data, initial=initial)
        self.rows = [
            ZoneForm(
                data,
                prefix=f"zone{number}",
                is_rest=number == 0,
                initial=zones[number] if number < len(zones) else None,
            )
            for number in range(count)
        ]
        for row in self.rows:
            row.tell(str(self["measure"].value()))
        if more:
            self.rows[-1].is_wanted = True
            for form in (self, *self.rows):
                as_typed(form)

    @property
    def can_grow(self) -> bool:
        return len(self.rows) < MOST_ZONES + EMPTY_ROWS

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    @property
    def kept(self) -> list[ZoneForm]:
        """The rows that say something; the first one is for all other regions."""
        return [row for row in self.rows if not row.is_left_out]

    def fields_of_template(self) -> dict:
        """What the verb is handed."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "measure": said["measure"],
            "nowhere": said["nowhere"],
            "zones": [row.zone() for row in self.kept],
        }

    def refuse(self, refusal: Refusal) -> None:
        """Say why not at the field that it concerns."""
        field, number = refusal.details.get("field"), refusal.details.get("zone")
        form = self if number is None else self.kept[number]
        form.add_error(field if field in form.fields else None, str(refusal))


class TryForm(forms.Form):
    """Goods and a region, to see what a template charges for them."""

    province = DivisionField(label=gettext_lazy("Province"))
    city = DivisionField(label=gettext_lazy("City"), required=False, none=gettext_lazy("Any"))
    pieces = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=10_000, initial=1)
    grams = forms.IntegerField(
        label=gettext_lazy("Grams of one piece"), min_value=0, max_value=1_000_000, required=False
    )
    cm3 = forms.IntegerField(
        label=gettext_lazy("Volume of one piece (cm³)"), min_value=0, max_value=100_000_000, required=False
    )
    worth = MoneyFormField(label=gettext_lazy("Paid for the goods (¥)"), required=False)

    def __init__(self, data: Mapping | None = None, *, template: FreightTemplate):
        super().__init__(data, auto_id="try-%s")
        self.template = template
        link_divisions(self, ("province", "city"))
        for name, measure in (("grams", "weight"), ("cm3", "volume")):
            if template.measure != measure:
                del self.fields[name]

    def goods(self) -> Goods:
        said = self.cleaned_data
        return Goods(0, terms_of(self.template), said["pieces"], said.get("grams") or 0, said.get("cm3") or 0)

    @property
    def fen(self) -> int:
        return self.cleaned_data["worth"].minor if self.cleaned_data["worth"] else 0
