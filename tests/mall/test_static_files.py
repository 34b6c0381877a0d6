"""Collected stylesheets of a frame are one file that says what its parts said."""

import re

import pytest
from django.template import Context, Template

from mall.static_files import TOGETHER


def links() -> list[str]:
    text = Template('{% stylesheets "storefront" %}').render(Context())
    return re.findall(r'href="/static/([^"]+)"', text)


def test_without_collecting_each_stylesheet_is_linked():
    assert links() == list(TOGETHER["css/together/storefront.css"])


def test_collected_they_are_one_file_that_points_at_the_same_pictures(collected):
    (name,) = links()

    assert re.fullmatch(r"css/together/storefront\.[0-9a-f]{12}\.css", name)
    with collected.open(name) as file:
        text = file.read().decode()
    assert ":root" in text and ".masthead" in text and "/*" not in text
    for target in re.findall(r'url\("([^"]+)"\)', text):
        assert collected.exists(f"css/together/{target}"), target
    assert re.search(r"chevron\.[0-9a-f]{12}\.svg", text)


@pytest.mark.parametrize("whole", TOGETHER)
def test_every_frame_is_joined_from_stylesheets_that_exist(collected, whole):
    assert all(collected.exists(part) for part in TOGETHER[whole])
