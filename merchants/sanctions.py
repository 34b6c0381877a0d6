"""
Sanctions (M9): a violation costs points, and the points that count together decide what follows.

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
from mall.events.merchants import SanctionImposed, SanctionLifted, ShopRestricted
from mall.refusals import Refusal
from merchants import exits, shops
from merchants.models import Sanction, Shop
from merchants.tunables import POINTS_CLOSED, POINTS_DAYS, POINTS_HIDDEN, POINTS_RESTRICTED, POINTS_SUSPENDED

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
def impose(*, shop: Shop, code: str, note: str, by, now: datetime, subject: str = "") -> Sanction:
    """
    Put a violation on the shop's account; what its points together demand follows at once.

    :param subject: what it is about, if that is a thing with a public id
    :raises NoteMissing: nobody would know what happened
    :raises ShopIsClosed: the shop is closed
    """
    note = note.strip()[:300]
    if not note:
        raise NoteMissing(_("Say what happened: the shop reads it."))
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    if shop.status == Shop.Status.CLOSED:
        raise ShopIsClosed(_("This shop is closed."))
    points = POINTS[Sanction.Code(code)]
    total = live_points(shop, now) + points
    sanction = Sanction.objects.create(
        shop=shop,
        code=code,
        points=points,
        subject=subject,
        note=note,
        consequence=consequence_of(total),
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
        after={"code": sanction.code, "points": points, "total": total, "note": note},
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
