"""
Offers that are used by orders: held in the order's own transaction, given back when it comes to nothing (O4).

A coupon goes from held to locked when the order is placed, to used when it is paid, and back into the shopper's hand
when every order that used it was canceled or refunded whole. Rows decide, so the same news heard twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from mall.money import Money
from mall.refusals import Refusal
from mall.rows import insert_rows, select_rows
from marketing import tunables
from marketing.flash import units
from marketing.models import Coupon, JointTerms, Promotion, PromotionUse
from marketing.pricing import Applied, PricedLine, Quote


class OfferGone(Refusal):
    """An offer that was counted on cannot be used any more: run out, used elsewhere, withdrawn."""

    code = "offer-gone"


@dataclass(frozen=True, slots=True)
class UsedBy:
    """An order of which offers took something off; a shop may have several under one payment."""

    order_id: str
    shop_id: int
    total: Money
    lines: Sequence[PricedLine]

    def taken_by(self, key: str, *, bearer: str = "") -> Money:
        """What one offer took off it; of that the part of one bearer, if one is named."""
        parts = [part for line in self.lines for part in line.parts if part.key == key]
        if bearer:
            amounts = [amount for part in parts for who, amount in part.bearers if who == bearer]
        else:
            amounts = [part.amount for part in parts]
        return Money.total(amounts, self.total.currency)

    def drawn_by(self, offer: Applied) -> Money:
        """What of it draws on the budget of who offers it: all, but what a host bears of another shop's offer."""
        taken = self.taken_by(offer.key)
        return taken - self.taken_by(offer.key, bearer="shop") if self.shop_id in dict(offer.terms) else taken


def use_offers(
    *, quote: Quote, group_id: str, orders: Sequence[UsedBy], shopper_id: int, now: datetime
) -> list[PromotionUse]:
    """
    Hold what this quote uses for an order group that is being placed: lock its coupons, draw on budgets, note the uses.

    Called in the transaction that places, after stock (the house's order of locks); nothing is asked without offers.

    :raises OfferGone: a coupon is not in her hand any more, a budget is used up, or units of a flash sale are gone;
        the caller's transaction ends
    """
    if not quote.applied:
        return []
    keys = [offer.key for offer in quote.applied if offer.is_coupon]
    coupons = _lock_coupons(keys, group_id, shopper_id, now) if keys else {}
    promotions = dict(
        select_rows(
            "SELECT public_id, id FROM marketing_promotion WHERE public_id = ANY (%s)",
            [[offer.promotion for offer in quote.applied]],
        )
    )
    for offer in sorted(quote.applied, key=lambda offer: promotions[offer.promotion]):
        if not offer.is_coupon:
            drawn = Money.total((order.drawn_by(offer) for order in orders), offer.amount.currency)
            _draw(promotions[offer.promotion], drawn)
    _draw_on_terms(quote, orders)
    flash = _take_units(quote, shopper_id)
    promising = _promising(quote, orders)
    return insert_rows(
        PromotionUse(
            shop_id=order.shop_id,
            promotion_id=promotions[offer.promotion],
            coupon_id=coupons.get(offer.key),
            group_public_id=group_id,
            order_public_id=order.order_id,
            shopper_id=shopper_id,
            currency=amount.currency,
            amount=amount,
            borne_by_shop=order.taken_by(offer.key, bearer="shop"),
            borne_by_issuer=order.taken_by(offer.key, bearer="issuer"),
            terms_id=dict(offer.terms).get(order.shop_id),
            order_total=order.total,
            pieces=_pieces(flash, offer.promotion, order),
            perk=asdict(offer.perk) if promising.get(offer.key) == order.order_id else None,
            used_at=now,
        )
        for offer in quote.applied
        for order in orders
        if (amount := order.taken_by(offer.key))
    )


def _promising(quote: Quote, orders: Sequence[UsedBy]) -> dict[str, str]:
    """With which order (public id) comes the coupon that a step promises: the first one that it took something off."""
    return {
        offer.key: next(
            (order.order_id for order in orders if order.shop_id == offer.shop_id and order.taken_by(offer.key)), ""
        )
        for offer in quote.applied
        if offer.perk
    }


def _take_units(quote: Quote, shopper_id: int) -> dict[tuple[str, int], units.Taken]:
    """Of flash sales, by sale and SKU, how many units are hers now."""
    wanted = {(sale, sku_id): count for sku_id, (sale, count) in quote.flash_units.items()}
    taken = units.take(wanted, shopper_id=shopper_id) if wanted else {}
    if taken is None:
        raise OfferGone(_("The flash sale has just sold out; please look at your order again."))
    return taken


def _pieces(taken: dict[tuple[str, int], units.Taken], sale: str, order: UsedBy) -> dict[str, int]:
    """How many units of a flash sale one order has, by their key."""
    of_order = {line.sku_id for line in order.lines}
    return {
        str(row.units_id): row.pieces for (of, sku_id), row in taken.items() if of == sale and sku_id in of_order
    }  # fmt: skip


_LOCK = """
    UPDATE marketing_coupon SET status = 'locked', locked_for = %s, returned_at = NULL
    WHERE public_id = ANY (%s) AND shopper_id = %s AND status IN ('held', 'returned') AND valid_until > %s
    RETURNING public_id, id
"""


