"""
Prices that must be asked for (K1): one item, bought by itself, under terms of its own, not through the cart.

A place in a group, a bargain that friends cut, a pre-sale with a deposit: the checkout names the deal by its key, is
told what it costs this shopper now (``find_deal``), and takes it in the transaction that places the order
(``take_deal``). Later the deal hears that the order was paid or came to nothing. Where the order waits for an outcome,
the deal announces it (``DealCame``, ``DealFailed``), and orders act on that. ``base`` says what a deal is, ``registry``
which kinds there are; each kind is a module with the functions of ``base.DealKind``.
"""

from marketing.deals.base import Deal, DealGone, DepositTerms
from marketing.deals.registry import find_deal, give_back, page_of, paid, take_deal, waiting_words

__all__ = [
    "Deal", "DealGone", "DepositTerms", "find_deal", "give_back", "page_of", "paid", "take_deal", "waiting_words",
]  # fmt: skip
