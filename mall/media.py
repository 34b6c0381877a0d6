"""Uploaded pictures and videos, served by the mall itself where no web server stands in front (a demonstration)."""

import re

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.static import serve

YEAR = 365 * 24 * 3600
RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})", re.ASCII)


def serve_media(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """A file under MEDIA_ROOT; names are never reused, so browsers may keep it."""
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; media-src 'self'"
    response["Accept-Ranges"] = "bytes"
    return _part_of(response, request.headers.get("range", "")) if response.status_code == 200 else response


def _part_of(whole: FileResponse, asked: str) -> HttpResponse | FileResponse:
    """The part that a player asks for (RFC 9110, one range); without one, or with one that is none, the whole file."""
    match, size = RANGE.fullmatch(asked), int(whole["Content-Length"])
    if not match:
        return whole
    first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    with whole.file_to_stream as file:
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        file.seek(first)
        part = HttpResponse(file.read(last - first + 1), status=206, headers=dict(whole.items()))
    part["Content-Length"], part["Content-Range"] = len(part.content), f"bytes {first}-{last}/{size}"
    return part
