"""What the catalogue does when it hears something."""

from catalog import withholding
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.stock import default_warehouse
from mall import clock
from mall.events.bus import on
from mall.events.merchants import (
    ShopCameBack,
    ShopClosed,
    ShopFrozen,
    ShopOpened,
    ShopThawed,
    ShopWentOnHoliday,
    TradeRestored,
    TradeSuspended,
)
from merchants.models import Shop


@on(ShopOpened)
def open_default_warehouse(event: ShopOpened) -> None:
    default_warehouse(Shop.objects.get(public_id=event.shop_id))


@on(ShopFrozen, ShopThawed, ShopClosed, ShopWentOnHoliday, ShopCameBack)
def show_pages_anew(event) -> None:
    forget(CATALOGUE, SHOPS)


@on(TradeSuspended, TradeRestored)
def follow_trades(event: TradeSuspended | TradeRestored) -> None:
    withholding.follow_trades(shop=Shop.objects.get(public_id=event.shop_id), now=clock.now())
