"""What pages of the catalogue show of offers (named in the settings under Wiring): for everybody the same."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from catalog.models import Sku
from mall.money import Money
from mall.rows import select_rows
from mall.texts import Text
from marketing import joint, offers, words
from marketing.coupons import claimable
from marketing.models import Promotion
from marketing.pricing import Offer, QuoteLine, ShopTerms, quote
from merchants import states

SHOWN_COUPONS = 6
MOST_BADGES = 2
# What lists say of a card, the strongest first; bundles and add-ons are told on the page of the product.
BADGED = (
    "group_buying", "crowdfunding", "free_trial", "bargain", "percentage", "coupon", "full_reduction", "nth_piece",
    "n_for_price", "gift",
)  # fmt: skip

_FOR_SKU = f"""
    SELECT {offers.COLUMNS}, NULL, p.ends_at, ARRAY({offers.COVERED_JOINTLY.format(among="k.id = %(sku)s")}),
        {offers.GIFT}, {joint.HOSTS}
    FROM marketing_promotion p LEFT JOIN merchants_shop s ON s.id = p.shop_id
    WHERE p.status = 'live' AND p.starts_at <= %(now)s AND p.ends_at > %(now)s AND p.kind <> 'flash_sale'
        AND p.kind <> ALL ({offers.DEALS})
        AND (p.kind <> 'coupon' OR p.is_open AND p.audience = 'everybody'
            AND (p.total_limit IS NULL OR p.claimed_count < p.total_limit))
        AND (p.shop_id IS NULL OR {states.sql("s", "promote")}
            AND (p.shop_id = %(shop)s OR p.id = ANY ({joint.PROMOTIONS_IN.format(shops="ARRAY[%(shop)s]")})))
    ORDER BY p.shop_id NULLS LAST, p.id
"""  # noqa: S608 - words of ours
_SHOPS_OF_CARDS = "ARRAY(SELECT o.shop_id FROM catalog_product o WHERE o.public_id = ANY (%(products)s))"
_FOR_CARDS = f"""
    SELECT p.kind, p.rule, p.currency, ARRAY(
        SELECT DISTINCT x.public_id FROM catalog_product x JOIN catalog_sku y ON y.product_id = x.id
        WHERE y.is_active AND CASE WHEN p.kind = ANY ({offers.DEALS})
            THEN x.public_id = ANY (%(products)s) AND x.shop_id = p.shop_id AND EXISTS (
                SELECT FROM jsonb_array_elements(p.rule -> 'prices') named WHERE (named ->> 0)::bigint = y.id)
            ELSE y.id IN ({offers.COVERED_JOINTLY.format(among="g.public_id = ANY (%(products)s)")}) END)
    FROM marketing_promotion p LEFT JOIN merchants_shop s ON s.id = p.shop_id
    WHERE p.status = 'live' AND p.starts_at <= %(now)s AND p.ends_at > %(now)s AND p.kind = ANY (%(kinds)s)
        AND (p.kind <> 'coupon' OR p.is_open AND p.audience = 'everybody'
            AND (p.total_limit IS NULL OR p.claimed_count < p.total_limit))
        AND (p.budget IS NULL OR p.kind = 'coupon' OR p.spent < p.budget)
        AND (p.shop_id IS NULL OR {states.sql("s", "promote")} AND (EXISTS (
            SELECT FROM catalog_product o WHERE o.shop_id = p.shop_id AND o.public_id = ANY (%(products)s))
            OR p.id = ANY ({joint.PROMOTIONS_IN.format(shops=_SHOPS_OF_CARDS)})))
    ORDER BY array_position(%(kinds)s, p.kind::text), p.shop_id NULLS LAST, p.id
