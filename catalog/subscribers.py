"""What the catalogue does when it hears something."""

from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.stock import default_warehouse
from mall.events.bus import on
from mall.events.merchants import (
    ShopCameBack,
    ShopClosed,
    ShopFrozen,
    ShopOpened,
    ShopThawed,
    ShopWentOnHoliday,
)
from merchants.models import Shop


@on(ShopOpened)
def open_default_warehouse(event: ShopOpened) -> None:
    default_warehouse(Shop.objects.get(public_id=event.shop_id))


@on(ShopFrozen, ShopThawed, ShopClosed, ShopWentOnHoliday, ShopCameBack)
def show_pages_anew(event) -> None:
    forget(CATALOGUE, SHOPS)
