"""
Fetching the pictures that imported files name, after their products are there.

Due pictures are claimed by moving their hour, so several workers share them and a killed one's are
found again. No lock is held and no transaction is open while a file is on its way. What cannot be had is tried again
later, three times at most, if the reason may pass.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from zipfile import ZipFile

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import gallery
from catalog.models import ImportedPicture
from catalog.transfer.keeping import opened_zip
from catalog.transfer.sources import obtain
from mall.fetching import CannotFetch
from mall.pictures import NotAPicture, make_ours
from mall.refusals import Refusal
from mall.tenancy import shop_scope

log = logging.getLogger("catalog.transfer")

MOST_ATTEMPTS = 3
PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
CLAIMED = timedelta(minutes=15)  # after which another worker takes what a killed one had claimed
AT_ONCE = 40
SECONDS_A_RUN = 240
Status = ImportedPicture.Status


def fetch_pictures(*, now: datetime, seconds: float = SECONDS_A_RUN) -> dict[str, int]:
    """Fetch what is due, for so long at most; what is left over the next run takes."""
    ends = time.monotonic() + seconds
    counts = {"kept": 0, "failed": 0, "later": 0}
    with ExitStack() as zips:
        opened: dict[int, ZipFile | None] = {}
        while time.monotonic() < ends and (claimed := _claim(now)):
            for pictures in claimed:
                for row in pictures:
                    counts[_take_over(row, opened, zips, now=now)] += 1
                _arrange(pictures, now=now)
    return {name: count for name, count in counts.items() if count}


_CLAIM = """
    UPDATE catalog_importedpicture SET due_at = %(until)s, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM catalog_importedpicture WHERE status = 'waiting' AND due_at <= %(now)s
        ORDER BY due_at, product_id, position LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) RETURNING id
"""


def _claim(now: datetime) -> list[list[ImportedPicture]]:
    """Some due pictures, by product, in their order; nobody else takes them for a while."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + CLAIMED, "most": AT_ONCE})
        keys = [key for (key,) in cursor.fetchall()]
    rows = (
        ImportedPicture.objects.filter(pk__in=keys, status=Status.WAITING)
        .select_related("product__shop", "job__by")
        .order_by("product_id", "position", "pk")
    )
    by_product: dict[int, list[ImportedPicture]] = {}
    for row in rows:
        by_product.setdefault(row.product_id, []).append(row)
    return list(by_product.values())


def _take_over(row: ImportedPicture, opened: dict, zips: ExitStack, *, now: datetime) -> str:
    """Fetch one picture and hang it; how that ended: kept, failed, later."""
    with translation.override(row.job.language if row.job and row.job.language else None):
        try:
            if row.job_id not in opened:
                opened[row.job_id] = zips.enter_context(opened_zip(row.job.pictures_file if row.job else ""))
            image = make_ours(obtain(row.source, opened[row.job_id]))
        except CannotFetch as refusal:
            again = refusal.details.get("again") and row.attempts < MOST_ATTEMPTS
            return _put_off(row, str(refusal), now=now) if again else _fail(row, str(refusal))
        except NotAPicture as refusal:
            return _fail(row, str(refusal))
        except Exception:
            log.exception("picture %s could not be fetched", row.pk)
            return _fail(row, _("The picture cannot be read."))
        try:
            with shop_scope(row.shop_id):
                return _hang(row, image, now=now)
        except Refusal as refusal:
            return _fail(row, str(refusal))


def _hang(row: ImportedPicture, image, *, now: datetime) -> str:
    """Show it in the product's gallery; what somebody else has hung meanwhile is left alone."""
    locked = ImportedPicture.objects.select_for_update(of=("self",)).filter(pk=row.pk, status=Status.WAITING).first()
    if locked is None:
        return "later"
    value_id = row.value_id if row.value_id in row.product.option_names else ""
    by = row.job.by if row.job else None
    picture = gallery.add_picture(product=row.product, image=image, value_id=value_id, alt=row.alt, by=by, now=now)
    ImportedPicture.FLOW.move(locked, Status.KEPT)
    locked.picture, locked.reason = picture, ""
    locked.save(update_fields=["status", "picture", "reason"])
    return "kept"


def _fail(row: ImportedPicture, why: str) -> str:
    ImportedPicture.objects.filter(pk=row.pk, status=Status.WAITING).update(status=Status.FAILED, reason=why[:500])
    return "failed"


def _put_off(row: ImportedPicture, why: str, *, now: datetime) -> str:
    due_at = now + PAUSES[min(row.attempts, len(PAUSES)) - 1]
    ImportedPicture.objects.filter(pk=row.pk, status=Status.WAITING).update(due_at=due_at, reason=why[:500])
    return "later"


@transaction.atomic
def _arrange(pictures: Sequence[ImportedPicture], *, now: datetime) -> None:
    """The pictures of a product in the order of the file; what the shop hung itself stays behind them."""
    first = pictures[0]
    kept = ImportedPicture.objects.filter(product=first.product_id, status=Status.KEPT, picture__isnull=False)
    order = list(kept.order_by("position", "pk").values_list("picture_id", flat=True))
    standing = list(first.product.pictures.order_by("position", "pk").values_list("pk", flat=True))
    if order and standing[: len(order)] != order:
        with shop_scope(first.shop_id):
            gallery.arrange_pictures(
                product=first.product, picture_ids=order, by=first.job.by if first.job else None, now=now
            )
