"""The template of group buying: what sells best, a fifth cheaper for three together, for a week."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Product, Sku
from mall.texts import Text
from marketing.flash import proposing as flash
from marketing.models import Promotion

SEATS, HOURS, DAYS = 3, 24, 7


def proposed(shop, *, now: datetime) -> Promotion:
    """Group buying that is not saved, of what a flash sale would be proposed for, if it goes into a parcel."""
    sale = flash.proposed(shop, now=now)
    named = [sku_id for sku_id, _price, _units in sale.rule["prices"]]
    sent = set(
        Sku.objects.filter(pk__in=named, product__kind=Product.Kind.PHYSICAL).values_list("pk", flat=True)
    )  # fmt: skip
    names = {}
    for code, _language in settings.LANGUAGES:
        with override(code):
            names[code] = _("Group buying")
    return Promotion(
        shop=shop,
        kind=Promotion.Kind.GROUP_BUYING,
        name=Text(names),
        starts_at=sale.starts_at,
        ends_at=sale.starts_at + timedelta(days=DAYS),
        rule={
            "prices": [row for row in sale.rule["prices"] if row[0] in sent],
            "size": SEATS,
            "hours": HOURS,
            "most": 1,
            "helped_percent": 0,
            "newcomers": False,
        },
    )
