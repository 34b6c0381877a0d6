"""The cookie in which a browser keeps what was looked at (``catalog.interest.history``)."""

from django.http import HttpRequest, HttpResponse

from catalog.interest import history
from mall import clock
from mall.accounts.privacy.consents import browser_agrees

SECONDS = 90 * 24 * 3600


def note_look(request: HttpRequest, response: HttpResponse, product_id: str) -> HttpResponse:
    """
    Remember, in the browser, that this product was looked at; a member's are poured when there are some.

    Answers that tell of no product, and machines that ask ahead, remember nothing.
    """
    seen = request.COOKIES.get(history.COOKIE, "")
    if (
        response.status_code != 200
        or not browser_agrees(request)
        or "prefetch" in request.headers.get("Sec-Purpose", "")
    ):
        return response
    told = history.with_look(seen, product_id, clock.now())
    is_half_full = told.count(".") + 1 >= history.POURED_AT
    if is_half_full and request.user.is_authenticated and history.remembers(request.user):
        history.pour(shopper=request.user, looks=history.looks_in(told), now=clock.now())
        told = ""
    return with_seen(response, told)


def with_seen(response: HttpResponse, told: str) -> HttpResponse:
    if told:
        response.set_cookie(history.COOKIE, told, max_age=SECONDS, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(history.COOKIE, samesite="Lax")
    return response
