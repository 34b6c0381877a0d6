"""What of its goods waits for a shop."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.backoffice.lists import with_little_stock
from catalog.models import Product
from mall.backoffice.tables import capped_counts
from mall.backoffice.todo import URGENT, Todo, counted
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
    products = reverse("backoffice:catalog:list", args=[shop.slug])
    stock = reverse("backoffice:stock:list", args=[shop.slug])
    return [
        *counted(
            counts["refused"],
            sign="edit",
            title=ngettext(
                "%(count)s product needs correction", "%(count)s products need correction", counts["refused"]
            ),
            detail=_("The reviewer's note stands on its page."),
            url=f"{products}?status=refused",
        ),
        *counted(
            counts["taken_down"],
            sign="ban",
            title=ngettext(
                "%(count)s product was taken down", "%(count)s products were taken down", counts["taken_down"]
            ),
            detail=_("The platform's reason stands on its page."),
            url=f"{products}?status=taken_down",
            tone=URGENT,
        ),
        *counted(
            counts["none"],
            sign="box",
            title=ngettext("%(count)s product is sold out", "%(count)s products are sold out", counts["none"]),
            detail=_("On sale, but nobody can buy it."),
            url=f"{products}?status=on_sale&stock=none",
            tone=URGENT,
        ),
        *counted(
            counts["low"],
            sign="stock",
            title=ngettext("%(count)s product is low in stock", "%(count)s products are low in stock", counts["low"]),
            detail=_("Order more before it is sold out."),
            url=f"{stock}?stock=low",
        ),
    ]
