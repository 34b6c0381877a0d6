"""The Chromium that is installed here, without a window; for what only a real browser can tell."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def launched() -> Iterator:
    """
    A browser of Playwright's.

    :raises CannotStart: there is no Chromium, or no Playwright to speak to it
    """
    found = path()
    if found is None:
        raise CannotStart("No Chromium here: apt-get install chromium fonts-noto-cjk")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise CannotStart("Playwright is not installed: make venv-dev") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
