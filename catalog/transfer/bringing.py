"""
Bringing a file of goods in: checked first (the dry run), then written, both in the background.

Products are written in batches. A batch is one transaction that also writes how far the import has come, so a worker
that is killed leaves whole products and nothing half-done, and whoever takes over goes on behind them. A product comes
with all of its SKUs or not at all: new ones are written together, one by one if one of them cannot be; changed ones
each in a savepoint of its own. Two imports of one shop take turns, batch by batch.

Who works on an import counts as alive as long as it beats; one that fell silent loses it, as with exports.
"""

import csv
import io
import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain
from typing import BinaryIO

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog import products
from catalog.freight.templates import use_template
from catalog.models import FreightTemplate, ImportedPicture, ImportProblem, Product, ProductImport, Sku, Warehouse
from catalog.stock import correct_many, default_warehouse
from catalog.transfer.cells import Cell, Row, UnreadableFile
from catalog.transfer.columns import COLUMN, ERROR, ROW, Columns, known
from catalog.transfer.keeping import opened, storage
from catalog.transfer.nudges import check_after_commit, import_after_commit
from catalog.transfer.planning import CREATE, FAIL, UPDATE, Plan, Planner
from catalog.transfer.sheets import Layout, layout_of, rows_of
from catalog.transfer.sources import names_in_zip
from catalog.transfer.telling import Told, products_in, survey
from mall.charts import safe_cell
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.rows import insert_rows
from mall.tenancy import shop_scope
from merchants import states

log = logging.getLogger("catalog.transfer")

PRODUCTS_OF_BATCH, ROWS_OF_BATCH = 100, 400
ROWS_BETWEEN_BEATS = 5_000
SILENT = timedelta(seconds=60)
UNHEARD = timedelta(seconds=30)
MOST_ATTEMPTS = 3
SWEPT = 200
SHOWN_PRODUCTS, SHOWN_CHANGES, LONGEST_SHOWN = 20, 6, 160
Status = ProductImport.Status
_COUNTS = {outcome: f"{outcome}_count" for outcome in ("created", "updated", "unchanged", "failed")}


class _Replaced(Exception):
    """Somebody else has this import now."""


# The two steps


def check_import(*, import_id: str, now: datetime) -> bool:
    """Look through a file that waits, as if it were imported; whether it is checked now. Nothing of it is written."""
    job = _claim(import_id, Status.WAITING, Status.CHECKING)
    if job is None:
        return False
    with _told_what_fails(job, now=now), translation.override(job.language or None), _files(job) as (file, zip_names):
        layout = layout_of(file, knows=known)
        columns, rows = _head_and_rows(file, layout)
        total, scattered = survey(_with_beats(rows, job), columns)
        if not total:
            raise UnreadableFile(_("Below the names of the columns the file is empty."))
        found = {**layout.as_json(), "scattered": scattered, "passed_over": columns.passed_over}
        ImportProblem.objects.filter(job=job).delete()
        _beat(job, layout=found, rows_total=total, rows_done=0, **dict.fromkeys(_COUNTS.values(), 0))

        planner, preview = Planner(job, columns, zip_names=zip_names, now=now), []
        for batch in _batches(_told(file, layout, columns, job, scattered)):
            with shop_scope(job.shop_id):
                plans = planner.plans(batch)
                _note(job, plans)
            preview += [_shown(plan) for plan in plans[: SHOWN_PRODUCTS - len(preview)]]
        errors = _write_errors(job, file, layout)
        return _finish(job, status=Status.CHECKED, preview=preview, errors_file=errors)
    return False


def bring_in(*, import_id: str, now: datetime) -> bool:
    """Write what an import that was started holds, from where it stands; whether it is done now."""
    job = _claim(import_id, Status.STARTED, Status.IMPORTING)
    if job is None:
        return False
    with _told_what_fails(job, now=now), translation.override(job.language or None), _files(job) as (file, zip_names):
        if why := states.refused_post(job.shop, "products.edit"):
            raise UnreadableFile(str(why))
        found = dict(job.layout)
        scattered = found.get("scattered", ())
        layout = Layout(kind=found["kind"], encoding=found["encoding"], delimiter=found["delimiter"])
        columns, _rows = _head_and_rows(file, layout)
        planner = Planner(job, columns, zip_names=zip_names, now=now)
        told = (one for one in _told(file, layout, columns, job, scattered) if one.rows_from > job.last_row)
        for batch in _batches(told):
            with shop_scope(job.shop_id):
                _take_turn(job)
                _note(job, _bring(job, planner, batch, now=now))
        errors = _write_errors(job, file, layout)
        done = _finish(job, status=Status.DONE, errors_file=errors, ended_at=now)
        run_soon("catalog.fetch_pictures")
        return done
    return False


