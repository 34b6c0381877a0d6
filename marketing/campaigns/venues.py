"""The page of a campaign for shoppers: its goods by category, in the main venue and in that of new shops."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Category
from mall.pages import Choice
from mall.rows import select_rows
from mall.texts import Text
from marketing.flash.showing import Ware, wares_of
from marketing.models import Campaign

PER_PAGE = 60
# Which top categories the goods of a campaign are of, in which venue.
_PLACES = """
    SELECT DISTINCT e.is_new, a.slug, a.name, a.path FROM marketing_campaignenrolment e
        JOIN catalog_sku k ON k.id = e.sku_id JOIN catalog_product p ON p.id = k.product_id
        JOIN catalog_category g ON g.id = p.category_id JOIN catalog_category a ON a.path = left(g.path, %(step)s)
    WHERE e.campaign_id = %(campaign)s AND e.status = 'locked' ORDER BY a.path
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Goods of one category at the top."""

    name: Text
    wares: list[Ware]


def shown_campaign(slug: str) -> Campaign | None:
    """The campaign with a page of its own at this address."""
    return Campaign.objects.filter(slug=slug, status__in=Campaign.SHOWN).first()


def venue(campaign: Campaign, *, is_new: bool, category: str, page: int, now: datetime) -> dict:
    """What the page of a venue shows; three queries."""
    campaign.is_running = campaign.live_from <= now < campaign.live_until
    campaign.until = campaign.live_until if campaign.is_running else campaign.live_from
    is_over = campaign.live_until <= now
    shown = {"campaign": campaign, "is_new": is_new, "is_over": is_over, "venues": [], "categories": [], "groups": []}
    if is_over:
        return shown
    rows = select_rows(_PLACES, {"campaign": campaign.pk, "step": Category.steplen})
    names = {slug: Text(json.loads(name)) for _new, slug, name, _path in rows}
    here = [slug for new, slug, _name, _path in rows if new == is_new]
    category = category if category in here else ""
    found = wares_of(campaign, is_new=is_new, category=category, page=page, per_page=PER_PAGE, now=now)
    order = {slug: place for place, slug in enumerate(here)}
    wares = sorted(found[:PER_PAGE], key=lambda ware: order.get(ware.category, len(order)))
    groups = groupby(wares, key=lambda ware: ware.category)
    url = _url(campaign, is_new)
    return shown | {
        "venues": _venues(campaign, is_new) if len({row[0] for row in rows} | {is_new}) > 1 else [],
        "categories": _categories(url, here, names, category) if len(here) > 1 else [],
        "groups": [Group(names.get(slug) or Text(), list(theirs)) for slug, theirs in groups],
        "earlier": _address(url, category, page - 1) if page > 1 else "",
        "later": _address(url, category, page + 1) if len(found) > PER_PAGE else "",
    }


def places() -> list[str]:
    """Addresses of the pages of campaigns that are on or come, for the sitemap (Wiring)."""
    rows = Campaign.objects.filter(status__in=[Campaign.Status.LOCKED, Campaign.Status.LIVE]).order_by("pk")
    return [reverse("storefront:marketing:campaign", args=[slug]) for slug in rows.values_list("slug", flat=True)]


def _url(campaign: Campaign, is_new: bool) -> str:
    return reverse(f"storefront:marketing:campaign{'-new' if is_new else ''}", args=[campaign.slug])


def _venues(campaign: Campaign, is_new: bool) -> list[Choice]:
    return [
        Choice("", _("Main venue"), _url(campaign, False), selected=not is_new),
        Choice("new", _("New shops"), _url(campaign, True), selected=is_new),
    ]


def _categories(url: str, here: list[str], names: dict[str, Text], chosen: str) -> list[Choice]:
    every = Choice("", _("All"), url, selected=not chosen)
    return [every] + [Choice(slug, str(names[slug]), _address(url, slug, 1), slug == chosen) for slug in here]


def _address(url: str, category: str, page: int) -> str:
    query = {name: value for name, value in (("category", category), ("page", page if page > 1 else "")) if value}
    return f"{url}?{urlencode(query)}" if query else url
