"""
The way out (M9): a shop that leaves is off the shelf at once; it closes when nothing is left to be done and its deposit
is back. The checklist is reckoned, never kept; what only higher rooms know is asked of them (Wiring in the settings).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.audit.trail import record
from mall.events import publish
from mall.events.merchants import ShopExitCleared, ShopExiting, ShopStays
from mall.flow import WrongStatus
from merchants import holidays, shops
from merchants.models import Exit, GrowthEntry, Shop
from merchants.tunables import AFTER_SALE_DAYS


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist: what, whether it is done, what is missing."""

    name: str
    label: str
    is_done: bool
    missing: str = ""


@transaction.atomic
def ask_exit(*, shop: Shop, reason: str, by, now: datetime) -> Exit:
    """
    The shop leaves the mall: nothing new begins, what is in flight is finished.

    :raises ReasonMissing: nobody would know why
    :raises WrongStatus: it leaves already, or is closed
    """
    reason = shops.given(reason)
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    Shop.FLOW.move(shop, Shop.Status.EXITING)
    shop.frozen_at, shop.frozen_because = None, ""
    shop.save(update_fields=["status", "frozen_at", "frozen_because"])
    holidays.end_holiday_of(shop, now=now)
    leaving = Exit.objects.create(shop=shop, asked_by=by, asked_at=now, reason=reason)
    record("merchants.ask_exit", shop.public_id, by=by, now=now, shop_slug=shop.slug, after={"reason": reason})
    publish(ShopExiting(shop_id=shop.public_id, reason=reason, exiting_at=now))
    return leaving


@transaction.atomic
def cancel_exit(*, shop: Shop, by, now: datetime) -> Shop:
    """
    The shop stays after all; its clock of M7 begins anew. Goods that left the shelf are put back by its people.

    :raises WrongStatus: it does not leave, or its deposit is on its way back already
    """
    shop = Shop.objects.select_for_update().get(pk=shop.pk)
    leaving = current_exit(shop)
    if leaving is None or shop.status != Shop.Status.EXITING:
        raise WrongStatus(_("This shop is not leaving."))
    if leaving.cleared_at:
        raise WrongStatus(_("The deposit is on its way back: the shop can no longer stay."))
    Shop.FLOW.move(shop, shop.working_status)
    shop.thawed_at = now
    shop.save(update_fields=["status", "thawed_at"])
    leaving.canceled_at = now
    leaving.save(update_fields=["canceled_at"])
    record("merchants.cancel_exit", shop.public_id, by=by, now=now, shop_slug=shop.slug)
    publish(ShopStays(shop_id=shop.public_id, staying_at=now))
    return shop


def note_data_taken(*, shop: Shop, by, now: datetime) -> None:
    """The shop's people took its data with them."""
    if leaving := current_exit(shop):
        if leaving.data_taken_at is None:
            leaving.data_taken_at = now
            leaving.save(update_fields=["data_taken_at"])
        record("merchants.take_data", shop.public_id, by=by, now=now, shop_slug=shop.slug)


def advance_exits(*, now: datetime) -> dict[str, int]:
    """
    Clear the shops that have nothing left to do but the deposit, and close those whose deposit is back.

    One transaction a shop; running again finds what is due.
    """
    done = {"cleared": 0, "closed": 0}
    for key in Exit.objects.filter(canceled_at=None, closed_at=None).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(), override(settings.LANGUAGE_CODE):
            step = _advance(key, now)
        if step:
            done[step] += 1
    return {name: count for name, count in done.items() if count}


def _advance(key: int, now: datetime) -> str:
    leaving = Exit.objects.select_for_update(of=("self",)).select_related("shop").get(pk=key)
    if leaving.closed_at or leaving.canceled_at:
        return ""
    steps = checklist(leaving, now=now)
    if any(not step.is_done for step in steps if step.name != "deposit"):
        return ""
    if leaving.cleared_at is None:
        leaving.cleared_at = now
        leaving.save(update_fields=["cleared_at"])
        publish(ShopExitCleared(shop_id=leaving.shop.public_id, cleared_at=now))
        return "cleared"
    if not all(step.is_done for step in steps):
        return ""
    shops.close_shop(shop=leaving.shop, reason=leaving.reason, by=leaving.asked_by, now=now)
    leaving.closed_at = now
    leaving.save(update_fields=["closed_at"])
    return "closed"


# Reading


def current_exit(shop: Shop) -> Exit | None:
    return Exit.objects.owned_by(shop).filter(canceled_at=None, closed_at=None).first()


def checklist(leaving: Exit, *, now: datetime) -> list[Step]:
    """What must be done before the shop closes, in order; words fit for its people."""
    shop = leaving.shop
    left = " ".join(words for path in settings.SHOP_UNFINISHED if (words := import_string(path)(shop)))
    on_shelf = import_string(settings.SHOP_ON_SHELF)(shop) if settings.SHOP_ON_SHELF else ""
    deposit = import_string(settings.SHOP_DEPOSIT_HELD)(shop) if settings.SHOP_DEPOSIT_HELD else ""
    quiet_from = _quiet_from(shop, leaving)
    waits = "" if now >= quiet_from else _("Until %(day)s") % {"day": quiet_from.date().isoformat()}
    taken = "" if leaving.data_taken_at else _("Download your data below.")
    return [
        Step("shelf", _("Goods off the shelf and archived"), not on_shelf, on_shelf),
        Step("orders", _("Orders finished and money settled"), not left, left),
        Step("after_sale", _("Time for after-sale passed"), not waits, waits),
        Step("data", _("Data handed over"), not taken, taken),
        Step("deposit", _("Deposit back"), bool(leaving.cleared_at) and not deposit, deposit),
    ]


def _quiet_from(shop: Shop, leaving: Exit) -> datetime:
    """From when on nobody can return anything any more: so many days after the last completed order."""
    last = GrowthEntry.objects.owned_by(shop).filter(name="OrderCompleted").order_by("-at").first()
    return max(last.at + timedelta(days=AFTER_SALE_DAYS.value), leaving.asked_at) if last else leaving.asked_at
