"""
The units of a flash sale: written when it is saved, set aside in the stock when it starts, taken by orders, given back.

Locks are taken in one order: stock, then units by key, of each the shopper's own counter first, because the units are
the row for which everybody waits. ``taken`` and the counters are moved by statements that carry their condition, so no
look from before decides anything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from catalog import stock
from catalog.models import Product, Sku
from catalog.prices import lowest_price
from mall.money import Money
from mall.rows import select_rows
from marketing.flash import gate
from marketing.models import Campaign, CampaignEnrolment, FlashCount, FlashUnits, Promotion
from marketing.rules import RuleMakesNoSense

SOLD = frozenset({Product.Kind.PHYSICAL, Product.Kind.VIRTUAL})  # not: appointments, pre-sales, goods from abroad


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order has taken of some units (their key), and how they stand after that."""

    units_id: int
    pieces: int
    taken: int
    moves: int
    hers: int


def check_goods(
    *, shop, rule: Mapping, starts_at: datetime, ends_at: datetime, promotion: Promotion | None, now: datetime
) -> None:
    """
    What is named can be sold so: of a kind that can, cheaper than now and not dearer than in the last thirty days
    (2.24), and in no other flash sale at that time.

    :raises RuleMakesNoSense: with the words for the row that is wrong, and its SKU in ``details["sku"]``
    """
    prices = {sku_id: price for sku_id, price, _quota in rule["prices"]}
    lowest = lowest_price(prices, before=max(starts_at, now))
    for sku in Sku.objects.select_related("product").filter(pk__in=prices, shop=shop):
        words = {"goods": sku.product.title, "price": sku.price}
        if sku.product.kind not in SOLD:
            sentence = _("“%(goods)s” cannot be in a flash sale: it is booked, pre-sold or comes from abroad.")
            raise RuleMakesNoSense(sentence % words, field="prices", sku=sku.pk)
        if prices[sku.pk] >= sku.price.minor:
            sentence = _("“%(goods)s” costs %(price)s: the flash price must be lower.")
            raise RuleMakesNoSense(sentence % words, field="prices", sku=sku.pk)
        if prices[sku.pk] > lowest[sku.pk].minor:
            words["lowest"] = lowest[sku.pk]
            sentence = _("“%(goods)s” cost %(lowest)s within the last 30 days: the flash price must not be above that.")
            raise RuleMakesNoSense(sentence % words, field="prices", sku=sku.pk)
    if enrolled := enrolled_at_that_time(sku_ids=list(prices), starts_at=starts_at, ends_at=ends_at):
        words = {"goods": enrolled[0].sku.product.title, "name": enrolled[0].campaign.name}
        sentence = _("“%(goods)s” is enrolled in “%(name)s” for that time.")
        raise RuleMakesNoSense(sentence % words, field="prices", sku=enrolled[0].sku_id)
    if taken := others_at_that_time(
        shop=shop, sku_ids=list(prices), starts_at=starts_at, ends_at=ends_at, promotion=promotion
    ):
        words = {"goods": ", ".join(dict.fromkeys(str(row.sku.product.title) for row in taken))}
        sentence = _("In another flash sale at that time already: %(goods)s.")
        raise RuleMakesNoSense(sentence % words, field="prices", sku=taken[0].sku_id)


def others_at_that_time(
    *, shop, sku_ids: Collection[int], starts_at: datetime, ends_at: datetime, promotion: Promotion | None
) -> list[FlashUnits]:
    """Units of these SKUs in other flash sales that are not stopped and overlap with this time."""
    rows = FlashUnits.objects.owned_by(shop).select_related("sku__product").filter(sku__in=sku_ids)
    rows = rows.filter(promotion__starts_at__lt=ends_at, promotion__ends_at__gt=starts_at)
    rows = rows.exclude(promotion__status=Promotion.Status.STOPPED)
    return list(rows.exclude(promotion=promotion) if promotion is not None else rows)


