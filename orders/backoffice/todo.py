"""What of its orders waits for a shop."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.backoffice.tables import capped_counts, shown_count
from mall.backoffice.todo import SOON, URGENT, WHENEVER, Todo, age
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
    url = reverse("backoffice:orders:list", args=[shop.slug])
    found = []
    if counts["address"]:
        found.append(
            Todo(
                sign="pin",
                title=ngettext(
                    "%(count)s shopper asks for another address",
                    "%(count)s shoppers ask for another address",
                    counts["address"],
                )
                % {"count": shown_count(counts["address"])},
                detail=_("What is packed waits for your answer."),
                url=f"{url}?waits=address",
                tone=SOON,
            )
        )
    if counts["invoices"]:
        found.append(
            Todo(
                sign="receipt",
                title=ngettext(
                    "%(count)s invoice to issue or correct",
                    "%(count)s invoices to issue or correct",
                    counts["invoices"],
                )
                % {"count": shown_count(counts["invoices"])},
                detail=_("The shopper downloads the PDF from her order."),
                url=reverse("backoffice:orders:invoices", args=[shop.slug]),
                tone=SOON,
            )
        )
    if counts["prepare"]:
        found.append(
            Todo(
                sign="shop",
                title=ngettext(
                    "%(count)s order to prepare for pick-up",
                    "%(count)s orders to prepare for pick-up",
                    counts["prepare"],
                )
                % {"count": shown_count(counts["prepare"])},
                detail=_("Say when it is ready: then the shopper gets her code."),
                url=f"{url}?waits=prepare",
                tone=SOON,
            )
        )
    if counts["back"]:
        found.append(
            Todo(
                sign="return",
                title=ngettext("%(count)s parcel came back", "%(count)s parcels came back", counts["back"])
                % {"count": shown_count(counts["back"])},
                detail=_("Send it again, or pay it back."),
                url=f"{url}?waits=back",
                tone=SOON,
            )
        )
    if counts["to_ship"]:
        oldest = to_ship.order_by("placed_at", "pk").values_list("paid_at", flat=True)[:1]
        found.append(_to_ship(counts, now - oldest[0], f"{url}?status=paid&sort=placed"))
    if counts["closing"]:
        found.append(
            Todo(
                sign="clock",
                title=ngettext(
                    "%(count)s unpaid order closes soon", "%(count)s unpaid orders close soon", counts["closing"]
                )
                % {"count": shown_count(counts["closing"])},
                detail=_("Their goods come back when they close."),
                url=f"{url}?status=unpaid",
                tone=WHENEVER,
            )
        )
    return found


def _to_ship(counts: dict[str, int], waited: timedelta, url: str) -> Todo:
    detail = _("The oldest has waited %(age)s.") % {"age": age(waited)}
    if counts["overdue"]:
        late = ngettext("%(count)s is overdue.", "%(count)s are overdue.", counts["overdue"])
        detail = f"{detail} {late % {'count': shown_count(counts['overdue'])}}"
    return Todo(
        sign="truck",
        title=ngettext("%(count)s order to ship", "%(count)s orders to ship", counts["to_ship"])
        % {"count": shown_count(counts["to_ship"])},
        detail=detail,
        url=url,
        tone=URGENT if counts["overdue"] else SOON,
    )
