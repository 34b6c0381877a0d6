"""Favorites and followed shops: kept and let go, each harmless when repeated."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Favorite, FollowedShop, Product, Watch
from mall.refusals import Refusal
from merchants.models import Shop

MOST_FAVORITES = 500
MOST_FOLLOWED = 300


class TooMany(Refusal):
    """The list is full."""

    code = "too-many"


@transaction.atomic
def keep(*, shopper, product: Product, now: datetime) -> bool:
    """
    A product becomes a favorite; whether it was none before.

    :raises TooMany: she has five hundred
    """
    mine = Favorite.objects.filter(shopper=shopper)
    if mine.filter(product=product).exists():
        return False
    if mine.count() >= MOST_FAVORITES:
        raise TooMany(_("You have %(most)d favorites. Let one go first.") % {"most": MOST_FAVORITES})
    made = Favorite(shopper=shopper, product=product, currency=product.currency, price=product.price_from, kept_at=now)
    Favorite.objects.bulk_create([made], ignore_conflicts=True)
    return True


def let_go(*, shopper, products: Sequence[str]) -> int:
    """These products (by public id) are favorites no more; returns how many were."""
    deleted, _by_model = Favorite.objects.filter(shopper=shopper, product__public_id__in=products).delete()
    return deleted


@transaction.atomic
def follow(*, shopper, shop: Shop, now: datetime) -> bool:
    """
    Follow a shop; whether she did not before.

    :raises TooMany: she follows three hundred
    """
    if FollowedShop.objects.filter(shopper=shopper).count() >= MOST_FOLLOWED:
        raise TooMany(_("You follow %(most)d shops. Let one go first.") % {"most": MOST_FOLLOWED})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_followedshop (shopper_id, shop_id, followed_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [shopper.pk, shop.pk, now],
        )
        is_new = cursor.rowcount == 1
    if is_new:
        _count_followers(shop.pk, 1)
    return is_new


@transaction.atomic
def unfollow(*, shopper, shop: Shop) -> bool:
    """Follow a shop no more; whether she did."""
    deleted, _by_model = FollowedShop.objects.filter(shopper=shopper, shop=shop).delete()
    if deleted:
        _count_followers(shop.pk, -1)
    return bool(deleted)


def _count_followers(shop_id: int, step: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_shopstats AS kept (shop_id, review_count, review_stars, service_count, service_stars,"
            " delivery_count, delivery_stars, follower_count) VALUES (%s, 0, 0, 0, 0, 0, 0, %s)"
            " ON CONFLICT (shop_id) DO UPDATE SET follower_count = greatest(kept.follower_count + %s, 0)",
            [shop_id, max(step, 0), step],
        )


def marks_of(shopper) -> dict[str, list[str]]:
    """What pages mark as hers: her favorites by number, the shops she follows by name of address. Two queries."""
    return {
        "favorites": list(Favorite.objects.filter(shopper=shopper).values_list("product__public_id", flat=True)),
        "shops": list(FollowedShop.objects.filter(shopper=shopper).values_list("shop__slug", flat=True)),
    }


def counts_of(shopper) -> tuple[int, int]:
    """How many favorites she has, and how many shops she follows."""
    favorites = Favorite.objects.filter(shopper=shopper).count()
    return favorites, FollowedShop.objects.filter(shopper=shopper).count()


def account_counts(shopper) -> dict[str, int]:
    """How much she keeps an eye on (wired to the account's first page). Three queries."""
    kept, shops = counts_of(shopper)
    return {"favorites": kept, "shops": shops, "alerts": Watch.objects.filter(shopper=shopper).count()}
