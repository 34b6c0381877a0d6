"""Where a block may lead: to a page of this mall, or to a web address in full. Nothing else is a link."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

LONGEST = 500
REL = "noopener nofollow"
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"'`{}|^\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may stand on a page; ``rel`` is empty for our own pages."""

    url: str
    rel: str = ""


def link_of(typed: str) -> Link | None:
    """
    The link that somebody typed, ``None`` when it must not be one.

    The mall's own address in full becomes a path, so that a page keeps working when the mall moves.
    """
    url = typed.strip()
    if not url or len(url) > LONGEST or _UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        _port, host = parts.port, parts.hostname
    except ValueError:
        return None
    if parts.scheme in {"http", "https"}:
        if not host or parts.username is not None or parts.password is not None:
            return None
        if parts.netloc.lower() != urlsplit(settings.MALL_BASE_URL).netloc.lower():
            return Link(url, REL)
        parts = parts._replace(scheme="", netloc="", path=parts.path or "/")
        url = parts.geturl()
    if parts.scheme or parts.netloc or not url.startswith("/") or url.startswith("//"):
        return None
    return Link(url) if _is_ours(parts.path) else None


def _is_ours(path: str) -> bool:
    try:
        return resolve(path).view_name.startswith("storefront:")
    except Resolver404:
        return False
