"""
Support of crowdfundings: taken by orders, confirmed by payments, and its outcome, told to every order (K1).

A crowdfunding has succeeded with the payment that reaches its goal, whatever leaves later; orders that come after that
need not wait. It has failed when its time is over before, or its promotion does not run any more. The outcome is one
row; orders are told of it in batches, each told once, so the telling may be killed at any moment and goes on later.

Locks are taken in one order: units of the SKU, crowdfunding, support.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.accounts.models import User
from mall.clock import business_date
from mall.events.bus import publish
from mall.events.marketing import DealCame, DealFailed
from mall.money import Money
from mall.notifications.sending import notify
from mall.rows import insert_rows, select_rows
from marketing import notices
from marketing.deals.base import Deal, DealGone
from marketing.deals.units import give_units_back, take_units
from marketing.models import Backing, Funding, Promotion

Status = Funding.Status
TOLD_AT_ONCE = 200  # orders, in one transaction
MOST_BATCHES = 500  # of one run of the clock


def write_funding(promotion: Promotion) -> None:
    """The row of a crowdfunding that has not started yet, with its goal."""
    Funding.objects.update_or_create(
        promotion=promotion,
        defaults={
            "shop": promotion.shop,
            "currency": promotion.currency,
            "goal": Money(promotion.rule["goal"], promotion.currency),
        },
    )


# In the transaction that places an order

_HERS = (
    "SELECT coalesce(sum(pieces), 0) FROM marketing_backing"
    " WHERE units_id = %s AND shopper_id = %s AND status <> 'freed'"
)


def pieces_of(units_id: int, shopper_id: int) -> int:
    """How many pieces of a level she has."""
    return int(select_rows(_HERS, [units_id, shopper_id])[0][0])


def back(deal: Deal, *, order_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    Her support, held until her order is paid.

    :raises DealGone: the units are gone, it is over, or she has what one person may have
    """
    taken = take_units(promotion=deal.promotion, sku_id=deal.sku_id, pieces=quantity, now=now)
    if taken is None:
        raise DealGone(_("There is nothing left at this price, or the crowdfunding has just ended."))
    units_id, most, _shop_id, promotion_id = taken
    if pieces_of(units_id, shopper_id) + quantity > most:
        raise DealGone(had_enough(most))
    insert_rows(
        [
            Backing(
                funding=Funding.objects.get(promotion=promotion_id),
                units_id=units_id,
                shopper_id=shopper_id,
                order_public_id=order_id,
                pieces=quantity,
                currency=deal.price.currency,
                amount=deal.price * quantity,
                reserved_at=now,
            )
        ]
    )


def had_enough(most: int) -> str:
    return _("You have had what one person may have of it (%(most)d).") % {"most": most}


# What is heard of orders


@transaction.atomic
def confirm(*, order_id: str, now: datetime) -> bool:
    """
    Her order is paid: it counts, and may be the one that reaches the goal. False: there was nothing to confirm.

    Paid when the outcome was known already, it is told at once.
    """
    funding = _locked_funding_of(order_id)
    backing = Backing.objects.filter(order_public_id=order_id, status=Backing.Status.RESERVED).first()
    if funding is None or backing is None:
        return False
    backing.status, backing.paid_at = Backing.Status.PAID, now
    backing.save(update_fields=["status", "paid_at"])
    if funding.status == Status.FAILED:
        _tell(funding, [backing], now)
        return True
    funding.raised += backing.amount
    funding.backer_count += 1
    if funding.status == Status.SUCCEEDED:
        _tell(funding, [backing], now)
    elif funding.raised.minor >= funding.goal.minor:
        days = funding.promotion.rule["ships_in_days"]
        Funding.FLOW.move(funding, Status.SUCCEEDED)
        funding.decided_at, funding.ships_on = now, business_date(now) + timedelta(days=days)
    funding.save(update_fields=["raised", "backer_count", "status", "decided_at", "ships_on"])
    return True


