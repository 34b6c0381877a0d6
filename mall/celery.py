"""The Celery application. What runs by the clock stands in mall/schedule.py."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mall.settings")

app = Celery("mall")
app.set_default()  # for every thread: a web worker's thread would otherwise look for a broker of its own
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def demand_guard(**kwargs) -> None:
    """Neither begins with a database that does not guard the shops: Celery hears no other exception than this one."""
    from mall.guarding import Unguarded, demand_guard_at_start

    try:
        demand_guard_at_start()
    except Unguarded as problem:
        raise SystemExit(str(problem)) from problem
