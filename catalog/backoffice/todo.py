"""What of its goods waits for a shop."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.backoffice.lists import with_little_stock
from catalog.models import Product
from mall.backoffice.tables import capped_counts, shown_count
from mall.backoffice.todo import SOON, URGENT, Todo
from merchants.models import Seat, Shop


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """Products to correct, sold out ones and those that soon will be, as far as they are on sale. One query."""
    if not seat.can("products.see"):
        return []
    mine = Product.objects.owned_by(shop)
    on_sale = mine.filter(status=Product.Status.ON_SALE)
    counts = capped_counts(
        {
            "refused": mine.filter(status=Product.Status.REFUSED),
            "taken_down": mine.filter(status=Product.Status.TAKEN_DOWN),
            "none": with_little_stock(on_sale, "none"),
            "low": with_little_stock(on_sale, "low"),
        }
    )
    url = reverse("backoffice:catalog:list", args=[shop.slug])

    def told(name: str, sign: str, title: str, detail: str, query: str, tone: str, place: str = url) -> list[Todo]:
        count = counts[name]
        return [Todo(sign, title % {"count": shown_count(count)}, f"{place}?{query}", detail, tone)] if count else []

    return [
        *told(
            "refused",
            "edit",
            ngettext("%(count)s product needs correction", "%(count)s products need correction", counts["refused"]),
            _("The reviewer's note stands on its page."),
            "status=refused",
            SOON,
        ),
        *told(
            "taken_down",
            "ban",
            ngettext("%(count)s product was taken down", "%(count)s products were taken down", counts["taken_down"]),
            _("The platform's reason stands on its page."),
            "status=taken_down",
            URGENT,
        ),
        *told(
            "none",
            "box",
            ngettext("%(count)s product is sold out", "%(count)s products are sold out", counts["none"]),
            _("On sale, but nobody can buy it."),
            "status=on_sale&stock=none",
            URGENT,
        ),
        *told(
            "low",
            "stock",
            ngettext("%(count)s product is low in stock", "%(count)s products are low in stock", counts["low"]),
            _("Order more before it is sold out."),
            "stock=low",
            SOON,
            reverse("backoffice:stock:list", args=[shop.slug]),
        ),
    ]
