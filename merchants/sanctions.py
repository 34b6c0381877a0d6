"""
Sanctions (M9): a violation costs points, and the points that count together decide what follows.

A sanction may carry a fine. It is in force when the time to appeal is over without an appeal, or when an appeal was
refused; settlement takes it then, and gives it back when the sanction is lifted.

Points count until they expire (``merchants.points_days``) or the sanction is lifted. Who stands at so many is warned,
restricted, hidden from lists, suspended (frozen) or on the way out. Expiry lowers a restriction by itself; a suspended
shop comes back by its petition.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import SanctionImposed, SanctionLifted, ShopFined, ShopRestricted
from mall.money import Money
from mall.refusals import Refusal
from merchants import exits, shops
from merchants.models import Petition, Sanction, Shop
from merchants.tunables import (
    APPEAL_DAYS,
    FINE_MOST,
    POINTS_CLOSED,
    POINTS_DAYS,
    POINTS_HIDDEN,
    POINTS_RESTRICTED,
    POINTS_SUSPENDED,
)

POINTS = {
    Sanction.Code.LATE_SHIPPING: 2,
    Sanction.Code.OUT_OF_STOCK: 2,
    Sanction.Code.BANNED_ASKED: 2,
    Sanction.Code.FALSE_WORDS: 3,
    Sanction.Code.WRONG_BRAND: 3,
    Sanction.Code.HARASSMENT: 6,
    Sanction.Code.BANNED_GOODS: 12,
    Sanction.Code.FAKE_TRADING: 12,
    Sanction.Code.COUNTERFEIT: 24,
}
Consequence = Sanction.Consequence


class NoteMissing(Refusal):
    """A sanction says what happened."""

    code = "reason-missing"
    status = 422


class WrongFine(Refusal):
    """A fine is an amount up to ``merchants.fine_most``, in the currency of the shop."""

    code = "wrong-fine"
    status = 400


class ShopIsClosed(Refusal):
    """A closed shop cannot be sanctioned any more."""

    code = "shop-is-closed"


class LiftedAlready(Refusal):
    """A sanction is lifted once, and by another person than who imposed it."""

    code = "lifted-already"


@transaction.atomic
def impose_once(*, shop: Shop, code: str, subject: str, note: str, by, now: datetime) -> Sanction:
    """
    As :func:`impose`, for what was done with one thing (a product's public id): while a sanction for the same counts,
    it is the answer, and so is one of the same moment that was lifted.

    :raises NoteMissing: nobody would know what happened
    :raises ShopIsClosed: the shop is closed
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    same = Sanction.objects.owned_by(shop).filter(code=code, subject=subject)
    known = same.filter(Q(lifted_at=None, expires_at__gt=now) | Q(imposed_at=now)).order_by("-pk").first()
    return known or impose(shop=shop, code=code, subject=subject, note=note, by=by, now=now)


@transaction.atomic
def impose(
    *, shop: Shop, code: str, note: str, by, now: datetime, subject: str = "", fine: Money | None = None
) -> Sanction:
    """
    Put a violation on the shop's account; what its points together demand follows at once, a fine when the time to
    appeal is over.

    :param subject: what it is about, if that is a thing with a public id
    :raises NoteMissing: nobody would know what happened
    :raises WrongFine: the fine is below zero, too high, or in another currency than the shop's
    :raises ShopIsClosed: the shop is closed
    """
    note = note.strip()[:300]
    if not note:
        raise NoteMissing(_("Say what happened: the shop reads it."))
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    if shop.status == Shop.Status.CLOSED:
        raise ShopIsClosed(_("This shop is closed."))
    fine = fine or Money(0, shop.currency)
    if fine.currency != shop.currency or not 0 <= fine.minor <= FINE_MOST.value:
        most = Money(FINE_MOST.value, shop.currency)
        raise WrongFine(_("A fine is at most %(most)s.") % {"most": most}, field="fine")
    points = POINTS[Sanction.Code(code)]
    total = live_points(shop, now) + points
    sanction = Sanction.objects.create(
        shop=shop,
        code=code,
        points=points,
        subject=subject,
        note=note,
        consequence=consequence_of(total),
        currency=shop.currency,
        fine=fine,
        imposed_by=by,
        imposed_at=now,
        expires_at=now + timedelta(days=POINTS_DAYS.value),
    )
    record(
        "merchants.impose_sanction",
        sanction.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"code": sanction.code, "points": points, "total": total, "note": note, "fine": fine.minor},
    )
    publish(
        SanctionImposed(
            sanction_id=sanction.public_id,
            shop_id=shop.public_id,
            code=sanction.code,
            points=points,
            total=total,
            consequence=sanction.consequence,
            note=note,
            imposed_at=now,
            fine=fine.minor,
            currency=shop.currency,
            fine_due_at=fine_due_at(sanction).isoformat() if fine else "",
        )
    )
    _follow(shop, sanction, by=by, now=now)
    return sanction


def _follow(shop: Shop, sanction: Sanction, *, by, now: datetime) -> None:
    consequence = sanction.consequence
    settle_restriction(shop, now=now, by=by)
    if consequence == Consequence.SUSPENDED and Shop.FLOW.can(shop, Shop.Status.FROZEN):
        shops.freeze_shop(shop=shop, reason=sanction.note, by=by, now=now)
    elif consequence == Consequence.CLOSED and Shop.FLOW.can(shop, Shop.Status.EXITING):
        exits.ask_exit(shop=shop, reason=sanction.note, by=by, now=now)


