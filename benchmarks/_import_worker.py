"""Checks and imports one file, as a worker does, and tells how long it took and how much memory it held."""

import json
import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from benchmarks.report import peak_memory_mb  # noqa: E402
from catalog.models import ProductImport  # noqa: E402
from catalog.transfer import asking, bringing  # noqa: E402
from mall.celery import app  # noqa: E402

app.conf.broker_url = "memory://"
(import_id,) = sys.argv[1:]
before = peak_memory_mb()
started = time.perf_counter()
bringing.check_import(import_id=import_id, now=timezone.now())
checked = time.perf_counter()
job = ProductImport.objects.get(public_id=import_id)
if job.status != "checked":
    sys.exit(f"{job.status}: {job.failure}")
asking.start_import(job=job, by=job.by, now=timezone.now())
begun = time.perf_counter()
bringing.bring_in(import_id=import_id, now=timezone.now())
ended = time.perf_counter()
job.refresh_from_db()
print(
    json.dumps(
        {
            "check": round(checked - started, 1),
            "import": round(ended - begun, 1),
            "status": job.status,
            "created": job.created_count,
            "updated": job.updated_count,
            "unchanged": job.unchanged_count,
            "failed": job.failed_count,
            "memory": peak_memory_mb(),
            "memory_before": before,
        }
    )
)