def _claim(import_id: str, waits: str, works: str) -> ProductImport | None:
    claimed = ProductImport.objects.filter(public_id=import_id, status=waits).update(
        status=works, attempts=F("attempts") + 1, beat_at=timezone.now()
    )
    if not claimed:
        return None
    return ProductImport.objects.select_related("shop", "by", "category__trade").get(public_id=import_id)


@contextmanager
def _told_what_fails(job: ProductImport, *, now: datetime) -> Iterator[None]:
    """What cannot be read is told to the person; a mistake of ours too, in other words."""
    try:
        yield
    except _Replaced:
        pass
    except UnreadableFile as refusal:
        _give_up(job, str(refusal), now=now)
    except Exception:
        log.exception("import %s failed", job.public_id)
        with translation.override(job.language or None):
            _give_up(job, _("It could not be finished. Please upload it again: nothing comes twice."), now=now)


def _give_up(job: ProductImport, why: str, *, now: datetime) -> None:
    _mine(job).update(status=Status.FAILED, failure=why[:500], ended_at=now)


@contextmanager
def _files(job: ProductImport) -> Iterator[tuple[BinaryIO, dict[str, str]]]:
    """The file, and the names of the pictures in the ZIP."""
    with opened(job.file) as file:
        zip_names: dict[str, str] = {}
        if job.pictures_file:
            with opened(job.pictures_file) as pictures:
                zip_names = names_in_zip(pictures)
        yield file, zip_names


def _head_and_rows(file: BinaryIO, layout: Layout) -> tuple[Columns, Iterator[Row]]:
    rows = rows_of(file, layout)
    head = next(rows, None)
    if head is None:
        raise UnreadableFile(_("The file is empty."))
    return Columns.of(head.cells), rows


def _told(file: BinaryIO, layout: Layout, columns: Columns, job: ProductImport, scattered) -> Iterator[Told]:
    _columns, rows = _head_and_rows(file, layout)
    return products_in(_with_beats(rows, job), columns, language=job.words_language, scattered=frozenset(scattered))


def _with_beats(rows: Iterable[Row], job: ProductImport) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if not count % ROWS_BETWEEN_BEATS:
            _beat(job)
        yield row


def _batches(told: Iterable[Told]) -> Iterator[list[Told]]:
    batch, rows = [], 0
    for one in told:
        batch.append(one)
        rows += one.row_count
        if len(batch) >= PRODUCTS_OF_BATCH or rows >= ROWS_OF_BATCH:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


# Writing a batch


def _take_turn(job: ProductImport) -> None:
    """Until this transaction ends no other import of the shop writes: each sees what the one before has written."""
    warehouse = default_warehouse(job.shop)
    Warehouse.objects.select_for_update(no_key=True).get(pk=warehouse.pk)


def _bring(job: ProductImport, planner: Planner, batch: Sequence[Told], *, now: datetime) -> list[Plan]:
    told_before = [len(told.problems) for told in batch]
    plans = planner.plans(batch)
    fresh = [place for place, plan in enumerate(plans) if plan.outcome == CREATE]
    changed = [place for place, plan in enumerate(plans) if plan.outcome == UPDATE]
    try:
        with transaction.atomic():
            _create(job, [plans[place] for place in fresh], now=now)
    except IntegrityError:  # somebody else took a code or a handle at this very moment
        for place in fresh:
            del batch[place].problems[told_before[place] :]
            plans[place] = _bring_one(job, planner, batch[place], now=now)
    for place in changed:
        _try(plans[place], lambda plan=plans[place]: _update(job, plan, now=now))
    return plans


def _bring_one(job: ProductImport, planner: Planner, told: Told, *, now: datetime) -> Plan:
    (plan,) = planner.plans([told])
    if plan.outcome == CREATE:
        _try(plan, lambda: _create(job, [plan], now=now))
    elif plan.outcome == UPDATE:
        _try(plan, lambda: _update(job, plan, now=now))
    return plan


def _try(plan: Plan, write) -> None:
    """Write a product whole; if it cannot be, tell why and leave nothing of it."""
    try:
        with transaction.atomic():
            write()
    except Refusal as refusal:
        plan.told.say(plan.told.rows_from, "", str(refusal))
    except IntegrityError:
        plan.told.say(plan.told.rows_from, "", _("Somebody else changed it at this moment. Please import it again."))


