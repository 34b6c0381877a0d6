"""Who hears of a case: the other side, when one of them or the mall or the clock has done something."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from mall.notifications.sending import notify
from merchants.models import Seat
from merchants.telling import tell_shop
from orders import notices
from orders.models import AfterSale, AfterSaleNote

Did, Side = AfterSaleNote.Did, AfterSaleNote.Side
ANSWERED_BY = tuple(role for role in Seat.Role if "orders.after_sale" in Seat.RIGHTS[role])


def tell_of_opening(*, case_id: str, now: datetime) -> None:
    """The people of the shop who answer after-sales."""
    case = _case(case_id)
    kind = notices.COMPLAINT_OPENED if case.is_complaint else notices.AFTER_SALE_OPENED
    facts = {"wish": in_languages(AfterSale.Kind(case.kind)), "reason": in_languages(AfterSale.Reason(case.reason))}
    _tell_shop(case, kind, now, **facts)


def tell_of_move(*, case_id: str, status: str, by: str, did: str, now: datetime) -> None:
    """The side that did not do it; evidence for the mall is told to nobody before its days are over."""
    case = _case(case_id)
    if did == Did.EVIDENCE or did == Did.OPENED:
        return
    words = {"status": in_languages(AfterSale.Status(status))}
    if by != Side.SHOPPER:
        kind = notices.AFTER_SALE_SAID if did == Did.SAID else notices.AFTER_SALE_ANSWERED
        url = reverse("storefront:after-sales:case", args=[case.public_id])
        notify([case.shopper], kind, {"shop": dict(case.order.shop.name), **words}, url=url, now=now)
    if by != Side.SHOP:
        kind = notices.AFTER_SALE_SAID_TO_SHOP if did == Did.SAID else notices.AFTER_SALE_MOVED
        _tell_shop(case, kind, now, number=case.public_id, **words)


def _tell_shop(case: AfterSale, kind, now: datetime, **facts) -> None:
    tell_shop(
        shop_id=case.order.shop.public_id,
        kind=kind,
        page="",
        address=("backoffice:after-sales:case", case.public_id),
        roles=ANSWERED_BY,
        now=now,
        **facts,
    )


def _case(case_id: str) -> AfterSale:
    return AfterSale.objects.select_related("order__shop", "shopper").get(public_id=case_id)


def in_languages(choice) -> dict[str, str]:
    """The label of a choice in every language, for a notice to be read in the reader's."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = str(choice.label)
    return said
