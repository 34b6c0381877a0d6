"""
What people buy together in the demonstration: a group that is complete, two that wait, one that came to nothing and
was paid back; groups for newcomers; and a new product that many support.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from catalog.stock import with_available
from mall.accounts.models import User
from mall.events import deliver_everything
from marketing.groups.seats import end_groups
from marketing.models import Promotion
from marketing.promotions import save_promotion, start_promotion
from merchants import standing
from merchants.models import Shop
from orders.checkout import DealWanted, place_order
from orders.models import Order
from orders.refunds import finish_refunds
from settlement.demo.kinds import pay, text_of
from settlement.demo.shops import OWNER, SHOPPER

LEAST_IN_STOCK, LEAST_PRICE = 15, 2_000
BUYERS = 12


def show_deals(
    *, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime
) -> None:
    slugs = sorted(goods, key=lambda slug: (owners[slug].email != OWNER, -len(goods[slug]), slug))
    wares = {slug: found for slug in slugs if (found := _wares(goods[slug])) and _may(shops[slug])}
    if len(wares) < 3:
        return
    first, second, third = list(wares)[:3]  # the shop that whoever tries the mall looks at sells to groups
    buyers = list(User.objects.filter(order_groups__isnull=False).exclude(email=SHOPPER).distinct().order_by("pk"))
    friends = buyers[-BUYERS:]

    def run(slug: str, kind: str, name: tuple[str, str], rule: dict, days: int) -> Promotion:
        made = save_promotion(
            shop=shops[slug], kind=kind, name=text_of(name), rule=rule, by=owners[slug], now=now,
            starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=days),
        )  # fmt: skip
        return start_promotion(promotion=made, by=owners[slug], now=now)

    together = run(first, "group_buying", ("三人成团", "Three together"),
                   {"prices": _prices(wares[first][:2], 75, 60), "size": 3, "hours": 24, "most": 2}, 6)  # fmt: skip
    _groups(together, wares[first][0], friends, now)
    fresh = run(second, "group_buying", ("老友带新人", "Bring a newcomer"),
                {"prices": _prices(wares[second][:1], 70, 40), "size": 2, "hours": 48, "most": 1, "newcomers": True,
                 "helped_percent": 50}, 12)  # fmt: skip
    _sit(fresh.public_id, wares[second][0], friends[5], now - timedelta(hours=1), 20)
    level = wares[third][-1]
    price = level.price.minor * 80 // 100
    project = run(third, "crowdfunding", ("新品首批众筹", "The first batch"),
                  {"prices": [[level.pk, price, 12]], "goal": price * 9, "ships_in_days": 30, "most": 2},
                  14)  # fmt: skip
    for number, friend in enumerate(friends[:6]):
        _sit(project.public_id, level, friend, now - timedelta(hours=40 - 5 * number), 30 + number)


def _groups(sale: Promotion, ware: Sku, friends: list[User], now: datetime) -> None:
    """One after the other, as the clock would have seen them."""
    she, key = User.objects.get(email=SHOPPER), sale.public_id
    given_up = _sit(key, ware, friends[0], now - timedelta(hours=30), 1).deal
    _sit(given_up, ware, she, now - timedelta(hours=29), 2)
    full = _sit(key, ware, friends[1], now - timedelta(hours=20), 3).deal
    for number, friend in enumerate(friends[2:4], 4):
        _sit(full, ware, friend, now - timedelta(hours=20 - number), number)
    ended = now - timedelta(hours=6)
    end_groups(now=ended)
    deliver_everything()
    finish_refunds(now=ended)
    deliver_everything()
    waiting = _sit(key, ware, she, now - timedelta(hours=5), 6).deal
    _sit(waiting, ware, friends[4], now - timedelta(hours=3), 7)
    _sit(key, ware, friends[5], now - timedelta(hours=2), 8)


def _sit(key: str, ware: Sku, who: User, at: datetime, number: int) -> Order:
    """Ordered, paid, and heard of before the next one comes."""
    group = place_order(
        shopper=who,
        checkout_key=UUID(int=0xDEA1_0000 + number, version=4),
        address=who.addresses.get(is_default=True),
        now=at,
        wanted=DealWanted(key, ware.public_id, 1),
    )
    pay(group, at)
    deliver_everything()
    return group.orders.get()


def _wares(products: Iterable[Product]) -> list[Sku]:
    """What lies there in numbers and goes into a parcel: the first choice of each product."""
    found: dict[int, Sku] = {}
    fit = Sku.objects.filter(
        product__in=products, is_active=True, price__gte=LEAST_PRICE, product__kind=Product.Kind.PHYSICAL,
        product__status=Product.Status.ON_SALE, product__most_per_order=None, product__most_per_buyer=None,
    )  # fmt: skip
    for sku in with_available(fit).filter(available__gte=LEAST_IN_STOCK).order_by("pk"):
        found.setdefault(sku.product_id, sku)
    return list(found.values())[3:]  # the first ones are in flash sales


def _prices(skus: Iterable[Sku], percent: int, most_units: int) -> list[list[int]]:
    return [
        [sku.pk, sku.price.minor * percent // 100 // 100 * 100 + 90, min(most_units, sku.available // 2)]
        for sku in skus
    ]


def _may(shop: Shop) -> bool:
    shop.refresh_from_db()
    return standing.may_join_campaigns(shop)
