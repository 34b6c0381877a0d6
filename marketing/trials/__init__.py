"""
Free trials (K1): shoppers apply for goods that a shop gives away, winners pay the delivery and report on them.

``units`` is what a shop gives away, ``applying`` how one applies, ``deciding`` how winners are found – by a lot whose
hash is published beforehand, or by the shop – and how the next moves up, ``reporting`` the review that a winner owes.
"""

PREFIX = "tra_"


def is_trial(deal: str) -> bool:
    """Whether an order that took this deal (its key) was no sale: what was given to be tried."""
    return deal.startswith(PREFIX)
