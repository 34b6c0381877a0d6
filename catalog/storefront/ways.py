"""Answers to buttons that stand on pages kept for everybody: for a script that pressed them, or for a whole page."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mall.refusals import Refusal

WISH = "wish"  # in the session: what somebody pressed before she signed in


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page of ours on which the button stood."""
    wanted = request.POST.get("next", "")
    host = {request.get_host()}
    fits = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if fits and wanted.startswith("/") else otherwise


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def done(request: HttpRequest, said: str, *, back: str, is_on: bool, url: str = "", **more) -> HttpResponse:
    """It is done: ``is_on`` says how the button stands now, ``url`` where one may want to go on."""
    if is_script(request):
        return JsonResponse({"on": is_on, "said": said, "url": url, **more})
    messages.success(request, said)
    return redirect(back)


def refused(request: HttpRequest, refusal: Refusal, *, back: str) -> HttpResponse:
    if is_script(request):
        return JsonResponse({"said": str(refusal)}, status=refusal.status)
    messages.error(request, str(refusal))
    return redirect(back)


def sign_in_first(request: HttpRequest, *, back: str, wish: list[str] | None = None) -> HttpResponse:
    """She must sign in; what she pressed is done then (``catalog.storefront.signing_in``)."""
    if wish:
        request.session[WISH] = wish
    if is_script(request):
        return JsonResponse({"sign_in": f"{reverse('account_login')}?next={back}"}, status=401)
    return redirect_to_login(back)
