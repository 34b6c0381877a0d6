"""Seats: who sits in a shop, and as what (A4)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.refusals import Refusal
from merchants.models import Seat, Shop


class LastOwner(Refusal):
    """A shop keeps at least one owner."""

    code = "last-owner"


@transaction.atomic
def give_seat(*, shop: Shop, user, role: str, by, now: datetime) -> Seat:
    """
    Seat a person in a shop, or give the person who sits there another role.

    :raises LastOwner: the only owner would get another role
    """
    Shop.objects.select_for_update().get(pk=shop.pk)
    seat = Seat.objects.filter(shop=shop, user=user).first() or Seat(shop=shop, user=user)
    before = {"role": seat.role} if seat.pk else {}
    if seat.pk and role != Seat.Role.OWNER:
        _keep_an_owner(seat)
    seat.role = Seat.Role(role)
    seat.save()
    record(
        "merchants.give_seat",
        user.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        before=before,
        after={"role": seat.role},
    )
    return seat


@transaction.atomic
def take_seat_away(*, seat: Seat, by, now: datetime) -> None:
    """
    The person no longer works in the shop.

    :raises LastOwner: she is its only owner
    """
    Shop.objects.select_for_update().get(pk=seat.shop_id)
    _keep_an_owner(seat)
    record(
        "merchants.take_seat_away",
        seat.user.public_id,
        by=by,
        now=now,
        shop_slug=seat.shop.slug,
        before={"role": seat.role},
    )
    seat.delete()


def _keep_an_owner(seat: Seat) -> None:
    owners = Seat.objects.filter(shop=seat.shop_id, role=Seat.Role.OWNER)
    if seat.role == Seat.Role.OWNER and not owners.exclude(pk=seat.pk).exists():
        raise LastOwner(_("A shop keeps at least one owner."))
