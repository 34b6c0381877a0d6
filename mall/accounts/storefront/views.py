"""The account's first page and the address book. Everything starts from the person who is signed in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.accounts.addresses import MOST_ADDRESSES, remove_address, save_address
from mall.accounts.models import Address
from mall.accounts.storefront.forms import AddressForm, ProfileForm
from mall.divisions import divisions_of, find
from mall.divisions.forms import wants_choices
from mall.forms import as_typed

FIELDS = ["consignee", "phone", "province", "city", "district", "line", "is_default"]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)

    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name is saved."))
        return redirect("storefront:accounts:home")

    context = {
        "form": form,
        "addresses_count": request.user.addresses.count(),
        "order_counts": import_string(settings.ACCOUNT_ORDER_COUNTS)(request.user),
        "kept_counts": import_string(settings.ACCOUNT_KEPT_COUNTS)(request.user),
    }
    return render(request, "storefront/accounts/home.html", context)


@login_required
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    rows = list(request.user.addresses.order_by("-is_default", "-pk"))
    context = {"addresses": rows, "may_add": len(rows) < MOST_ADDRESSES}
    return render(request, "storefront/accounts/addresses.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_add(request: HttpRequest) -> HttpResponse:
    if request.user.addresses.count() >= MOST_ADDRESSES:
        messages.error(
            request, _("The address book holds %(count)s addresses; remove one first.") % {"count": MOST_ADDRESSES}
        )
        return redirect("storefront:accounts:addresses")
    return _address_page(request, address=None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    return _address_page(request, address=get_object_or_404(request.user.addresses, public_id=public_id))


def _address_page(request: HttpRequest, *, address: Address | None) -> HttpResponse:
    form = AddressForm(request.POST or None, initial=_as_typed(address) if address else None)

    if wants_choices(request.POST):
        as_typed(form)
    elif request.method == "POST" and form.is_valid():
        try:
            save_address(shopper=request.user, fields=form.cleaned_data, address=address)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Address saved."))
            return redirect("storefront:accounts:addresses")

    return render(request, "storefront/accounts/address_form.html", {"form": form, "address": address})


def _as_typed(address: Address) -> dict:
    """The address as its owner may see it: in clear."""
    values = {name: getattr(address, name) for name in FIELDS}
    return {name: value.reveal() if hasattr(value, "reveal") else value for name, value in values.items()}


@require_safe
@cache_control(private=True, max_age=3600)
def divisions(request: HttpRequest) -> HttpResponse:
    """The cities of ``province``, or the districts of ``city`` in it: full name and how the reader calls it."""
    province, city = request.GET.get("province", "")[:40], request.GET.get("city", "")[:40]
    above = find(province, city) if province else None
    rows = divisions_of(above) if above else ()
    return JsonResponse({"divisions": [(one.name, one.told) for one in rows]})


@login_required
@require_POST
def address_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    remove_address(address=get_object_or_404(request.user.addresses, public_id=public_id))
    messages.success(request, _("Address removed."))
    return redirect("storefront:accounts:addresses")
