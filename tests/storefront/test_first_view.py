"""Pages that many see first bring their stylesheets along, and the content policy knows them by their hash (X2)."""

import base64
import gzip
import hashlib
import re

import pytest
from django.urls import reverse

from mall.storefront import first_view, shell
from tests.clients import Client
from tests.factories.catalog import sku

pytestmark = pytest.mark.django_db

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def pages() -> dict[str, str]:
    thing = sku().product
    return {
        "home": "/",
        "category": reverse("storefront:catalog:category", args=[thing.category.slug]),
        "product": reverse("storefront:catalog:product", args=[thing.public_id]),
        "cart": reverse("storefront:orders:cart"),
    }


@pytest.fixture
def nothing_kept():
    """Pages kept before the files were collected are no pages of this test, nor the other way round."""
    shell._pages.kept.clear()
    yield
    shell._pages.kept.clear()


def test_the_styles_are_in_the_page_and_allowed_by_their_hash_alone(collected, nothing_kept):
    for name, url in pages().items():
        answer = Client().get(url)
        (style,) = STYLE.findall(answer.content.decode())
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

        assert '<link rel="stylesheet"' not in answer.content.decode(), name
        assert ".masthead" in style, name
        assert f"style-src 'self' 'sha256-{digest}'" in answer["Content-Security-Policy"], name
        assert "unsafe" not in answer["Content-Security-Policy"], name
        for address in re.findall(r'url\("([^"]+)"\)', style):
            assert address.startswith("/static/"), (name, address)
            assert collected.exists(address.removeprefix("/static/")), (name, address)


def test_a_compressed_page_says_the_same(collected, nothing_kept):
    for name, url in pages().items():
        plain = Client().get(url)
        small = Client().get(url, headers={"accept-encoding": "gzip"})
        text = gzip.decompress(small.content).decode()

        assert STYLE.findall(text) == STYLE.findall(plain.content.decode()), name
        assert small["Content-Security-Policy"] == plain["Content-Security-Policy"], name


def test_what_is_not_collected_stays_linked(collected, nothing_kept, monkeypatch):
    monkeypatch.setattr(collected, "hashed_files", {})
    answer = Client().get("/")

    assert STYLE.findall(answer.content.decode()) == []
    assert 'href="/static/css/base.css"' in answer.content.decode()
    assert "style-src" not in answer["Content-Security-Policy"]


def test_a_link_of_an_older_page_that_leads_nowhere_stays_a_link(collected):
    links = '<link rel="stylesheet" href="/static/css/together/storefront.000000000000.css">'

    assert first_view.style_of(links)[::2] == (links, "")
