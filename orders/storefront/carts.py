"""Whose cart a request means, and the number of pieces that the page's header shows."""

from uuid import UUID, uuid4

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse

from mall import clock
from orders.cart import merge_carts
from orders.models import CartLine

SESSION_KEY = "cart"
COUNT_COOKIE = "cart_count"
COUNT_SECONDS = 30 * 24 * 3600


def cart_owner(request: HttpRequest, *, make: bool = False) -> dict:
    """
    The keyword arguments ``shopper`` or ``token`` of the cart's verbs; ``make`` gives a guest a token.

    Who has signed in since she filled a guest's cart finds it poured into her own.
    """
    token = _token(request)
    if request.user.is_authenticated:
        if token is not None:
            merge_carts(shopper=request.user, token=token, now=clock.now())
            del request.session[SESSION_KEY]
        return {"shopper": request.user}
    if token is None and make:
        token = uuid4()
        request.session[SESSION_KEY] = str(token)
    return {"token": token}


def _token(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.session[SESSION_KEY])
    except (KeyError, ValueError):
        return None


def pieces_in(owner: dict) -> int:
    """How many pieces the cart holds; one query."""
    if owner.get("shopper"):
        lines = CartLine.objects.filter(cart__shopper=owner["shopper"])
    else:
        lines = CartLine.objects.filter(cart__token=owner.get("token"), cart__token__isnull=False)
    return lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0


def with_count(response: HttpResponse, count: int) -> HttpResponse:
    """Tell the header how many pieces there are: a cookie, so that cached pages need not ask."""
    response.set_cookie(COUNT_COOKIE, str(count), max_age=COUNT_SECONDS, samesite="Lax")
    return response
