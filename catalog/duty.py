"""
What the State takes of goods that a shopper orders from abroad (C2): the taxes of cross-border retail imports.

The rule is that of the Ministry of Finance, the customs and the tax administration (notices Caiguanshui 2016 No. 18 and
2018 No. 49, in force since 2019-01-01): in an order worth at most 5,000 yuan, of a person who has ordered for at most
26,000 yuan in the year, the tariff is 0 and 70 % of consumption tax and VAT are taken. One single piece that is worth
more may come in at the full rates. The value is what is paid for the goods with their delivery.

All is reckoned in whole fen: an order's tax is rounded once, half up, and divided over its lines and taxes by largest
remainder, so that the parts add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mall.money import BPS, Money

TAXES = ("tariff", "consumption", "vat")


@dataclass(frozen=True, slots=True)
class Rates:
    """What the tariff book says of goods, in basis points; consumption tax is a part of the price that contains it."""

    tariff_bps: int = 0
    consumption_bps: int = 0
    vat_bps: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """Which part of consumption tax and VAT is taken within the limits (bps), and the limits in fen."""

    share_bps: int = 7_000
    purchase_limit: int = 500_000
    year_limit: int = 2_600_000


AS_ENACTED = Rules()


@dataclass(frozen=True, slots=True)
class Duty:
    """What is taken of one line, and of which value; ``is_full`` at the full rates."""

    value: Money
    tariff: Money
    consumption: Money
    vat: Money
    rates: Rates
    is_full: bool = False

    @property
    def amount(self) -> Money:
        return self.tariff + self.consumption + self.vat

    def as_data(self) -> dict:
        """What an order line keeps of it, in fen and basis points."""
        return {
            "value": self.value.minor,
            **{tax: getattr(self, tax).minor for tax in TAXES},
            **{f"{tax}_bps": getattr(self.rates, f"{tax}_bps") for tax in TAXES},
            "full": self.is_full,
        }


def duties(values: Sequence[Money], rates: Sequence[Rates], *, pieces: int, rules: Rules = AS_ENACTED) -> list[Duty]:
    """
    What is taken of the lines of one order, in their order.

    :param values: what is paid for each line, with its part of the delivery
    :param pieces: how many pieces the order holds; a single one above the limit is taxed in full
    """
    currency = values[0].currency
    is_full = pieces == 1 and sum(value.minor for value in values) > rules.purchase_limit
    exact = [
        tax
        for value, rate in zip(values, rates, strict=True)
        for tax in _exact(value.minor, rate, BPS if is_full else rules.share_bps, takes_tariff=is_full)
    ]
    parts = iter(_whole(exact))
    return [
        Duty(value, *(Money(next(parts), currency) for _tax in TAXES), rates=rate, is_full=is_full)
        for value, rate in zip(values, rates, strict=True)
    ]


def _exact(value: int, rates: Rates, share_bps: int, *, takes_tariff: bool) -> tuple[Fraction, Fraction, Fraction]:
    """Tariff, consumption tax and VAT of a value, to the last fraction of a fen."""
    tariff = Fraction(value * rates.tariff_bps, BPS) if takes_tariff else Fraction(0)
    consumption = (value + tariff) * rates.consumption_bps / (BPS - rates.consumption_bps)
    vat = (value + tariff + consumption) * rates.vat_bps / BPS
    return tariff, consumption * share_bps / BPS, vat * share_bps / BPS


def _whole(exact: Sequence[Fraction]) -> list[int]:
    """These in whole fen, adding up to their sum rounded half up: the largest remainders are rounded up."""
    parts = [part.numerator // part.denominator for part in exact]
    rest = int(sum(exact) + Fraction(1, 2)) - sum(parts)
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[:rest]:
        parts[place] += 1
    return parts