@transaction.atomic
def free(*, order_id: str, now: datetime) -> bool:
    """
    Her order came to nothing: the units can be had again; while it is open, her money does not count any more. False:
    that was known already.
    """
    found = Backing.objects.filter(order_public_id=order_id).exclude(status=Backing.Status.FREED)
    units_id = found.values_list("units_id", flat=True).first()
    if units_id is None:
        return False
    select_rows("SELECT id FROM marketing_dealunits WHERE id = %s FOR NO KEY UPDATE", [units_id])
    funding = _locked_funding_of(order_id)
    backing = found.first()
    if backing is None:
        return False
    give_units_back(units_id, backing.pieces)
    if funding.status == Status.OPEN and backing.status == Backing.Status.PAID:
        funding.raised -= backing.amount
        funding.backer_count -= 1
        funding.save(update_fields=["raised", "backer_count"])
    backing.status, backing.freed_at = Backing.Status.FREED, now
    backing.save(update_fields=["status", "freed_at"])
    return True


def _locked_funding_of(order_id: str) -> Funding | None:
    key = Backing.objects.filter(order_public_id=order_id).values_list("funding", flat=True).first()
    rows = Funding.objects.select_for_update(of=("self",), no_key=True).select_related("promotion")
    return rows.get(pk=key) if key else None


# By the clock


def follow_crowdfundings(*, now: datetime) -> dict:
    """What is over without its goal has failed; orders that do not know the outcome are told. How many of each."""
    failed, told = 0, 0
    for _number in range(MOST_BATCHES):
        if not _fail_next(now):
            break
        failed += 1
    for _number in range(MOST_BATCHES):
        count = _tell_next(now)
        if not count:
            break
        told += count
    return {name: count for name, count in {"failed": failed, "told": told}.items() if count}


@transaction.atomic
def _fail_next(now: datetime) -> bool:
    over = Funding.objects.filter(status=Status.OPEN).exclude(promotion__status=Promotion.Status.DRAFT)
    over = over.filter(Q(promotion__ends_at__lte=now) | Q(promotion__status=Promotion.Status.STOPPED))
    funding = over.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk").first()
    if funding is None:
        return False
    Funding.FLOW.move(funding, Status.FAILED)
    funding.decided_at = now
    funding.save(update_fields=["status", "decided_at"])
    return True


@transaction.atomic
def _tell_next(now: datetime) -> int:
    """One batch of one crowdfunding; who has not paid waits for nothing when it succeeds."""
    waiting = Backing.objects.filter(told_at=None).exclude(status=Backing.Status.FREED)
    waiting = waiting.filter(
        Q(funding__status=Status.FAILED) | Q(funding__status=Status.SUCCEEDED, status=Backing.Status.PAID)
    )
    first = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("funding", "pk").first()
    if first is None:
        return 0
    rows = list(
        waiting.filter(funding=first.funding_id)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .order_by("pk")[:TOLD_AT_ONCE]
    )
    _tell(Funding.objects.select_related("promotion").get(pk=first.funding_id), rows, now)
    return len(rows)


def _tell(funding: Funding, rows: list[Backing], now: datetime) -> None:
    if funding.status == Status.SUCCEEDED:
        kind, facts = notices.FUNDING_SUCCEEDED, {"day": funding.ships_on.isoformat()}
        day = funding.ships_on.isoformat()
        publish(*(DealCame(order_id=row.order_public_id, came_at=now, ships_on=day) for row in rows))
    else:
        kind, facts = notices.FUNDING_FAILED, {}
        with override(settings.LANGUAGE_CODE):
            reason = _("The crowdfunding did not reach its goal in time")
        publish(*(DealFailed(order_id=row.order_public_id, reason=reason, failed_at=now) for row in rows))
    Backing.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    paid = [row for row in rows if row.status == Backing.Status.PAID]
    people = User.objects.filter(pk__in=[row.shopper_id for row in paid]).order_by("pk")
    facts |= {"name": dict(funding.promotion.name)}
    notify(list(people), kind, facts, url=reverse("storefront:orders:list"), now=now)