def enrolled_at_that_time(
    *, sku_ids: Collection[int], starts_at: datetime, ends_at: datetime, but: Campaign | None = None
) -> list[CampaignEnrolment]:
    """What of these SKUs is enrolled in a campaign (but one) at that time, and not sold there as units yet."""
    rows = CampaignEnrolment.objects.filter(
        sku__in=sku_ids,
        status__in=[CampaignEnrolment.Status.WAITING, CampaignEnrolment.Status.ACCEPTED],
        campaign__live_from__lt=ends_at,
        campaign__live_until__gt=starts_at,
    )
    return list(rows.exclude(campaign=but).select_related("sku__product", "campaign").order_by("pk"))


def write_units(promotion: Promotion) -> None:
    """
    The rows that the rule of a sale that does not run asks for; what was taken before stays taken.

    :raises RuleMakesNoSense: fewer units than are taken, or none any more of what somebody has
    """
    before = {row.sku_id: row for row in promotion.units.select_for_update().order_by("pk")}
    for sku_id, price, quota in promotion.rule["prices"]:
        row = before.pop(sku_id, None) or FlashUnits(shop=promotion.shop, promotion=promotion, sku_id=sku_id)
        if quota < row.taken:
            _refuse_less(row.taken)
        row.currency, row.price = promotion.currency, Money(price, promotion.currency)
        row.quota, row.most, row.moves = quota, promotion.rule["most"], row.moves + 1
        row.save()
    for row in before.values():
        if row.taken:
            _refuse_less(row.taken)
        row.delete()


def _refuse_less(taken: int):
    words = {"count": taken}
    raise RuleMakesNoSense(_("%(count)d are sold already; it cannot be fewer.") % words, field="prices")


def open_units(promotion: Promotion, *, now: datetime) -> None:
    """
    Set aside in the stock what is not taken yet; from its moment on it is sold.

    :raises OutOfStock: less is there; nothing was set aside
    """
    rows = list(promotion.units.order_by("pk"))
    stock.set_aside(
        document=promotion.public_id, quantities={row.sku_id: row.left for row in rows if row.left}, now=now
    )
    promotion.units.update(is_open=True, moves=F("moves") + 1)
    transaction.on_commit(lambda: gate.restore([row.pk for row in rows]), robust=True)


def close_units(promotion: Promotion, *, now: datetime) -> int:
    """Nothing is sold of it any more; what was set aside is everybody's again. Returns how many pieces; again: none."""
    rows = list(promotion.units.order_by("pk"))
    back = stock.put_back(document=promotion.public_id, sku_ids=[row.sku_id for row in rows], now=now)
    promotion.units.filter(is_open=True).update(is_open=False, moves=F("moves") + 1)
    transaction.on_commit(lambda: gate.restore([row.pk for row in rows]), robust=True)
    return back


_HERS = """
    INSERT INTO marketing_flashcount AS mine (units_id, shopper_id, count, most)
    SELECT id, %(shopper)s, %(pieces)s, most FROM marketing_flashunits WHERE id = %(units)s AND %(pieces)s <= most
    ON CONFLICT (units_id, shopper_id) DO UPDATE SET count = mine.count + excluded.count, most = excluded.most
        WHERE mine.count + excluded.count <= excluded.most
    RETURNING count
"""
_TAKE = """
    UPDATE marketing_flashunits SET taken = taken + %(pieces)s, moves = moves + 1
    WHERE id = %(units)s AND is_open AND taken + %(pieces)s <= quota RETURNING taken, moves
"""
_ROWS = """
    SELECT u.id, p.public_id, u.sku_id FROM marketing_flashunits u JOIN marketing_promotion p ON p.id = u.promotion_id
    WHERE p.public_id = ANY (%s) AND u.sku_id = ANY (%s) ORDER BY u.id
"""


