"""Where an invitation's link leads: what is offered, and the button that takes it."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mall import clock
from mall.refusals import Refusal
from merchants import invitations


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = invitations.find(token)
    if found is None:
        raise Http404
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        try:
            invitations.accept(invitation=found, by=request.user, now=clock.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("storefront:merchants:invitation", token)
        messages.success(request, _("Welcome to %(shop)s.") % {"shop": found.shop.name})
        return redirect("backoffice:merchants:dashboard", found.shop.slug)
    mine = request.user.is_authenticated and request.user.email.casefold() == found.email.casefold()
    context = {"invitation": found, "is_open": found.is_open(clock.now()), "is_mine": mine}
    return render(request, "storefront/merchants/invitation.html", context)
