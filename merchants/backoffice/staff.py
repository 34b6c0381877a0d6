"""The people of a shop: who sits in it, and as what. Owners only."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mall import clock
from mall.refusals import Refusal
from merchants.access import shop_right
from merchants.backoffice.forms import RoleForm, SeatForm
from merchants.models import Seat
from merchants.seats import give_seat, take_seat_away


@shop_right("staff.edit", fresh="merchants.seats")
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """All seats with their roles; a post seats an account that exists."""
    form = SeatForm(request.POST or None, shop=request.shop)
    if form.is_valid():
        seat = give_seat(
            shop=request.shop,
            user=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            by=request.user,
            now=clock.now(),
        )
        messages.success(
            request,
            _("%(person)s works in the shop now, as: %(role)s.")
            % {"person": seat.user.get_full_name(), "role": seat.get_role_display()},
        )
        return redirect("backoffice:merchants:staff", request.shop.slug)

    seats = list(Seat.objects.filter(shop=request.shop).select_related("user").order_by("pk"))
    order = list(Seat.Role.values)
    seats.sort(key=lambda seat: order.index(seat.role))
    for seat in seats:
        seat.is_me = seat.user_id == request.user.pk
    context = {"seats": seats, "form": form, "roles": _roles()}
    return TemplateResponse(request, "backoffice/merchants/staff.html", context)


@shop_right("staff.edit", fresh="merchants.seats")
@require_POST
def role(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another role for who sits here."""
    seat = _seat(request, public_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
    else:
        try:
            seat = give_seat(
                shop=request.shop, user=seat.user, role=form.cleaned_data["role"], by=request.user, now=clock.now()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("%(person)s is now: %(role)s.")
                % {"person": seat.user.get_full_name(), "role": seat.get_role_display()},
            )
    return _after(request, seat)


@shop_right("staff.edit", fresh="merchants.seats")
@require_POST
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """The person no longer works here."""
    seat = _seat(request, public_id)
    try:
        take_seat_away(seat=seat, by=request.user, now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("backoffice:merchants:staff", request.shop.slug)
    messages.success(request, _("%(person)s no longer works in the shop.") % {"person": seat.user.get_full_name()})
    return redirect("backoffice:merchants:home") if seat.user_id == request.user.pk else _after(request, seat)


def _after(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Back to the list; who gave up her own right to it goes to the first page."""
    if seat.user_id == request.user.pk and not seat.can("staff.edit"):
        return redirect("backoffice:merchants:dashboard", request.shop.slug)
    return redirect("backoffice:merchants:staff", request.shop.slug)


def _seat(request: HttpRequest, public_id: str) -> Seat:
    rows = Seat.objects.filter(shop=request.shop).select_related("user", "shop")
    return get_object_or_404(rows, user__public_id=public_id)


def _roles() -> list[dict]:
    """What each role may do, in words."""
    words = {
        "products.edit": _("edits products"),
        "stock.edit": _("counts stock"),
        "orders.ship": _("ships orders"),
        "orders.cancel": _("cancels orders"),
        "orders.personal": _("sees where orders go"),
        "orders.invoice": _("issues invoices"),
        "reviews.answer": _("answers reviews and questions"),
        "money.see": _("sees the money"),
        "money.withdraw": _("withdraws money"),
        "shop.edit": _("changes the shop's settings"),
        "staff.edit": _("chooses the people"),
    }
    return [
        {
            "label": role.label,
            "rights": [word for right, word in words.items() if right in Seat.RIGHTS[role]] or [_("only looks")],
        }
        for role in Seat.Role
    ]
