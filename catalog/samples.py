"""
Samples of what went on sale by itself (behaviour 2.4): a share of it, drawn by the clock, comes before reviewers.

Which goods are drawn follows from their number, so a shop cannot tell beforehand, and drawing twice draws the same.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from catalog.models import Product, ProductSample
from catalog.products import take_down_product
from catalog.tunables import SAMPLE_BPS
from mall.audit.trail import record

LOOKS_BACK = timedelta(days=2)
Status = ProductSample.Status

_DRAW = """
    INSERT INTO catalog_productsample (product_id, drawn_at)
    SELECT p.id, %(now)s FROM catalog_productsearch w JOIN catalog_product p ON p.id = w.product_id
    WHERE w.is_listed AND w.on_sale_at > %(since)s AND p.status = 'on_sale'
        AND ('x' || left(md5(p.public_id), 7))::bit(28)::int %% 10000 < %(share)s
        AND NOT EXISTS (
            SELECT FROM catalog_productchange c
            WHERE c.product_id = p.id AND c.status = 'approved' AND c.decided_by_id IS NOT NULL
        )
    ORDER BY p.id
    ON CONFLICT DO NOTHING
"""


def draw_samples(*, now: datetime) -> int:
    """Draw from what came on sale lately and no person approved; returns how many. Again, it draws nothing more."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, {"now": now, "since": now - LOOKS_BACK, "share": SAMPLE_BPS.value})
        return cursor.rowcount


@transaction.atomic
def pass_sample(*, sample: ProductSample, by, now: datetime) -> ProductSample:
    """
    Nothing is wrong with it; the product is as it was.

    :raises WrongStatus: somebody has looked at it already
    """
    return _close(sample, Status.FINE, by, now)


@transaction.atomic
def fail_sample(*, sample: ProductSample, reason: str, note: str, by, now: datetime) -> ProductSample:
    """
    It must not be sold so: it is taken down, with all that follows from the reason.

    :raises IncompleteProduct: no words for the shop
    :raises WrongStatus: somebody has looked at it already, or it is not sold any more
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=sample.product_id)
    sample = _close(sample, Status.TAKEN_DOWN, by, now)
    take_down_product(product=product, reason=reason, note=note, by=by, now=now)
    return sample


def _close(sample: ProductSample, status: str, by, now: datetime) -> ProductSample:
    sample = ProductSample.objects.select_for_update(of=("self",)).select_related("product__shop").get(pk=sample.pk)
    ProductSample.FLOW.move(sample, status)
    sample.looked_at, sample.looked_by = now, by
    sample.save(update_fields=["status", "looked_at", "looked_by"])
    record(
        "catalog.look_at_sample",
        sample.product.public_id,
        by=by,
        now=now,
        shop_slug=sample.product.shop.slug,
        after={"status": str(status)},
    )
    return sample
