"""
What pages show of flash sales: which run, which come today, how much is gone.

It is the same for everybody and changes by the second while the pages around it are kept for minutes, so it is a part
of its own: built every few seconds, put into the kept page when that is sent (``mall.storefront.shell``).
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Category
from catalog.offers import joined_names
from mall import clock
from mall.money import Money
from mall.pages import cached_part
from mall.rows import select_rows
from mall.texts import Text
from marketing.models import Campaign
from merchants import states

FRESH_SECONDS = 5
SHOWN_AHEAD = timedelta(hours=24)
NEAR = timedelta(hours=1)
MOST_ON_HOME = 8
MOST_CAMPAIGNS = 3  # on the home page
MOST_SHOWN = 200
HOME, PRODUCT = "home", "product"
_NOW = re.compile(r'data-now="[^"]*"')


@dataclass(frozen=True, slots=True)
class Ware:
    """One SKU in a flash sale that runs, or will."""

    units_id: int
    sale: str
    sku: str
    product: str
    title: Text
    choice: Text
    shop_name: Text
    picture: str
    price: Money
    list_price: Money
    quota: int
    taken: int
    most: int
    starts_at: datetime
    ends_at: datetime
    is_running: bool
    is_near: bool
    campaign: Text  # the mall's that sells it so; empty: the shop's own sale
    campaign_slug: str
    category: str  # the slug of its category at the top

    @property
    def campaign_url(self) -> str:
        return reverse("storefront:marketing:campaign", args=[self.campaign_slug]) if self.campaign_slug else ""

    @property
    def url(self) -> str:
        return f"{reverse('storefront:catalog:product', args=[self.product])}?sku={self.sku}"

    @property
    def buy_url(self) -> str:
        return reverse("storefront:orders:flash-buy", args=[self.sale, self.sku])

    @property
    def until(self) -> datetime:
        return self.ends_at if self.is_running else self.starts_at

    @property
    def is_gone(self) -> bool:
        return self.taken >= self.quota

    @property
    def sold_percent(self) -> int:
        return min(100, 100 * self.taken // self.quota) if self.quota else 100

    @property
    def sold_text(self) -> str:
        return _("%(taken)d of %(quota)d gone") % {"taken": self.taken, "quota": self.quota}

    @property
    def limit_text(self) -> str:
        return ngettext("%(most)d per person", "%(most)d per person", self.most) % {"most": self.most}


@dataclass(frozen=True, slots=True)
class Slot:
    """What is sold from one moment to another."""

    starts_at: datetime
    ends_at: datetime
    is_running: bool
    offers: list[Ware]

    @property
    def until(self) -> datetime:
        return self.ends_at if self.is_running else self.starts_at


# What a statement about promotions ``m`` knows of the campaign of the mall that made them.
CAMPAIGN_OF = """
    LEFT JOIN LATERAL (
        SELECT n.campaign_id, n.is_new FROM marketing_campaignenrolment n WHERE n.promotion_id = m.id LIMIT 1
    ) e ON true
    LEFT JOIN marketing_campaign c ON c.id = e.campaign_id
"""
# The public page of a flash sale: of shops that may promote and sell, of products that can be bought.
_WARES = f"""
    SELECT u.id, m.public_id, k.public_id, p.public_id, p.title, k.choice, p.options, s.name,
        coalesce((
            SELECT i.image FROM catalog_productpicture i WHERE i.product_id = p.id
            ORDER BY i.value_id <> '' AND i.value_id = ANY (k.choice) DESC, i.position, i.id LIMIT 1
        ), ''),
        u.price, k.price, u.currency, u.quota, u.taken, u.most, m.starts_at, m.ends_at, c.name,
        coalesce(c.slug, ''), (SELECT slug FROM catalog_category WHERE path = left(g.path, %(step)s))
    FROM marketing_flashunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN catalog_sku k ON k.id = u.sku_id JOIN catalog_product p ON p.id = k.product_id
        JOIN catalog_category g ON g.id = p.category_id JOIN merchants_shop s ON s.id = u.shop_id {CAMPAIGN_OF}
    WHERE u.is_open AND m.status = 'live' AND m.ends_at > %(now)s AND m.starts_at < %(until)s
        AND k.is_active AND p.status = 'on_sale' AND {states.sql("s", "promote", "list", "buy")}
        AND (%(product)s IS NULL AND %(campaign)s IS NULL AND c.id IS NULL OR p.public_id = %(product)s
            OR c.id = %(campaign)s AND e.is_new = %(is_new)s AND (%(category)s = '' OR g.path LIKE (
                SELECT path FROM catalog_category WHERE slug = %(category)s) || '%%'))
    ORDER BY m.starts_at <= %(now)s DESC, m.starts_at, m.ends_at, u.taken >= u.quota, u.id
    LIMIT %(most)s OFFSET %(after)s
