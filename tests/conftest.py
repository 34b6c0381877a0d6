"""
What every test finds here.

``db`` (or the mark ``django_db``)   a transaction on a real PostgreSQL, as the role of the mall, rolled back
``module_db``                        the same around all tests of a module, for what is dear to build
``committed_db``                     a database of its own, for tests that commit, use threads or other processes
``owner_connection``                 the superuser's connection to ``committed_db``, to plant faults
``live_stack``                       gunicorn, a Celery worker and beat, really running
``furnished_stack``                  the same with a little of everything in it: ``furnished_stack.scene``
``browser_page``                     a page of a real Chromium
``noon``                             the moment at which tests happen
``proof``                            notes a figure in ``var/proof.json``

The servers are started before the settings are read (see ``tests.servers``) and end with us, however we end.
"""

import gc
import json
import os
import signal
import socket
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import chromium
from mall.embedded.processes import CannotStart, die_with_parent
from tests import servers
from tests.scenes import KeptScene

ROOT = Path(__file__).resolve().parents[1]
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
PROOFS = ROOT / "var" / "proof.json"

RUNNING_MALL = {"live_stack", "furnished_stack"}

_running = ExitStack()
_kept_stack = servers.KeptStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Start the servers, then let pytest-django find settings that name them."""
    if config.option.help or config.option.version:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright leaves a loop running in the thread of the tests
    _stay_on_this_machine()
    if hasattr(config, "workerinput"):
        die_with_parent(signal.SIGKILL)
    else:
        try:
            started = _running.enter_context(servers.postgres_with_template())
        except CannotStart as problem:
            raise pytest.UsageError(str(problem)) from problem
        os.environ.update(started.env_of(servers.TEMPLATE))
        os.environ[servers.OWNER_URL] = started.owner_url_of("postgres")
        os.environ["MALL_VAR"] = str(started.directory)
    valkey = _running.enter_context(servers.own_valkey())
    os.environ["REDIS_URL"] = valkey.url
    os.environ["DATABASE_URL"] = servers.url_with_database(os.environ["DATABASE_URL"], servers.own_database_name())
    _running.callback(_kept_stack.stop)

    from django.conf import settings

    assert settings.DATABASES  # read now, while the environment is right
    _static_files_are_listed_once(settings)
    if config.getoption("numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]  # or the workers would read theirs before they have come to this place


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    _running.close()


def pytest_collection_modifyitems(items):
    """
    A test takes one of the two databases: rolled back or committed.

    Those that drive the running mall come first, for they are the longest: so no process is left alone with one.
    """
    items.sort(key=lambda item: not RUNNING_MALL & set(getattr(item, "fixturenames", ())))
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and mark.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: take the fixture committed_db instead of transaction=True")
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"committed_db", *RUNNING_MALL} and (mark or "db" in fixtures):
            raise pytest.UsageError(f"{item.nodeid}: committed_db and live_stack do not go with db or django_db")


def pytest_collection_finish():
    """What is loaded now stays: the collector need not look at it again, nor come by so often (as in ``mall.wsgi``)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _static_files_are_listed_once(settings):
    """WhiteNoise would list the static files for every test that has a client; none of them comes while we run."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    listed, list_them = {}, WhiteNoiseMiddleware.add_files_from_finders

    def add_files_from_finders(self):
        key = (self.static_prefix, self.max_age, settings.DEBUG, tuple(map(str, settings.STATICFILES_DIRS)))
        if key not in listed:
            ours, self.files = self.files, {}
            list_them(self)
            listed[key], self.files = self.files, ours
        self.files.update(listed[key])

    WhiteNoiseMiddleware.add_files_from_finders = add_files_from_finders


def _stay_on_this_machine():
    """Tests speak to this machine only; a connection to anywhere else fails at once, with its address."""

    def local(address):
        return not isinstance(address, tuple) or address[0] in {"127.0.0.1", "::1", "localhost", ""}

    def guarded(connect):
        def connect_if_local(self, address):
            if not local(address):
                raise RuntimeError(f"A test tried to reach {address}")
            return connect(self, address)

        return connect_if_local

    socket.socket.connect = guarded(socket.socket.connect)
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)


# Databases


@pytest.fixture(scope="session")
def django_db_setup():
    """Clone the template for this process, in place of Django's own test database."""
    name = servers.own_database_name()
    servers.clone_template(name)
    yield
    from django.db import connections

    connections.close_all()
    servers.drop_database(name)


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """A transaction around all tests of a module: what is built in it stands for each of them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed_db(django_db_blocker):
    """
    A database of the test's own, fresh from the template; its name.

    Every connection of this process leads there meanwhile, in threads too, and what is committed stays until the end.
    """
    name = servers.next_database_name()
    servers.clone_template(name)
    with _all_connections_to(name), django_db_blocker.unblock():
        yield name
    servers.drop_database(name)


@pytest.fixture
def owner_connection(committed_db):
    """The superuser's own connection to ``committed_db``, in autocommit mode: it may do what the mall must not."""
    connection = servers.connect_as_owner(committed_db)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def kept_scene(tmp_path_factory):
    return KeptScene(tmp_path_factory.mktemp("scene") / "media", _all_connections_to)


