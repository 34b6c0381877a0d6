"""
Parcels of the demonstration's shopper: an order that was sent in part, with the rest still to come; one on its way, one
that nobody took at first, and one that came back to its shop.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from catalog.stock import with_available
from mall.accounts.models import User
from mall.events import deliver_everything
from merchants.models import Shop
from orders.carriers.sandbox import COMES_BACK, NOBODY_HOME, number_of
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.fulfillment import ship_order
from orders.models import CartLine, Order, Parcel
from orders.tracking import follow_parcels
from settlement.demo.kinds import paid
from settlement.demo.shops import OWNER, SHOPPER

LEAST_IN_STOCK = 6
HOUR = timedelta(hours=1)


def show_parcels(
    *, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime
) -> None:
    """In the shop that whoever tries the mall keeps, so that both sides can be looked at."""
    slug = min(goods, key=lambda name: (owners[name].email != OWNER, -len(goods[name]), name))
    wares = _wares(goods[slug])
    her, owner = User.objects.get(email=SHOPPER), owners[slug]
    if len(wares) < 3:
        return
    in_part = _bought(her, {wares[0]: 2, wares[1]: 1}, now - 56 * HOUR, 1)
    line = in_part.lines.order_by("pk").first()
    _send(in_part, owner, now - 44 * HOUR, pieces={line.pk: 1})
    _send(_bought(her, {wares[2]: 1}, now - 40 * HOUR, 2), owner, now - 30 * HOUR)
    _send(_bought(her, {wares[1]: 1}, now - 5 * 24 * HOUR, 3), owner, now - 4 * 24 * HOUR, fate=NOBODY_HOME)
    _send(_bought(her, {wares[0]: 1}, now - 16 * 24 * HOUR, 4), owner, now - 15 * 24 * HOUR, fate=COMES_BACK)
    follow_parcels(now=now)
    deliver_everything()


def _wares(products: list[Product]) -> list[Sku]:
    """One SKU of each of a shop's goods that lie there in some number."""
    skus = with_available(Sku.objects.filter(product__in=products, product__status=Product.Status.ON_SALE))
    physical = skus.filter(product__kind=Product.Kind.PHYSICAL, is_active=True, available__gte=LEAST_IN_STOCK)
    return list({sku.product_id: sku for sku in physical.order_by("-pk")}.values())[-3:]


def _bought(her: User, wanted: dict[Sku, int], at: datetime, number: int) -> Order:
    CartLine.objects.filter(cart__shopper=her).delete()
    for sku, quantity in wanted.items():
        add_to_cart(shopper=her, sku=sku.public_id, quantity=quantity, now=at)
    address = her.addresses.get(is_default=True)
    group = place_order(shopper=her, checkout_key=UUID(int=8_800 + number, version=4), address=address, now=at)
    paid(group, at + HOUR / 6)
    return group.orders.get()


def _send(order: Order, by: User, at: datetime, *, fate: str = "55", pieces=None) -> None:
    ship_order(
        order=order,
        carrier=Parcel.Carrier.SANDBOX,
        tracking_number=number_of(f"{order.pk:010d}{fate}"),
        pieces=pieces,
        by=by,
        now=at,
    )
