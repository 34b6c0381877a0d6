"""Brands get their halls; shops show that they may sell the protected ones, and sort their goods for visitors."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from catalog.brands import ask_authorization, brand_changed, grant_authorization, refuse_authorization
from catalog.models import Brand, Product
from catalog.shelves import add_category, put_in_categories
from mall import clock
from mall.accounts.models import User
from mall.texts import Text
from merchants.models import Shop
from settlement.demo import data, pictures
from settlement.demo.papers import example_page

SORTED_SHOPS = ("yunjian", "hemu", "weiguang")
POPULAR = Text({"zh-hans": "人气好物", "en": "Well loved"})
SHOWN_POPULAR = 8


def make_halls(*, shops: dict[str, Shop], owners: dict[str, User], expert: User, first_day: datetime, now: datetime):
    """Signs and stories; whoever sells a protected brand was authorized when it began."""
    sold_by: dict[str, list[str]] = {}
    for listing in data.products():
        if listing.shop not in sold_by.setdefault(listing.brand, []):
            sold_by[listing.brand].append(listing.shop)
    brands = {brand.slug: brand for brand in Brand.objects.all()}
    for number, hall in enumerate(data.halls()):
        brand = brands[hall.brand]
        brand.logo = pictures.logo(hall.emoji, hall.colour)
        brand.story, brand.registration, brand.is_protected = Text(hall.story), hall.registration, hall.is_protected
        brand.save()
        brand_changed(brand=brand, changed=["logo", "story"], by=expert, now=first_day)
        if not hall.is_protected:
            continue
        days = 25 if number % 2 else 300  # one of them soon wants a new one
        for slug in sold_by.get(hall.brand, ()):
            row = _asked(shops[slug], brand, owners[slug], first_day, last=now + timedelta(days=days))
            grant_authorization(authorization=row, by=expert, now=first_day + timedelta(hours=1))
        stranger = next(slug for slug in shops if slug not in sold_by.get(hall.brand, ()))
        row = _asked(shops[stranger], brand, owners[stranger], now, last=now + timedelta(days=365))
        if number % 2:
            reason = "授权书缺少品牌方公章，请补盖后再提交。"
            refuse_authorization(authorization=row, reason=reason, by=expert, now=now)


def _asked(shop: Shop, brand: Brand, owner: User, at: datetime, *, last: datetime):
    return ask_authorization(
        shop=shop,
        brand=brand,
        number=f"SQ-{brand.pk:03d}-{shop.pk:03d}",
        valid_from=clock.business_date(at),
        valid_to=clock.business_date(last),
        file=ContentFile(example_page("brand authorization"), name="example.pdf"),
        by=owner,
        now=at,
    )


def sort_goods(*, shops: dict[str, Shop], owners: dict[str, User], goods: dict[str, list[Product]], now: datetime):
    """A few shops sort what they sell: by kind, and what people love apart."""
    for slug in SORTED_SHOPS:
        shop, owner, mine = shops[slug], owners[slug], goods[slug]
        loved = add_category(shop=shop, name=POPULAR, by=owner, now=now)
        kinds = {}
        for product in mine:
            category = product.category
            if category.pk not in kinds:
                kinds[category.pk] = add_category(shop=shop, name=category.name, by=owner, now=now)
        first = mine[:SHOWN_POPULAR]
        for product in mine:
            chosen = [kinds[product.category_id]] + ([loved] if product in first else [])
            put_in_categories(product=product, categories=chosen, by=owner, now=now)
