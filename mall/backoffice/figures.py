"""Figures of a period against the one before, gathered from every app (``BACKOFFICE_FIGURES``)."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.module_loading import import_string

from mall.backoffice.periods import Period
from mall.charts import Chart
from mall.money import Money


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the period, and what it was before."""

    label: str
    value: int | Money
    before: int | Money

    @property
    def change(self) -> int | None:
        """The change in per cent; ``None`` where there was nothing before."""
        value, before = (one.minor if isinstance(one, Money) else one for one in (self.value, self.before))
        return round(100 * (value - before) / before) if before else None

    @property
    def direction(self) -> str:
        change = self.change or 0
        return "up" if change > 0 else "down" if change < 0 else "same"

    @property
    def size(self) -> int:
        """The change without its sign."""
        return abs(self.change or 0)

    @property
    def is_money(self) -> bool:
        return isinstance(self.value, Money)


@dataclass(slots=True)
class Figures:
    """What an app has to tell of a period."""

    figures: list[Figure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


def figures_of(shop, seat, period: Period) -> Figures:
    """Everything that the holder of a seat may see of a period."""
    gathered = Figures()
    for name in settings.BACKOFFICE_FIGURES:
        if (told := import_string(name)(shop, seat, period)) is not None:
            gathered.figures += told.figures
            gathered.charts += told.charts
    return gathered
