"""Gift cards of one shop in the demonstration: some kept, one given away, one spent in part, one with nobody yet."""

from datetime import datetime, timedelta
from uuid import UUID

from catalog import gallery, products, stock
from catalog.models import Category, Product, Sku
from catalog.products import save_product
from catalog.skus import SkuDraft
from mall.accounts.models import User
from mall.money import Money
from merchants.models import Shop
from orders.gift_cards import bind_card, cards_of, keep_card
from settlement.demo import pictures
from settlement.demo.kinds import buy, text_of
from settlement.demo.shops import SHOPPER

SHOP = "yunjian"
FACES = (10_000, 20_000, 50_000)
WORDS = {
    "title": ("云间茶器礼品卡", "Yunjian Teaware Gift Card"),
    "subtitle": ("送给懂茶的人，面值任选，永不过期", "For people who love tea; three values, no end date"),
    "description": (
        "付款后卡密即刻显示在订单里，可以送人，也可以自己留用。在云间结算时使用，一次用不完，余额留在卡上。"
        "礼品卡按面值出售，不参加优惠活动；未绑定的卡可以申请退回。",
        "The code is in your order as soon as you have paid: give it away or keep it. It is spent at Yunjian's checkout"
        "; what is left stays on the card. Cards are sold at their value and take part in no promotion; a card that "
        "nobody has bound can be given back.",
    ),
}


def sell_gift_cards(*, shops: dict[str, Shop], owners: dict[str, User], expert: User, now: datetime) -> None:
    """The shop offers them, and the demonstration's shopper and her friends have some."""
    shop, opened = shops[SHOP], now - timedelta(days=6)
    hundred, two_hundred, five_hundred = _offer(shop, owners[SHOP], expert, opened)
    she = User.objects.get(email=SHOPPER)
    friends = User.objects.filter(order_groups__isnull=False).exclude(pk=she.pk).distinct().order_by("pk")
    giver, friend = friends[:2]

    mine = buy(she, two_hundred, _key(1), now - timedelta(days=5), quantity=2)
    keep_card(card=cards_of(mine)[0], shopper=she, now=now - timedelta(days=5))
    given = buy(giver, five_hundred, _key(2), now - timedelta(days=4))
    bind_card(shopper=friend, code=cards_of(given)[0].code.reveal(), now=now - timedelta(days=3))
    buy(friend, hundred, _key(3), now - timedelta(days=2))
    for number, who in enumerate((she, friend), 4):
        buy(who, _goods(shop), _key(number), now - timedelta(hours=20 + number), with_cards=True)


def _offer(shop: Shop, owner: User, expert: User, at: datetime) -> list[Sku]:
    values = [
        {"id": f"v{place}", "name": {"zh-hans": f"{fen // 100} 元", "en": f"¥{fen // 100}"}}
        for place, fen in enumerate(FACES, 1)
    ]
    words = {name: text_of(pair) for name, pair in WORDS.items()}
    options = [{"id": "o1", "name": {"zh-hans": "面值", "en": "Value"}, "values": values}]
    product = save_product(
        shop=shop,
        fields={
            **words,
            "category": Category.objects.get(slug="teaware"),
            "kind": Product.Kind.GIFT_CARD,
            "options": options,
            "most_per_order": 20,
        },
        skus=[SkuDraft(choice=(f"v{place}",), price=Money(fen)) for place, fen in enumerate(FACES, 1)],
        by=owner,
        now=at,
    )
    image = pictures.compose("gift", tint=None, ground="#f1e3d8", seed=0)
    gallery.add_picture(product=product, image=image, by=owner, now=at)
    skus = list(product.skus.order_by("price"))
    for sku in skus:
        stock.receive(sku=sku, quantity=200, by=owner, now=at)
    product = products.submit_product(product=product, by=owner, now=at)
    if product.status == Product.Status.IN_REVIEW:
        products.approve_product(product=product, by=expert, now=at)
    return skus


def _goods(shop: Shop) -> Sku:
    """What costs a little more than a hundred and is there."""
    fit = Sku.objects.filter(
        shop=shop, is_active=True, price__gte=10_000, product__kind=Product.Kind.PHYSICAL,
        product__status=Product.Status.ON_SALE, stocks__on_hand__gt=10,
    )  # fmt: skip
    return fit.order_by("price", "pk").first()


def _key(number: int) -> UUID:
    return UUID(int=0xCA4D_0000 + number, version=4)
