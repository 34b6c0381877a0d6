"""Uploaded pictures, served by the mall itself where no web server stands in front (development, demonstration)."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.static import serve

YEAR = 365 * 24 * 3600


def serve_media(request: HttpRequest, path: str) -> FileResponse:
    """A file under MEDIA_ROOT; names are never reused, so browsers may keep it."""
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'"
    return response
