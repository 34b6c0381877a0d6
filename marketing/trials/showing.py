"""What pages show of free trials: what runs, one with its applications, what a shop has got of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q, QuerySet

from catalog.models import Review
from catalog.offers import BuyableSku, buyable_skus
from marketing.models import Promotion, TrialApplication, TrialUnits
from merchants import states

MOST_SHOWN = 60
Status = TrialApplication.Status


@dataclass(frozen=True, slots=True)
class Ware:
    """One thing that is given away, and how many have applied for it."""

    units: TrialUnits
    sku: BuyableSku
    applied: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial with its things; ``phase``: waiting, open, deciding, decided or off."""

    promotion: Promotion
    wares: Sequence[Ware]
    phase: str

    @property
    def applied(self) -> int:
        return sum(ware.applied for ware in self.wares)


def public() -> QuerySet[Promotion]:
    """Those that people may look at: started once, of shops that may promote."""
    rows = Promotion.objects.filter(kind=Promotion.Kind.FREE_TRIAL, trial__isnull=False)
    return rows.filter(states.in_states("promote", prefix="shop__")).select_related("shop", "trial")


def running(*, now: datetime) -> list[Shown]:
    """Those for which one can apply, the ones that end first in front. Three queries."""
    rows = public().filter(status=Promotion.Status.LIVE, starts_at__lte=now, ends_at__gt=now)
    return _shown(list(rows.order_by("ends_at", "pk")[:MOST_SHOWN]), now)


def one(promotion: Promotion, *, now: datetime) -> Shown:
    return _shown([promotion], now)[0]


def _shown(promotions: list[Promotion], now: datetime) -> list[Shown]:
    units = TrialUnits.objects.filter(promotion__in=promotions).annotate(applied=Count("applications"))
    units = list(units.order_by("pk"))
    skus = {sku.sku_id: sku for sku in buyable_skus([row.sku_id for row in units])} if units else {}
    return [
        Shown(
            promotion,
            [Ware(row, skus[row.sku_id], row.applied) for row in units if row.promotion_id == promotion.pk],
            phase(promotion, now),
        )
        for promotion in promotions
    ]


def phase(promotion: Promotion, now: datetime) -> str:
    trial = promotion.trial
    if trial.drawn_at:
        return "decided"
    if trial.called_off_at or promotion.status != Promotion.Status.LIVE:
        return "off"
    if now < promotion.starts_at:
        return "waiting"
    return "open" if now < promotion.ends_at else "deciding"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a trial has brought a shop."""

    applied: int
    won: int
    taken: int
    reported: int
    missed: int
    stars: float | None


def figures(promotion: Promotion) -> Figures:
    """Two queries; in a shop's scope its own."""
    found = promotion.trial_applications.aggregate(
        applied=Count("pk"),
        won=Count("pk", filter=Q(status__in=TrialApplication.WINNERS)),
        taken=Count("pk", filter=Q(status__in=[Status.TAKEN, Status.REPORTED])),
        reported=Count("pk", filter=Q(status=Status.REPORTED)),
        missed=Count("pk", filter=Q(status=Status.MISSED)),
    )
    people = promotion.trial_applications.filter(status=Status.REPORTED).values("shopper")
    named = TrialUnits.objects.filter(promotion=promotion).values("sku__product")
    said = Review.objects.filter(is_trial=True, hidden_at=None, product__in=named, shopper__in=people)
    return Figures(**found, stars=said.aggregate(stars=Avg("stars"))["stars"])
