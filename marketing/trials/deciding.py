"""
Who gets a free trial: by lot or by the shop's choice, and who moves up when a winner does not take it.

The lot sorts applications by the SHA-256 hash of "seed:number of the application". It is drawn in one transaction that
holds the row of the trial, so it is drawn once, and whole, wherever a worker is killed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.clock import BUSINESS_ZONE
from mall.events.bus import publish
from mall.events.marketing import TrialWon
from mall.notifications.sending import notify
from mall.refusals import Refusal
from mall.rows import select_rows
from marketing import notices, tunables
from marketing.models import Promotion, Trial, TrialApplication, TrialUnits

Status = TrialApplication.Status
BATCH = 200
GRACE = timedelta(days=1)  # after the last winner's days, before those in reserve are told that nothing came free


class CannotChoose(Refusal):
    """The shop cannot choose this application (any more)."""

    code = "cannot-choose"


def decided_at(promotion: Promotion) -> datetime:
    """When the lot is drawn: as applications end, or after the days in which the shop chooses."""
    if promotion.rule["chosen_by"] == "shop":
        return promotion.ends_at + timedelta(days=tunables.TRIAL_CHOOSE_DAYS.value)
    return promotion.ends_at


@transaction.atomic
def choose(*, application: TrialApplication, by, now: datetime) -> TrialApplication:
    """
    The shop gives a piece to this applicant.

    :raises CannotChoose: winners of this trial are drawn by lot, it is drawn already, or all pieces are given
    :raises WrongStatus: she has won already
    """
    application = _locked(application.pk)
    promotion = application.promotion
    if promotion.rule["chosen_by"] != "shop" or promotion.status != Promotion.Status.LIVE:
        raise CannotChoose(_("Winners of this trial are not chosen by the shop."))
    if not Trial.objects.filter(promotion=promotion, drawn_at=None, called_off_at=None).exists():
        raise CannotChoose(_("The time to choose is over."))
    TrialApplication.FLOW.move(application, Status.WON)
    if not _give(application.units_id):
        raise CannotChoose(_("All pieces are given."))
    _win(application, now)
    record(
        "marketing.choose_for_trial", application.public_id, by=by, now=now, shop_slug=promotion.shop.slug,
        after={"promotion": promotion.public_id},
    )  # fmt: skip
    return application


def draw_due(*, now: datetime) -> int:
    """Trials whose time has come are drawn, or called off if stopped; returns how many. One transaction each."""
    due = Trial.objects.filter(drawn_at=None, called_off_at=None, promotion__ends_at__lte=now).order_by("pk")
    return sum(_decide(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _decide(pk: int, now: datetime) -> bool:
    trial = (
        Trial.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("promotion")
        .filter(pk=pk, drawn_at=None, called_off_at=None)
        .first()
    )
    if trial is None:
        return False
    promotion = trial.promotion
    if promotion.status == Promotion.Status.STOPPED:
        TrialApplication.objects.filter(promotion=promotion, status=Status.APPLIED).update(status=Status.LOST)
        trial.called_off_at = now
        trial.save(update_fields=["called_off_at"])
        return True
    if decided_at(promotion) > now:
        return False
    _draw(trial, now)
    trial.drawn_at = now
    trial.save(update_fields=["drawn_at"])
    return True


# Of each thing the first in the order of the lot win what is left, so many again stay in reserve.
_DRAW = """
    WITH line AS (
        SELECT a.id, row_number() OVER (PARTITION BY a.units_id ORDER BY
            encode(sha256(convert_to(%(seed)s || ':' || a.public_id, 'UTF8')), 'hex') COLLATE "C") AS place
        FROM marketing_trialapplication a WHERE a.promotion_id = %(promotion)s AND a.status = 'applied'
    )
    UPDATE marketing_trialapplication a SET place = line.place,
        status = CASE WHEN line.place <= u.quota - u.given THEN 'won'
            WHEN line.place <= u.quota - u.given + u.quota THEN 'reserve' ELSE 'lost' END,
        won_at = CASE WHEN line.place <= u.quota - u.given THEN %(now)s END,
        take_by = CASE WHEN line.place <= u.quota - u.given THEN %(until)s END
    FROM line, marketing_trialunits u
    WHERE a.id = line.id AND u.id = a.units_id
    RETURNING a.id, a.units_id, a.status
