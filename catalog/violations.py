"""
What a decision about goods costs their shop (behaviour 2.4, M9): the table from reasons to violations.

What never was on sale harmed nobody: handing in counterfeits or goods that may not be sold costs a little, all else is
what reviews are for. What had to be taken down while it sold costs as much as the violation does. A picture with words,
a wrong category or a price with a slip cost nothing. Shops appeal on the page of their conduct, as ever.
"""

from datetime import datetime

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from catalog.models import Product, ProductChange
from mall.accounts.models import User
from merchants import sanctions
from merchants.models import Sanction

Reason, Code = ProductChange.Reason, Sanction.Code
WHEN_REFUSED = {
    Reason.PROHIBITED: Code.BANNED_ASKED,
    Reason.FAKE: Code.BANNED_ASKED,
}
WHEN_TAKEN_DOWN = {
    Reason.TITLE: Code.FALSE_WORDS,
    Reason.CLAIM: Code.FALSE_WORDS,
    Reason.BRAND: Code.WRONG_BRAND,
    Reason.PROHIBITED: Code.BANNED_GOODS,
    Reason.FAKE: Code.COUNTERFEIT,
}


def count_refusal(*, change: ProductChange, now: datetime) -> None:
    """A reviewer refused it; the same again costs nothing while the first one counts."""
    _count(WHEN_REFUSED, change.product, change.reason, change.note, by=change.decided_by, now=now)


def count_removal(*, product: Product, reason: str, note: str, by: User | None, now: datetime) -> None:
    """Staff took it down; the same again costs nothing while the first one counts."""
    _count(WHEN_TAKEN_DOWN, product, reason, note, by=by, now=now)


def _count(table: dict, product: Product, reason: str, note: str, *, by: User | None, now: datetime) -> None:
    code = table.get(reason)
    if code is None or by is None or product.shop.status == product.shop.Status.CLOSED:
        return
    sanctions.impose_once(
        shop=product.shop, code=code, subject=product.public_id, note=f"{product.title}: {note}", by=by, now=now
    )


def _costs(table: dict) -> str:
    rows = (f"{Reason(reason).label} {sanctions.POINTS[code]}" for reason, code in table.items())
    return _("Violation points that the shop gets by the reason: %(rows)s. Other reasons cost none.") % {
        "rows": ", ".join(rows)
    }


costs_when_refused = lazy(lambda: _costs(WHEN_REFUSED), str)
costs_when_taken_down = lazy(lambda: _costs(WHEN_TAKEN_DOWN), str)
