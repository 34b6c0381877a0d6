"""
A gift of the demonstration (behaviours 2.23): the shop for the home gives something with every larger purchase. The
demonstration's shopper has sent back what it was given for and keeps it, somebody else has sent back both.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.texts import Text
from marketing.promotions import save_promotion, start_promotion
from merchants import standing
from merchants.models import Shop
from orders import refunds
from orders.after_sales import answering, asking, gifts, returning
from orders.fulfillment import mark_delivered, ship_order
from orders.models import Order
from settlement.demo.kinds import buy
from settlement.demo.shops import SHOPPER

SHOP = "hemu"
LEAST = 9_900  # what is bought costs at least so much
SAID = {
    gifts.KEEP: "尺寸量错了，退掉主商品；赠品很喜欢，想留下。",
    gifts.BACK: "和家里的颜色不搭，赠品也一起退回。",
}


def give_gifts(*, shops: dict[str, Shop], owners: dict[str, User], now: datetime) -> None:
    """Given for a week; two orders that arrived three days ago, and what became of them."""
    shop, owner = shops.get(SHOP), owners.get(SHOP)
    if shop is None or owner is None or not standing.may_join_campaigns(shop):
        return
    goods = Sku.objects.filter(
        shop=shop, is_active=True, product__kind=Product.Kind.PHYSICAL, product__status=Product.Status.ON_SALE,
        stocks__on_hand__gt=10,
    )  # fmt: skip
    ware = goods.filter(price__gte=LEAST).order_by("price", "pk").first()
    gift = goods.filter(price__lt=LEAST).order_by("-price", "pk").first()
    if ware is None or gift is None:
        return
    made = save_promotion(
        shop=shop,
        kind="gift",
        name=Text({"zh-hans": "满额有礼", "en": "A gift with your home"}),
        rule={"at": ware.price.minor * 9 // 10, "sku_id": gift.pk, "quantity": 1},
        starts_at=now - timedelta(days=7),
        ends_at=now + timedelta(days=20),
        by=owner,
        now=now - timedelta(days=7),
    )
    start_promotion(promotion=made, by=owner, now=now - timedelta(days=7))
    friends = User.objects.filter(order_groups__isnull=False, addresses__is_default=True).distinct()
    friend = friends.exclude(email=SHOPPER).order_by("-pk").first()
    for number, (who, choice) in enumerate(
        ((User.objects.get(email=SHOPPER), gifts.KEEP), (friend, gifts.BACK)),
    ):
        if who is not None:
            order = buy(who, ware, UUID(int=0x61F7_0000 + number, version=4), now - timedelta(days=6))
            _send_back(order, owner, choice, number, now)
    refunds.finish_refunds(now=now)
    deliver_everything()


def _send_back(order: Order, owner: User, choice: str, number: int, now: datetime) -> None:
    deliver_everything()
    parcel = f"SF{9_700_000_000_000 + number:013d}"
    ship_order(order=order, carrier="sf", tracking_number=parcel, by=owner, now=now - timedelta(days=5))
    order.refresh_from_db()
    mark_delivered(order=order, by=order.shopper, now=now - timedelta(days=3))
    begun = now - timedelta(days=2)
    case = asking.ask(
        line=order.lines.filter(total__gt=0).order_by("pk").first(), kind="return", reason="changed_mind", quantity=1,
        text=SAID[choice], choice=choice, by=order.shopper, now=begun,
    )  # fmt: skip
    if choice == gifts.KEEP:
        return  # the shop reads what is kept, and answers
    case = answering.agree(case=case, text="好的，请保持赠品包装完整。", by=owner, now=begun + timedelta(hours=2))
    parcel = f"SF{9_710_000_000_000 + number:013d}"
    case = returning.send_back(
        case=case, carrier="sf", tracking_number=parcel, by=order.shopper, now=begun + timedelta(hours=9)
    )  # fmt: skip
    case = returning.note_arrival(case=case, by=owner, now=now - timedelta(hours=20))
    returning.inspect(case=case, sellable=1, by=owner, now=now - timedelta(hours=19))
    deliver_everything()
