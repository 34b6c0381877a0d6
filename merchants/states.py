"""
What can be done in a shop, by the state it is in: one table that guards doors and that pages show.

A shop's state is its status, and for a restricted shop the level too. ``list`` means that its goods stand in lists,
search and recommendations, ``promote`` that they may stand in placements and campaigns, ``offer`` that something new
may come on sale (which also waits for a newer agreement that is not accepted: ``merchants.agreements``). Shoppers see a
shop while it lists or sells. Whatever is in flight (``ship``, ``after_sale``, ``withdraw``) goes on until the shop is
closed, so freezing never keeps a parcel, a refund or a settled share.

Where rows are chosen in SQL, the condition is made of the same table (``sql``, ``in_states``).
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.refusals import Refusal
from merchants.models import Shop

ACTIONS: dict[str, Promise] = {
    "list": gettext_lazy("Goods in lists and search"),
    "buy": gettext_lazy("Goods can be bought"),
    "promote": gettext_lazy("Campaigns and placements"),
    "ship": gettext_lazy("Shipping of paid orders"),
    "after_sale": gettext_lazy("After-sale and refunds"),
    "withdraw": gettext_lazy("Settlement and withdrawing"),
    "sign_in": gettext_lazy("Signing in to the back office"),
    "edit": gettext_lazy("Changing goods and settings"),
    "offer": gettext_lazy("Putting goods on sale"),
}


@dataclass(frozen=True)
class State:
    """One row of the table: the status, its level, what it is called, what can be done in it, why the rest cannot."""

    name: str
    status: str
    level: int
    label: Promise
    allowed: frozenset[str]
    because: Promise | str

    def may(self, action: str) -> bool:
        return action in self.allowed


def _state(status: str, allowed: str, *, label: Promise, because: Promise | str = "", level: int = 0) -> State:
    name = f"{status}_{level}" if level else str(status)
    return State(name, str(status), level, label, frozenset(allowed.split()), because)


TABLE: dict[str, State] = {
    state.name: state
    for state in (
        _state(
            Shop.Status.OPEN,
            "list buy offer promote ship after_sale withdraw sign_in edit",
            label=gettext_lazy("Open"),
        ),
        _state(
            Shop.Status.HOLIDAY,
            "list offer ship after_sale withdraw sign_in edit",
            label=gettext_lazy("On holiday"),
            because=gettext_lazy("This shop is on holiday."),
        ),
        _state(
            Shop.Status.RESTRICTED,
            "list buy offer ship after_sale withdraw sign_in edit",
            label=gettext_lazy("Restricted: no campaigns"),
            because=gettext_lazy("This shop is restricted: it takes no part in campaigns and placements."),
            level=1,
        ),
        _state(
            Shop.Status.RESTRICTED,
            "buy offer ship after_sale withdraw sign_in edit",
            label=gettext_lazy("Restricted: no campaigns, not in lists"),
            because=gettext_lazy("This shop is restricted: its goods stand neither in lists nor in campaigns."),
            level=2,
        ),
        _state(
            Shop.Status.FROZEN,
            "offer ship after_sale withdraw sign_in edit",
            label=gettext_lazy("Frozen"),
            because=gettext_lazy("This shop is not selling at the moment."),
        ),
        _state(
            Shop.Status.EXITING,
            "ship after_sale withdraw sign_in",
            label=gettext_lazy("Leaving the mall"),
            because=gettext_lazy("This shop is leaving the mall: what is in flight is finished, nothing new begins."),
        ),
        _state(
            Shop.Status.CLOSED,
            "sign_in",
            label=gettext_lazy("Closed"),
            because=gettext_lazy("This shop is closed: its pages can only be read."),
        ),
    )
}
_BY_STATUS = {(state.status, state.level): state for state in TABLE.values()}

# What a right of a seat does when a page is posted; every other right only needs to be let in.
ACTION_OF_RIGHT = {
    "products.edit": "edit",
    "stock.edit": "edit",
    "shop.edit": "edit",
    "shop.decorate": "edit",
    "promotions.edit": "edit",
    "orders.ship": "ship",
    "orders.cancel": "after_sale",
    "orders.personal": "after_sale",
    "orders.after_sale": "after_sale",
    "orders.invoice": "after_sale",
    "reviews.answer": "after_sale",
    "money.see": "withdraw",
    "money.withdraw": "withdraw",
}


class NotInThisState(Refusal):
    """The state of the shop's life does not allow this now."""

    code = "not-in-this-state"


