"""What a new shop needs of the catalogue: goods that can be bought."""

from django.db.models import F
from django.utils.translation import gettext as _

from catalog.models import Product, Stock
from merchants.models import Shop
from merchants.opening import FirstStep


def steps_of_goods(shop: Shop) -> list[FirstStep]:
    products = Product.objects.owned_by(shop)
    place = "backoffice:catalog:list"
    return [
        FirstStep(
            _("A first product"),
            _("With pictures and a description."),
            products.exists(),
            "backoffice:catalog:add",
        ),
        FirstStep(
            _("A product on sale"),
            _("Some goods are looked at by an expert first."),
            products.filter(status=Product.Status.ON_SALE).exists(),
            place,
        ),
        FirstStep(
            _("Goods on hand"),
            _("Only what is in stock can be bought."),
            Stock.objects.owned_by(shop).filter(warehouse__sells_online=True, on_hand__gt=F("reserved")).exists(),
            place,
        ),
    ]
