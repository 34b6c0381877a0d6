"""Which banners the home page shows, and which slots come free."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import Resolver404, resolve

from catalog.generation import CATALOGUE, forget
from catalog.models import Product
from marketing.models import Banner
from merchants.models import Shop

MOST_BANNERS = 6


def live_banners(*, now: datetime) -> list[Banner]:
    """The banners of this moment, in their order; one query."""
    return list(Banner.objects.live(now)[:MOST_BANNERS])


@transaction.atomic
def free_slots_of_shop(*, shop_id: str, now: datetime) -> int:
    """
    What leads to a shop that shoppers no longer see leaves the home page: its banners end now, planned ones go.

    Returns how many slots came free; doing it again frees none.
    """
    shop = Shop.objects.get(public_id=shop_id)
    leading = [banner.pk for banner in Banner.objects.filter(ends_at__gt=now) if _leads_to(shop, banner.target)]
    if leading:
        Banner.objects.filter(pk__in=leading, starts_at__gte=now).delete()
        Banner.objects.filter(pk__in=leading, starts_at__lt=now).update(ends_at=now)
        transaction.on_commit(lambda: forget(CATALOGUE), robust=True)
    return len(leading)


def _leads_to(shop: Shop, target: str) -> bool:
    try:
        found = resolve(urlsplit(target).path)
    except Resolver404:
        return False
    if found.view_name == "storefront:catalog:shop":
        return found.kwargs["slug"] == shop.slug
    if found.view_name == "storefront:catalog:product":
        return Product.objects.owned_by(shop).filter(public_id=found.kwargs["public_id"]).exists()
    return False
