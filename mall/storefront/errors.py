"""
Pages for what went wrong, each with a way on.

What a shopper meets on her way (403, 404, 410) stands in the storefront's frame. What may be wrong with the mall
itself, or with the request before anybody knows who asks (400, 413, 429, 500), stands in a plain frame that asks no
database, no cache and no session. Machines below ``/api/`` get a problem document.
"""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

log = logging.getLogger("mall.errors")

# What stands when not even a template can be rendered, in both languages because nobody can be asked which
LAST_WORDS = (settings.BASE_DIR / "mall" / "static" / "pages" / "broken.html").read_bytes()


class Gone(Exception):
    """What stood at an address was there and will not come back."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request makes no sense (400), or is larger than any that does (413)."""
    if isinstance(exception, RequestDataTooBig):
        return _plain(request, "413.html", 413, "request-too-large", _("This is more than we can take at once"))
    return _plain(request, "400.html", 400, "bad-request", _("We could not read this request"))


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Somebody tried too often; for how long the door stays shut is the door's own affair."""
    return _plain(request, "429.html", 429, "too-many-requests", _("That was too often"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_machine(request):
        return _problem(403, "forbidden", str(exception))
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_machine(request):
        return _problem(404, "not-found", "")
    return render(request, "404.html", status=404)


def gone(request: HttpRequest) -> HttpResponse:
    """What stood here will not come back."""
    return render(request, "410.html", status=410)


def broken(request: HttpRequest) -> HttpResponse:
    """Whatever is broken, this page asks nothing of it: no session, no database, no cache, no context."""
    try:
        return _plain(request, "500.html", 500, "broken", _("Something broke on our side"))
    except Exception:
        log.exception("not even the page for broken things could be made")
        return HttpResponse(LAST_WORDS, status=500)


def _plain(request: HttpRequest, template: str, status: int, code: str, title: str) -> HttpResponse:
    if _is_machine(request):
        return _problem(status, code, title)
    with translation.override(translation.get_language_from_request(request)):  # perhaps nobody has asked for it yet
        return HttpResponse(render_to_string(template), status=status)


def _is_machine(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    """As ``mall.api.problems`` writes them, without the framework that may be what is broken."""
    body = {"type": f"about:blank#{code}", "title": code, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
