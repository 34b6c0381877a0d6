"""Where a cart goes: the region that she has chosen in it, else her default address; at the checkout what she posts."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.accounts.models import Address
from mall.divisions.forms import DivisionField, link_divisions
from orders.destination import Destination

KEPT = "freight_region"


class RegionForm(forms.Form):
    """For which region a cart says what delivery costs; none is that of the default address."""

    province = DivisionField(label=gettext_lazy("Province"), required=False)
    city = DivisionField(label=gettext_lazy("City"), required=False, none=gettext_lazy("Any"))

    def __init__(self, *args, has_address: bool = False, **kwargs):
        super().__init__(*args, auto_id="region-%s", **kwargs)
        if has_address:
            self.fields["province"].none = _("My default address")
        link_divisions(self, ("province", "city"))


def where_to(request: HttpRequest) -> Destination | None:
    """Where the cart goes as far as anybody knows."""
    if chosen := _kept(request):
        return chosen
    if not request.user.is_authenticated:
        return None
    address = request.user.addresses.filter(is_default=True).only("province", "city").first()
    return Destination.of(address) if address else None


def keep_region(request: HttpRequest, *, province: str, city: str) -> None:
    if province:
        request.session[KEPT] = [province, city.strip()]
    else:
        request.session.pop(KEPT, None)


def region_form(request: HttpRequest) -> RegionForm:
    chosen = _kept(request)
    initial = {"province": chosen.province, "city": chosen.city} if chosen else None
    return RegionForm(initial=initial, has_address=request.user.is_authenticated)


def _kept(request: HttpRequest) -> Destination | None:
    kept = request.session.get(KEPT)
    return Destination(*kept) if kept else None


def posted_to(posted: Mapping[str, str], addresses: Sequence[Address]) -> Destination | None:
    """Where she says at the checkout that it goes; before she has said anything to the first of her addresses."""
    named = posted.get("address", addresses[0].public_id if addresses else "")
    if address := next((one for one in addresses if one.public_id == named), None):
        return Destination.of(address)
    province = posted.get("province", "").strip()[:40]
    return Destination(province, posted.get("city", "").strip()[:40]) if province else None