def _create(job: ProductImport, plans: Sequence[Plan], *, now: datetime) -> None:
    if not plans:
        return
    created = products.create_products(
        shop=job.shop,
        drafted=[plan.drafted for plan in plans],
        submits=[plan.submits for plan in plans],
        by=job.by,
        now=now,
    )
    keys = {
        (product_id, tuple(choice)): pk
        for pk, product_id, choice in Sku.objects.filter(product__in=created).values_list("pk", "product_id", "choice")
    }
    counts = {
        keys[product.pk, choice]: count
        for plan, product in zip(plans, created, strict=True)
        for choice, count in plan.counts.items()
        if count
    }
    if counts:
        correct_many(shop=job.shop, counts=counts, by=job.by, now=now, document=job.public_id)
    named: dict[FreightTemplate, list[Product]] = {}
    for plan, product in zip(plans, created, strict=True):
        if plan.sets_freight:
            named.setdefault(plan.freight, []).append(product)
    for template, goods in named.items():
        use_template(products=goods, template=template, shop=job.shop, by=job.by, now=now)
    _order_pictures(job, zip(plans, created, strict=True), now=now)


def _update(job: ProductImport, plan: Plan, *, now: datetime) -> None:
    product = plan.product
    if plan.rewrites:
        product = products.save_product(
            shop=job.shop, product=product, fields=plan.fields, skus=plan.skus, by=job.by, now=now
        )
    if plan.counts:
        keys = {tuple(choice): pk for pk, choice in product.skus.values_list("pk", "choice")}
        counts = {keys[choice]: count for choice, count in plan.counts.items() if choice in keys}
        if len(counts) < len(plan.counts):
            plan.told.say(
                plan.told.rows_from,
                "",
                _("New combinations wait for a reviewer; give them their stock when they are approved."),
                is_error=False,
            )
        correct_many(shop=job.shop, counts=counts, by=job.by, now=now, document=job.public_id)
    if plan.sets_freight:
        use_template(products=[product], template=plan.freight, shop=job.shop, by=job.by, now=now)
    _order_pictures(job, [(plan, product)], now=now)
    if plan.submits and product.status == Product.Status.OFF_SALE:
        products.put_on_sale(product=product, by=job.by, now=now)
    elif plan.submits and product.status == Product.Status.DRAFT:
        products.submit_product(product=product, by=job.by, now=now)
    elif plan.takes_off and product.status == Product.Status.ON_SALE:
        products.take_off_sale(product=product, by=job.by, now=now)


def _order_pictures(job: ProductImport, pairs: Iterable[tuple[Plan, Product]], *, now: datetime) -> None:
    """Note which pictures are to be fetched; one that failed before is tried again."""
    rows = [
        ImportedPicture(shop_id=job.shop_id, product_id=product.pk, job_id=job.pk, due_at=now, **picture)
        for plan, product in pairs
        for picture in plan.pictures
    ]
    ImportedPicture.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product", "source_key"],
        update_fields=["job", "position", "value_id", "alt", "row", "status", "attempts", "due_at", "reason"],
    )


# How far it has come


def _note(job: ProductImport, plans: Sequence[Plan]) -> None:
    """Write what became of a batch and what is wrong with it, in the transaction of the batch."""
    insert_rows(
        ImportProblem(
            shop_id=job.shop_id,
            job_id=job.pk,
            row=problem.row,
            rows_from=plan.told.rows_from,
            rows_to=plan.told.rows_to,
            handle=plan.told.handle,
            column=problem.column[:100],
            reason=problem.reason,
            is_error=problem.is_error,
        )
        for plan in plans
        for problem in plan.told.problems
    )
    outcomes = [plan.outcome for plan in plans]
    counted = {name: F(name) + outcomes.count(outcome) for outcome, name in _COUNTS.items() if outcome in outcomes}
    rows = sum(plan.told.row_count for plan in plans)
    _beat(job, rows_done=F("rows_done") + rows, last_row=plans[-1].told.rows_to, **counted)


def _mine(job: ProductImport):
    return ProductImport.objects.filter(pk=job.pk, status=job.status, attempts=job.attempts)


def _beat(job: ProductImport, **progress) -> None:
    if not _mine(job).update(beat_at=timezone.now(), **progress):
        raise _Replaced


def _finish(job: ProductImport, **fields) -> bool:
    if not _mine(job).update(beat_at=timezone.now(), attempts=0, **fields):
        if fields["errors_file"]:
            storage().delete(fields["errors_file"])
        raise _Replaced
    return True


def _shown(plan: Plan) -> dict:
    """A product of the dry run for the page: what would become of it, and its first changes."""
    told = plan.told
    changes = plan.changes[:SHOWN_CHANGES]
    return {
        "row": told.rows_from,
        "handle": told.handle[:LONGEST_SHOWN],
        "title": str(told.title)[:LONGEST_SHOWN],
        "outcome": plan.outcome,
        "sku_count": len(told.skus),
        "picture_count": len(plan.pictures),
        "changes": [[str(part)[:LONGEST_SHOWN] for part in change] for change in changes],
        "more": max(len(plan.changes) - SHOWN_CHANGES, 0),
        "errors": [problem.reason for problem in told.problems if problem.is_error][:3] if plan.outcome == FAIL else [],
    }


