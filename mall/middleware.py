"""What every request passes before anybody looks at it."""

from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from mall.storefront.errors import bad_request

NUL = "\x00"


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400 where path or query hold a NUL character: no text in PostgreSQL may, so nothing can be meant by it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if NUL in request.path or NUL in unquote(request.META.get("QUERY_STRING", "")):
            return bad_request(request, SuspiciousOperation("the address holds a NUL character"))
        return get_response(request)

    return answer
