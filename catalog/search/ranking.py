"""
How much a product counts in search before a word is looked at: what it sold, how it was rated, how its shop is.

The weight stands in the product's row of search. Stock and the fit of the words come in when somebody asks:
rank = fit of the words x weight x (in stock or not). A shop whose latest health score is below 60 is demoted, and staff
read why (``reasons``).
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from catalog import tunables
from catalog.models import ProductSearch
from catalog.search.words import SHOP, quoted
from merchants.models import HealthScore, Shop

SOLD_OUT = 0.2  # so much of its weight is left to what is sold out: it stands after what can be bought
PRIOR_REVIEWS, PRIOR_STARS = 4, 16  # a product without reviews counts as one with four of four stars

# Of a row ``p`` of catalog_product and ``t`` of catalog_productstats.
SCORE = "(SELECT h.score FROM merchants_healthscore h WHERE h.shop_id = p.shop_id ORDER BY h.month DESC LIMIT 1)"
STARS = "(CASE WHEN t.review_count > 0 THEN round(10.0 * t.review_stars / t.review_count) ELSE 0 END)::smallint"
_RATING = f"(t.review_stars + {PRIOR_STARS}.0) / (t.review_count + {PRIOR_REVIEWS})"
WEIGHT = (
    f"(ln(t.sold_count + 8) * (0.6 + 0.08 * {_RATING})"
    f" * CASE WHEN {SCORE} < {HealthScore.PASS} THEN %(demoted)s / 100.0 ELSE 1 END)::float8"
)


def facts() -> dict:
    """What the SQL of this module needs to be told."""
    return {"demoted": tunables.LOW_HEALTH_PERCENT.value}


_WEIGH = f"""
    UPDATE catalog_productsearch w SET sold = t.sold_count, stars = {STARS}, weight = {WEIGHT}
    FROM catalog_product p JOIN catalog_productstats t ON t.product_id = p.id
    WHERE w.product_id = p.id AND {{which}}
        AND (w.sold, w.stars, w.weight) IS DISTINCT FROM (t.sold_count, {STARS}, {WEIGHT})
"""  # noqa: S608 - words of this module


def weigh_products(public_ids: Iterable[str]) -> int:
    """Sales or stars of these changed; returns how many rows are other than before."""
    return _weigh("p.public_id = ANY(%(ids)s)", {"ids": list(public_ids)})


def weigh_product(product_id: int) -> int:
    """A review of this product (by key) came in."""
    return _weigh("p.id = %(id)s", {"id": product_id})


def weigh_shop(shop: Shop) -> int:
    """The shop's health changed."""
    return _weigh("w.words @@ %(mark)s::tsquery", {"mark": quoted(f"{SHOP}{shop.pk}")})


def weigh_all() -> int:
    """Put right whatever is not as it should be; nothing else is written."""
    return _weigh("true", {})


def _weigh(which: str, values: dict) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WEIGH.replace("{which}", which), facts() | values)
        return cursor.rowcount


def reasons(row: ProductSearch, score: Decimal | None) -> list[str]:
    """Why a product stands where it stands, in words for staff; ``score`` is its shop's latest health."""
    told = [_("sold %(count)d") % {"count": row.sold}]
    told.append(_("%(stars)s stars") % {"stars": row.stars / 10} if row.stars else _("not rated yet: counts as 4.0"))
    if not row.in_stock:
        told.append(_("sold out: %(percent)d %% of its weight") % {"percent": SOLD_OUT * 100})
    if score is not None and score < HealthScore.PASS:
        told.append(
            _("demoted to %(percent)d %%: the shop's latest health score is %(score)s, below %(pass)d")
            % {"percent": tunables.LOW_HEALTH_PERCENT.value, "score": score.normalize(), "pass": HealthScore.PASS}
        )
    if not row.is_listed:
        told.append(_("not listed: it is not on sale"))
    return told
