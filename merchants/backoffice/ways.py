"""Ways: where a refusal can be put right, and where a form that stands on many pages leads afterwards."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from mall.refusals import Refusal
from merchants.models import Shop


def with_way(refusal: Refusal, shop: Shop) -> str:
    """What was refused, with a link to the page of this shop where it can be put right, when the refusal names one."""
    way = refusal.details.get("way")
    if not way:
        return str(refusal)
    return format_html(
        '{} <a class="link" href="{}">{}</a>', str(refusal), reverse(way, args=[shop.slug]), _("Put it right")
    )


def back_to(request: HttpRequest, otherwise: str = "") -> str:
    """The page of this shop that the form names as ``next``; never an address elsewhere."""
    asked = request.POST.get("next", "")
    home = reverse("backoffice:merchants:dashboard", args=[request.shop.slug])
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(home)
    return asked if is_ours else otherwise or home
