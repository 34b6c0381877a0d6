"""What the mall itself runs on top of its servers, and the environment in which it runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mall.embedded.processes import LOOPBACK, CannotStart, Process
from mall.embedded.state import ROOT, State

CELERY = (sys.executable, "-m", "celery", "-A", "mall.embedded.celery_app")


def mall_environment(
    state: State, *, database_url: str, redis_url: str, port: int, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """
    All that the settings read, for everything but migrations. What the user's environment decides stays decided.

    The owner's database URL is not in it: the mall serves as a role that may not change tables.
    """
    ours = {
        "DJANGO_SETTINGS_MODULE": "mall.settings",
        "MALL_BASE_URL": f"http://{LOOPBACK}:{port}",
        "MALL_SECRET_KEY": state["secret_key"],
        "MALL_FIELD_KEYS": state["field_keys"],
        "MALL_BLIND_INDEX_KEY": state["blind_index_key"],
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    decided = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "MALL_EMBEDDED": "1",
        "MALL_VAR": str(state.var),
        "MALL_PORT": str(port),
    }
    theirs = {key: value for key, value in environ.items() if key != "DATABASE_OWNER_URL"}
    return ours | theirs | decided


def owner_environment(environment: Mapping[str, str], owner_url: str) -> dict[str, str]:
    """The environment of the two commands that work as the owner of the tables."""
    app_url = environment["DATABASE_URL"]
    return {
        **environment,
        "DATABASE_URL": owner_url,
        "DATABASE_OWNER_URL": owner_url,
        "MALL_APP_DATABASE_URL": app_url,
    }


def web(environment: Mapping[str, str], *, port: int, log: Path) -> Process:
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:mall.embedded.gunicorn_conf", "-b", f"{LOOPBACK}:{port}"]
    return Process(
        "web",
        [*argv, "mall.wsgi"],
        log=log,
        env=environment,
        cwd=ROOT,
        stop_plan=((signal.SIGTERM, 2.5),),
    )


def worker(environment: Mapping[str, str], *, log: Path, concurrency: int = 2) -> Process:
    return Process(
        "worker",
        [*CELERY, "worker", "-c", str(concurrency), "-l", "warning", "--without-mingle", "--without-gossip"],
        log=log,
        env=environment,
        cwd=ROOT,
        stop_plan=((signal.SIGTERM, 2.0), (signal.SIGQUIT, 1.0)),
    )


def beat(environment: Mapping[str, str], *, log: Path, schedule: Path) -> Process:
    return Process(
        "beat",
        [*CELERY, "beat", "-l", "warning", "-s", schedule, "--pidfile="],
        log=log,
        env=environment,
        cwd=ROOT,
        death_signal=signal.SIGTERM,
        stop_plan=((signal.SIGTERM, 1.0),),
    )


def manage(*arguments: str, environment: Mapping[str, str], log: Path) -> Process:
    """A management command as a child, not started yet."""
    name = f"manage.py {' '.join(arguments)}"
    return Process(name, [sys.executable, "manage.py", *arguments], log=log, env=environment, cwd=ROOT)


def run_manage(*arguments: str, environment: Mapping[str, str]) -> str:
    """
    Run a management command to its end and return what it printed.

    :raises CannotStart: it failed; its words are added
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"`manage.py {' '.join(arguments)}` failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
