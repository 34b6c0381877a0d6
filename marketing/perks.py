"""
Coupons that a step of a full reduction promises (behaviours 2.23): given when the order is complete, if by then enough
of it is kept to reach the step, and taken back, if unused, when less is kept later.

What the step counted stands on the use of the promotion (``PromotionUse.perk``). What of it is kept, orders say; what
went back because the shop was at fault they leave out.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from mall.audit.trail import record
from mall.money import Money
from mall.notifications.sending import notify
from mall.texts import Text
from marketing import notices
from marketing.coupons import AllClaimed, ClaimedBefore, NothingToClaim, give_one
from marketing.models import Coupon, Promotion, PromotionUse
from marketing.pricing import Quote


@dataclass(frozen=True, slots=True)
class Gone:
    """What of a SKU of an order has gone back: so much (fen) of what was paid, so many pieces."""

    fen: int
    paid: int
    pieces: int


@transaction.atomic
def give(*, order_id: str, gone: Mapping[int, Gone], now: datetime) -> list[Coupon]:
    """
    An order (public id), locked by the caller, is complete: what its steps promised is hers, each once. ``gone`` tells
    by the keys of SKUs what has gone back. What her number or the campaign's does not allow, she does not get.
    """
    given = []
    for use in _uses(order_id):
        campaign = Promotion.objects.select_related("shop").get(pk=use.perk["coupon"])
        if not _stands(use.perk, gone):
            continue
        try:
            with transaction.atomic():
                given.append(give_one(campaign=campaign, shopper_id=use.shopper_id, given_for=order_id, now=now))
        except (ClaimedBefore, AllClaimed, NothingToClaim):
            continue
        except IntegrityError as error:
            if "coupon_given_once_for_an_order" not in str(error):
                raise
            continue
        _tell(use, campaign, notices.COUPON_GIVEN, now)
    return given


@transaction.atomic
def take_back(*, order_id: str, gone: Mapping[int, Gone], now: datetime) -> int:
    """
    So much of an order (public id), locked by the caller, has gone back: coupons of steps that are no longer reached
    are withdrawn where they are unused. Returns how many; again: none.
    """
    count = 0
    for use in _uses(order_id):
        if _stands(use.perk, gone):
            continue
        coupon = (
            Coupon.objects.select_for_update(no_key=True, of=("self",))
            .select_related("promotion__shop")
            .filter(promotion=use.perk["coupon"], given_for=order_id, status__in=Coupon.USABLE)
            .first()
        )
        if coupon is None:
            continue
        before = coupon.status
        with override(settings.LANGUAGE_CODE):
            coupon.revoked_because = str(_("The step that gave it is no longer reached"))[:200]
        Coupon.FLOW.move(coupon, Coupon.Status.REVOKED)
        coupon.save(update_fields=["status", "revoked_because"])
        record(
            "marketing.take_back_coupon",
            coupon.public_id,
            now=now,
            shop_slug=coupon.promotion.shop.slug,
            before={"status": before},
            after={"status": coupon.status, "order": order_id},
        )
        _tell(use, coupon.promotion, notices.COUPON_TAKEN_BACK, now)
        count += 1
    return count


def _uses(order_id: str) -> QuerySet[PromotionUse]:
    rows = PromotionUse.objects.filter(order_public_id=order_id, perk__isnull=False, returned_at=None)
    return rows.select_related("shopper").order_by("pk")


def _stands(perk: Mapping, gone: Mapping[int, Gone]) -> bool:
    """Whether what is kept reaches the step; parts of a fen count for the shopper."""
    kept = 0
    for sku_id, counted in perk["counted"]:
        back = gone.get(sku_id, Gone(0, 1, 0))
        if perk["by_pieces"]:
            kept += max(counted - back.pieces, 0)
        else:
            kept += counted - (counted * back.fen // back.paid if back.paid else 0)
    return kept >= perk["at"]


def _tell(use: PromotionUse, campaign: Promotion, kind, now: datetime) -> None:
    facts = {"coupon": dict(campaign.name), "shop": dict(campaign.shop.name)}
    notify([use.shopper], kind, facts, url=reverse("storefront:marketing:mine"), now=now)


# What pages show


@dataclass(frozen=True, slots=True)
class Promised:
    """The coupon that a step promises with an order, and what became of it (a status of ``Coupon``, or nothing yet)."""

    name: Text
    at: int
    by_pieces: bool
    status: str = ""

    @property
    def from_amount(self) -> Money:
        return Money(self.at)


def in_cart(quote: Quote) -> dict[int, list[Promised]]:
    """What the steps that a quote reaches promise, by the shop's key; one query when there is any, else none."""
    found = [(offer.shop_id, offer.perk) for offer in quote.applied if offer.perk]
    names = _names(perk.coupon for _shop, perk in found)
    promised: dict[int, list[Promised]] = {}
    for shop_id, perk in found:
        promised.setdefault(shop_id, []).append(Promised(names[perk.coupon], perk.at, perk.by_pieces))
    return promised


def of_order(order_id: str) -> list[Promised]:
    """What an order's steps promised, and what became of it."""
    uses = [use.perk for use in _uses(order_id)]
    names = _names(perk["coupon"] for perk in uses)
    if not uses:
        return []
    status = dict(
        Coupon.objects.filter(given_for=order_id, promotion__in=list(names)).values_list("promotion", "status")
    )
    return [
        Promised(names[perk["coupon"]], perk["at"], perk["by_pieces"], status.get(perk["coupon"], "")) for perk in uses
    ]


def _names(keys: Iterable[int]) -> dict[int, Text]:
    wanted: Collection[int] = set(keys)
    return dict(Promotion.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
