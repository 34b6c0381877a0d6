"""
What shops do together in the demonstration (K2): a coupon of the teaware shop that is good for tea of another one, with
orders that completed under it, a reduction over teaware and things for the home, and a proposal that waits.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.money import Money
from mall.texts import Text
from marketing.coupons import claim_coupon
from marketing.joint import propose_terms, sign_terms
from marketing.models import Promotion
from marketing.promotions import save_promotion, start_promotion
from merchants import standing
from merchants.models import Shop
from orders.fulfillment import complete_order, mark_delivered, ship_order
from settlement.demo.kinds import buy
from settlement.demo.shops import SHOPPER

TEAWARE, TEA, HOME = "yunjian", "shanlan", "hemu"
BUYERS = 4
WORD = "茶和器本来就该在一起，分担比例按上次聊的写。"
QUESTION = "我们承担七成，试一个月？"


def promote_jointly(*, shops: dict[str, Shop], owners: dict[str, User], now: datetime) -> None:
    """Made sixteen days ago, so that some orders have come to their end since."""
    if not all(slug in shops and standing.may_join_campaigns(shops[slug]) for slug in (TEAWARE, TEA, HOME)):
        return
    begun = now - timedelta(days=16)
    by, until = owners[TEAWARE], now + timedelta(days=40)

    def made(slug: str, kind: str, chinese: str, english: str, rule: dict, **more) -> Promotion:
        promotion = save_promotion(
            shop=shops[slug], kind=kind, name=Text({"zh-hans": chinese, "en": english}), rule=rule, starts_at=begun,
            ends_at=until, by=owners[slug], now=begun, **more,
        )  # fmt: skip
        return start_promotion(promotion=promotion, by=owners[slug], now=begun)

    coupon = made(TEAWARE, "coupon", "茶与器联名券", "Tea and teaware", {"at": 10_000, "off": 1_500}, total_limit=300)
    table = made(TEAWARE, "full_reduction", "一席茶·两店满减", "A table for tea, over two shops",
                 {"tiers": [{"at": 30_000, "off": 4_000}]}, budget=Money(300_000))  # fmt: skip
    asked = made(HOME, "coupon", "居家茶角券", "A corner for tea", {"at": 15_000, "off": 2_000})
    given = {"until": until, "now": begun}
    for promotion, host, part, cap, message in (
        (coupon, TEA, 6_000, Money(200_000), WORD),
        (table, HOME, 5_000, None, ""),
    ):
        terms = propose_terms(promotion=promotion, shop=shops[TEAWARE], host=shops[host], issuer_bps=part, cap=cap,
                              message=message, by=by, **given)  # fmt: skip
        sign_terms(terms=terms, shop=shops[host], by=owners[host], now=begun + timedelta(hours=5))
    propose_terms(promotion=asked, shop=shops[HOME], host=shops[TEAWARE], issuer_bps=7_000, message=QUESTION,
                  by=owners[HOME], until=until, now=now - timedelta(hours=20))  # fmt: skip
    _use(coupon, shops[TEA], owners[TEA], now)
    deliver_everything()


def _use(coupon: Promotion, host: Shop, owner: User, now: datetime) -> None:
    """Some shoppers buy tea with the teaware shop's coupon; most of their orders have completed."""
    goods = Sku.objects.filter(
        shop=host, is_active=True, price__gte=10_000, product__kind=Product.Kind.PHYSICAL,
        product__status=Product.Status.ON_SALE, stocks__on_hand__gt=10,
    )  # fmt: skip
    ware = goods.order_by("price", "pk").first()
    buyers = User.objects.filter(order_groups__isnull=False, addresses__is_default=True).distinct()
    people = [User.objects.get(email=SHOPPER), *buyers.exclude(email=SHOPPER).order_by("pk")[:BUYERS]]
    for number, who in enumerate(people):
        claim_coupon(campaign=coupon, shopper=who, now=now - timedelta(days=14))
        if ware is None:
            continue
        bought = now - timedelta(days=13 - 2 * number)
        order = buy(who, ware, UUID(int=0x10_147 + number, version=4), bought)
        deliver_everything()
        sent, came, done = (bought + timedelta(days=days) for days in (1, 3, 10))
        if sent < now:
            number = f"SF{9_900_000_000_000 + number:013d}"
            ship_order(order=order, carrier="sf", tracking_number=number, by=owner, now=sent)
        if came < now:
            order.refresh_from_db()
            mark_delivered(order=order, by=who, now=came)
        if done < now:
            order.refresh_from_db()
            complete_order(order=order, now=done)
        deliver_everything()
