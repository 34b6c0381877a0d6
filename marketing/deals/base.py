"""What a deal is, and what each kind of them can do."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mall.money import Money
from mall.refusals import Refusal
from mall.texts import Text
from marketing.models import Promotion
from marketing.pricing import DealPrice, GiftWith, Layer, Offer

GOODS = Promotion.Group.GOODS


class DealGone(Refusal):
    """The deal cannot be had (any more) by this shopper; the words say why."""

    code = "deal-gone"


@dataclass(frozen=True, slots=True)
class DepositTerms:
    """
    How a deal is paid in two parts: the deposit of a piece now, the rest later.

    :ivar worth: what the deposit of a piece counts for; what that is more than the deposit is off the price already
    """

    deposit: Money
    worth: Money
    balance_from: datetime
    balance_until: datetime
    ships_on: date


@dataclass(frozen=True, slots=True)
class Deal:
    """
    A price for one item, for one shopper, at one moment, when she buys it by itself.

    :ivar key: by which the checkout names it: the public id of a promotion, or of a row of its kind's own
    :ivar kind: that of its promotion (``Promotion.Kind``)
    :ivar price: of one piece; where the shop sells it for less by now, that counts
    :ivar most: how many pieces she may have, at least one
    :ivar excludes: the groups of offers that do not stand beside it; other offers on goods never do, nor gifts
    :ivar pay_minutes: in which she pays; ``None``: the house's
    :ivar waits: whether the paid order waits for an outcome before it may be shipped
    :ivar notes: what she should know before she orders, in sentences
    :ivar deposit: if it is paid in two parts, how; gift cards pay none of it then
    """

    key: str
    promotion: str
    kind: str
    name: Text
    version: int
    shop_id: int
    sku_id: int
    price: Money
    most: int
    excludes: frozenset[str] = frozenset()
    pay_minutes: int | None = None
    waits: bool = False
    notes: tuple[str, ...] = ()
    deposit: DepositTerms | None = None

    @property
    def offer(self) -> Offer:
        """The deal's price as the pricing engine knows it; the shop bears what it takes off."""
        return Offer(
            key=self.promotion,
            promotion=self.promotion,
            rule=DealPrice(self.sku_id, self.price.minor),
            skus=frozenset({self.sku_id}),
            shop_id=self.shop_id,
            layer=Layer.DEAL,
            group=GOODS,
            version=self.version,
            name=self.name,
            excludes=self.excludes,
        )

    def stands_beside(self, offer: Offer) -> bool:
        """Whether another offer may count for the same piece: the deal was asked for, so the other yields."""
        if isinstance(offer.rule, GiftWith):
            return False
        return offer.group != GOODS and offer.group not in self.excludes and GOODS not in offer.excludes


class DealKind(Protocol):
    """
    What each kind can do: the functions of its module.

    ``waiting_words(key)`` may be missing where no order of the kind waits: a sentence for pages of what it waits for;
    and ``page_of(key)`` where a deal has no page of its own.
    """

    @staticmethod
    def find(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
        """:raises DealGone: she cannot have it (any more)"""

    @staticmethod
    def take(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
        """
        It is hers with this order (public id), in the transaction that places it: statements decide, not ``find``.

        :raises DealGone: others were faster; nothing is placed
        """

    @staticmethod
    def paid(*, order_id: str, now: datetime) -> None:
        """Its order is paid; harmless when heard again."""

    @staticmethod
    def give_back(*, order_id: str, now: datetime) -> None:
        """Its order came to nothing; harmless when heard again."""
