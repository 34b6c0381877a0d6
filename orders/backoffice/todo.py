"""What of its orders waits for a shop."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.backoffice.tables import capped_counts, shown_count
from mall.backoffice.todo import SOON, URGENT, WHENEVER, Todo, age, counted
from merchants.models import Seat, Shop
from orders import tunables
from orders.models import Invoice, Order

CLOSING = timedelta(minutes=10)


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """
    Orders to ship, with how long the oldest has waited, unpaid ones that close soon, addresses that are asked for,
    orders to prepare for pick-up, and parcels that came back. Two queries.
    """
    if not seat.can("orders.see"):
        return []
    mine = Order.objects.owned_by(shop)
    to_ship = mine.awaiting_shipment()
    invoices = Invoice.objects.owned_by(shop).to_answer()
    closing = mine.filter(status=Order.Status.UNPAID, due_at__isnull=False, due_at__lte=now + CLOSING)
    counts = capped_counts(
        {
            "to_ship": to_ship,
            "overdue": mine.overdue(now, tunables.SHIPPING_HOURS.value),
            "closing": closing,
            "address": mine.with_address_asked(),
            "back": mine.with_returns(),
            "prepare": mine.to_prepare(),
            "invoices": invoices if seat.can("orders.invoice") else invoices.none(),
        }
    )
    orders = reverse("backoffice:orders:list", args=[shop.slug])
    return [
        *_to_answer(counts, orders, reverse("backoffice:orders:invoices", args=[shop.slug])),
        *_to_handle(counts, orders),
        *_to_ship(counts, to_ship, now, f"{orders}?status=paid&sort=placed"),
        *counted(
            counts["closing"],
            sign="clock",
            title=ngettext(
                "%(count)s unpaid order closes soon", "%(count)s unpaid orders close soon", counts["closing"]
            ),
            detail=_("Their goods come back when they close."),
            url=f"{orders}?status=unpaid",
            tone=WHENEVER,
        ),
    ]


def _to_answer(counts: dict[str, int], orders: str, invoices: str) -> list[Todo]:
    """What shoppers ask for: another address, an invoice."""
    return [
        *counted(
            counts["address"],
            sign="pin",
            title=ngettext(
                "%(count)s shopper asks for another address",
                "%(count)s shoppers ask for another address",
                counts["address"],
            ),
            detail=_("What is packed waits for your answer."),
            url=f"{orders}?waits=address",
        ),
        *counted(
            counts["invoices"],
            sign="receipt",
            title=ngettext(
                "%(count)s invoice to issue or correct", "%(count)s invoices to issue or correct", counts["invoices"]
            ),
            detail=_("The shopper downloads the PDF from her order."),
            url=invoices,
        ),
    ]


def _to_handle(counts: dict[str, int], orders: str) -> list[Todo]:
    """Goods to take in hand: for a pick-up, or back from a journey."""
    return [
        *counted(
            counts["prepare"],
            sign="shop",
            title=ngettext(
                "%(count)s order to prepare for pick-up",
                "%(count)s orders to prepare for pick-up",
                counts["prepare"],
            ),
            detail=_("Say when it is ready: then the shopper gets her code."),
            url=f"{orders}?waits=prepare",
        ),
        *counted(
            counts["back"],
            sign="return",
            title=ngettext("%(count)s parcel came back", "%(count)s parcels came back", counts["back"]),
            detail=_("Send it again, or pay it back."),
            url=f"{orders}?waits=back",
        ),
    ]


def _to_ship(counts: dict[str, int], orders: QuerySet, now: datetime, url: str) -> list[Todo]:
    if not counts["to_ship"]:
        return []
    oldest = orders.order_by("placed_at", "pk").values_list("paid_at", flat=True)[:1]
    detail = _("The oldest has waited %(age)s.") % {"age": age(now - oldest[0])}
    if counts["overdue"]:
        late = ngettext("%(count)s is overdue.", "%(count)s are overdue.", counts["overdue"])
        detail = f"{detail} {late % {'count': shown_count(counts['overdue'])}}"
    return counted(
        counts["to_ship"],
        sign="truck",
        title=ngettext("%(count)s order to ship", "%(count)s orders to ship", counts["to_ship"]),
        detail=detail,
        url=url,
        tone=URGENT if counts["overdue"] else SOON,
    )
