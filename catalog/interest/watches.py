"""
Alerts (C7): who asked is told when a product costs less, once for each drop, or when it is to be had again, once.

What the catalogue announces marks the alerts that are due, in one statement; a job tells them in batches that it
claims, so that a product which thousands watch holds up nobody, and a killed worker loses nothing.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import notices
from catalog.interest.favorites import TooMany
from catalog.models import Product, Sku, Watch
from catalog.stock import with_available
from catalog.tunables import LEAST_DROP_PERCENT
from mall.notifications.sending import notify
from mall.nudges import run_soon
from mall.refusals import Refusal
from merchants import states

MOST_WATCHES = 200
BATCH = 200
STALE = timedelta(days=2)  # what nobody could be told of for so long is no news
_signer = signing.Signer(salt="catalog.interest.watches")


class AlreadyThere(Refusal):
    """It can be bought now."""

    code = "already-there"


@transaction.atomic
def watch(*, shopper, product: Product, kind: str, now: datetime) -> Watch:
    """
    Ask to be told. Asking again is the first asking.

    :raises AlreadyThere: to be told of what can be bought now
    :raises TooMany: she waits for two hundred things
    """
    mine = Watch.objects.filter(shopper=shopper)
    if known := mine.filter(product=product, kind=kind).first():
        return known
    if kind == Watch.Kind.STOCK and _buyable({product.pk}):
        raise AlreadyThere(_("This can be bought now."))
    if mine.count() >= MOST_WATCHES:
        raise TooMany(_("You have %(most)d alerts. Stop one first.") % {"most": MOST_WATCHES})
    made = Watch(
        shopper=shopper,
        product=product,
        kind=Watch.Kind(kind),
        currency=product.currency,
        price=product.price_from,
        asked_at=now,
    )
    Watch.objects.bulk_create([made], ignore_conflicts=True)
    return mine.get(product=product, kind=kind)


def stop(*, shopper, product_id: str, kind: str) -> int:
    """Not to be told any more; returns how many alerts there were."""
    deleted, _by_model = Watch.objects.filter(shopper=shopper, product__public_id=product_id, kind=kind).delete()
    return deleted


# The way out that stands in every message


def stop_token(watch: Watch) -> str:
    return _signer.sign(watch.public_id)


def watch_of(token: str) -> Watch | None:
    """The alert that a link of ours names; ``None`` when it is gone, or not ours."""
    try:
        public_id = _signer.unsign(token)
    except signing.BadSignature:
        return None
    return Watch.objects.select_related("product").filter(public_id=public_id).first()


# What the catalogue announces


def are_waiting(*, product_id: str) -> bool:
    """Whether anybody waits for news of a product; most change without."""
    return Watch.objects.filter(product__public_id=product_id).exists()


@transaction.atomic
def price_changed(*, product_id: str, now: datetime) -> int:
    """
    The alerts of a product whose price has fallen below what they know are due; returns how many.

    A price that rose and came back is no drop: what she knows only ever falls.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_watch w SET due_at = %s FROM catalog_product p"
            " WHERE p.public_id = %s AND w.product_id = p.id AND w.kind = 'price' AND w.due_at IS NULL"
            " AND p.price_from > 0 AND p.price_from < w.price AND w.price - p.price_from >= w.price * %s / 100.0",
            [now, product_id, LEAST_DROP_PERCENT.value],
        )
        due = cursor.rowcount
    if due:
        run_soon("catalog.tell_watchers")
    return due


@transaction.atomic
def back_in_stock(*, product_id: str, now: datetime) -> int:
    """The alerts of a product that can be bought again are due; returns how many."""
    waiting = Watch.objects.filter(product__public_id=product_id, kind=Watch.Kind.STOCK, due_at=None)
    due = waiting.update(due_at=now)
    if due:
        run_soon("catalog.tell_watchers")
    return due


# Telling


def tell_watchers(*, now: datetime) -> int:
    """Tell everybody who is to be told, in batches; returns how many were."""
    told = 0
    while True:
        claimed, said = _tell_some(now)
        told += said
        if claimed < BATCH:
            return told


@transaction.atomic
def _tell_some(now: datetime) -> tuple[int, int]:
    """Two workers at once: each claims what the other has not."""
    rows = list(
        Watch.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(due_at__isnull=False)
        .select_related("shopper", "product__shop")
        .defer("product__description", "product__attributes", "product__options")
        .order_by("due_at", "pk")[:BATCH]
    )
    buyable = _buyable({row.product_id for row in rows})
    told, done = 0, []
    for row in rows:
        if row.due_at < now - STALE or not row.shopper.is_active or not _is_true(row, buyable):
            row.due_at = None
            continue
        _tell(row, now)
        told += 1
        row.price, row.due_at, row.told_at = row.product.price_from, None, now
        if row.kind == Watch.Kind.STOCK:
            done.append(row.pk)
    Watch.objects.bulk_update([row for row in rows if row.pk not in done], ["price", "due_at", "told_at"])
    Watch.objects.filter(pk__in=done).delete()
    return len(rows), told


def _buyable(product_ids: set[int]) -> set[int]:
    """Of these products those that can be bought now."""
    if not product_ids:
        return set()
    in_open_shops = states.in_states("list", "buy", prefix="shop__")
    open_ones = Product.objects.filter(in_open_shops, pk__in=product_ids, status=Product.Status.ON_SALE)
    skus = with_available(Sku.objects.filter(product__in=open_ones, is_active=True)).filter(available__gt=0)
    return set(skus.order_by().values_list("product_id", flat=True))


def _is_true(row: Watch, buyable: set[int]) -> bool:
    """Whether what she is to be told still holds at this moment."""
    if row.product_id not in buyable:
        return False
    return row.kind == Watch.Kind.STOCK or row.product.price_from < row.price


def _tell(row: Watch, now: datetime) -> None:
    product = row.product
    facts = {"product": dict(product.title), "price": str(product.price_from), "before": str(row.price)}
    if row.kind == Watch.Kind.PRICE:
        facts["stop"] = reverse("storefront:catalog:alert-stop", args=[stop_token(row)])
    kind = notices.PRICE_DROPPED if row.kind == Watch.Kind.PRICE else notices.BACK_IN_STOCK
    notify([row.shopper], kind, facts, url=reverse("storefront:catalog:product", args=[product.public_id]), now=now)