"""  # noqa: S608 - words of ours
_IS_ANY = """
    SELECT EXISTS (SELECT FROM marketing_flashunits u JOIN marketing_promotion m ON m.id = u.promotion_id
        JOIN catalog_sku k ON k.id = u.sku_id
        WHERE u.is_open AND m.status = 'live' AND m.ends_at > %(now)s AND m.starts_at < %(until)s
            AND (%(product)s IS NULL OR k.product_id = %(product)s)),
        (SELECT public_id FROM catalog_product WHERE id = %(product)s),
        EXISTS (SELECT FROM marketing_campaign WHERE status = 'live' AND live_until > %(now)s)
"""


def part_of(product: int | None, *, now: datetime) -> str:
    """The name of what the page of a product (key) shows by the second, or the home page; empty if that is nothing."""
    values = {"now": now, "until": now + SHOWN_AHEAD, "product": product}
    ((is_any, public_id, has_campaign),) = select_rows(_IS_ANY, values)
    if product is None:
        return HOME if is_any or has_campaign else ""
    return f"{PRODUCT}:{public_id}" if is_any else ""


def fresh_part(name: str) -> str:
    """That part as it is now: built at most every few seconds, counting from this moment."""
    where, _colon, public_id = name.partition(":")
    if where not in (HOME, PRODUCT):
        return ""
    build = _home if where == HOME else lambda: _product(public_id)
    text = cached_part(f"flash:{name}", seconds=FRESH_SECONDS, build=build)
    return _NOW.sub(f'data-now="{clock.now().isoformat()}"', text)


def _home() -> str:
    now = clock.now()
    found = slots(now=now)
    shown = next((slot for slot in found if slot.is_running), None) or next(iter(found), None)
    campaigns = Campaign.objects.filter(status=Campaign.Status.LIVE, live_until__gt=now).order_by("live_until", "pk")
    text = "".join(
        render_to_string("storefront/marketing/_campaign_strip.html", {"campaign": campaign})
        for campaign in campaigns[:MOST_CAMPAIGNS]
    )
    if shown is not None:
        context = {"slot": shown, "offers": shown.offers[:MOST_ON_HOME], "title": title_of(shown)}
        text += render_to_string("storefront/marketing/_flash_strip.html", context)
    return text


def _product(public_id: str) -> str:
    wares = wares_at(now=clock.now(), product=public_id)
    return render_to_string("storefront/marketing/_flash_on_product.html", {"wares": wares}) if wares else ""


def title_of(slot: Slot) -> str:
    return _("Flash sale") if slot.is_running else _("The next flash sale")


def slots(*, now: datetime) -> list[Slot]:
    """
    What runs and what comes within a day, by time; one query. Sales of one time stand together; what campaigns of the
    mall sell stands on their own pages.
    """
    found = wares_at(now=now)
    return [
        Slot(starts_at, ends_at, is_running, list(wares))
        for (starts_at, ends_at, is_running), wares in groupby(
            found, key=lambda ware: (ware.starts_at, ware.ends_at, ware.is_running)
        )
    ]


def wares_at(*, now: datetime, product: str | None = None) -> list[Ware]:
    """The SKUs in flash sales, of one product (public id) or all; those that run first. One query."""
    return _wares(now=now, until=now + SHOWN_AHEAD, product=product)


def wares_of(campaign: Campaign, *, is_new: bool, category: str, page: int, per_page: int, now: datetime) -> list[Ware]:
    """
    A page of what a campaign sells, or will, in the venue of new shops or in the main one; one query.

    One more than stands on a page says that there is a next one. ``category``: the slug of one, or empty.
    """
    ahead = max(now, campaign.live_from) + SHOWN_AHEAD
    place = {"most": per_page + 1, "after": (page - 1) * per_page}
    return _wares(now=now, until=ahead, campaign=campaign.pk, is_new=is_new, category=category, **place)


def _wares(*, now: datetime, **given) -> list[Ware]:
    asked = {"product": None, "campaign": None, "is_new": False, "category": "", "most": MOST_SHOWN, "after": 0}
    values = asked | {"now": now, "step": Category.steplen} | given
    return [_ware(row, now) for row in select_rows(_WARES, values)]


def _ware(row: tuple, now: datetime) -> Ware:
    units_id, sale, sku, product, title, choice, options, shop, picture, price, usual, currency, *counts = row
    quota, taken, most, starts_at, ends_at, campaign, campaign_slug, category = counts
    return Ware(
        units_id=units_id,
        sale=sale,
        sku=sku,
        product=product,
        title=Text(json.loads(title)),
        choice=joined_names(choice, json.loads(options)),
        shop_name=Text(json.loads(shop)),
        picture=picture,
        price=Money(price, currency),
        list_price=Money(usual, currency),
        quota=quota,
        taken=taken,
        most=most,
        starts_at=starts_at,
        ends_at=ends_at,
        is_running=starts_at <= now,
        is_near=starts_at - now < NEAR,
        campaign=Text(json.loads(campaign)) if campaign else Text(),
        campaign_slug=campaign_slug,
        category=category or "",
    )