# The file of errors


def _write_errors(job: ProductImport, file: BinaryIO, layout: Layout) -> str:
    """
    The rows of all products that were kept out, with what is wrong, as a file that can be corrected and uploaded again;
    warnings stand with their rows. The name under which it is kept, "" if nothing is wrong.
    """
    problems = ImportProblem.objects.filter(job=job).order_by("rows_from", "row", "pk")
    if not problems.exists():
        return ""
    rows = rows_of(file, layout)
    head = next(rows)
    with tempfile.TemporaryFile() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        own = [place for place, cell in enumerate(head.cells) if str(cell).strip() in {ROW, COLUMN, ERROR}]

        def write(front: Sequence[object], cells: Sequence[Cell]) -> None:
            kept = [str(cell) if isinstance(cell, str) else "" for n, cell in enumerate(cells) if n not in own]
            writer.writerow([safe_cell(cell) for cell in (*front, *kept)])

        write([ROW, COLUMN, ERROR], head.cells)
        waiting = chain(_grouped(problems.iterator(chunk_size=1000)), [(0, 0, {})])
        first, last, said = next(waiting)
        for row in _with_beats(rows, job):
            while last and row.number > last:
                first, last, said = next(waiting)
            if not last:
                break
            if row.number >= first:
                own_problems = said.get(row.number, [])
                columns = "; ".join(dict.fromkeys(problem.column for problem in own_problems if problem.column))
                write([row.number, columns, " ".join(problem.reason for problem in own_problems)], row.cells)
        text.flush()
        text.detach()
        raw.seek(0)
        return storage().save(f"imports/{job.shop.slug}/{job.public_id}-errors.csv", File(raw))


def _grouped(problems: Iterable[ImportProblem]) -> Iterator[tuple[int, int, dict[int, list[ImportProblem]]]]:
    """First row, last row and the problems by row of each product; a mere warning brings only its own row."""
    group: list[ImportProblem] = []
    for problem in chain(problems, [None]):
        if group and (problem is None or problem.rows_from != group[0].rows_from):
            said: dict[int, list[ImportProblem]] = {}
            for one in group:
                said.setdefault(one.row, []).append(one)
            if any(one.is_error for one in group):
                yield group[0].rows_from, group[0].rows_to, said
            else:
                for row in sorted(said):
                    yield row, row, {row: said[row]}
            group = []
        if problem is not None:
            group.append(problem)


# By the clock


def continue_imports(*, now: datetime) -> dict[str, int]:
    """Hand on what a killed worker left behind, and what waits for a message that got lost; give up after three."""
    moment = timezone.now()
    again = given_up = 0
    for works, waits in ((Status.CHECKING, Status.WAITING), (Status.IMPORTING, Status.STARTED)):
        silent = ProductImport.objects.filter(status=works, beat_at__lt=moment - SILENT)
        given_up += silent.filter(attempts__gte=MOST_ATTEMPTS).update(
            status=Status.FAILED, ended_at=now, failure=_("It could not be finished.")
        )
        again += silent.filter(attempts__lt=MOST_ATTEMPTS).update(status=waits, beat_at=moment - UNHEARD)
    waiting = ProductImport.objects.filter(
        status__in=[Status.WAITING, Status.STARTED], beat_at__lte=moment - UNHEARD
    ).order_by("pk")
    unheard = list(waiting.values_list("public_id", "status")[:SWEPT])
    ProductImport.objects.filter(public_id__in=[public_id for public_id, _status in unheard]).update(beat_at=moment)
    for public_id, status in unheard:
        (check_after_commit if status == Status.WAITING else import_after_commit)(public_id)
    return {name: count for name, count in (("again", again), ("queued", len(unheard)), ("failed", given_up)) if count}


def forget_imports(*, now: datetime) -> int:
    """Delete the files whose days are over; what was checked and never started is discarded. Returns how many."""
    due = list(
        ProductImport.objects.exclude(file="")
        .exclude(status__in=[Status.CHECKING, Status.IMPORTING, Status.STARTED])
        .filter(expires_at__lte=now)
        .order_by("pk")[:SWEPT]
    )
    for job in due:
        for name in filter(None, (job.file, job.pictures_file, job.errors_file)):
            storage().delete(name)
        gone = {"file": "", "pictures_file": "", "errors_file": ""}
        if job.status in {Status.WAITING, Status.CHECKED}:
            gone |= {"status": Status.DISCARDED, "ended_at": now}
        ProductImport.objects.filter(pk=job.pk, status=job.status).update(**gone)
        ImportProblem.objects.filter(job=job).delete()
    return len(due) + forget_imports(now=now) if len(due) == SWEPT else len(due)
