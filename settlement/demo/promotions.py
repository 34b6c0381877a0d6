"""
What is on offer in the demonstration: three shops promote, a flash sale runs and one comes, one of them sells ahead
with a deposit, the mall gives out a coupon, some shoppers hold them.
"""

from datetime import datetime, timedelta

from catalog.models import Product, Sku
from catalog.stock import with_available
from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from marketing.coupons import claim_coupon
from marketing.flash.units import SOLD
from marketing.promotions import join_promotion, save_promotion, start_promotion
from merchants import standing
from merchants.models import Shop
from settlement.demo import presales
from settlement.demo.shops import OWNER, SHOPPER

HOLDERS, LEAST_IN_STOCK = 12, 6


def promote(
    *, shops: dict[str, Shop], owners: dict[str, User], staff: User, goods: dict[str, list[Product]], now: datetime
) -> None:
    his, *others = sorted(goods, key=lambda slug: (owners[slug].email != OWNER, -len(goods[slug]), slug))
    fit = [slug for slug in (his, *others) if _may(shops[slug])][:3]
    if len(fit) < 3:
        return
    first, second, third = fit  # the shop that whoever tries the mall looks at promotes most
    days = {"starts_at": now - timedelta(days=2), "ends_at": now + timedelta(days=28), "now": now}

    def run(slug: str, kind: str, chinese: str, english: str, rule: dict, **more):
        by, name = owners.get(slug, staff), Text({"zh-hans": chinese, "en": english})
        made = save_promotion(
            shop=shops.get(slug), kind=kind, name=name, rule=rule, by=by, **days, **more
        )  # fmt: skip
        return start_promotion(promotion=made, by=by, now=days["starts_at"])

    thanks = run(first, "coupon", "满额答谢券", "Thank you: 20 off next time", {"at": 10_000, "off": 2_000},
                 audience="chosen", is_open=False, person_limit=3, valid_days=30)  # fmt: skip
    ladder = {
        "tiers": [
            {"at": 19_900, "off": 2_000},
            {"at": 39_900, "off": 5_000, "coupon": thanks.pk},
            {"at": 69_900, "off": 12_000, "coupon": thanks.pk},
        ]
    }
    run(first, "full_reduction", "满减季", "Spend and save", ladder)
    ten = run(first, "coupon", "店铺十元券", "10 off in this shop", {"at": 8_900, "off": 1_000}, total_limit=500)
    run(second, "nth_piece", "第二件半价", "Second at half price", {"n": 2, "bps": 5_000}, budget=_yuan(5_000))
    run(second, "coupon", "老客九折券", "10% off for friends", {"at": 0, "bps": 1_000, "cap": 3_000},
        code="FRIENDS10", is_open=False)  # fmt: skip
    run(third, "percentage", "限时八八折", "12% off for a while", {"bps": 1_200})
    _flash_sale(shops[first], owners[first], goods[first][:3], now, starts_in=-1, ends_in=23)
    _flash_sale(shops[second], owners[second], goods[second][:3], now, starts_in=6, ends_in=10)
    mall = run("", "coupon", "万象里满二百减三十", "30 off from 200, all over the mall", {"at": 20_000, "off": 3_000},
               shop_bps=4_000, person_limit=2, valid_days=10, budget=_yuan(60_000))  # fmt: skip
    run("", "coupon", "新人见面礼", "Welcome: 15 off from 60", {"at": 6_000, "off": 1_500}, audience="newcomers")
    run(second, "coupon", "每周五元券", "5 off, every week", {"at": 4_900, "off": 500}, period="week")
    run(first, "coupon", "回头客十五元券", "15 off next time", {"at": 9_900, "off": 1_500}, audience="buyers",
        given_from=_yuan(99), valid_days=30)  # fmt: skip
    run("", "full_reduction", "全场满三百减二十", "Spend 300, get 20 off, over all shops",
        {"tiers": [{"at": 30_000, "off": 2_000}]})  # fmt: skip
    presales.sell_ahead(shop=shops[first], owner=owners[first], products=goods[first][3:], now=now)
    for slug in fit:
        join_promotion(promotion=mall, shop=shops[slug], by=owners[slug], now=now)
    buyers = User.objects.filter(order_groups__isnull=False).distinct().exclude(email=SHOPPER).order_by("pk")
    for shopper in (User.objects.get(email=SHOPPER), *buyers[:HOLDERS]):
        for campaign in (ten, mall):
            claim_coupon(campaign=campaign, shopper=shopper, now=now)


def _flash_sale(
    shop: Shop, owner: User, products: list[Product], now: datetime, *, starts_in: int, ends_in: int
) -> None:  # fmt: skip
    """Of the first choice of each product a few units, a third cheaper, two for a person; hours from now."""
    prices = []
    for product in products:
        ware = with_available(Sku.objects.filter(product=product, is_active=True)).order_by("pk").first()
        if ware and product.kind in SOLD and ware.available >= LEAST_IN_STOCK and ware.price.minor >= 1_000:
            price = ware.price.minor * 2 // 3 // 100 * 100 + 90
            prices.append([ware.pk, price, min(30, ware.available // 2)])
    if not prices:
        return
    made = save_promotion(
        shop=shop,
        kind="flash_sale",
        name=Text({"zh-hans": "限时秒杀", "en": "Flash sale"}),
        starts_at=now + timedelta(hours=starts_in),
        ends_at=now + timedelta(hours=ends_in),
        rule={"prices": prices, "most": 2},
        by=owner,
        now=now,
    )
    start_promotion(promotion=made, by=owner, now=now)


def _may(shop: Shop) -> bool:
    shop.refresh_from_db()
    return standing.may_join_campaigns(shop)


def _yuan(amount: int):
    return Money(amount * 100)