def state_in(status: str, level: int) -> State:
    """The state of a shop with this status and level of restriction; the level counts in a restricted shop only."""
    return _BY_STATUS[status, level if status == Shop.Status.RESTRICTED else 0]


def state_of(shop: Shop) -> State:
    return state_in(shop.status, shop.restriction)


def may(shop: Shop, action: str) -> bool:
    return state_of(shop).may(action)


def is_seen(shop: Shop) -> bool:
    """Whether shoppers can look at the shop and its goods."""
    return may(shop, "list") or may(shop, "buy")


def check(shop: Shop, action: str) -> None:
    """
    :raises NotInThisState: the shop's state does not allow this
    """
    if why := why_not(shop, action):
        raise NotInThisState(why)


def why_not(shop: Shop, action: str) -> str:
    """Why this cannot be done in the shop now, in the reader's language; empty when it can."""
    state = state_of(shop)
    return "" if state.may(action) else str(state.because)


def refused_post(shop: Shop, right: str) -> str:
    """Why a page that this right opens cannot be posted now; empty when it can."""
    return why_not(shop, ACTION_OF_RIGHT.get(right, "sign_in"))


# For queries


def sql(alias: str, *actions: str) -> str:
    """A condition of SQL on a row of ``merchants_shop``: a state that allows all of these."""
    return f"({' OR '.join(_sql_of(alias, state) for state in _allowing(*actions))})"


def seen_sql(alias: str) -> str:
    """A condition of SQL: shoppers can look at this shop."""
    return f"({' OR '.join(_sql_of(alias, state) for state in _seen())})"


def in_states(*actions: str, prefix: str = "") -> Q:
    """The same as ``sql``, for the ORM; ``prefix`` leads to the shop (``"shop__"``)."""
    return _any_of(_allowing(*actions), prefix)


def seen(prefix: str = "") -> Q:
    return _any_of(_seen(), prefix)


def _allowing(*actions: str) -> list[State]:
    if unknown := set(actions) - set(ACTIONS):
        raise ValueError(f"no such action: {', '.join(sorted(unknown))}")
    return [state for state in TABLE.values() if all(state.may(action) for action in actions)]


def _seen() -> list[State]:
    return [state for state in TABLE.values() if state.may("list") or state.may("buy")]


def _sql_of(alias: str, state: State) -> str:
    level = f" AND {alias}.restriction = {state.level}" if state.level else ""
    return f"{alias}.status = '{state.status}'{level}"


def _any_of(states: list[State], prefix: str) -> Q:
    found = Q(pk__in=[])
    for state in states:
        level = {f"{prefix}restriction": state.level} if state.level else {}
        found |= Q(**{f"{prefix}status": state.status}, **level)
    return found


# For pages


def shown(shop: Shop, *, held_back: Collection[str] = ()) -> list[dict]:
    """The row of the table that holds for this shop, action by action, less what something else holds back."""
    cells = _cells(state_of(shop))
    return [{**cell, "is_allowed": cell["is_allowed"] and cell["action"] not in held_back} for cell in cells]


def whole_table() -> list[dict]:
    """Every state with every action, as the pages show it."""
    return [{"state": state, "cells": _cells(state)} for state in TABLE.values()]


def _cells(state: State) -> list[dict]:
    return [{"action": action, "label": label, "is_allowed": state.may(action)} for action, label in ACTIONS.items()]


def sentence(shop: Shop) -> str:
    """What a person should know of the shop's state; empty for an open shop."""
    state = state_of(shop)
    if state.status == Shop.Status.FROZEN:
        return _("This shop is frozen: shoppers do not see it. Orders in flight go on.")
    return str(state.because)
