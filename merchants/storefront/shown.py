"""A document's file as a browser may see it: as what it is, never run, never kept, never in somebody else's frame."""

from django.http import HttpResponse

from merchants.document_files import TYPES
from merchants.models import Document


def shown_file(document: Document, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=document.content_type)
    response["Content-Disposition"] = f'inline; filename="{document.public_id}.{TYPES[document.content_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'; style-src 'unsafe-inline'"
    return response
