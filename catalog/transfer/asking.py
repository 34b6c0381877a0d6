"""Asking for an import: handing in a file, starting what was checked, discarding it."""

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from secrets import token_hex

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.models import Category, ImportProblem, ProductImport
from catalog.transfer.cells import UnreadableFile
from catalog.transfer.keeping import storage
from catalog.transfer.nudges import check_after_commit, import_after_commit
from catalog.transfer.sources import names_in_zip
from catalog.tunables import IMPORT_DAYS, IMPORTS_AT_ONCE
from mall.audit.trail import record
from mall.flow import WrongStatus
from mall.refusals import Refusal

LARGEST_FILE = 50 * 1024**2
LARGEST_ZIP = 200 * 1024**2
AT_WORK = ("waiting", "checking", "started", "importing")


class TooManyImports(Refusal):
    """The shop has enough of them at work."""

    code = "too-many-imports"


@transaction.atomic
def ask_for_import(
    *,
    shop,
    file: File,
    pictures: File | None = None,
    words_language: str,
    category: Category | None = None,
    stock_rule: str = ProductImport.StockRule.NEW,
    follows_status: bool = False,
    by,
    now: datetime,
) -> ProductImport:
    """
    Keep a file of goods and have it checked after the commit; nothing of it is written before :func:`start_import`.

    :param pictures: a ZIP with the pictures that the file calls by name
    :raises TooManyImports: the shop has as many at work as it may
    :raises UnreadableFile: larger than anybody needs, or the pictures are no ZIP
    """
    if ProductImport.objects.owned_by(shop).filter(status__in=AT_WORK).count() >= IMPORTS_AT_ONCE.value:
        raise TooManyImports(_("Other imports are still at work. Wait until one is finished."))
    if file.size > LARGEST_FILE or (pictures and pictures.size > LARGEST_ZIP):
        raise UnreadableFile(
            _("A file of goods has at most %(file)d MB, a ZIP of pictures at most %(zip)d MB.")
            % {"file": LARGEST_FILE // 1024**2, "zip": LARGEST_ZIP // 1024**2}
        )
    if pictures:
        names_in_zip(pictures)
    asked = ProductImport(
        shop=shop,
        name=PurePosixPath((file.name or "").replace("\\", "/")).name[-200:] or "?",
        words_language=words_language,
        category=category,
        stock_rule=stock_rule,
        follows_status=follows_status,
        language=get_language() or "",
        by=by,
        asked_at=now,
        expires_at=now + timedelta(days=IMPORT_DAYS.value),
        beat_at=timezone.now(),
    )
    asked.file = _keep(file, asked, "file")
    asked.pictures_file = _keep(pictures, asked, "zip") if pictures else ""
    asked.save()
    record(
        "catalog.ask_for_import",
        asked.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"file": asked.name, "bytes": file.size, "pictures": pictures.size if pictures else 0},
    )
    check_after_commit(asked.public_id)
    return asked


def _keep(file: File, asked: ProductImport, kind: str) -> str:
    file.seek(0)
    name = PurePosixPath("imports") / asked.shop.slug / f"{asked.public_id}-{token_hex(8)}.{kind}"
    return storage().save(str(name), file)


@transaction.atomic
def start_import(*, job: ProductImport, by, now: datetime) -> ProductImport:
    """
    Bring in what was checked; a worker does it after the commit.

    :raises WrongStatus: it was not checked, or started already
    """
    job = _locked(job)
    if job.status != ProductImport.Status.CHECKED or job.expires_at <= now:
        raise WrongStatus(_("This import cannot be started now: “%(status)s”.") % {"status": job.get_status_display()})
    ProductImport.FLOW.move(job, ProductImport.Status.STARTED)
    if old := job.errors_file:
        transaction.on_commit(lambda: storage().delete(old), robust=True)
    job.started_at, job.beat_at, job.attempts, job.errors_file = now, timezone.now(), 0, ""
    job.rows_done = job.last_row = 0
    job.created_count = job.updated_count = job.unchanged_count = job.failed_count = 0
    job.save()
    ImportProblem.objects.filter(job=job).delete()
    record("catalog.start_import", job.public_id, by=by, now=now, shop_slug=job.shop.slug, after={"file": job.name})
    import_after_commit(job.public_id)
    return job


@transaction.atomic
def discard_import(*, job: ProductImport, by, now: datetime) -> ProductImport:
    """
    Nothing of it is brought in, and its files go with the next clearing.

    :raises WrongStatus: it is at work, or past
    """
    job = _locked(job)
    ProductImport.FLOW.move(job, ProductImport.Status.DISCARDED)
    job.ended_at, job.expires_at = now, now
    job.save(update_fields=["status", "ended_at", "expires_at"])
    record("catalog.discard_import", job.public_id, by=by, now=now, shop_slug=job.shop.slug)
    return job


def _locked(job: ProductImport) -> ProductImport:
    return ProductImport.objects.select_related("shop").select_for_update(of=("self",)).get(pk=job.pk)