def take(wanted: Mapping[tuple[str, int], int], *, shopper_id: int) -> dict[tuple[str, int], Taken] | None:
    """
    So many units by sale (public id) and SKU (key) for a shopper, in the transaction that places her order.

    ``None``: they are gone, or she would have more than one person may; the caller ends the transaction.
    """
    sales, skus = [sale for sale, _sku in wanted], [sku_id for _sale, sku_id in wanted]
    found = {}
    for units_id, sale, sku_id in select_rows(_ROWS, [sales, skus]):
        pieces = wanted.get((sale, sku_id))
        if pieces is None:
            continue
        values = {"units": units_id, "pieces": pieces, "shopper": shopper_id}
        hers = select_rows(_HERS, values)
        taken = select_rows(_TAKE, values) if hers else []
        if not taken:
            transaction.on_commit(lambda units_id=units_id: gate.restore([units_id]), robust=True)
            return None
        found[sale, sku_id] = Taken(units_id, pieces, *taken[0], *hers[0])
    if len(found) < len(wanted):
        return None
    transaction.on_commit(lambda: [gate.bought(row, shopper_id=shopper_id) for row in found.values()], robust=True)
    return found


_LOCK = """
    SELECT u.id, u.is_open, u.sku_id, p.public_id FROM marketing_flashunits u
        JOIN marketing_promotion p ON p.id = u.promotion_id
    WHERE u.id = ANY (%s) ORDER BY u.id
"""
_GIVE_BACK = """
    UPDATE marketing_flashunits SET taken = taken - %(pieces)s, quota = quota - %(lost)s, moves = moves + 1
    WHERE id = %(units)s
"""
_GIVE_HERS_BACK = """
    UPDATE marketing_flashcount SET count = greatest(count - %s, 0) WHERE units_id = %s AND shopper_id = %s
"""


def keep_again(pieces: Mapping[int, int], *, now: datetime) -> dict[int, int]:
    """
    Orders of flash sales came to nothing, their goods are in the stock again: set them aside once more, first of all,
    because stock is locked before anything of ours. By key of the units how many, which :func:`give_back` takes.

    What others have bought meanwhile is not there to be kept.
    """
    kept = {}
    for units_id, is_open, sku_id, sale in sorted(select_rows(_LOCK, [sorted(pieces)]), key=lambda row: row[2]):
        if is_open:
            there = stock.set_aside(document=sale, quantities={sku_id: pieces[units_id]}, now=now, partly=True)
            kept[units_id] = there[sku_id]
    return kept


def give_back(pieces: Mapping[int, Mapping[int, int]], kept: Mapping[int, int], *, now: datetime) -> None:
    """
    Units can be had again, and may be had by those whose orders came to nothing.

    A unit whose goods somebody else has bought meanwhile is gone: the sale has one less. What a sale that has closed in
    the same moment was given, is put back.

    :param pieces: by key of the units, by shopper
    :param kept: what :func:`keep_again` has set aside
    """
    for units_id, is_open, sku_id, sale in select_rows(_LOCK + " FOR UPDATE OF u", [sorted(pieces)]):
        count = sum(pieces[units_id].values())
        if not is_open and kept.get(units_id):
            stock.put_back(document=sale, sku_ids=[sku_id], now=now)
        lost = count - kept.get(units_id, 0) if is_open else 0
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, {"units": units_id, "pieces": count, "lost": lost})
            for shopper_id, hers in sorted(pieces[units_id].items()):
                cursor.execute(_GIVE_HERS_BACK, [hers, units_id, shopper_id])
    transaction.on_commit(lambda: gate.restore(list(pieces)), robust=True)


def close_ended(*, now: datetime) -> int:
    """Sales whose time is over give back what they kept; returns how many. One transaction for each."""
    over = Promotion.objects.filter(kind=Promotion.Kind.FLASH_SALE, ends_at__lte=now, units__is_open=True)
    count = 0
    for promotion in over.order_by("pk").distinct():
        with transaction.atomic():
            close_units(promotion, now=now)
        count += 1
    return count


def counts_of(units_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Who has how many, by key of the units and of the shopper."""
    found: dict[int, dict[int, int]] = {units_id: {} for units_id in units_ids}
    rows = FlashCount.objects.filter(units__in=units_ids, count__gt=0)
    for units_id, shopper_id, count in rows.values_list("units_id", "shopper_id", "count"):
        found[units_id][shopper_id] = count
    return found
