"""Campaigns of the mall in the demonstration: one is live, one takes enrolments; and goods whose price has a past."""

from datetime import datetime, timedelta

from catalog.bulk_edit import change_skus
from catalog.models import Product, Sku
from catalog.stock import with_available
from mall.accounts.models import User
from mall.money import Money
from mall.refusals import Refusal
from mall.texts import Text
from marketing.campaigns.auditing import accept
from marketing.campaigns.briefs import save_brief
from marketing.campaigns.clockwork import follow_campaigns
from marketing.campaigns.enrolling import Offered, enrol
from marketing.campaigns.inviting import invite
from marketing.flash.units import SOLD
from marketing.models import Campaign
from merchants import standing
from merchants.models import Shop

DAY, UNITS, EACH, SHOPS = timedelta(days=1), 5, 4, 6


def run_campaigns(
    *, shops: dict[str, Shop], owners: dict[str, User], staff: User, goods: dict[str, list[Product]], now: datetime
) -> None:
    fit = [slug for slug in goods if slug in shops and _may(shops[slug])][:SHOPS]
    if not fit:
        return
    for slug in fit[:2]:
        for product in goods[slug][:2]:
            _raise(product, by=owners[slug], now=now - 12 * DAY)
    begun = now - 3 * timedelta(hours=1)
    live = _campaign(
        "winter-warmth", "season", "暖冬好物节", "Warm winter festival",
        "巷里好店一起让利：每一件都低于近三十天最低价。", "Prices below the lowest of thirty days.",
        [begun - 10 * DAY, begun - 5 * DAY, begun - 2 * DAY, begun, begun + 6 * DAY], staff=staff,
    )  # fmt: skip
    invite(campaign=live, by=staff, now=begun - 10 * DAY)
    follow_campaigns(now=begun - 9 * DAY)
    live.refresh_from_db()
    for slug in fit:
        _bring(live, shops[slug], owners[slug], goods[slug][2:], staff=staff, now=begun - 9 * DAY)
    for moment in (begun - 5 * DAY, begun - 2 * DAY, begun):
        follow_campaigns(now=moment)
    coming = _campaign(
        "new-year-goods", "new_year", "年货节", "New Year goods",
        "备好年货，回家过年。主会场与新店会场同时开放。", "Everything for the New Year, with a venue for new shops.",
        [now - DAY, now + 6 * DAY, now + 9 * DAY, now + 12 * DAY, now + 20 * DAY], staff=staff,
    )  # fmt: skip
    invite(campaign=coming, by=staff, now=now - DAY)
    follow_campaigns(now=now)


def _campaign(
    slug: str, kind: str, name: str, english: str, words: str, in_english: str, moments: list[datetime], *, staff: User
) -> Campaign:
    names = ("enrol_from", "enrol_until", "audit_until", "live_from", "live_until")
    campaign = Campaign(
        slug=slug,
        kind=kind,
        name=Text({"zh-hans": name, "en": english}),
        words=Text({"zh-hans": words, "en": in_english}),
        off_bps=1_000,
        least_units=3,
        **dict(zip(names, moments, strict=True)),
    )
    return save_brief(campaign=campaign, by=staff, now=moments[0] - DAY)


def _bring(campaign: Campaign, shop: Shop, owner: User, products: list[Product], *, staff: User, now: datetime) -> None:
    """A few things of the shop, a fifth off; what does not fit stays at home."""
    brought = 0
    for product in products:
        ware = with_available(Sku.objects.filter(product=product, is_active=True)).order_by("pk").first()
        if brought >= EACH or not ware or product.kind not in SOLD or ware.available < 4 * UNITS:
            continue
        price = Money(max(ware.price.minor * 4 // 5 // 100 * 100, 100))
        try:
            goods = [Offered(ware.pk, price, UNITS)]
            (row,) = enrol(campaign=campaign, shop=shop, goods=goods, by=owner, now=now)
        except Refusal:
            continue
        accept(enrolment=row, by=staff, now=now + DAY)
        brought += 1


def _raise(product: Product, *, by: User, now: datetime) -> None:
    """It costs a tenth more since then."""
    product.refresh_from_db()
    if product.status != Product.Status.ON_SALE:
        return
    edits = {
        sku.public_id: {"price": Money(sku.price.minor * 11 // 10), "list_price": None}
        for sku in product.skus.filter(is_active=True)
    }
    change_skus(product=product, seen_at=product.changed_at, edits=edits, by=by, now=now)


def _may(shop: Shop) -> bool:
    shop.refresh_from_db()
    return standing.may_join_campaigns(shop)
