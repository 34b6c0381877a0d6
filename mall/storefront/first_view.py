"""
Stylesheets inside the page, so that the first view does not wait for a second answer.

A phone on a slow line shows nothing before the stylesheets are there, and asks for them only when the page has come. In
pages that many people see first the links of the head give way to one ``<style>``, which the content policy knows by
its hash (CSP 3, 2.3.1): nothing else inline is let in. Only what is collected is put inside; while developing and
testing, links stay links.
"""

import base64
import hashlib
import posixpath
import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse

from mall import compression

_LINKS = re.compile(r'(?:<link rel="stylesheet" href="[^"]+">\s*)+')
_ADDRESS_OF = re.compile(r'href="([^"]+)"')
_POINTS_AT = re.compile(r"""url\((["']?)([^"')]+)\1\)""")


class Style(NamedTuple):
    """A ``<style>`` as text and ready to be sent, and what the content policy calls it; empty of a page without one."""

    text: str
    part: compression.Part
    source: str


def links_of(page: str) -> str:
    """The stylesheet links that follow each other in the head of ``page``; empty where they had better stay."""
    if not getattr(staticfiles_storage, "hashed_files", None):
        return ""
    found = _LINKS.search(page, 0, page.find("</head>"))
    return found[0].rstrip() if found else ""


@lru_cache(maxsize=64)
def style_of(links: str) -> Style:
    """What stands in for ``links``; the links themselves when one of them leads nowhere (the page is an old one)."""
    try:
        text = "\n".join(_text(address) for address in _ADDRESS_OF.findall(links))
    except FileNotFoundError:
        return Style(links, compression.part(links), "")
    if not text:
        return Style("", compression.part(""), "")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    whole = f"<style>{text}</style>"
    return Style(whole, compression.part(whole), f"'sha256-{digest}'")


def allow(response: HttpResponse, style: Style) -> HttpResponse:
    """Let the page's content policy know its style."""
    if style.source:
        response._csp_update = {"style-src": ["'self'", style.source]}  # as django-csp's decorators do
    return response


def dressed(response: HttpResponse) -> HttpResponse:
    """A page that is not kept, with its stylesheets inside."""
    page = response.content.decode()
    links = links_of(page)
    if not links:
        return response
    style = style_of(links)
    response.content = page.replace(links, style.text, 1)
    return allow(response, style)


def _text(address: str) -> str:
    name = address.removeprefix(settings.STATIC_URL)
    with staticfiles_storage.open(name) as file:
        text = file.read().decode()

    def absolute(match: re.Match) -> str:
        if match[2].startswith(("data:", "#", "/")):
            return match[0]
        return f'url("{settings.STATIC_URL}{posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2]))}")'

    return _POINTS_AT.sub(absolute, text)
