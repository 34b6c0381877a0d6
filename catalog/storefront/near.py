"""
Goods in stores near the shopper: her default address says where, and the list is narrowed to its city, or province.

Lists are kept for everybody, so the link on them asks for "near" only; who she is is asked here, once, and answered by
the address of the list of that city, which is kept for everybody again.
"""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from catalog.listing import MOST_CHOSEN, NEAR, Asked
from catalog.models import FacetValue
from catalog.search.index import STORE, place_key, place_text


def narrowed(request: HttpRequest, wanted: Asked) -> HttpResponse | None:
    """Where to go on when stores near her were asked for; nothing otherwise."""
    if request.GET.get(NEAR) != "1":
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(wanted.url_near)
    address = request.user.addresses.filter(is_default=True).first()
    if address is None:
        messages.info(request, _("Add your address first: then you see what stores near you have."))
        return redirect("storefront:accounts:addresses")
    values = _values_near(address.province, address.city)
    if not values:
        where = {"place": place_text(address.province, address.city)}
        messages.info(request, _("No store of our shops in %(place)s shows what it has yet.") % where)
        return redirect(wanted.url())
    kept = {pair for pair in wanted.features if pair.partition("-")[0] != values[0].partition("-")[0]}
    return redirect(wanted.url(features=tuple(sorted(kept | set(values))[:MOST_CHOSEN])))


def _values_near(province: str, city: str) -> list[str]:
    """The choices of the facet for this city; where none has a store, those of its province."""
    known = FacetValue.objects.filter(of__key=STORE)
    rows = known.filter(key=place_key(province, city)) or known.filter(key__startswith=place_key(province))
    return [f"{row.of_id}-{row.pk}" for row in rows.order_by("pk")[:MOST_CHOSEN]]
