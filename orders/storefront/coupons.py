"""Which coupons a shopper uses at the checkout: one of each shop and one of the mall, the best preset."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mall.money import Money
from mall.texts import Text
from marketing.words import why_unused
from orders.cart import CartView
from orders.models.cart import MOST_LINES

SHOWN = "coupons_shown"
FIELD = re.compile(r"coupon_([0-9]{1,18}|mall)")


@dataclass(frozen=True, slots=True)
class Option:
    """One coupon: what it takes off, or why it cannot be used."""

    key: str
    name: Text
    amount: Money | None
    why_not: str
    is_chosen: bool
    is_usable: bool


@dataclass(frozen=True, slots=True)
class CouponChoice:
    """The coupons of one shop, or of the mall, of which one can be used."""

    field: str
    label: str
    options: list[Option]

    @property
    def is_none_chosen(self) -> bool:
        return not any(option.is_chosen for option in self.options)


def chosen_coupons(posted: Mapping[str, str]) -> list[str] | None:
    """The keys that a posted checkout names; ``None`` when it offered no choice."""
    if SHOWN not in posted:
        return None
    return [key for name, key in posted.items() if FIELD.fullmatch(name) and key][: MOST_LINES + 1]


def coupon_choices(view: CartView) -> list[CouponChoice]:
    """What she holds for these shops, used or not; nothing when she holds none."""
    found: dict[int | None, list[Option]] = {}
    for used in view.quote.applied:
        if used.is_coupon:
            option = Option(used.key, used.name, used.amount, "", is_chosen=True, is_usable=True)
            found.setdefault(used.shop_id, []).append(option)
    for unused in view.quote.unused:
        if unused.is_coupon:
            usable = unused.reason in {"not_chosen", "worse"}
            option = Option(
                unused.key, unused.name, None, why_unused(unused), is_chosen=False, is_usable=usable
            )  # fmt: skip
            found.setdefault(unused.shop_id, []).append(option)
    names = {shop.shop_id: str(shop.name) for shop in view.shops}
    return [
        CouponChoice(
            field=f"coupon_{shop_id or 'mall'}",
            label=names.get(shop_id, "") if shop_id else _("Of the mall"),
            options=sorted(options, key=lambda option: (not option.is_chosen, not option.is_usable)),
        )
        for shop_id, options in sorted(found.items(), key=lambda item: (item[0] is None, item[0] or 0))
    ]
