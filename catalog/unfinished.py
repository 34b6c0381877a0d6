"""Input that somebody puts aside before it is a product: kept as it was typed, judged when it is saved."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Product, UnfinishedProduct
from mall.audit.trail import record
from mall.refusals import Refusal

MOST_OF_A_SHOP = 100
LARGEST = 600_000  # characters of what was typed
LONGEST_TITLE = 120


class TooMuchPutAside(Refusal):
    """The shop has put as much aside as there is room for, or more was typed than a product can hold."""

    code = "too-much-put-aside"
    status = 400


@transaction.atomic
def put_aside(
    *, shop, typed: Mapping[str, list[str]], title: str, product: Product | None, unfinished=None, by, now: datetime
) -> UnfinishedProduct:
    """
    Keep what was typed; put aside again it takes the place of what was kept before.

    :param unfinished: what the person went on with, when it belongs to no product yet
    :raises TooMuchPutAside: there is no room for more
    """
    typed = {str(name): [str(value) for value in values] for name, values in typed.items()}
    if len(json.dumps(typed, ensure_ascii=False)) > LARGEST:
        raise TooMuchPutAside(_("This is more than a product can hold."))
    row = unfinished
    if product is not None:
        row = UnfinishedProduct.objects.owned_by(shop).select_for_update().filter(product=product).first()
    if row is None:
        if UnfinishedProduct.objects.owned_by(shop).count() >= MOST_OF_A_SHOP:
            raise TooMuchPutAside(
                _("At most %(most)d unfinished products are kept; finish or discard one first.")
                % {"most": MOST_OF_A_SHOP}
            )
        row = UnfinishedProduct(shop=shop, product=product)
    row.typed, row.title, row.changed_at, row.by = typed, title.strip()[:LONGEST_TITLE], now, by
    row.save()
    record("catalog.put_aside", row.public_id, by=by, now=now, shop_slug=shop.slug, after={"title": row.title})
    return row


@transaction.atomic
def discard(*, unfinished: UnfinishedProduct, by, now: datetime) -> None:
    """Throw away what was put aside, or what has become a product."""
    record(
        "catalog.discard_unfinished",
        unfinished.public_id,
        by=by,
        now=now,
        shop_slug=unfinished.shop.slug,
        before={"title": unfinished.title},
    )
    unfinished.delete()
