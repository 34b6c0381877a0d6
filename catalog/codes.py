"""
Codes as goods (C2): the shop brings a pool of them, one is handed out for each piece that is paid.

A SKU's free codes are its stock, and the two cannot disagree: each verb here changes both in one transaction, under the
lock of the SKU's shelves, and nothing else may change on hand of such goods (:func:`catalog.stock.shelves.book` refuses
it). So what a reservation holds is there as a code, whichever. The night's check of the stock counts both anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import stock
from catalog.models import GoodsCode, Product, Sku, StockMovement
from catalog.stock.shelves import Change, WrongCount, book, lock_shelves, open_shelves
from mall.crypto import blind_index
from mall.flow import WrongStatus
from mall.ids import new_id
from mall.refusals import Refusal
from mall.rows import insert_rows

LONGEST_CODE = 200
MOST_AT_ONCE = 5_000
SHOWN_FAULTS = 10
Status = GoodsCode.Status


class WrongCodes(Refusal):
    """The codes cannot be taken as they are; ``details["rows"]`` names the lines."""

    code = "wrong-codes"
    status = 400


class CodesMissing(Refusal):
    """There are fewer free codes than are to be handed out."""

    code = "codes-missing"


@transaction.atomic
def add_codes(*, sku: Sku, codes: Sequence[str], by, now: datetime) -> int:
    """
    Put codes into the pool of a SKU, all of them or none; returns how many there were.

    :raises WrongCodes: no code, too many, one too long, or one that the shop has brought before
    """
    if sku.product.kind != Product.Kind.VIRTUAL:
        raise WrongCodes(_("Only products of the kind “codes” have codes."))
    wanted = [(number, code) for number, line in enumerate(codes, 1) if (code := " ".join(line.split()))]
    if not wanted:
        raise WrongCodes(_("Write one code in each line."))
    if len(wanted) > MOST_AT_ONCE:
        raise WrongCodes(_("Bring at most %(most)d codes at once.") % {"most": MOST_AT_ONCE})
    if long := [number for number, code in wanted if len(code) > LONGEST_CODE]:
        raise _wrong(long, _("A code has at most %(most)d characters.") % {"most": LONGEST_CODE})

    warehouse = stock.default_warehouse(sku.shop)
    shelves = open_shelves(warehouse, [sku.pk])  # whoever brings codes of this SKU at the same moment waits here
    _must_be_new(sku.shop, wanted)
    batch = new_id("rcp")
    change = Change(shelves.of(warehouse)[sku.pk], len(wanted), StockMovement.Reason.RECEIPT)
    book(shelves, [change], action="catalog.add_codes", document=batch, by=by, now=now, by_hand=False)
    try:
        with transaction.atomic():
            insert_rows(
                GoodsCode(shop_id=sku.shop_id, sku=sku, code=code, batch=batch, added_at=now) for _line, code in wanted
            )
    except IntegrityError as error:  # brought for another SKU of the shop at the same moment
        raise WrongCodes(_("Some of these codes have been brought meanwhile. Look again.")) from error
    return len(wanted)


@transaction.atomic
def withdraw_code(*, code: GoodsCode, by, now: datetime) -> None:
    """
    Take a code back that nobody has bought; it is not sold any more, and cannot be brought again.

    :raises WrongStatus: it was handed out, or withdrawn before
    :raises WrongCount: every free code is spoken for by an order
    """
    shelves = lock_shelves([code.sku_id])
    code = GoodsCode.objects.select_for_update(no_key=True).get(pk=code.pk)
    if code.status != Status.FREE:
        raise WrongStatus(_("This code is not to be sold any more."))
    row = next((row for row in shelves.rows if row.available > 0), None)
    if row is None:
        raise WrongCount(_("Every code that is left is spoken for by an order."))
    change = Change(row, -1, StockMovement.Reason.OWN_USE)
    book(shelves, [change], action="catalog.withdraw_code", document=code.public_id, by=by, now=now, by_hand=False)
    GoodsCode.FLOW.move(code, Status.WITHDRAWN)
    code.save(update_fields=["status"])


@transaction.atomic
def hand_out(*, document: str, quantities: Mapping[int, int], now: datetime) -> list[GoodsCode]:
    """
    Hand out so many codes of each SKU (by key) for an order, and let them leave the stock with it.

    Asked again, nothing happens: what was handed out stays so.

    :raises CodesMissing: fewer are free; nothing was handed out
    """
    lock_shelves(quantities)  # in the house order; a rival for the same order waits here
    given = list(GoodsCode.objects.filter(document=document).order_by("pk"))
    if given:
        return given
    for sku_id, quantity in sorted(quantities.items()):
        free = GoodsCode.objects.select_for_update(no_key=True).filter(sku=sku_id, status=Status.FREE)
        found = list(free.order_by("pk")[:quantity])
        if len(found) < quantity:
            raise CodesMissing(_("There are not enough codes to hand out."))
        given += found
    for code in given:
        GoodsCode.FLOW.move(code, Status.GIVEN)
        code.document, code.given_at = document, now
    GoodsCode.objects.bulk_update(given, ["status", "document", "given_at"])
    stock.consume(document=document, now=now)
    return given


def codes_for(document: str) -> list[GoodsCode]:
    """The codes that were handed out for an order, with their SKUs."""
    return list(GoodsCode.objects.filter(document=document).exclude(document="").order_by("sku_id", "pk"))


def _must_be_new(shop, wanted: Sequence[tuple[int, str]]) -> None:
    seen: dict[str, int] = {}
    twice = [number for number, code in wanted if seen.setdefault(code, number) != number]
    if twice:
        raise _wrong(twice, _("A code stands here twice."))
    indexes = {blind_index(code): number for number, code in wanted}
    known = GoodsCode.objects.filter(shop=shop, code_index__in=list(indexes)).values_list("code_index", flat=True)
    if lines := sorted(indexes[index] for index in known):
        raise _wrong(lines, _("A code has been brought before."))


def _wrong(lines: Sequence[int], why: str) -> WrongCodes:
    shown = ", ".join(map(str, lines[:SHOWN_FAULTS])) + ("…" if len(lines) > SHOWN_FAULTS else "")
    where = ngettext("See line %(lines)s.", "See lines %(lines)s.", len(lines)) % {"lines": shown}
    return WrongCodes(f"{why} {where}", rows=list(lines[:SHOWN_FAULTS]))
