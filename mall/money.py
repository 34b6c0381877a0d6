"""
Money: whole minor units (fen) and a currency, nothing else.

A float, or a sum of two currencies, is a programming error and raises ``TypeError``. Rounding happens in one place,
:meth:`Money.share`; dividing happens in :meth:`Money.allocate`, whose parts always add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import total_ordering

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

DEFAULT_CURRENCY = "CNY"
MINOR_UNITS = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "JPY": 0}
SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥"}
BPS = 10_000
LARGEST = 10**17  # minor units; far below the end of a bigint


def _whole(value, meaning: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{meaning} must be a whole number, not {value!r}")
    return value


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of one currency; may be negative (a refund, a debt)."""

    minor: int
    currency: str = DEFAULT_CURRENCY

    def __post_init__(self):
        _whole(self.minor, "money")

    @classmethod
    def parse(cls, text: str, currency: str = DEFAULT_CURRENCY) -> Money:
        """
        Read ``"12.30"`` (or ``"¥ 1,299"``) as money.

        :raises ValueError: not a number, or more decimals than the currency has
        """
        cleaned = str(text).strip().replace(",", "").removeprefix(SIGNS.get(currency, "")).strip()
        try:
            units = Decimal(cleaned).scaleb(MINOR_UNITS[currency])
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount of money") from None
        if not units.is_finite() or abs(units) > LARGEST or units != units.to_integral_value():
            raise ValueError(f"{text!r} is too large or has more decimals than {currency}")
        return cls(int(units), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str = DEFAULT_CURRENCY) -> Money:
        """The sum; zero of ``currency`` for nothing."""
        first, minor = None, 0
        for amount in amounts:
            first = amount if first is None else first
            minor += cls._same(first, amount)
        return cls(0, currency) if first is None else cls(minor, first.currency)

    def _same(self, other) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {other!r} do not mix")
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * _whole(quantity, "a quantity"), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, bps: int) -> Money:
        """
        ``bps`` ten-thousandths of the amount, rounded half away from zero to the minor unit.

        This is the one place that rounds.
        """
        product = self.minor * _whole(bps, "a rate in basis points")
        sign = -1 if product < 0 else 1
        return Money(sign * ((abs(product) * 2 + BPS) // (2 * BPS)), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """
        Divide by weights so that the parts add up to the last fen (largest remainder, earlier part first on a tie).

        :raises ValueError: no weight, a negative weight, or all zero
        """
        if not weights or min(weights) < 0 or sum(weights) == 0:
            raise ValueError("allocation needs weights that are not negative and not all zero")
        whole, sign, mass = abs(self.minor), -1 if self.minor < 0 else 1, sum(weights)
        parts = [whole * weight // mass for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % mass), i))
        for index in by_remainder[: whole - sum(parts)]:
            parts[index] += 1
        return [Money(sign * part, self.currency) for part in parts]

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-MINOR_UNITS[self.currency])

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{SIGNS.get(self.currency, self.currency + ' ')}{abs(self.decimal):,}"


class CurrencyField(models.CharField):
    """The currency that every amount of the row shares (ISO 4217)."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("default", DEFAULT_CURRENCY)
        kwargs.setdefault("verbose_name", _("currency"))
        super().__init__(*args, **kwargs)


class _MoneyAttribute(DeferredAttribute):
    """Reads the row's bigint and its ``currency`` as :class:`Money`."""

    def __get__(self, instance, cls=None):
        value = super().__get__(instance, cls)
        return Money(value, instance.currency) if type(value) is int else value

    def __set__(self, instance, value):
        if isinstance(value, float):
            raise TypeError("money is never a float")
        if isinstance(value, Money):
            currency = instance.__dict__.get("currency")
            if currency and currency != value.currency:
                raise TypeError(f"a row in {currency} cannot hold {value.currency}")
            value = value.minor
        instance.__dict__[self.field.attname] = value


class MoneyField(models.BigIntegerField):
    """An amount in minor units of the row's ``currency``; Python sees :class:`Money`, SQL sees a bigint."""

    descriptor_class = _MoneyAttribute

    def get_prep_value(self, value):
        if isinstance(value, float):
            raise TypeError("money is never a float")
        return super().get_prep_value(value.minor if isinstance(value, Money) else value)

    def to_python(self, value):
        return value if value is None or isinstance(value, Money) else super().to_python(value)

    def clean(self, value, model_instance):
        raw = value.minor if isinstance(value, Money) else value
        return super().clean(raw, model_instance)

    def value_from_object(self, obj):
        return obj.__dict__.get(self.attname)

    def formfield(self, **kwargs):
        from mall.forms import MoneyFormField

        return MoneyFormField(
            **{"required": not self.blank, "label": self.verbose_name, "help_text": self.help_text, **kwargs}
        )


def validate_positive(amount: Money) -> None:
    """:raises ValidationError: the amount is zero or less"""
    if amount.minor <= 0:
        raise ValidationError(_("Enter an amount above zero."))
