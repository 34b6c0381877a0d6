"""The door for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mall.settings")

application = get_wsgi_application()

from mall.guarding import demand_guard_at_start  # noqa: E402

demand_guard_at_start()

# What is loaded now lives as long as the process: the collector need not look at it again, nor come by so often.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