"""  # noqa: S608 - words of ours


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """
    One offer on a page: its name, what it gives in sentences, where it is claimed (a coupon), in which other shops it
    counts.
    """

    name: Text
    label: str
    sentences: list[str]
    claim_url: str
    worth: str
    valid: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class OnProduct:
    """
    What is on offer for a SKU.

    ``after`` is what one piece costs with everything that applies to one piece, coupons that can be claimed included.
    """

    after: Money | None
    offers: list[ShownOffer]
    coupons: list[ShownOffer]


def for_sku(sku: Sku, *, now: datetime) -> OnProduct | None:
    """
    What is on offer for this SKU; nothing: ``None``. One query.

    Flash sales change by the second and are shown by ``marketing.flash.showing``.
    """
    rows = select_rows(_FOR_SKU, {"sku": sku.pk, "shop": sku.shop_id, "now": now})
    found: list[Offer] = []
    shown: list[ShownOffer] = []
    for *columns, _coupon, ends_at, covered, gift, hosts in rows:
        row = offers.Row(*columns)
        offer = offers.offer_of(row, None, ends_at, covered, gift, None, {sku.pk}, hosts)
        if sku.pk not in offer.skus:
            continue
        found.append(offer)
        shown.append(_shown(row, sku.currency, _where(offer, sku.shop_id)))
    if not shown:
        return None
    line = QuoteLine(sku.pk, sku.shop_id, sku.price, 1)
    priced = quote([line], {sku.shop_id: ShopTerms(Money(0, sku.currency), None)}, offers=found, at=now)
    ((one, *_gifts),) = [shop.lines for shop in priced.shops]
    return OnProduct(
        after=one.total if one.total < sku.price else None,
        offers=[offer for offer in shown if not offer.claim_url],
        coupons=[offer for offer in shown if offer.claim_url],
    )


def for_cards(public_ids: Collection[str], *, now: datetime) -> dict[str, list[str]]:
    """What lists say of these products, at most two short words each, by public id. One query."""
    rows = select_rows(_FOR_CARDS, {"products": list(public_ids), "kinds": list(BADGED), "now": now})
    said: dict[str, list[str]] = {}
    for kind, rule, currency, covered in rows:
        badge = words.badge(kind, json.loads(rule), currency)
        for public_id in covered:
            badges = said.setdefault(public_id, [])
            if len(badges) < MOST_BADGES and badge not in badges:
                badges.append(badge)
    return said


def for_shop(shop, *, now: datetime) -> list[ShownOffer]:
    """The coupons that the page of a shop gives out: its own, and of other shops those that are good here."""
    rows = claimable(shopper_id=None, now=now, shop_ids=[shop.pk], limit=SHOWN_COUPONS)
    shown = [row.campaign for row in rows if row.campaign.shop_id is not None and not row.is_gone]
    also = joint.good_at([campaign.pk for campaign in shown], now) if shown else {}
    return [
        shown_campaign(
            campaign,
            words.also_at(campaign.shop.name, [place.name for place in also.get(campaign.pk, ())],
                          is_here=campaign.shop_id == shop.pk),
        )
        for campaign in shown
    ]  # fmt: skip


def _where(offer: Offer, shop_id: int) -> str:
    """Of a joint promotion in which shops it counts, as seen from one of them."""
    if not offer.hosts or offer.issuer is None:
        return ""
    return words.also_at(offer.issuer[1], [host.name for host in offer.hosts], is_here=offer.shop_id == shop_id)


def shown_campaign(campaign: Promotion, also: str = "") -> ShownOffer:
    return ShownOffer(
        name=campaign.name,
        label=str(campaign.get_kind_display()),
        sentences=words.rule_in_words(campaign.kind, campaign.rule, campaign.currency),
        claim_url=reverse("storefront:marketing:claim", args=[campaign.public_id]),
        worth=words.worth(campaign.rule, campaign.currency),
        valid=words.days(campaign),
        also=also,
    )


def _shown(row, currency: str, also: str) -> ShownOffer:
    rule, is_coupon = json.loads(row.rule), row.kind == Promotion.Kind.COUPON
    return ShownOffer(
        name=Text(json.loads(row.name)),
        label=str(Promotion.Kind(row.kind).label),
        sentences=words.rule_in_words(row.kind, rule, currency),
        claim_url=reverse("storefront:marketing:claim", args=[row.public_id]) if is_coupon else "",
        worth=words.worth(rule, currency) if is_coupon else "",
        valid=words.until(row.ends_at),
        also=also,
    )
