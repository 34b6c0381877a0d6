"""
Groups and their seats: opened and joined by orders, confirmed by payments, completed, given up (K4).

Locks are taken in one order: units of the SKU, group, seat. Every count is moved by a statement that carries its
condition, so no look from before decides anything, and news that is heard twice changes nothing.

A group ends at its time, or at once when its promotion does not run any more. What has paid by then is completed by the
mall where its rule says so (no seat is ever filled with somebody who is not there), or paid back.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.events.bus import publish
from mall.events.marketing import DealCame, DealFailed
from mall.ids import new_id
from mall.rows import insert_rows, select_rows
from marketing.deals.base import Deal, DealGone
from marketing.deals.units import give_units_back, take_units
from marketing.groups import telling
from marketing.models import BuyingGroup, Promotion, Seat

Status, FormedHow = BuyingGroup.Status, BuyingGroup.FormedHow
MOST_AT_ONCE = 500  # groups that one run of the clock ends


def new_key() -> str:
    """The public id of a group that somebody may open."""
    return new_id("bgr")


def is_newcomer(shopper_id: int) -> bool:
    """Whether she has never had a paid order that stands, in the whole mall."""
    return not import_string(settings.MARKETING_HAS_BOUGHT)(shopper_id)


# In the transaction that places an order


def open_group(deal: Deal, *, order_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    A new group with her in its first seat; others may join once she has paid.

    :raises DealGone: the units are gone, the promotion is over, or she has what one person may have
    """
    units_id, shop_id, promotion_id = _take_units(deal, shopper_id, quantity, now)
    promotion = Promotion.objects.get(pk=promotion_id)
    rule = promotion.rule
    (group,) = insert_rows(
        [
            BuyingGroup(
                public_id=deal.key,
                shop_id=shop_id,
                promotion=promotion,
                units_id=units_id,
                leader_id=shopper_id,
                size=rule["size"],
                seats_taken=1,
                for_newcomers=rule.get("newcomers", False),
                helped_from=helped_from(rule),
                bonus_id=rule.get("leader_coupon"),
                opened_at=now,
                ends_at=min(now + timedelta(hours=rule["hours"]), promotion.ends_at),
            )
        ]
    )
    _sit(group.pk, order_id=order_id, shopper_id=shopper_id, pieces=quantity, now=now)


_JOIN = """
    UPDATE marketing_buyinggroup SET seats_taken = seats_taken + 1
    WHERE public_id = %s AND status = 'open' AND seats_taken < size AND seats_paid > 0 AND ends_at > %s
    RETURNING id, for_newcomers
"""