@pytest.fixture(scope="module")
def live_stack(django_db_blocker):
    """
    The mall as it runs for people, on a fresh database; one for all tests of a module.

    Connections of the test's own process lead to the same database. See ``tests.servers.LiveStack``.
    """
    with (
        _kept_stack.on(lambda name, _var: servers.clone_template(name)) as stack,
        _all_connections_to(stack.database),
        django_db_blocker.unblock(),
    ):
        yield stack


@pytest.fixture(scope="module")
def furnished_stack(kept_scene, django_db_blocker):
    """``live_stack`` with a little of everything in it: ``furnished_stack.scene``, see ``tests.pages.Scene``."""
    from django.test import override_settings

    scene = None

    def fill(name, var):
        nonlocal scene
        with django_db_blocker.unblock():
            scene = kept_scene.put_into(name, var / "media")

    with (
        _kept_stack.on(fill) as stack,
        _all_connections_to(stack.database),
        override_settings(MEDIA_ROOT=str(Path(stack.env["MALL_VAR"]) / "media")),
        django_db_blocker.unblock(),
    ):
        stack.scene = scene
        yield stack


@pytest.fixture(scope="module")
def furnished_db(kept_scene, django_db_blocker, tmp_path_factory):
    """The same scene without the running mall; the connections of all tests of the module lead to its database."""
    from django.test import override_settings

    name, media = servers.next_database_name(), tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(media)):
        scene = kept_scene.put_into(name, media)
        with _all_connections_to(name):
            yield scene
        servers.drop_database(name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The running mall, whose clock never rests, ends with the last test that drives it."""
    if not RUNNING_MALL & set(getattr(item, "fixturenames", ())):
        _kept_stack.stop()


class _all_connections_to:
    """Point every alias at another database: the description is shared by the connections of all threads."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self):
        from django.db import connections

        connections.close_all()
        self.before = {alias: connections.settings[alias]["NAME"] for alias in connections}
        for alias in connections:
            connections.settings[alias]["NAME"] = self.name

    def __exit__(self, *problem):
        from django.db import connections

        connections.close_all()
        for alias, name in self.before.items():
            connections.settings[alias]["NAME"] = name


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch):
    """
    No test reads what another has cached, in the cache or in the process.

    Tunables are read once in a test and after each turn, not again because a slow machine took two seconds: pages whose
    statements are counted would cost one more.
    """
    from django.core.cache import cache

    from mall.tunables import registry

    cache.clear()
    monkeypatch.setattr(registry, "_RECHECK_SECONDS", 3600.0)
    registry.forget()


@pytest.fixture(autouse=True)
def _no_language():
    """No test speaks the language of another's last request; outside requests words are those of a worker."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def in_english():
    """What is said outside requests is said in English."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def client():
    """A browser without a window: see ``tests.clients``."""
    from tests.clients import Client

    return Client()


@pytest.fixture
def noon():
    return NOON


# Browser


@pytest.fixture(scope="session")
def browser():
    """A Chromium without a window; without one the test is skipped, but not where everything must be tested."""
    if chromium.path() is None:
        why = "no Chromium here: apt-get install chromium fonts-noto-cjk"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    with chromium.launched() as found:
        yield found


@pytest.fixture
def browser_page(browser, request):
    """A page in a context of its own, 1280 x 800; a failed test leaves a picture in ``var/screenshots``."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="Asia/Shanghai")
    context.set_default_timeout(10_000)
    page = context.new_page()
    yield page
    if getattr(request.node, "failed", False):
        page.screenshot(path=ROOT / "var" / "screenshots" / f"{request.node.name}.png", full_page=True)
    context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.failed = report.failed
    return report


# Proofs


@pytest.fixture
def proof(request):
    """``proof(name, **figures)`` writes one line that says what was measured, by which test and when."""

    def note(name: str, **figures):
        line = {"name": name, **figures, "test": request.node.nodeid, "at": datetime.now(UTC).isoformat("T", "seconds")}
        PROOFS.parent.mkdir(exist_ok=True)
        with PROOFS.open("a") as proofs:
            proofs.write(json.dumps(line, ensure_ascii=False) + "\n")

    return note


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The storage of static files after ``collectstatic``, for a whole module."""
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import call_command
    from django.test import override_settings

    from mall.static_files import Storage

    with override_settings(STATIC_ROOT=str(tmp_path_factory.mktemp("static"))):
        storage = Storage()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staticfiles_storage, "_wrapped", storage)
            call_command("collectstatic", interactive=False, verbosity=0)
            yield storage
