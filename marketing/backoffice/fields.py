"""Fields of the forms of promotions: moments, rows of the shop, its items, per cent, amounts, numbered rows of them."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.models import Sku
from mall.forms import MoneyFormField


class MomentField(forms.DateTimeField):
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class ChosenRows(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, row) -> str:
        return str(getattr(row, "title", None) or row.name)


class SkuField(forms.CharField):
    """A SKU of the shop by its code or number; cleaned to its key."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)

    shop = None

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        found = Sku.objects.filter(Q(code=typed) | Q(public_id=typed), shop=self.shop).first()
        if found is None:
            raise ValidationError(_("No item of the shop has this code or number."))
        return found.pk

    def prepare_value(self, value):
        if isinstance(value, int):
            found = Sku.objects.filter(pk=value).first()
            return (found.code or found.public_id) if found else ""
        return value


class PercentField(forms.DecimalField):
    """So many per cent off, cleaned to basis points."""

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)

    def clean(self, value):
        number = super().clean(value)
        return None if number is None else int(number * 100)

    def prepare_value(self, value):
        return f"{value / 100:g}" if isinstance(value, int) else value


def optional_money(label, **more) -> MoneyFormField:
    return MoneyFormField(label=label, required=False, **more)


def numbered(count: int, /, **fields: Callable[[], forms.Field]) -> dict[str, forms.Field]:
    """So many rows of these fields: ``sku_1``, ``price_1``, ``sku_2`` and so on."""
    return {f"{name}_{number}": make() for number in range(1, count + 1) for name, make in fields.items()}


def is_numbered(name: str) -> bool:
    return name.rpartition("_")[2].isdigit()
