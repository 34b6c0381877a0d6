"""What the page of a product shows of its pre-sale with a deposit: the three steps, what it comes to, until when."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from catalog.offers import joined_names
from mall import clock
from mall.money import Money
from mall.rows import select_rows
from mall.templatetags.mall import plain_moment
from mall.texts import Text
from merchants import states

AHEAD = timedelta(days=3)  # from when on a pre-sale that comes is announced

# Of shops that may promote and sell, of items that can be bought; until the time to pay the rest is over.
_WARES = f"""
    SELECT m.public_id, k.public_id, k.choice, p.options, u.price, u.deposit, u.worth, u.currency, k.price, u.quota,
        u.taken, u.most, m.starts_at, m.ends_at, m.rule
    FROM marketing_depositunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN catalog_sku k ON k.id = u.sku_id JOIN catalog_product p ON p.id = k.product_id
        JOIN merchants_shop s ON s.id = u.shop_id
    WHERE p.public_id = %(product)s AND m.status = 'live' AND m.starts_at < %(until)s
        AND (m.rule ->> 'balance_until')::timestamptz > %(now)s
        AND k.is_active AND p.status = 'on_sale' AND {states.sql("s", "promote", "list", "buy")}
    ORDER BY m.starts_at, u.price, u.id
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class Step:
    """One step for ``components/_presale.html``."""

    label: str
    amount: Money | None
    note: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Ware:
    """One SKU in a pre-sale; ``phase`` is soon, deposit (it can be ordered), gone or rest."""

    choice: Text
    price: Money
    to_pay: Money
    usual: Money
    worth: Money | None
    phase: str
    until: datetime
    steps: list[Step]
    taken_text: str
    taken_percent: int
    most: int
    order_url: str


def block(product: str) -> str:
    """What the page of a product (public id) shows; empty if nothing of it is in a pre-sale. One query."""
    now = clock.now()
    rows = select_rows(_WARES, {"product": product, "now": now, "until": now + AHEAD})
    if not rows:
        return ""
    context = {"wares": [_ware(row, now) for row in rows]}
    return render_to_string("storefront/marketing/_presale_on_product.html", context)


def _ware(row: tuple, now: datetime) -> Ware:
    key, sku, choice, options, *amounts, currency, usual, quota, taken, most, starts_at, ends_at, rule = row
    price, deposit, worth, usual = (Money(fen, currency) for fen in (*amounts, usual))
    rule = json.loads(rule)
    begins, ends = (datetime.fromisoformat(rule[name]) for name in ("balance_from", "balance_until"))
    if now < starts_at:
        phase, until = "soon", starts_at
    elif now < ends_at:
        phase, until = ("gone" if taken >= quota else "deposit"), ends_at
    else:
        phase, until = "rest", ends
    window = {"since": plain_moment(begins), "until": plain_moment(ends)}
    ships_on = date_format(date.fromisoformat(rule["ships_on"]))
    return Ware(
        choice=joined_names(choice, json.loads(options)),
        price=price,
        to_pay=price - worth + deposit,
        usual=usual,
        worth=worth if worth > deposit else None,
        phase=phase,
        until=until,
        steps=[
            Step(
                pgettext("pre-sale", "Deposit"),
                deposit,
                _("Until %(until)s") % {"until": plain_moment(ends_at)},
                "done" if phase == "rest" else "now" if phase == "deposit" else "",
            ),
            Step(
                _("The rest"),
                price - worth,
                _("From %(since)s until %(until)s") % window,
                "now" if phase == "rest" and now >= begins else "",
            ),
            Step(_("Ships"), None, _("From %(day)s") % {"day": ships_on}),
        ],
        taken_text=_("%(taken)d of %(quota)d taken") % {"taken": taken, "quota": quota},
        taken_percent=min(100, 100 * taken // quota),
        most=most,
        order_url=reverse("storefront:orders:deal-checkout", args=[key, sku]),
    )