@transaction.atomic
def lift(*, sanction: Sanction, by, now: datetime) -> Sanction:
    """
    Take a sanction back: its points count no more, a restriction they caused goes; a suspended shop is thawed.

    :raises LiftedAlready: it is lifted, or ``by`` imposed it
    """
    shop = Shop.objects.select_for_update().get(pk=sanction.shop_id)
    sanction = Sanction.objects.select_for_update().get(pk=sanction.pk)
    if sanction.lifted_at:
        raise LiftedAlready(_("This sanction is lifted already."))
    if by.pk == sanction.imposed_by_id:
        raise LiftedAlready(_("Somebody else has to lift this."))
    sanction.lifted_at, sanction.lifted_by = now, by
    sanction.save(update_fields=["lifted_at", "lifted_by"])
    record("merchants.lift_sanction", sanction.public_id, by=by, now=now, shop_slug=shop.slug)
    publish(SanctionLifted(sanction_id=sanction.public_id, shop_id=shop.public_id, code=sanction.code, lifted_at=now))
    settle_restriction(shop, now=now, by=by)
    froze = shop.status == Shop.Status.FROZEN and shop.frozen_because == sanction.note
    if froze and consequence_of(live_points(shop, now)) not in {Consequence.SUSPENDED, Consequence.CLOSED}:
        shops.thaw_shop(shop=shop, by=by, now=now)
    return sanction


def fine_due_at(sanction: Sanction) -> datetime:
    """When the time to appeal against it is over."""
    return sanction.imposed_at + timedelta(days=APPEAL_DAYS.value)


def enforce_fines(*, now: datetime) -> int:
    """Fines against which nobody appealed in time are in force; returns how many. One transaction each, few of them."""
    due = Sanction.objects.filter(
        fine__gt=0, fined_at=None, lifted_at=None, imposed_at__lt=now - timedelta(days=APPEAL_DAYS.value)
    )
    return sum(_enforce_unless_asked(key, now) for key in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _enforce_unless_asked(key: int, now: datetime) -> bool:
    shop_id = Sanction.objects.values_list("shop_id", flat=True).get(pk=key)
    Shop.objects.select_for_update().get(pk=shop_id)  # as who appeals, and who lifts
    sanction = Sanction.objects.select_for_update().select_related("shop").get(pk=key)
    waits = Petition.objects.filter(
        kind=Petition.Kind.SANCTION, subject=sanction.public_id, status=Petition.Status.ASKED
    )
    return not waits.exists() and enforce_fine(sanction, now=now)


def enforce_fine(sanction: Sanction, *, now: datetime) -> bool:
    """Its fine is in force, once, unless it is lifted; the caller has locked its row."""
    if not sanction.fine or sanction.fined_at or sanction.lifted_at:
        return False
    sanction.fined_at = now
    sanction.save(update_fields=["fined_at"])
    record(
        "merchants.enforce_fine",
        sanction.public_id,
        now=now,
        shop_slug=sanction.shop.slug,
        after={"fine": sanction.fine.minor},
    )
    publish(
        ShopFined(
            sanction_id=sanction.public_id,
            shop_id=sanction.shop.public_id,
            amount=sanction.fine.minor,
            currency=sanction.currency,
            note=sanction.note,
            fined_at=now,
        )
    )
    return True


def settle_restriction(shop: Shop, *, now: datetime, by=None) -> bool:
    """Bring the level of restriction to what the points that count demand; the caller has locked the shop's row."""
    level = {Consequence.WARNING: 0, Consequence.RESTRICTED: 1}.get(consequence_of(live_points(shop, now)), 2)
    if level == shop.restriction:
        return False
    before, shop.restriction = shop.restriction, level
    if shop.status in {Shop.Status.OPEN, Shop.Status.RESTRICTED}:
        shop.status = shop.working_status
    shop.save(update_fields=["restriction", "status"])
    record(
        "merchants.restrict_shop",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        before={"level": before},
        after={"level": level},
    )
    publish(ShopRestricted(shop_id=shop.public_id, level=level, level_before=before, restricted_at=now))
    return True


def expire_points(*, now: datetime) -> int:
    """Shops whose points expired are restricted less; returns how many. One transaction a shop, few of them."""
    count = 0
    for key in Shop.objects.filter(restriction__gt=0).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            shop = Shop.objects.select_for_update().get(pk=key)
            count += settle_restriction(shop, now=now)
    return count


def live_points(shop: Shop, now: datetime) -> int:
    """The points that count at this moment."""
    live = Sanction.objects.owned_by(shop).filter(lifted_at=None, expires_at__gt=now)
    return live.aggregate(sum=Sum("points", default=0))["sum"]


def consequence_of(points: int) -> str:
    """What so many points demand."""
    steps = (
        (POINTS_CLOSED.value, Consequence.CLOSED),
        (POINTS_SUSPENDED.value, Consequence.SUSPENDED),
        (POINTS_HIDDEN.value, Consequence.HIDDEN),
        (POINTS_RESTRICTED.value, Consequence.RESTRICTED),
    )
    return next((consequence for least, consequence in steps if points >= least), Consequence.WARNING)


def sanctions_of(shop: Shop, now: datetime) -> list[Sanction]:
    """The shop's violations, newest first, each with ``counts``: whether its points count."""
    rows = list(Sanction.objects.owned_by(shop).order_by("-imposed_at", "-pk")[:50])
    for row in rows:
        row.counts = row.lifted_at is None and row.expires_at > now
    return rows


def scale() -> list[tuple[int, str]]:
    """From how many points which consequence follows, for the pages."""
    return [
        (1, Consequence.WARNING.label),
        (POINTS_RESTRICTED.value, Consequence.RESTRICTED.label),
        (POINTS_HIDDEN.value, Consequence.HIDDEN.label),
        (POINTS_SUSPENDED.value, Consequence.SUSPENDED.label),
        (POINTS_CLOSED.value, Consequence.CLOSED.label),
    ]
