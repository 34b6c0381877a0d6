"""What list pages share: choices that are links, and pages of rows."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that narrows or orders a list: a tab, a facet value, a sort order."""

    value: str
    label: str
    url: str
    selected: bool = False
    count: int | str | None = None


def paginate(rows, request: HttpRequest, *, per_page: int = 20) -> Page:
    """The page that ``?page=`` asks for; anything that is no page of this list is the nearest one."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def cached_part(key: str, *, seconds: int, build: Callable[[], object]) -> object:
    """
    A part of a page that is the same for everybody: built at most every ``seconds`` per language.

    Holds plain values or rendered text, never model instances of a person's own rows.
    """
    name = hashlib.blake2b(key.encode(), digest_size=20).hexdigest()  # whatever was searched for, a cache can name it
    full_key = f"part:{get_language()}:{name}"
    part = cache.get(full_key)
    if part is None:
        part = build()
        cache.set(full_key, part, seconds)
    return part
