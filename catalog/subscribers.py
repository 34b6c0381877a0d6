"""What the catalogue does when it hears something."""

from datetime import datetime

from catalog import products, withholding
from catalog.generation import CATALOGUE, SHOPS, forget
from catalog.search.ranking import weigh_shop
from catalog.stock import default_warehouse
from mall import clock
from mall.events.bus import on
from mall.events.merchants import (
    ShopBarred,
    ShopCameBack,
    ShopClosed,
    ShopExiting,
    ShopFrozen,
    ShopOpened,
    ShopRestricted,
    ShopStays,
    ShopThawed,
    ShopUnbarred,
    ShopWentOnHoliday,
    TradeRestored,
    TradeSuspended,
)
from merchants.models import Shop


@on(ShopOpened)
def open_default_warehouse(event: ShopOpened) -> None:
    default_warehouse(Shop.objects.get(public_id=event.shop_id))


@on(ShopFrozen, ShopThawed, ShopClosed, ShopWentOnHoliday, ShopCameBack, ShopRestricted, ShopExiting, ShopStays)
def show_pages_anew(event) -> None:
    forget(CATALOGUE, SHOPS)


@on(ShopBarred, ShopUnbarred)
def weigh_goods_of_shop(event: ShopBarred | ShopUnbarred) -> None:
    """Its health score fell below 60 or rose again: its goods stand lower in lists, or no longer."""
    if weigh_shop(Shop.objects.get(public_id=event.shop_id)):
        forget(CATALOGUE)


@on(TradeSuspended, TradeRestored)
def follow_trades(event: TradeSuspended | TradeRestored) -> None:
    withholding.follow_trades(shop=Shop.objects.get(public_id=event.shop_id), now=clock.now())


@on(ShopExiting)
def archive_goods(event: ShopExiting) -> None:
    products.archive_goods_of_shop(shop_id=event.shop_id, now=datetime.fromisoformat(event.exiting_at))