def _lock_coupons(keys: list[str], group_id: str, shopper_id: int, now: datetime) -> dict[str, int]:
    locked = dict(select_rows(_LOCK, [group_id, keys, shopper_id, now]))
    if len(locked) < len(set(keys)):
        raise OfferGone(_("A coupon that you chose cannot be used any more; please look at your order again."))
    return locked


# A promotion without a budget is not touched, so only those with one make their orders wait for each other.
_DRAW = """
    UPDATE marketing_promotion SET spent = spent + %s WHERE id = %s AND budget IS NOT NULL AND spent + %s <= budget
"""


def _draw(promotion_id: int, amount: Money) -> None:
    drawn = select_rows(_DRAW + " RETURNING id", [amount.minor, promotion_id, amount.minor])
    if not drawn and Promotion.objects.filter(pk=promotion_id, budget__isnull=False).exists():
        raise OfferGone(_("An offer has just been used up; please look at your order again."))


# What the issuer of a joint promotion bears in another shop stays within what it has signed.
_DRAW_ON_TERMS = """
    UPDATE marketing_jointterms SET spent = spent + %s WHERE id = %s AND cap IS NOT NULL AND spent + %s <= cap
"""


def _draw_on_terms(quote: Quote, orders: Sequence[UsedBy]) -> None:
    """Terms without a cap are not touched; the others by key, so that two checkouts never wait for each other."""
    drawn: dict[int, int] = {}
    for offer in quote.applied:
        terms = dict(offer.terms)
        for order in orders:
            if order.shop_id in terms and (amount := order.taken_by(offer.key, bearer="issuer")):
                drawn[terms[order.shop_id]] = drawn.get(terms[order.shop_id], 0) + amount.minor
    for key, amount in sorted(drawn.items()):
        taken = select_rows(_DRAW_ON_TERMS + " RETURNING id", [amount, key, amount])
        if not taken and JointTerms.objects.filter(pk=key, cap__isnull=False).exists():
            raise OfferGone(_("An offer has just been used up; please look at your order again."))


@transaction.atomic
def mark_used(*, group_id: str, now: datetime) -> int:
    """The order group is paid: its coupons are used. Returns how many; the second time none."""
    return Coupon.objects.filter(locked_for=group_id, status=Coupon.Status.LOCKED).update(
        status=Coupon.Status.USED, used_at=now
    )


@transaction.atomic
def give_back(*, order_ids: Iterable[str], now: datetime) -> int:
    """
    These orders (public ids) came to nothing, or all of what was paid for their goods went back.

    Budgets get back what the orders drew, flash sales their units. A coupon returns to the shopper's hand when no order
    that used it stands any more, with some days to use it where its own have run out. Returns how many coupons
    returned; again: none.
    """
    uses = list(
        PromotionUse.objects.select_for_update(of=("self",), no_key=True)
        .filter(order_public_id__in=list(order_ids), returned_at=None)
        .order_by("pk")
    )
    if not uses:
        return 0
    PromotionUse.objects.filter(pk__in=[use.pk for use in uses]).update(returned_at=now)
    pieces = _units_of(uses)
    kept = units.keep_again({key: sum(hers.values()) for key, hers in pieces.items()}, now=now) if pieces else {}
    for use in sorted(uses, key=lambda use: use.promotion_id):
        if use.coupon_id is None:
            Promotion.objects.filter(pk=use.promotion_id, budget__isnull=False).update(
                spent=F("spent") - (use.borne_by_issuer if use.terms_id else use.amount).minor
            )
    for use in sorted((use for use in uses if use.terms_id), key=lambda use: use.terms_id):
        JointTerms.objects.filter(pk=use.terms_id, cap__isnull=False).update(
            spent=F("spent") - use.borne_by_issuer.minor
        )
    if pieces:
        units.give_back(pieces, kept, now=now)
    return sum(_return_coupon(pk, now) for pk in sorted({use.coupon_id for use in uses if use.coupon_id}))


def _units_of(uses: Sequence[PromotionUse]) -> dict[int, dict[int, int]]:
    """What these uses had of flash sales, by the key of the units and of the shopper."""
    pieces: dict[int, dict[int, int]] = {}
    for use in uses:
        for units_id, count in use.pieces.items():
            hers = pieces.setdefault(int(units_id), {})
            hers[use.shopper_id] = hers.get(use.shopper_id, 0) + count
    return pieces


def _return_coupon(coupon_id: int, now: datetime) -> bool:
    coupon = Coupon.objects.select_for_update(no_key=True).get(pk=coupon_id)
    still_used = PromotionUse.objects.filter(
        coupon=coupon, group_public_id=coupon.locked_for, returned_at=None
    )  # fmt: skip
    if still_used.exists() or not Coupon.FLOW.can(coupon, Coupon.Status.RETURNED):
        return False
    grace = now + timedelta(days=tunables.COUPON_GRACE_DAYS.value)
    Coupon.FLOW.move(coupon, Coupon.Status.RETURNED)
    coupon.returned_at, coupon.used_at, coupon.locked_for = now, None, ""
    coupon.valid_until = max(coupon.valid_until, grace)
    coupon.save(update_fields=["status", "returned_at", "used_at", "locked_for", "valid_until"])
    return True
