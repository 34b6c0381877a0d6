"""A worker is killed in the middle of an import, and two imports run at once: whole products, each once."""

import os
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone, translation

from catalog.models import Product, ProductImport, Sku, StockMovement
from catalog.stock_check import verify_stock
from catalog.transfer.asking import start_import
from catalog.transfer.bringing import bring_in, continue_imports
from mall.embedded.state import ROOT
from tests import servers
from tests.catalog.transfer.bringing import checked, counts, use_private_folder
from tests.catalog.transfer.files import csv_file, tee
from tests.conftest import NOON
from tests.factories.catalog import category
from tests.factories.merchants import shop

# Batches are small and take their time, so that the kill lands in the middle of one.
SLOW_WORKER = """
import sys, time
import django
django.setup()
from django.utils import timezone
from catalog.transfer import bringing
bringing.PRODUCTS_OF_BATCH, create = 2, bringing._create
def slow(*args, **how):
    create(*args, **how)
    time.sleep(float(sys.argv[2]))
bringing._create = slow
bringing.bring_in(import_id=sys.argv[1], now=timezone.now())
"""


def worker(job: ProductImport, database: str, folder, *, pause: float) -> subprocess.Popen:
    environment = os.environ | {
        "DATABASE_URL": servers.url_with_database(os.environ["DATABASE_URL"], database),
        "DJANGO_SETTINGS_MODULE": "mall.settings",
        "MALL_PRIVATE_ROOT": str(folder / "private"),
    }
    return subprocess.Popen([sys.executable, "-c", SLOW_WORKER, job.public_id, str(pause)], cwd=ROOT, env=environment)


def started(place, content: bytes) -> ProductImport:
    with translation.override("en"):
        job = checked(place, content)
        return start_import(job=job, by=job.by, now=NOON)


def shirts(count: int) -> list[dict]:
    return [row for number in range(count) for row in tee(f"tee-{number}")]


def test_an_import_that_was_killed_is_finished_by_another(committed_db, settings, tmp_path):
    use_private_folder(settings, tmp_path)
    category(slug="teaware")
    place = shop()
    job = started(place, csv_file(shirts(40)))

    with worker(job, committed_db, tmp_path, pause=0.3) as first:
        deadline = time.monotonic() + 90
        while ProductImport.objects.get(pk=job.pk).created_count < 6 and time.monotonic() < deadline:
            assert first.poll() is None
            time.sleep(0.02)
        first.kill()

    job.refresh_from_db()
    assert job.status == "importing"
    assert 6 <= Product.objects.count() == job.created_count < 40
    assert Sku.objects.count() == 8 * job.created_count  # whole products only
    ProductImport.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert continue_imports(now=NOON) == {"again": 1, "queued": 1}
    assert bring_in(import_id=job.public_id, now=NOON)

    job.refresh_from_db()
    assert (job.status, counts(job), job.rows_done) == ("done", (40, 0, 0, 0), 360)
    assert (Product.objects.count(), Sku.objects.count(), StockMovement.objects.count()) == (40, 320, 320)
    assert verify_stock()["ok"]


def test_two_imports_of_the_same_file_at_once_bring_each_product_once(committed_db, settings, tmp_path):
    use_private_folder(settings, tmp_path)
    category(slug="teaware")
    place = shop()
    content = csv_file(shirts(20))
    jobs = [started(place, content) for _number in range(2)]

    workers = [worker(job, committed_db, tmp_path, pause=0.02) for job in jobs]
    assert [one.wait(timeout=120) for one in workers] == [0, 0]

    for job in jobs:
        job.refresh_from_db()
    assert [job.status for job in jobs] == ["done", "done"]
    assert sum(job.created_count for job in jobs) == Product.objects.count() == 20
    assert sum(job.unchanged_count for job in jobs) == 20
    assert sum(job.failed_count + job.updated_count for job in jobs) == 0
    assert verify_stock()["ok"]
