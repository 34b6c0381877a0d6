"""Reviews under orders that look like fake trade stand there and count no more, until the order is cleared (R3)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from catalog.generation import forget_products_after_commit
from catalog.models import Review
from catalog.reviews import ratings
from catalog.reviews.reports import announce_counting


@transaction.atomic
def set_aside(*, order_line_ids: Sequence[int], now: datetime) -> int:
    """The reviews of these lines that count do so no more; returns how many."""
    return _switch(Review.objects.filter(excluded_at=None), order_line_ids, excluded_at=now, times=-1, now=now)


@transaction.atomic
def readmit(*, order_line_ids: Sequence[int], since: datetime, now: datetime) -> int:
    """Those that were set aside at that moment count again; what an appeal has excluded since stays so."""
    return _switch(Review.objects.filter(excluded_at=since), order_line_ids, excluded_at=None, times=1, now=now)


def _switch(rows, order_line_ids: Sequence[int], *, excluded_at, times: int, now: datetime) -> int:
    reviews = list(
        rows.filter(order_line_id__in=order_line_ids)
        .select_related("product", "shop")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    for review in reviews:
        review.excluded_at = excluded_at
        review.save(update_fields=["excluded_at"])
        if review.hidden_at is None:
            ratings.count(review, now=now, times=times)
            announce_counting(review, counts=times > 0, now=now)
    if reviews:
        forget_products_after_commit(sorted({review.product.public_id for review in reviews}))
    return len(reviews)
