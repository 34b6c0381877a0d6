"""Light or dark: what a person has chosen for the back office, kept in a cookie; nothing chosen follows the system."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "appearance"
CHOICES = ("light", "dark")
SYSTEM = "system"
COOKIE_SECONDS = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    """``light``, ``dark`` or ``system``."""
    told = request.COOKIES.get(COOKIE, "")
    return told if told in CHOICES else SYSTEM


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember what was chosen and go back to where it was chosen."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    wanted = request.POST.get("appearance", "")
    if wanted in CHOICES:
        answer.set_cookie(
            COOKIE, wanted, max_age=COOKIE_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
        )
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer
