"""Every page for shoppers, on a phone and on a desk: accessible, quiet, and still."""

import pytest

from tests.browsing import DESKTOP, PHONE, all_unsound, told
from tests.pages import pages


@pytest.mark.timeout(900)
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_pages_for_shoppers_are_sound(furnished_stack, browser, width):
    shown = [page for page in pages(furnished_stack.scene) if page.audience == "storefront"]

    found = all_unsound(browser, furnished_stack.url, furnished_stack.scene, shown, width)

    assert not found, told(found)
