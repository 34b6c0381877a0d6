"""The Celery application. What runs by the clock stands in mall/schedule.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mall.settings")

app = Celery("mall")
app.set_default()  # for every thread: a web worker's thread would otherwise look for a broker of its own
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