"""


def _draw(trial: Trial, now: datetime) -> None:
    promotion = trial.promotion
    list(TrialUnits.objects.select_for_update().filter(promotion=promotion).order_by("pk"))
    until = now + timedelta(days=promotion.rule["take_days"])
    values = {"seed": trial.seed, "promotion": promotion.pk, "now": now, "until": until}
    winners: dict[int, list[int]] = {}
    for pk, units_id, status in select_rows(_DRAW, values):
        if status == Status.WON:
            winners.setdefault(units_id, []).append(pk)
    for units_id, won in sorted(winners.items()):
        TrialUnits.objects.filter(pk=units_id).update(given=F("given") + len(won))
    _tell(TrialApplication.objects.filter(pk__in=[pk for won in winners.values() for pk in won]), now)


def lapse_due(*, now: datetime) -> int:
    """Winners who have not ordered in time make room for the next; returns how many. One transaction each."""
    due = TrialApplication.objects.filter(status=Status.WON, take_by__lte=now).order_by("pk")
    return sum(_lapse(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _lapse(pk: int, now: datetime) -> bool:
    rows = TrialApplication.objects.select_for_update(of=("self",), skip_locked=True)
    application = rows.filter(pk=pk, status=Status.WON, take_by__lte=now).first()
    if application is None:
        return False
    pass_on(application, now)
    return True


def pass_on(application: TrialApplication, now: datetime) -> None:
    """
    This winner, whose row the caller has locked, does not get it: the first in reserve does.

    One who had moved up herself is followed by nobody, so that it ends.
    """
    TrialApplication.FLOW.move(application, Status.MISSED)
    application.save(update_fields=["status"])
    TrialUnits.objects.filter(pk=application.units_id, given__gt=0).update(given=F("given") - 1)
    if application.moved_up:
        return
    reserve = TrialApplication.objects.select_for_update(of=("self",)).select_related("promotion")
    following = reserve.filter(units=application.units_id, status=Status.RESERVE).order_by("place").first()
    if following is not None and _give(application.units_id):
        TrialApplication.FLOW.move(following, Status.WON)
        following.moved_up = True
        _win(following, now)


_RELEASE = """
    UPDATE marketing_trialapplication a SET status = 'lost'
    FROM marketing_trial t, marketing_promotion p
    WHERE a.status = 'reserve' AND t.promotion_id = a.promotion_id AND p.id = a.promotion_id
        AND t.drawn_at + make_interval(days => (p.rule ->> 'take_days')::int) + %(grace)s < %(now)s
    RETURNING a.id
"""


def release_reserve(*, now: datetime) -> int:
    """Those in reserve for whom nothing came free: it is over. One statement."""
    return len(select_rows(_RELEASE, {"now": now, "grace": GRACE}))


def remind_due(*, now: datetime) -> int:
    """Who has tried something hears some days before her report is due; returns how many were told, each once."""
    until, told = now + timedelta(days=tunables.TRIAL_REMIND_DAYS.value), 0
    while True:
        with transaction.atomic():
            due = TrialApplication.objects.filter(status=Status.TAKEN, reminded_at=None, report_by__lte=until)
            due = due.select_for_update(of=("self",), skip_locked=True).select_related("shopper", "sku__product")
            rows = list(due.order_by("pk")[:BATCH])
            for row in rows:
                facts = {"product": dict(row.sku.product.title), "until": _day(row.report_by)}
                notify([row.shopper], notices.TRIAL_REPORT_DUE, facts, url=_mine(), now=now)
            TrialApplication.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
        told += len(rows)
        if len(rows) < BATCH:
            return told


def _locked(pk: int) -> TrialApplication:
    rows = TrialApplication.objects.select_for_update(of=("self",)).select_related("promotion__shop")
    return rows.get(pk=pk)


_GIVE = "UPDATE marketing_trialunits SET given = given + 1 WHERE id = %s AND given < quota RETURNING given"


def _give(units_id: int) -> bool:
    return bool(select_rows(_GIVE, [units_id]))


def _win(application: TrialApplication, now: datetime) -> None:
    application.won_at = now
    application.take_by = now + timedelta(days=application.promotion.rule["take_days"])
    application.save(update_fields=["status", "won_at", "take_by", "moved_up"])
    _tell([application], now)


def _tell(winners: Iterable[TrialApplication], now: datetime) -> None:
    publish(*(TrialWon(application_id=row.public_id, won_at=now) for row in winners))


@transaction.atomic
def tell_winner(*, application_id: str, now: datetime) -> None:
    """She reads that she has won, and until when she orders."""
    row = TrialApplication.objects.select_related("shopper", "sku__product").get(public_id=application_id)
    facts = {"product": dict(row.sku.product.title), "until": _day(row.take_by)}
    notify([row.shopper], notices.TRIAL_WON, facts, url=_mine(), now=now)


def _mine() -> str:
    return reverse("storefront:marketing:my-trials")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
