"""A sealed file, read for the shop that handed it in or for the staff who decide."""

from django.http import HttpResponse

from mall.sealed_files import document_storage
from merchants.document_files import TYPES

_TYPE_OF = {extension: content_type for content_type, extension in TYPES.items()}


def shown(name: str, shown_as: str) -> HttpResponse:
    """The file as a page of its own that can do nothing; who calls has asked who looks."""
    extension = name.rpartition(".")[2]
    with document_storage().open(name) as file:
        response = HttpResponse(file.read(), content_type=_TYPE_OF.get(extension, "application/octet-stream"))
    response["Content-Disposition"] = f'inline; filename="{shown_as}.{extension}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
