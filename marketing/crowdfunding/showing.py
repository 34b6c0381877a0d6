"""What the page of a product shows of its crowdfunding: how far it is, how long it goes on, the levels."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from catalog.offers import choice_text
from mall import clock
from mall.rows import select_rows
from marketing.deals.crowdfunding import terms_of
from marketing.models import DealUnits, Funding
from merchants import states

# The public page of a product: of shops that may promote and sell, of items that can be bought.
_LEVELS = f"""
    SELECT u.id FROM marketing_dealunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN marketing_funding f ON f.promotion_id = m.id
        JOIN catalog_sku k ON k.id = u.sku_id JOIN catalog_product p ON p.id = k.product_id
        JOIN merchants_shop s ON s.id = u.shop_id
    WHERE p.public_id = %(product)s AND m.kind = 'crowdfunding' AND m.status = 'live' AND f.status <> 'failed'
        AND m.starts_at <= %(now)s AND m.ends_at > %(now)s
        AND k.is_active AND p.status = 'on_sale' AND {states.sql("s", "promote", "list", "buy")}
    ORDER BY u.price, u.id
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class Level:
    units: DealUnits
    choice: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    funding: Funding
    levels: list[Level]
    terms: list[str]

    @property
    def percent(self) -> int:
        """How much of the goal is there; more than all of it can be."""
        return 100 * self.funding.raised.minor // self.funding.goal.minor

    @property
    def filled(self) -> int:
        """The same, as far as a bar shows it."""
        return min(self.percent, 100)


def block(product: str) -> str:
    """What the page of a product (public id) shows; empty without a crowdfunding. One query or two."""
    keys = [key for (key,) in select_rows(_LEVELS, {"product": product, "now": clock.now()})]
    if not keys:
        return ""
    rows = DealUnits.objects.select_related("promotion__funding", "sku__product").filter(pk__in=keys)
    found: dict[int, Shown] = {}
    for units in rows.order_by("price", "pk"):
        funding = units.promotion.funding
        shown = found.setdefault(funding.pk, Shown(funding, [], terms_of(units.promotion, funding)))
        url = reverse("storefront:orders:deal-checkout", args=[units.promotion.public_id, units.sku.public_id])
        shown.levels.append(Level(units, str(choice_text(units.sku)), url))
    return render_to_string("storefront/marketing/_funding_on_product.html", {"fundings": list(found.values())})
