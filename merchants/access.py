"""The only door to the back office: signed in, seated in the shop, right held, the database told which shop (R6)."""

import functools
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mall.accounts.factors import ask_fresh_factor, proof_of, way_to_factor
from mall.tenancy import shop_scope
from merchants import states
from merchants.models import Seat

READING = frozenset({"GET", "HEAD", "OPTIONS"})
ALL_RIGHTS = frozenset().union(*Seat.RIGHTS.values())


def shop_right(right: str, *, fresh: str | Callable[..., str] = "") -> Callable:
    """
    Decorator of every back-office view: ``@shop_right("orders.ship") def ship(request, public_id)``.

    The address's ``shop`` (a slug) is taken out of the arguments; the view finds ``request.shop``, ``request.seat`` and
    ``request.seats``, all seats of the person, which the page's frame offers.
    The view runs, and its page is rendered, in the scope of the shop: one transaction that an exception rolls back, in
    which the database shows and accepts that shop's rows only.

    Who is not signed in is sent to sign in. Without a seat in the shop its pages do not exist (404); with a seat that
    lacks the right they are refused (403). What a
    page may change while the shop rests, is frozen, leaves or is closed says ``merchants.states``.

    The rights of ``Seat.NEEDS_FACTOR`` are withheld from a session that has not shown a second factor: their pages lead
    to it, and others show as much as without them. ``fresh`` names the action (``mall.accounts.factors``) for which a
    form of the page wants the factor shown just now; a callable that takes the view's arguments says it for each
    request, whatever its method.
    """
    if right not in ALL_RIGHTS:
        raise ValueError(f"no role grants the right {right!r}")

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args, shop: str, **kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            seats = seats_of(request.user)
            seat = next((seat for seat in seats if seat.shop.slug == shop), None)
            if seat is None:
                raise Http404
            if not seat.holds(right):
                raise PermissionDenied(_("Your role in this shop does not allow this."))
            if request.method not in READING and (why := states.refused_post(seat.shop, right)):
                raise PermissionDenied(why)

            request.seats, request.seat, request.shop = seats, seat, seat.shop
            if way := _way_to_factor(request, right) or _way_to_fresh(request, fresh, kwargs):
                return way
            with shop_scope(seat.shop_id):
                response = view(request, *args, **kwargs)
                if getattr(response, "streaming", False) and not isinstance(
                    response, FileResponse
                ):  # a file asks nothing
                    raise TypeError("a back-office page is made inside its shop's scope, so it cannot be streamed")
                if hasattr(response, "render"):
                    response = response.render()
            return response

        guarded.right = right
        return guarded

    return guard


def _way_to_factor(request: HttpRequest, right: str) -> HttpResponse | None:
    """Asked before the scope, in which nobody's factors are seen."""
    if not any(map(request.seat.holds, Seat.NEEDS_FACTOR)):
        return None
    if right in Seat.NEEDS_FACTOR:
        return way_to_factor(request)
    if proof_of(request) is None:
        request.seat.withheld = Seat.NEEDS_FACTOR
    return None


def _way_to_fresh(request: HttpRequest, fresh: str | Callable[..., str], arguments: dict) -> HttpResponse | None:
    if not callable(fresh) and request.method in READING:
        return None
    action = fresh(request, **arguments) if callable(fresh) else fresh
    return ask_fresh_factor(request, action) if action else None


def seats_of(user) -> list[Seat]:
    """All seats of a person with their shops, by address; asked before the scope, in which the others are hidden."""
    return list(Seat.objects.select_related("shop").filter(user=user).order_by("shop__slug"))