def join_group(deal: Deal, *, order_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    A seat in a group that is open.

    :raises DealGone: the group is full or over, she sits in it already, or only newcomers may join; or the units are
        gone, the promotion is over, or she has what one person may have
    """
    _take_units(deal, shopper_id, quantity, now)
    joined = select_rows(_JOIN, [deal.key, now])
    if not joined:
        raise DealGone(_("This group has just become full or has ended; open one of your own or join another."))
    ((group_id, for_newcomers),) = joined
    if for_newcomers and not is_newcomer(shopper_id):
        raise DealGone(only_newcomers())
    _sit(
        group_id, order_id=order_id, shopper_id=shopper_id, pieces=quantity, now=now, as_newcomer=for_newcomers
    )  # fmt: skip


_HERS = """
    SELECT coalesce(sum(s.pieces), 0) FROM marketing_seat s JOIN marketing_buyinggroup g ON g.id = s.group_id
    WHERE g.units_id = %s AND s.shopper_id = %s AND s.status <> 'freed'
"""


def pieces_of(units_id: int, shopper_id: int) -> int:
    """How many pieces she has in groups of these units."""
    return int(select_rows(_HERS, [units_id, shopper_id])[0][0])


def _take_units(deal: Deal, shopper_id: int, quantity: int, now: datetime) -> tuple[int, int, int]:
    taken = take_units(promotion=deal.promotion, sku_id=deal.sku_id, pieces=quantity, now=now)
    if taken is None:
        raise DealGone(_("There is nothing left at the price of the group, or it has just ended."))
    units_id, most, shop_id, promotion_id = taken
    if pieces_of(units_id, shopper_id) + quantity > most:
        raise DealGone(had_enough(most))
    return units_id, shop_id, promotion_id


_SIT = """
    INSERT INTO marketing_seat (group_id, shopper_id, order_public_id, pieces, as_newcomer, status, reserved_at)
    VALUES (%(group)s, %(shopper)s, %(order)s, %(pieces)s, %(newcomer)s, 'reserved', %(now)s)
    ON CONFLICT DO NOTHING RETURNING id
"""


def _sit(
    group_id: int, *, order_id: str, shopper_id: int, pieces: int, now: datetime, as_newcomer: bool = False
) -> None:  # fmt: skip
    values = {
        "group": group_id, "shopper": shopper_id, "order": order_id, "pieces": pieces, "newcomer": as_newcomer,
        "now": now,
    }  # fmt: skip
    if not select_rows(_SIT, values):
        raise DealGone(_("You have a seat in this group already, or one as a newcomer in another."))


def helped_from(rule) -> int:
    """From how many paid seats on the mall completes a group at its end; 0: never."""
    percent = rule.get("helped_percent") or 0
    return -(-rule["size"] * percent // 100)


def only_newcomers() -> str:
    return _("Only newcomers may join this group: who has never bought in this mall. You may open one yourself.")


def had_enough(most: int) -> str:
    return _("You have had what one person may have of it (%(most)d).") % {"most": most}


# What is heard of orders


@transaction.atomic
def confirm_seat(*, order_id: str, now: datetime) -> bool:
    """
    Her order is paid: the seat is hers, and the last one completes the group. False: there was nothing to confirm.

    Paid when the group was completed already, the order may be sent at once; when it was given up, it is paid back.
    """
    group = _locked_group_of(order_id)
    seat = Seat.objects.filter(order_public_id=order_id, status=Seat.Status.RESERVED).first()
    if group is None or seat is None:
        return False
    seat.status, seat.paid_at = Seat.Status.PAID, now
    seat.save(update_fields=["status", "paid_at"])
    if group.status == Status.EXPIRED:
        publish(_failed(order_id, now))
        return True
    group.seats_paid += 1
    group.save(update_fields=["seats_paid"])
    if group.status == Status.FORMED:
        publish(DealCame(order_id=order_id, came_at=now))
        telling.formed(group, [seat], now=now)
    elif group.seats_paid >= group.size:
        _form(group, FormedHow.FULL, now)
    else:
        telling.confirmed(group, seat, now=now)
    return True


@transaction.atomic
def free_seat(*, order_id: str, now: datetime) -> bool:
    """
    Her order came to nothing: the units can be had again, and while the group is open so can the seat. The group goes
    on with the others, whoever opened it. False: it was free already.
    """
    found = select_rows(
        "SELECT g.units_id FROM marketing_seat s JOIN marketing_buyinggroup g ON g.id = s.group_id"
        " WHERE s.order_public_id = %s AND s.status <> 'freed'",
        [order_id],
    )
    if not found:
        return False
    ((units_id,),) = found
    select_rows("SELECT id FROM marketing_dealunits WHERE id = %s FOR NO KEY UPDATE", [units_id])
    group = _locked_group_of(order_id)
    seat = Seat.objects.filter(order_public_id=order_id).exclude(status=Seat.Status.FREED).first()
    if seat is None:
        return False
    give_units_back(units_id, seat.pieces)
    if group.status == Status.OPEN:
        group.seats_taken -= 1
        group.seats_paid -= seat.status == Seat.Status.PAID
        if not group.seats_taken:
            _give_up(group, now)
        group.save(update_fields=["seats_taken", "seats_paid", "status", "expired_at"])
    seat.status, seat.freed_at = Seat.Status.FREED, now
    seat.save(update_fields=["status", "freed_at"])
    return True


def _locked_group_of(order_id: str) -> BuyingGroup | None:
    found = Seat.objects.filter(order_public_id=order_id).values_list("group_id", flat=True).first()
    return BuyingGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=found) if found else None


# By the clock


def end_groups(*, now: datetime) -> dict:
    """
    Groups whose time or whose promotion is over are completed by the mall, or given up and paid back; how many of each.

    One transaction for each group, so it may be killed and run again, and several may share the work.
    """
    counts = {FormedHow.HELPED.value: 0, Status.EXPIRED.value: 0}
    for _number in range(MOST_AT_ONCE):
        outcome = _end_next(now)
        if not outcome:
            break
        counts[outcome] += 1
    return {name: count for name, count in counts.items() if count}


@transaction.atomic
def _end_next(now: datetime) -> str:
    over = BuyingGroup.objects.filter(status=Status.OPEN).filter(
        Q(ends_at__lte=now) | ~Q(promotion__status=Promotion.Status.LIVE)
    )
    group = (
        over.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("ends_at", "pk").first()
    )  # fmt: skip
    if group is None:
        return ""
    if group.helped_from and group.seats_paid >= group.helped_from:
        _form(group, FormedHow.HELPED, now)
        return FormedHow.HELPED.value
    _give_up(group, now)
    group.save(update_fields=["status", "expired_at"])
    seats = list(group.seats.filter(status__in=Seat.STANDING).order_by("pk"))
    publish(*(_failed(seat.order_public_id, now) for seat in seats))
    telling.expired(group, [seat for seat in seats if seat.status == Seat.Status.PAID], now=now)
    return Status.EXPIRED.value


def _form(group: BuyingGroup, how: str, now: datetime) -> None:
    BuyingGroup.FLOW.move(group, Status.FORMED)
    group.formed_at, group.formed_how = now, how
    group.save(update_fields=["status", "formed_at", "formed_how"])
    seats = list(group.seats.filter(status=Seat.Status.PAID).order_by("pk"))
    publish(*(DealCame(order_id=seat.order_public_id, came_at=now) for seat in seats))
    telling.formed(group, seats, now=now)


def _give_up(group: BuyingGroup, now: datetime) -> None:
    BuyingGroup.FLOW.move(group, Status.EXPIRED)
    group.expired_at = now


def _failed(order_id: str, now: datetime) -> DealFailed:
    with override(settings.LANGUAGE_CODE):
        reason = _("The group was not complete in time")
    return DealFailed(order_id=order_id, reason=reason, failed_at=now)
