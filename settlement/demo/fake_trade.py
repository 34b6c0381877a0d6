"""
Two rings in the demonstration (R3): one that was found, confirmed by risk and may be appealed against, and one that
reaches the mark only with rules in shadow, so that it waits for somebody and does nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from catalog import stock
from catalog.models import Product, Sku
from catalog.reviews.writing import write_review
from mall.accounts.addresses import save_address
from mall.accounts.marks import Marks, network_mark
from mall.accounts.models import User
from mall.crypto import blind_index
from mall.events import deliver_everything
from merchants.models import Shop
from orders import fulfillment, payments
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.gateways import sandbox_bank
from orders.models import Order
from risk.fake_trade.cases import confirm_case
from risk.fake_trade.watching import watch_fake_trade
from risk.models import TradeCase
from settlement.demo.people import make_person
from settlement.demo.shops import OWNER, STAFF_OF_GROUPS

HOUR = timedelta(hours=1)
STRAWS = 6
PRAISE = ("东西真的很好，包装也用心，以后就认准这一家了！", "质量非常满意，发货很快，强烈推荐给大家！")
WHY = "六个账号共用一部手机和一个付款账户，同一天下单，发货三小时内就确认收货，评价文字相同。"


def show_fake_trade(*, shops: dict[str, Shop], owners: dict[str, User], now: datetime) -> list[TradeCase]:
    """A confirmed case in the demonstration owner's second shop, and one in shadow in another's."""
    mine = [slug for slug in sorted(shops) if owners[slug].email == OWNER]
    others = [slug for slug in sorted(shops) if owners[slug].email != OWNER]
    found, waiting = (_selling(shops, slugs) for slugs in (mine[::-1] + others, others))
    _brush(found, owners[found.shop.slug], "a", now, is_careless=True)
    if waiting is not None and waiting.shop_id != found.shop_id:
        _brush(waiting, owners[waiting.shop.slug], "b", now, is_careless=False)
    deliver_everything()
    watch_fake_trade(now=now)
    case = TradeCase.objects.filter(shop_id=found.shop.public_id, is_live=True).order_by("-points").first()
    if case is not None:
        officer = User.objects.get(email=STAFF_OF_GROUPS["risk"][0])
        confirm_case(case=case, reason=WHY, by=officer, now=now)
    deliver_everything()
    return list(TradeCase.objects.order_by("pk"))


def _selling(shops: dict[str, Shop], slugs: list[str]) -> Sku | None:
    """Something that one of these shops, the first that can, has on sale and sends in a parcel."""
    for slug in slugs:
        rows = Sku.objects.filter(
            shop=shops[slug], is_active=True, product__status=Product.Status.ON_SALE,
            product__kind=Product.Kind.PHYSICAL, shop__status=Shop.Status.OPEN,
        )  # fmt: skip
        if sku := rows.select_related("shop", "product").order_by("price", "pk").first():
            return sku
    return None


def _brush(sku: Sku, owner: User, ring: str, now: datetime, *, is_careless: bool) -> None:
    stock.receive(sku=sku, quantity=2 * STRAWS, by=owner, now=now - timedelta(days=7))
    marks = Marks(blind_index(f"device of ring {ring}"), network_mark("203.0.113.7"))
    for number in range(STRAWS):
        day = now - timedelta(days=6) + number * (HOUR / 6 if is_careless else 17 * HOUR)
        who = _straw(ring, number, day - 5 * HOUR)
        order = _buy(who, sku, day, marks, f"ring {ring}" if is_careless else "")
        sent, arrived = day + 3 * HOUR, day + (6 if is_careless else 20) * HOUR
        fulfillment.ship_order(order=order, carrier="sf", tracking_number=_parcel(ring, number), by=owner, now=sent)
        fulfillment.mark_delivered(order=order, by=who, now=arrived)
        if is_careless:
            write_review(
                shopper=who, order_line_id=order.lines.get().pk, stars=5, text=PRAISE[number % 2], now=arrived + HOUR
            )


def _straw(ring: str, number: int, joined_at: datetime) -> User:
    who = make_person(f"straw-{ring}{number}@demo.example.com", f"顾客{ring}{number}", joined_at=joined_at)
    save_address(
        shopper=who,
        fields={
            "consignee": "陈先生", "phone": f"1990000{ord(ring) % 10}{number:03d}", "province": "浙江省",
            "city": "金华市", "district": "义乌市", "line": f"示例街道 {ring} 号 {number} 室", "is_default": True,
        },
    )  # fmt: skip
    return who


def _parcel(ring: str, number: int) -> str:
    return f"SF{9_900_000_000_000 + ord(ring) * 100 + number}"


def _buy(who: User, sku: Sku, at: datetime, marks: Marks, payer: str) -> Order:
    add_to_cart(shopper=who, sku=sku.public_id, quantity=1, now=at)
    group = place_order(
        shopper=who, checkout_key=UUID(int=who.pk << 64, version=4), address=who.addresses.get(), now=at, marks=marks
    )
    payment = payments.start_payment(group=group, channel="sandbox", now=at)
    sandbox_bank.decide(token=sandbox_bank.token_of(payment.public_id), outcome="success", payer=payer, now=at)
    sandbox_bank.deliver_notices(now=at, post=_hearing(at))
    return group.orders.get()


def _hearing(at: datetime) -> Callable[[str, dict[str, str], bytes], int]:
    def post(url: str, headers: dict[str, str], body: bytes) -> int:
        payments.receive_notice(channel="sandbox", headers=headers, body=body, now=at)
        return 200

    return post
