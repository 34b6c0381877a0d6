"""A kind of deal for the tests of what all kinds share: three places at a price, open until somebody says otherwise."""

from datetime import datetime

from mall.money import Money
from mall.texts import Text
from marketing.deals import Deal, DealGone

KEY, PLACES = "clb_1", 3
HELD: dict[str, str] = {}  # by order, what became of its place
TERMS = {"price": 6000, "waits": True, "most": 2, "excludes": frozenset(), "promotion": "", "shop_id": 0}


def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    if len(HELD) >= PLACES:
        raise DealGone("The club is full.")
    return Deal(
        key=key,
        promotion=TERMS["promotion"],
        kind="club",
        name=Text({"en": "Club price"}),
        version=1,
        shop_id=TERMS["shop_id"],
        sku_id=sku_id,
        price=Money(TERMS["price"]),
        most=TERMS["most"],
        excludes=TERMS["excludes"],
        pay_minutes=15,
        waits=TERMS["waits"],
        notes=("Three make a club.",),
    )


def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    if len(HELD) >= PLACES:
        raise DealGone("The club is full.")
    HELD[order_id] = "taken"


def paid(*, order_id: str, now: datetime) -> None:
    HELD[order_id] = "paid"


def give_back(*, order_id: str, now: datetime) -> None:
    HELD.pop(order_id, None)


def waiting_words(key: str) -> str:
    return "Two more and the club is full."
