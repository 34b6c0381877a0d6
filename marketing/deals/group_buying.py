"""
Group buying as a deal (K4): by the public id of the promotion one opens a group, by that of a group one joins it.

Whoever opens a group is given the public id that it will have, so that her order names the group as all others do.
"""

from datetime import datetime, timedelta
from math import ceil

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketing import tunables
from marketing.deals.base import Deal, DealGone
from marketing.groups import seats
from marketing.groups.bonus import on_bonus
from marketing.models import BuyingGroup, DealUnits, Promotion, Seat
from merchants import standing

Kind, Status = Promotion.Kind, BuyingGroup.Status
SOON = timedelta(minutes=1)


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """
    The price of the group for this shopper: in a new one, or in the one that is named.

    :raises DealGone: it does not run, nothing is left, she may not join, or she has what one person may have
    """
    group = None
    if key.startswith("bgr_"):
        group = BuyingGroup.objects.select_related("promotion", "units").filter(public_id=key).first()
    units = _units_of(key, sku_id) if group is None else group.units
    if units is None or units.sku_id != sku_id:
        raise DealGone(_("There is no such offer (any more)."))
    promotion = units.promotion
    if group is not None and (why := why_not_join(group, shopper_id=shopper_id, now=now)):
        raise DealGone(why)
    if not is_running(promotion, now):
        raise DealGone(_("This group buying is over."))
    most = min(units.left, units.most - seats.pieces_of(units.pk, shopper_id))
    if units.left < 1:
        raise DealGone(_("There is nothing left at the price of the group."))
    if most < 1:
        raise DealGone(seats.had_enough(units.most))
    ends_at = group.ends_at if group else promotion.ends_at
    return Deal(
        key=group.public_id if group else seats.new_key(),
        promotion=promotion.public_id,
        kind=Kind.GROUP_BUYING,
        name=promotion.name,
        version=promotion.version,
        shop_id=units.shop_id,
        sku_id=sku_id,
        price=units.price,
        most=most,
        excludes=frozenset(promotion.excludes),
        pay_minutes=max(1, min(tunables.GROUP_PAY_MINUTES.value, ceil((ends_at - now) / SOON))),
        waits=True,
        notes=_notes(promotion, group),
    )


def _units_of(key: str, sku_id: int) -> DealUnits | None:
    rows = DealUnits.objects.select_related("promotion").filter(sku=sku_id, promotion__kind=Kind.GROUP_BUYING)
    return rows.filter(promotion__public_id=key).first()


def is_running(promotion: Promotion, now: datetime) -> bool:
    """Whether groups may be opened and joined; a shop that may not promote has none."""
    return (
        promotion.status == Promotion.Status.LIVE
        and promotion.starts_at <= now < promotion.ends_at
        and standing.may_join_campaigns(promotion.shop)
    )


def why_not_join(group: BuyingGroup, *, shopper_id: int | None, now: datetime) -> str:
    """Why this shopper (``None``: whoever looks) cannot join a group, in a sentence; empty if she can."""
    if group.status == Status.FORMED:
        return _("This group is complete already; open one of your own or join another.")
    if group.status == Status.EXPIRED or group.ends_at <= now:
        return _("The time of this group is over; open one of your own or join another.")
    if shopper_id is not None and group.seats.filter(shopper=shopper_id, status__in=Seat.STANDING).exists():
        return _("You are in this group already. Invite somebody: nobody can sit twice in one group.")
    if not group.seats_paid:
        return _("Whoever opened this group has not paid yet; it can be joined as soon as that is done.")
    if not group.free:
        return _("All seats of this group are taken at the moment. If somebody does not pay, one comes free again.")
    if group.for_newcomers and shopper_id is not None and not seats.is_newcomer(shopper_id):
        return seats.only_newcomers()
    return ""


def _notes(promotion: Promotion, group: BuyingGroup | None) -> tuple[str, ...]:
    """What she should know before she orders."""
    rule = promotion.rule
    size = group.size if group else rule["size"]
    others = (group.missing if group else size) - 1
    if others:
        first = ngettext(
            "The group is complete when %(count)d more person beside you has paid; then the shop sends the goods.",
            "The group is complete when %(count)d more people beside you have paid; then the shop sends the goods.",
            others,
        )
    else:
        first = _("You are the last one: when you have paid, the group is complete and the shop sends the goods.")
    notes = [first % {"count": others}, _("If it is not complete in time, all of your money comes back by itself.")]
    if group is None:
        words = {"hours": rule["hours"]}
        sentence = ngettext(
            "Your group stays open for %(hours)d hour.", "Your group stays open for %(hours)d hours.", rule["hours"]
        )
        notes.insert(0, sentence % words)
    helped = group.helped_from if group else seats.helped_from(rule)
    if helped:
        notes.append(on_help(helped, size))
    if group is None and (bonus := on_bonus(promotion)):
        notes.append(bonus)
    if rule.get("newcomers"):
        notes.append(_("Only newcomers may join: who has never bought in this mall."))
    return tuple(notes)


def on_help(helped_from: int, size: int) -> str:
    """How the mall completes a group, said openly."""
    words = {"count": helped_from, "size": size}
    return (
        _(
            "If at least %(count)d of %(size)d seats are paid when the time is over, the mall completes the group:"
            " who is in it gets the goods at this price. Seats stay empty then; nobody is made up."
        )
        % words
    )


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    A seat for this order, in a new group or in the one that is named.

    :raises DealGone: others were faster
    """
    sit = seats.join_group if BuyingGroup.objects.filter(public_id=deal.key).exists() else seats.open_group
    sit(deal, order_id=order_id, shopper_id=shopper_id, quantity=quantity, now=now)


def paid(*, order_id: str, now: datetime) -> None:
    seats.confirm_seat(order_id=order_id, now=now)


def give_back(*, order_id: str, now: datetime) -> None:
    seats.free_seat(order_id=order_id, now=now)


def waiting_words(key: str) -> str:
    """What orders of a group wait for."""
    group = BuyingGroup.objects.filter(public_id=key).first()
    if group is None or group.status != Status.OPEN:
        return _("This order waits for the outcome of its group.")
    words = ngettext(
        "This order waits for its group: %(count)d more person must pay. If the time runs out, the money comes back.",
        "This order waits for its group: %(count)d more people must pay. If the time runs out, the money comes back.",
        group.missing,
    )
    return words % {"count": group.missing}


def page_of(key: str) -> str:
    return reverse("storefront:marketing:group", args=[key]) if key.startswith("bgr_") else ""
