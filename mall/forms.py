"""Form fields for the ground floor's values: money and text in several languages."""

import copy
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from mall.money import DEFAULT_CURRENCY, Money
from mall.texts import Text


class MoneyFormField(forms.CharField):
    """An amount typed in yuan (``12.30``), cleaned to :class:`~mall.money.Money`."""

    widget = forms.TextInput

    def __init__(self, *, minimum: int = 0, maximum: int = 10**11, **kwargs):
        """:param minimum: least amount, in fen; :param maximum: greatest amount, in fen"""
        self.minimum, self.maximum = minimum, maximum
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value):
        if isinstance(value, int):
            value = Money(value)
        return f"{value.decimal}" if isinstance(value, Money) else value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = Money.parse(text, DEFAULT_CURRENCY)
        except ValueError:
            raise ValidationError(_("Enter an amount such as 12.30.")) from None
        if not self.minimum <= amount.minor <= self.maximum:
            raise ValidationError(
                _("Enter an amount between %(least)s and %(most)s."),
                params={"least": Money(self.minimum), "most": Money(self.maximum)},
            )
        return amount


class PercentFormField(forms.DecimalField):
    """A part typed in per cent (``12.5``), cleaned to hundredths of a per cent, as it is kept."""

    def __init__(self, *, least: int = 0, most: int = 10_000, **kwargs):
        """:param least: the least, in hundredths of a per cent; :param most: the greatest"""
        bounds = {"min_value": Decimal(least) / 100, "max_value": Decimal(most) / 100}
        super().__init__(decimal_places=2, max_digits=8, **bounds, **kwargs)

    def prepare_value(self, value):
        return f"{value / 100:g}" if isinstance(value, int) else value

    def clean(self, value):
        part = super().clean(value)
        return None if part is None else int(part * 100)


class TextWidget(forms.MultiWidget):
    """One input per language of the mall, each marked with its language."""

    template_name = "components/widgets/text.html"

    def __init__(self, widget=forms.TextInput, attrs=None):
        """:param widget: the input of one language, a class or an instance to copy"""
        self.languages = [code for code, _name in settings.LANGUAGES]
        model = widget() if isinstance(widget, type) else widget
        inputs = {code.replace("-", "_"): copy.deepcopy(model) for code in self.languages}
        for code, one in zip(self.languages, inputs.values(), strict=True):
            one.attrs["lang"] = code
        super().__init__(inputs, attrs)

    def decompress(self, value):
        return [(value or {}).get(code, "") for code in self.languages]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        names = dict(settings.LANGUAGES)
        for code, sub in zip(self.languages, context["widget"]["subwidgets"], strict=True):
            sub["language"] = {"code": code, "name": names[code]}
        return context


class TextFormField(forms.MultiValueField):
    """A :class:`~mall.texts.Text`; the mall's main language must be filled in, the others may be."""

    def __init__(self, *, max_length: int = 200, widget=forms.TextInput, **kwargs):
        fields = [forms.CharField(max_length=max_length, required=False) for _code in settings.LANGUAGES]
        super().__init__(fields=fields, require_all_fields=False, widget=TextWidget(widget), **kwargs)

    def compress(self, data_list):
        codes = [code for code, _name in settings.LANGUAGES]
        return Text({code: text for code, text in zip(codes, data_list or [], strict=False) if text})

    def clean(self, value):
        text = super().clean(value)
        if self.required and not text.get(settings.LANGUAGE_CODE):
            raise ValidationError(_("Fill in the Chinese text."), code="required")
        return text


def as_typed(form: forms.BaseForm) -> forms.BaseForm:
    """A form that shows what was typed and does not judge it yet."""
    form._errors = ErrorDict()
    form.cleaned_data = {}
    return form
