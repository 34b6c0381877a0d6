"""Pages for what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Whatever is broken, this page asks nothing of it: no session, no database, no context."""
    return HttpResponse(render_to_string("500.html"), status=500)
