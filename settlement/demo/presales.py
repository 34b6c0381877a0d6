"""
Pre-sales with a deposit in the demonstration: one that takes deposits, and one whose rest can be paid now, by the
demonstration's shopper too; one of its shoppers has paid it already.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from catalog.stock import with_available
from mall.accounts.models import User
from mall.clock import business_date
from mall.events import deliver_everything
from mall.texts import Text
from marketing.models import Promotion
from marketing.promotions import save_promotion, start_promotion
from merchants.models import Shop
from orders.checkout import DealWanted, place_order
from orders.models import Order
from settlement.demo.kinds import pay
from settlement.demo.shops import SHOPPER

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LEAST_IN_STOCK, LEAST_PRICE = 8, 10_000
NAMES = (("新品抢先定", "First to have it"), ("年货预定", "Ordered for the New Year"))


def sell_ahead(*, shop: Shop, owner: User, products: list[Product], now: datetime) -> list[Order]:
    """Of the shop's dearest goods that are in no flash sale; returns the orders. Nothing, if too few goods fit."""
    wares = [ware for product in products if (ware := _ware(product))]
    wares.sort(key=lambda ware: -ware.price.minor)
    she = User.objects.get(email=SHOPPER)
    friends = User.objects.filter(order_groups__isnull=False, addresses__is_default=True).exclude(pk=she.pk)
    people = [she, *friends.distinct().order_by("pk")[:3]]
    if len(wares) < 2 or len(people) < 4:
        return []
    first, second = wares[:2]
    running = _sale(shop, owner, first, NAMES[0], now - DAY, now + 3 * DAY)
    paying = _sale(shop, owner, second, NAMES[1], now - 6 * DAY, now - DAY)
    orders = [_deposit(who, running, first, number, now - (6 + number) * HOUR) for number, who in enumerate(people[1:])]
    ahead = [_deposit(who, paying, second, 9 + number, now - 3 * DAY) for number, who in enumerate(people[:3])]
    deliver_everything()
    pay(ahead[-1].group, now - 5 * HOUR)
    return orders + ahead


def _ware(product: Product) -> Sku | None:
    if product.kind != Product.Kind.PHYSICAL or product.status != Product.Status.ON_SALE:
        return None
    ware = with_available(Sku.objects.filter(product=product, is_active=True)).order_by("pk").first()
    fits = ware is not None and ware.available >= LEAST_IN_STOCK and ware.price.minor >= LEAST_PRICE
    return ware if fits else None


def _sale(shop: Shop, owner: User, ware: Sku, name: tuple[str, str], begins: datetime, ends: datetime) -> Promotion:
    """
    A tenth of the price as deposit counts for twice as much, so that it costs a tenth less; the rest in the three days
    after, shipped two days later.
    """
    tenth = ware.price.minor // 1_000 * 100
    made = save_promotion(
        shop=shop,
        kind=Promotion.Kind.DEPOSIT_PRESALE,
        name=Text({"zh-hans": name[0], "en": name[1]}),
        starts_at=begins,
        ends_at=ends,
        rule={
            "prices": [[ware.pk, ware.price.minor, tenth, 2 * tenth, min(20, ware.available - 2)]],
            "most": 2,
            "balance_from": ends.isoformat(),
            "balance_until": (ends + 3 * DAY).isoformat(),
            "ships_on": business_date(ends + 5 * DAY).isoformat(),
        },
        by=owner,
        now=begins,
    )
    return start_promotion(promotion=made, by=owner, now=begins)


def _deposit(who: User, sale: Promotion, ware: Sku, number: int, at: datetime) -> Order:
    group = place_order(
        shopper=who,
        checkout_key=UUID(int=0xDE9051700000 + number),
        address=who.addresses.get(is_default=True),
        wanted=DealWanted(sale.public_id, ware.public_id, 1),
        knows_deposit=True,
        now=at,
    )
    pay(group, at)
    return group.orders.get()
