"""The timeline of a shop (M5): what happened in its life, told from the growth file, newest first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.clock import business_date
from merchants.models import GrowthEntry, HealthScore, Petition, Sanction, Shop, TierRecord, Trade

LENGTH = 60
FIRSTS: dict[str, Promise] = {
    "ProductApproved": gettext_lazy("First product on sale"),
    "OrderPaid": gettext_lazy("First paid order"),
    "OrderCompleted": gettext_lazy("First completed order"),
    "ProductReviewed": gettext_lazy("First review"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: when, what, more about it; ``tone`` is that of a badge."""

    at: datetime
    title: str
    text: str = ""
    tone: str = ""


def _petition(detail: dict) -> tuple[str, str, str]:
    title = _("Petition granted") if detail["is_granted"] else _("Petition refused")
    kind = Petition.Kind(detail["kind"]).label if detail["kind"] in Petition.Kind.values else ""
    return title, f"{kind} – {detail['answer']}", "good" if detail["is_granted"] else "warn"


def _until(detail: dict) -> str:
    ends_at = datetime.fromisoformat(detail["ends_at"])
    return _("Until %(day)s") % {"day": business_date(ends_at - timedelta(seconds=1)).isoformat()}


def _name_of_trade(slug: str) -> str:
    trade = Trade.objects.filter(slug=slug).first()
    return str(trade or slug)


# event -> (title, text, tone) from the entry's details
TOLD: dict[str, Callable[[dict], tuple[str, str, str]]] = {
    "ShopOpened": lambda detail: (_("The shop opened"), "", "good"),
    "TradeAdmitted": lambda detail: (_("One more trade admitted"), _name_of_trade(detail["trade"]), "good"),
    "ShopReminded": lambda detail: (
        _("Reminder: no paid order"),
        _("For %(days)s days") % {"days": detail["idle_days"]},
        "warn",
    ),
    "ShopFrozen": lambda detail: (_("Frozen"), detail["reason"], "bad"),
    "ShopThawed": lambda detail: (_("Shown to shoppers again"), "", "good"),
    "ShopWentOnHoliday": lambda detail: (_("Went on holiday"), _until(detail), "info"),
    "ShopCameBack": lambda detail: (_("Back from holiday"), "", "info"),
    "PetitionDecided": _petition,
    "ShopBarred": lambda detail: (
        _("Barred from campaigns"),
        _("Health score %(score)s") % {"score": detail["score"]},
        "bad",
    ),
    "ShopUnbarred": lambda detail: (
        _("Campaigns open again"),
        _("Health score %(score)s") % {"score": detail["score"]},
        "good",
    ),
    "TierChanged": lambda detail: (
        _("Tier: %(tier)s") % {"tier": TierRecord.Tier(detail["tier"]).label},
        "",
        "info",
    ),
    "SanctionImposed": lambda detail: (
        _("Violation: %(points)s points") % {"points": detail["points"]},
        f"{Sanction.Code(detail['code']).label} – {detail['note']}",
        "bad",
    ),
    "SanctionLifted": lambda detail: (_("Sanction lifted"), str(Sanction.Code(detail["code"]).label), "good"),
    "ShopRestricted": lambda detail: (
        _("Restriction: level %(level)s") % {"level": detail["level"]},
        "",
        "warn" if detail["level"] else "good",
    ),
    "OrdersSetAside": lambda detail: (
        _("Orders that look like fake trade: %(count)s") % {"count": len(detail["orders"])},
        _("They count in no figure until staff have looked at them."),
        "warn",
    ),
    "FakeTradeConfirmed": lambda detail: (_("Fake trade"), detail["reason"], "bad"),
    "OrdersCleared": lambda detail: (
        _("Orders that count again: %(count)s") % {"count": len(detail["orders"])},
        detail["reason"],
        "good",
    ),
    "ShopExiting": lambda detail: (_("Leaving the mall"), detail["reason"], "warn"),
    "ShopStays": lambda detail: (_("Stays in the mall"), "", "good"),
    "ShopClosed": lambda detail: (_("Closed"), detail["reason"], "bad"),
}


def timeline(shop: Shop, *, length: int = LENGTH) -> list[Moment]:
    """The newest moments of the shop's life; three queries."""
    entries = GrowthEntry.objects.owned_by(shop)
    moments = [
        Moment(entry.at, *TOLD[entry.name](entry.detail))
        for entry in entries.filter(name__in=TOLD).order_by("-at", "-pk")[:length]
    ]
    firsts = entries.filter(name__in=FIRSTS).order_by().values_list("name").annotate(Min("at"))
    moments += [Moment(at, str(FIRSTS[name]), "", "good") for name, at in firsts]
    scores = HealthScore.objects.owned_by(shop).order_by("-month")[:length]
    moments += [
        Moment(
            score.scored_at,
            _("Health score %(score)s") % {"score": score.score.normalize()},
            f"{score.month:%Y-%m}",
            "good" if score.is_passed else "bad",
        )
        for score in scores
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:length]
