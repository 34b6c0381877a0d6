"""The words around the code are complete: every event, task and tunable stands in an app's README."""

import re
from pathlib import Path

import pytest

from mall.celery import app
from mall.events.bus import event_types
from mall.schedule import SCHEDULE
from mall.tunables import all_tunables

ROOT = Path(__file__).resolve().parents[2]
APPS = ["mall", "risk", "merchants", "catalog", "marketing", "orders", "settlement"]
HEADINGS = [
    "What it keeps",
    "What it does",
    "What it never allows",
    "What it announces",
    "What it hears",
    "What runs by itself",
    "Where to start reading",
]


def readmes() -> str:
    return "\n".join((ROOT / app_name / "README.md").read_text() for app_name in APPS)


@pytest.mark.parametrize("app_name", APPS)
def test_an_apps_readme_has_the_seven_headings_in_order(app_name):
    text = (ROOT / app_name / "README.md").read_text()

    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS


def test_every_event_task_and_tunable_is_named_in_a_readme():
    words = readmes()
    own_tasks = {name for name in app.tasks if name.partition(".")[0] in APPS}
    names = {name for name in event_types() if name != "BellRang"} | own_tasks | set(all_tunables())

    assert {name for name in names if name not in words} == set()


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()

    assert {line.task for line in SCHEDULE} - set(app.tasks) == set()
