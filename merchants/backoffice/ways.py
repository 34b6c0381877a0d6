"""Ways back: where a form that stands on many pages leads afterwards."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request: HttpRequest, otherwise: str = "") -> str:
    """The page of this shop that the form names as ``next``; never an address elsewhere."""
    asked = request.POST.get("next", "")
    home = reverse("backoffice:merchants:dashboard", args=[request.shop.slug])
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(home)
    return asked if is_ours else otherwise or home
