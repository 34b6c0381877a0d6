"""
The template of a flash sale: what sells best, a fifth below its lowest price, for two hours from now; one press starts
it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Product, Sku
from catalog.prices import lowest_price
from catalog.stock import with_available
from mall.texts import Text
from marketing.flash.units import SOLD, enrolled_at_that_time, others_at_that_time
from marketing.models import Promotion

ITEMS, HOURS, MOST_UNITS, LEFT_BPS = 3, 2, 20, 8_000


def proposed(shop, *, now: datetime) -> Promotion:
    """
    A sale that is not saved: at most half of what lies there of each item is offered so, and nothing that is in another
    one at that time.
    """
    begins = now.replace(second=0, microsecond=0)
    ends = begins + timedelta(hours=HOURS)
    products = Product.objects.owned_by(shop).filter(status=Product.Status.ON_SALE, kind__in=SOLD)
    best = list(products.order_by("-stats__sold_count", "pk").values_list("pk", flat=True)[: 4 * ITEMS])
    first: dict[int, Sku] = {}
    skus = with_available(Sku.objects.filter(product__in=best, is_active=True)).filter(available__gte=2).order_by("pk")
    others = others_at_that_time(
        shop=shop, sku_ids=[sku.pk for sku in skus], starts_at=begins, ends_at=ends, promotion=None
    )
    busy = {row.sku_id for row in others}
    busy |= {
        row.sku_id for row in enrolled_at_that_time(sku_ids=[sku.pk for sku in skus], starts_at=begins, ends_at=ends)
    }
    for sku in skus:
        if sku.pk not in busy:
            first.setdefault(sku.product_id, sku)
    wares = [first[pk] for pk in best if pk in first][:ITEMS]
    lowest = lowest_price([sku.pk for sku in wares], before=begins)
    prices = [
        [sku.pk, max(min(sku.price, lowest[sku.pk]).share(LEFT_BPS).minor // 10 * 10, 1),
         min(MOST_UNITS, sku.available // 2)]
        for sku in wares
    ]  # fmt: skip
    return Promotion(
        shop=shop,
        kind=Promotion.Kind.FLASH_SALE,
        name=_name(),
        starts_at=begins,
        ends_at=ends,
        rule={"prices": prices, "most": 1},
    )


def _name() -> Text:
    names = {}
    for code, _language in settings.LANGUAGES:
        with override(code):
            names[code] = _("Flash sale")
    return Text(names)
