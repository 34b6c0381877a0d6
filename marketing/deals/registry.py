"""Which kinds of deals there are, and where each is at home."""

from datetime import datetime
from importlib import import_module

from django.utils.translation import gettext as _

from mall.rows import select_rows
from marketing.deals.base import Deal, DealGone, DealKind

HOMES: dict[str, str] = {  # the module of a kind, by the kind of its promotion
    "bargain": "marketing.deals.bargains",
    "crowdfunding": "marketing.deals.crowdfunding",
    "deposit_presale": "marketing.deals.deposits",
    "free_trial": "marketing.deals.trials",
    "group_buying": "marketing.deals.group_buying",
}
OWN_KEYS: dict[str, str] = {  # the kind of promotion, by the prefix of its own rows' public ids
    "bgr": "group_buying",
    "brg": "bargain",
    "tra": "free_trial",
}


def find_deal(key: str, *, sku_id: int, shopper_id: int, now: datetime) -> Deal:
    """
    What a deal costs this shopper now.

    :raises DealGone: there is none, or she cannot have it
    """
    kind = _kind_of(key)
    if kind not in HOMES:
        raise DealGone(_("There is no such offer (any more)."))
    return _home(kind).find(key, sku_id=sku_id, shopper_id=shopper_id, now=now)


def take_deal(deal: Deal, *, order_id: str, group_id: str, shopper_id: int, quantity: int, now: datetime) -> None:
    """
    Called in the transaction that places, after stock and coupons.

    :raises DealGone: others were faster
    """
    _home(deal.kind).take(
        deal, order_id=order_id, group_id=group_id, shopper_id=shopper_id, quantity=quantity, now=now
    )  # fmt: skip


def paid(key: str, *, order_id: str, now: datetime) -> None:
    """The order that took this deal is paid."""
    _home(_kind_of(key)).paid(order_id=order_id, now=now)


def give_back(key: str, *, order_id: str, now: datetime) -> None:
    """The order that took this deal came to nothing."""
    _home(_kind_of(key)).give_back(order_id=order_id, now=now)


def waiting_words(key: str) -> str:
    """What an order that took this deal waits for, in a sentence; empty where its kind says nothing."""
    words = getattr(_home(_kind_of(key)), "waiting_words", None)
    return words(key) if words else ""


def page_of(key: str) -> str:
    """The address of the page that tells how a deal stands; empty where its kind has none."""
    page = getattr(_home(_kind_of(key)), "page_of", None) if key else None
    return page(key) if page else ""


def _kind_of(key: str) -> str:
    prefix = key.partition("_")[0]
    if prefix in OWN_KEYS:
        return OWN_KEYS[prefix]
    found = select_rows("SELECT kind FROM marketing_promotion WHERE public_id = %s", [key])
    return found[0][0] if found else ""


def _home(kind: str) -> DealKind:
    return import_module(HOMES[kind])
