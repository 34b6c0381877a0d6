"""The mall as it runs, with a little of everything in it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def furnished_stack(live_stack):
    """The running mall, furnished; pictures are where its server looks for them. See ``tests.pages.Scene``."""
    from django.test import override_settings

    from tests.pages import furnished, staged

    with override_settings(MEDIA_ROOT=str(Path(live_stack.env["MALL_VAR"]) / "media")):
        live_stack.scene = staged(furnished())
        yield live_stack
