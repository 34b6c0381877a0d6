"""
Goods that the demonstration's shopper picks up by the lake: one order that the store prepares, one that lies ready, and
one that two devices noted without network. And an order that a shop with two halls sends from the nearer one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog import stock
from catalog.models import Product, Stock, Warehouse
from catalog.stock import warehouses
from mall.accounts.models import User
from mall.events import deliver_everything
from merchants.models import Shop
from orders import offline
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.models import CartLine, Order, Voucher
from orders.pick_up import make_ready
from settlement.demo.kinds import paid
from settlement.demo.shops import SHOPPER

HOUR = timedelta(hours=1)


def show_pick_ups(*, shops: dict[str, Shop], owners: dict[str, User], now: datetime) -> None:
    her = User.objects.get(email=SHOPPER)
    store = Warehouse.objects.filter(kind=Warehouse.Kind.STORE, sells_online=True, shop__in=shops.values()).first()
    lying = _lying(store)
    if store is None or lying is None:
        return
    owner = owners[store.shop.slug]
    _picked_up(her, store, lying, now - 3 * HOUR, 1)
    make_ready(order=_picked_up(her, store, lying, now - 30 * HOUR, 2), by=owner, now=now - 26 * HOUR)
    noted = make_ready(order=_picked_up(her, store, lying, now - 9 * HOUR, 3), by=owner, now=now - 8 * HOUR)
    _note_twice(noted, owner, now)
    _route(shops, owners, her, now)
    deliver_everything()


def _lying(store: Warehouse | None) -> Stock | None:
    """What lies in the store in the greatest number."""
    rows = Stock.objects.filter(
        warehouse=store, slot=None, sku__is_active=True, sku__product__status=Product.Status.ON_SALE,
        sku__product__kind=Product.Kind.PHYSICAL,
    ).select_related("sku")  # fmt: skip
    return max((row for row in rows if row.available >= 4), key=lambda row: (row.available, -row.pk), default=None)


def _picked_up(her: User, store: Warehouse, lying: Stock, at: datetime, number: int) -> Order:
    CartLine.objects.filter(cart__shopper=her).delete()
    add_to_cart(shopper=her, sku=lying.sku.public_id, now=at)
    key = UUID(int=9_700 + number, version=4)
    stores = {store.shop_id: store}
    return paid(place_order(shopper=her, checkout_key=key, address=None, stores=stores, now=at), at + HOUR / 6)


def _note_twice(order: Order, owner: User, now: datetime) -> None:
    """The tablet in the store and the telephone at the market stand both noted the code, without network."""
    shop, code = order.shop, Voucher.objects.get(order=order).code.reveal()
    given = {"shop": shop, "by": owner, "now": now - 7 * HOUR}
    lists = [offline.take_list(device=device, **given) for device in ("店内平板", "市集手机")]
    for taken, hours in zip(lists, (5, 4), strict=True):
        uses = [offline.Use(code, now - hours * HOUR)]
        signature = offline.signature_of(taken)
        offline.hand_in(taken=taken, signature=signature, uses=uses, by=owner, now=now - 2 * HOUR)


def _route(shops: dict[str, Shop], owners: dict[str, User], her: User, now: datetime) -> None:
    """The shop with a hall in the south says where its halls are; her order goes out from the one nearer to her."""
    south = Warehouse.objects.filter(
        kind=Warehouse.Kind.MERCHANT, is_default=False, closed_at=None, shop__in=shops.values()
    ).first()
    lying = _lying(south)
    if lying is None:
        return
    owner = owners[south.shop.slug]
    main = stock.default_warehouse(south.shop)
    for place, (province, city) in ((main, ("上海市", "上海市")), (south, ("广东省", "广州市"))):
        warehouses.change_warehouse(
            warehouse=place, name=place.name, sells_online=True, province=province, city=city, address=place.address,
            hours=place.hours, by=owner, now=now - 4 * HOUR,
        )  # fmt: skip
    CartLine.objects.filter(cart__shopper=her).delete()
    add_to_cart(shopper=her, sku=lying.sku.public_id, now=now - 3 * HOUR)
    group = place_order(
        shopper=her,
        checkout_key=UUID(int=9_710, version=4),
        address=her.addresses.get(is_default=True),
        now=now - 3 * HOUR,
    )
    paid(group, now - 3 * HOUR + HOUR / 6)
