"""
Balances and bank transfers in the demonstration: a balance that was topped up, spent and given back on; a statement of
the custodian in the bank's own form, with a transfer that fits, one that is too little, one that is too much and waits
for the second person, and one that quotes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from catalog.models import Product, Sku
from mall.accounts.models import User
from mall.events import deliver_everything
from mall.money import Money
from merchants.models import Shop
from orders.bank_statements import propose_match, read_statement
from orders.cancellation import cancel_order
from orders.cart import add_to_cart
from orders.checkout import place_order
from orders.models import BankLine, OrderGroup, Payment
from orders.payments import pay_from_balance, start_payment, start_top_up
from settlement.demo.kinds import CHANNEL, pay_at_bank
from settlement.demo.shops import SHOPPER

SHOP = "yunjian"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TOPPED_UP = Money(100_000)
HEAD = "交易时间,交易流水号,收入金额,对方户名,对方账号,附言"
COMPANIES = ("杭州远山文化有限公司", "厦门白鹭商贸有限公司", "Sandbay Trading Ltd.", "宁波海曙会务服务有限公司")


def show_ways_to_pay(*, shops: dict[str, Shop], staff: tuple[User, User], now: datetime) -> None:
    """The demonstration's shopper has a balance; three who buy for companies transfer, and one stranger does."""
    goods = _goods(shops[SHOP])
    if goods is None:
        return
    she = User.objects.get(email=SHOPPER)
    _fill_and_spend(she, goods, now)
    buyers = User.objects.filter(order_groups__isnull=False).exclude(pk=she.pk).distinct().order_by("pk")[4:7]
    at = now - DAY
    transfers = [_asked(who, goods, number, at) for number, who in enumerate(buyers)]
    rows = [_row(*row, at=at + HOUR) for row in zip(range(3), transfers, (0, -5_000, 3_000), strict=False)]
    rows.append(f"{_clock(at + HOUR)},FT2601000099,260.00,{COMPANIES[3]},3301000000000099,茶具款")
    content = "\r\n".join([HEAD, *rows]).encode("gb18030")
    read_statement(content=content, name="托管户流水.csv", by=staff[0], now=now - 2 * HOUR)
    for line in BankLine.objects.filter(why=BankLine.Why.OVER):
        reason = "多付三十元，余额退回。"
        propose_match(line=line, reference="", reason=reason, by=staff[0], now=now - HOUR)
    deliver_everything()


def _fill_and_spend(she: User, goods: Sku, now: datetime) -> None:
    pay_at_bank(start_top_up(shopper=she, amount=TOPPED_UP, channel=CHANNEL, now=now - 4 * DAY), now - 4 * DAY)
    for number, days in enumerate((3, 2)):
        group = _placed(she, goods, 10 + number, now - days * DAY)
        payment = start_payment(group=group, channel="balance", now=now - days * DAY)
        pay_from_balance(payment=payment, by=she, now=now - days * DAY)
    cancel_order(order=group.orders.get(), reason="买重复了", by=she, now=now - 2 * DAY + HOUR)
    deliver_everything()


def _asked(who: User, goods: Sku, number: int, at: datetime) -> Payment:
    return start_payment(group=_placed(who, goods, number, at), channel="transfer", now=at)


def _placed(who: User, goods: Sku, number: int, at: datetime) -> OrderGroup:
    add_to_cart(shopper=who, sku=goods.public_id, quantity=1, now=at)
    key = UUID(int=0x7A15_0000 + number, version=4)
    address = who.addresses.get(is_default=True)
    return place_order(shopper=who, checkout_key=key, address=address, only_skus={goods.pk}, now=at)


def _row(number: int, payment: Payment, off: int, *, at: datetime) -> str:
    amount = Money(payment.amount.minor + off).decimal
    remark = f"货款 {payment.transfer.reference}"
    account = f"33010000000000{number:02d}"
    return f"{_clock(at)},FT26010000{number:02d},{amount},{COMPANIES[number]},{account},{remark}"


def _clock(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _goods(shop: Shop) -> Sku | None:
    """What costs a little more than is transferred at least, and is there."""
    fit = Sku.objects.filter(
        shop=shop, is_active=True, price__gte=12_000, price__lte=40_000, product__kind=Product.Kind.PHYSICAL,
        product__status=Product.Status.ON_SALE, stocks__on_hand__gt=10,
    )  # fmt: skip
    return fit.order_by("price", "pk").first()
