"""Which shops' gift cards a shopper uses at the checkout, and what they pay of it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mall.accounts.models import User
from mall.money import Money
from mall.texts import Text
from orders.cart import CartView
from orders.gift_cards import money_on_cards
from orders.models.cart import MOST_LINES

FIELD = re.compile(r"cards_([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class CardChoice:
    """The cards that she holds of one shop: what is on them, and what they would pay of this order."""

    shop_id: int
    shop_name: Text
    balance: Money
    pays: Money
    is_chosen: bool

    @property
    def field(self) -> str:
        return f"cards_{self.shop_id}"


def chosen_shops(posted: Mapping[str, str]) -> set[int]:
    """The shops (keys) whose cards a posted checkout uses."""
    found = (FIELD.fullmatch(name) for name in posted)
    return set([int(match[1]) for match in found if match][:MOST_LINES])


def card_choices(view: CartView, shopper: User, chosen: Collection[int] = ()) -> list[CardChoice]:
    """Where her cards could pay something of this cart; one query."""
    payable = {shop.shop_id: (shop, shop.payable_by_cards) for shop in view.shops}
    held = money_on_cards(shopper, payable)
    return [
        CardChoice(shop_id, shop.name, held[shop_id], min(held[shop_id], most), shop_id in chosen)
        for shop_id, (shop, most) in payable.items()
        if most and shop_id in held
    ]


def paid_by(choices: Collection[CardChoice]) -> dict[int, Money]:
    """What the chosen cards pay, by the shop's key."""
    return {choice.shop_id: choice.pays for choice in choices if choice.is_chosen}
