"""What pages show of bargains: how far one is, who helped, what the odds are, what a shop's promotion has brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.money import Money
from marketing.bargaining import sequence
from marketing.models import Bargain, BargainUnits, Promotion

Status = Bargain.Status
STATES = {Status.OPEN: "open", Status.REACHED: "done", Status.BOUGHT: "bought", Status.EXPIRED: "over"}


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who cut, as others see her."""

    name: str
    amount: Money
    is_first: bool
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A bargain as the component shows it."""

    price: Money
    now_at: Money
    cut: Money
    floor: Money
    percent: int
    made: int
    needed: int
    state: str
    until: datetime
    helpers: Sequence[Helper] = ()


def shown(bargain: Bargain, *, now: datetime, with_helpers: bool = True) -> Shown:
    """One query for those who cut."""
    state = STATES[bargain.status]
    if state in ("open", "done") and bargain.ends_at <= now:
        state = "over"  # the clock comes by soon
    cuts = bargain.cuts.select_related("helper").order_by("number") if with_helpers else ()
    return Shown(
        price=bargain.price,
        now_at=bargain.now_at,
        cut=bargain.off,
        floor=bargain.floor,
        percent=100 * bargain.off.minor // bargain.span.minor,
        made=bargain.cut_count,
        needed=bargain.needed,
        state=state,
        until=bargain.ends_at,
        helpers=[Helper(cut.helper.shown_name, cut.amount, cut.number == 1) for cut in cuts],
    )


def odds(price: Money, floor: Money, needed: int) -> list[str]:
    """How cuts come about, in sentences that are true for every seed."""
    span = price - floor
    least, most = sequence.bounds(span.minor, needed)
    words = {
        "count": needed,
        "span": span,
        "least": Money(least, price.currency),
        "most": Money(most, price.currency),
    }
    return [
        _("%(count)d cuts take off exactly %(span)s together; there are no others.") % words,
        _("Each takes off between %(least)s and %(most)s. All of them are drawn when the bargain opens.") % words,
        _("Who helps, and when, changes nothing. Nobody can make a cut larger or smaller, not even the shop or mall."),
        _("Units are given out in the order in which they are ordered, not reserved while you bargain."),
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """One cut of the sequence, and whether it was made."""

    number: int
    amount: Money
    is_made: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether what happened is what the seed says; asked of bargains whose seed may be known."""

    seed: str
    seed_hash: str
    steps: Sequence[Step]
    fits_hash: bool
    fits_cuts: bool
    adds_up: bool

    @property
    def holds(self) -> bool:
        return self.fits_hash and self.fits_cuts and self.adds_up


def proof(bargain: Bargain) -> Proof:
    """The sequence made again from the seed, held against the hash that was published and the cuts that were made."""
    amounts = sequence.cuts(bargain.seed, bargain.span.minor, bargain.needed)
    made = dict(bargain.cuts.values_list("number", "amount"))
    return Proof(
        seed=bargain.seed,
        seed_hash=bargain.seed_hash,
        steps=[
            Step(number, Money(amount, bargain.currency), number in made) for number, amount in enumerate(amounts, 1)
        ],
        fits_hash=sequence.hash_of(bargain.seed) == bargain.seed_hash,
        fits_cuts=all(
            (amount if isinstance(amount, int) else amount.minor) == amounts[number - 1]
            for number, amount in made.items()
        )
        and sorted(made) == list(range(1, bargain.cut_count + 1)),
        adds_up=sum(amounts) == bargain.span.minor,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What bargaining has brought a shop: how many began, came down, bought; and how many people helped them."""

    opened: int
    reached: int
    bought: int
    paid: int
    expired: int
    cuts: int
    given: Money

    @property
    def bought_percent(self) -> int | None:
        return round(100 * self.bought / self.opened) if self.opened else None


def figures(promotion: Promotion) -> Figures:
    """One query; in a shop's scope its own."""
    found = promotion.bargains.aggregate(
        opened=Count("pk"),
        reached=Count("pk", filter=Q(reached_at__isnull=False)),
        bought=Count("pk", filter=Q(status=Status.BOUGHT)),
        paid=Count("pk", filter=Q(status=Status.BOUGHT, paid_at__isnull=False)),
        expired=Count("pk", filter=Q(status=Status.EXPIRED)),
        cuts=Sum("cut_count"),
        given=Sum("off", filter=Q(status=Status.BOUGHT)),
    )
    given = found.pop("given")
    money = given if isinstance(given, Money) else Money(int(given or 0), promotion.currency)
    return Figures(**{**found, "cuts": found["cuts"] or 0}, given=money)


def units_of(promotion: Promotion, names: dict[int, str]) -> list[BargainUnits]:
    """What is taken of each item, each with words for its progress."""
    rows = list(promotion.bargain_units.order_by("pk"))
    for row in rows:
        row.label = f"{names.get(row.sku_id, '')} · {row.floor}"
        row.told = f"{row.taken} / {row.quota}"
    return rows


def left_in_words(left: int) -> str:
    return ngettext("%(count)d unit left", "%(count)d units left", left) % {"count": left}
