"""The checkout of goods in a flash sale is behind the gate: whoever came by another way than its button asks here."""

import re
from collections.abc import Collection
from functools import lru_cache

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mall import clock
from mall.rows import select_rows
from marketing.flash import gate
from orders.cart import CartView

FIELD, MOST = "flash", 20
_NAME = re.compile(r"(prm_[0-9a-z]{20})\.(sku_[0-9a-z]{20})")


@lru_cache(maxsize=1_000)
def units_of(sale: str, sku: str) -> int:
    """
    The key of the units of a SKU in a flash sale (public ids), asked once in a process: a name never means others.

    :raises LookupError: there are none
    """
    found = select_rows(
        "SELECT u.id FROM marketing_flashunits u JOIN marketing_promotion p ON p.id = u.promotion_id"
        " JOIN catalog_sku k ON k.id = u.sku_id WHERE p.public_id = %s AND k.public_id = %s",
        [sale, sku],
    )
    if not found:
        raise LookupError(f"{sku} is not in {sale}")
    return found[0][0]


def named_in(view: CartView) -> list[str]:
    """The units of flash sales that a cart has at their price, as the checkout posts them back."""
    flash = view.quote.flash_units
    return [f"{flash[line.sku.sku_id][0]}.{line.sku.public_id}" for line in view.lines if line.sku.sku_id in flash]


def posted(request: HttpRequest) -> list[str]:
    return request.POST.getlist(FIELD)[:MOST]


def kept_out(request: HttpRequest, names: Collection[str]) -> HttpResponse | None:
    """
    To the queue, if the gate does not let her in with one of these; what it does not know of is no reason to stay out.

    Who leaves the names away passes the gate, and nothing else: whether there are units say their rows.
    """
    now = clock.now()
    for sale, sku, units_id in _known(names):
        answer = gate.ask(units_id, shopper_id=request.user.pk, now=now)
        if answer.what == gate.WAIT:
            messages.info(request, _("Many are at the checkout of this flash sale: you are let in by turns."))
            return redirect("storefront:orders:flash-line", sale, sku)
    return None


def asked_in_vain(request: HttpRequest) -> None:
    """What the gate let her in for was not there: it looks again."""
    if units := [units_id for _sale, _sku, units_id in _known(posted(request))]:
        gate.restore(units)


def _known(names: Collection[str]) -> list[tuple[str, str, int]]:
    found = []
    for match in filter(None, map(_NAME.fullmatch, names)):
        try:
            found.append((match[1], match[2], units_of(match[1], match[2])))
        except LookupError:
            continue
    return found
