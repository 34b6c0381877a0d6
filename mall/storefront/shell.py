"""
Whole pages kept as finished pieces of text, with gaps for what is a person's own.

A page of the catalogue is the same for everybody but for some things: the corner of the header (sign-in, cart), the
messages, the forms' token, and the address that the language switch returns to. The page is rendered once with a mark
in each of these places, cut at the marks, and kept – in the cache for all processes, and for some seconds in this
process. An answer fills the gaps; where ``FRESH`` stands, with a part that is everybody's too and changes by the second
(``STOREFRONT_FRESH_PART`` under Wiring). The marks cannot be guessed, so nobody can write one into a product.

Of a page that is one person's (a checkout) only the frame is kept, with one more gap for what is inside. For a browser
that reads gzip the pieces are compressed once too (``mall.compression``), and the stylesheets, which stand inside the
page (``mall.storefront.first_view``), are kept once for all pages that share them.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from mall import compression
from mall.pages import cached_part
from mall.storefront import first_view

MOST_PAGES, MOST_CORNERS, FRAME_SECONDS = 200, 2_000, 60


def _mark(name: str) -> str:
    return f"mark{salted_hmac('mall.storefront.shell', name).hexdigest()[:40]}"


TOKEN, CORNER, MESSAGES, PATH, MAIN, STYLE, FRESH = (
    _mark(name) for name in ("token", "corner", "messages", "path", "main", "style", "fresh")
)
_MARKS = re.compile(f"({TOKEN}|{CORNER}|{MESSAGES}|{PATH}|{MAIN}|{STYLE}|{FRESH})")
SHELL = {"corner": mark_safe(CORNER), "messages": mark_safe(MESSAGES)}  # noqa: S308 - our own words

Pieces = tuple[str, ...]  # text, mark, text, mark, ... text


class _Page:
    """The pieces of a page; also as parts of a compressed answer, once somebody asks for one."""

    def __init__(self, status: int, pieces: Pieces, links: str, subject: str = "", fresh: str = ""):
        self.status, self.pieces, self.style = status, pieces, first_view.style_of(links)
        self.subject, self.fresh = subject, fresh

    @cached_property
    def parts(self) -> list[compression.Part | str]:
        parts = [piece if place % 2 else compression.part(piece) for place, piece in enumerate(self.pieces)]
        return [self.style.part if part == STYLE else part for part in parts]


class _Recent:
    """The last few values, for some seconds each; of one process."""

    def __init__(self, most: int):
        self.most, self.kept = most, OrderedDict()

    def get(self, key, *, seconds: float, build: Callable[[], object]):
        moment, value = self.kept.get(key, (0.0, None))
        if moment <= time.monotonic():
            value = build()
            self.kept[key] = (time.monotonic() + seconds, value)
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return value


_pages, _corners = _Recent(MOST_PAGES), _Recent(MOST_CORNERS)


def answer(request: HttpRequest, key: str, *, seconds: int, template: str, build: Callable[[], dict]) -> HttpResponse:
    """
    The page that ``template`` makes of what ``build`` returns (``status`` beside the template's context).

    ``key`` names the page among all pages, and the state of what it shows. The answer's ``subject`` is what ``build``
    says the page is about, for who counts looks at it; ``fresh`` names the part that stands where it wrote ``FRESH``.
    """
    page = _pages.get(
        f"{get_language()}:{key}",
        seconds=seconds,
        build=lambda: _Page(*cached_part(key, seconds=seconds, build=lambda: _shell(template, build()))),
    )
    return _filled(page, request)


def framed(request: HttpRequest, template: str, main_template: str, context: dict) -> HttpResponse:
    """A person's own page: ``template``, kept and the same for everybody, shows as ``main`` what she alone sees."""
    page = _pages.get(
        f"{get_language()}:{template}",
        seconds=FRAME_SECONDS,
        build=lambda: _Page(*_shell(template, {"main": mark_safe(MAIN)})),  # noqa: S308 - our own word
    )
    return _filled(page, request, render_to_string(main_template, context, request))


def _shell(template: str, context: dict) -> tuple[int, Pieces, str, str, str]:
    nobody = HttpRequest()
    nobody.method = "GET"
    nobody.user, nobody.session, nobody._messages = AnonymousUser(), {}, ()
    nobody.get_full_path = lambda force_append_slash=False: PATH
    text = render_to_string(template, {**context, "csrf_token": TOKEN, "shell": SHELL}, nobody)
    links = first_view.links_of(text)
    if links:
        text = text.replace(links, STYLE, 1)
    told = (context.get(name, "") for name in ("subject", "fresh"))
    return context.get("status", 200), tuple(_MARKS.split(text)), links, *told


def _filled(page: _Page, request: HttpRequest, main: str = "") -> HttpResponse:
    fill = {
        MAIN: lambda: main,
        TOKEN: lambda: token,
        CORNER: lambda: "".join(token if piece == TOKEN else piece for piece in _corner(request)),
        MESSAGES: lambda: _messages(request),
        PATH: lambda: escape(request.get_full_path()),
        STYLE: lambda: page.style.text,
        FRESH: lambda: import_string(settings.STOREFRONT_FRESH_PART)(page.fresh),
    }
    token = get_token(request)
    if compression.is_wanted(request):
        parts = (compression.part(fill[part]()) if isinstance(part, str) else part for part in page.parts)
        response = first_view.allow(compression.answer(parts, page.status), page.style)
    else:
        filled = "".join(fill[piece]() if place % 2 else piece for place, piece in enumerate(page.pieces))
        response = first_view.allow(HttpResponse(filled, status=page.status), page.style)
    response.subject = page.subject
    return response


def _corner(request: HttpRequest) -> Pieces:
    """The header's corner for this person, kept while she goes from page to page."""
    user, cart = request.user, quote(request.COOKIES.get("cart_count", ""))[:12]
    kept = request.COOKIES.get("marks", "").rpartition(".")[0][:12]
    who = (user.pk, user.display_name, user.email, user.is_staff) if user.is_authenticated else None

    def build() -> Pieces:
        text = render_to_string("storefront/_person.html", {"csrf_token": TOKEN}, request)
        return tuple(re.split(f"({TOKEN})", text))

    return _corners.get((get_language(), who, cart, kept if who else ""), seconds=60, build=build)


def _messages(request: HttpRequest) -> str:
    messages = get_messages(request)
    return render_to_string("components/_messages.html", {"messages": messages}) if len(messages) else ""
