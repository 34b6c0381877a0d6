"""The Chromium that is installed here, without a window; for what only a real browser can tell."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from mall.embedded.processes import CannotStart

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def path() -> str | None:
    """Where it is; ``MALL_CHROMIUM`` may name another one."""
    return os.environ.get("MALL_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def needed() -> None:
    """:raises CannotStart: there is no Chromium, or no Playwright to speak to it"""
    if path() is None:
        raise CannotStart("No Chromium here: apt-get install chromium fonts-noto-cjk")
    if find_spec("playwright") is None:
        raise CannotStart("Playwright is not installed: make venv-dev")


@contextmanager
def launched() -> Iterator:
    """
    A browser of Playwright's.

    Playwright leaves a loop running in this thread: what the database is asked meanwhile needs
    ``DJANGO_ALLOW_ASYNC_UNSAFE``.

    :raises CannotStart: see :func:`needed`
    """
    needed()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
