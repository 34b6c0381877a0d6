"""A worker is killed in the middle of an export; the sweeper starts it again and another one finishes it."""

import csv
import io
import os
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone

from mall.embedded.state import ROOT
from mall.exports.asking import ask_for_export
from mall.exports.models import Export
from mall.exports.registry import kind_of
from mall.exports.writing import continue_exports, storage, write_export
from tests import servers
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.settlement import completed_orders

# A batch is small and takes its time, so that the kill lands in the middle.
SLOW_WORKER = """
import sys, time
import django
django.setup()
from django.utils import timezone
from mall.exports import writing
writing.BATCH, beat = 20, writing._beat
writing._beat = lambda *args, **progress: (beat(*args, **progress), time.sleep(0.2))
writing.write_export(export_id=sys.argv[1], now=timezone.now())
"""


def test_an_export_that_was_killed_is_finished_by_another(committed_db, owner_connection, settings, tmp_path):
    from django.core.files.storage import storages

    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path)}},
    }
    storages._storages.clear()
    (place,) = completed_orders(owner_connection, 300, shops=[_shop()])
    export = ask_for_export(
        shop=place, kind=kind_of("settlement.shares"), format="csv", is_personal=False, by=shopper(), now=NOON
    )
    environment = os.environ | {
        "DATABASE_URL": servers.url_with_database(os.environ["DATABASE_URL"], committed_db),
        "DJANGO_SETTINGS_MODULE": "mall.settings",
    }
    with subprocess.Popen([sys.executable, "-c", SLOW_WORKER, export.public_id], cwd=ROOT, env=environment) as worker:
        deadline = time.monotonic() + 90
        while Export.objects.get(pk=export.pk).rows_done < 40 and time.monotonic() < deadline:
            assert worker.poll() is None
            time.sleep(0.01)
        worker.kill()

    export.refresh_from_db()
    assert (export.status, export.file) == ("running", "")
    assert 40 <= export.rows_done < 300
    Export.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert continue_exports(now=NOON) == {"again": 1, "queued": 1}
    assert write_export(export_id=export.public_id, now=NOON)

    export.refresh_from_db()
    with storage().open(export.file) as file:
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))[1:]
    assert (export.status, export.attempts, export.rows_done) == ("ready", 2, 300)
    assert len({row[0] for row in rows}) == len(rows) == 300
    storages._storages.clear()


def _shop():
    from tests.factories.merchants import shop

    return shop()
