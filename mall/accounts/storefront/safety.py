"""Where a person is signed in, and how she goes on after she has confirmed that it is her."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.accounts.factors import take_waiting
from mall.accounts.sessions import end_sessions, sessions_of


@login_required
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    UserSession.objects.create_from_request(request)  # this browser is here now, whenever it was noted last
    rows = sessions_of(request.user, current_key=request.session.session_key)
    return render(request, "usersessions/usersession_list.html", {"sessions": rows})


@login_required
@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one other browser out."""
    mine = request.session.session_key
    if not end_sessions(person=request.user, by=request.user, now=clock.now(), session_id=pk, but_key=mine):
        raise Http404
    messages.success(request, _("That browser is signed out."))
    return redirect("usersessions_list")


@login_required
@require_POST
def end_everywhere(request: HttpRequest) -> HttpResponse:
    """Sign all other browsers out, or with ``this_too`` this one as well."""
    this_too = "this_too" in request.POST
    mine = "" if this_too else request.session.session_key
    count = end_sessions(person=request.user, by=request.user, now=clock.now(), but_key=mine)
    if this_too:
        logout(request)
        messages.success(request, _("You are signed out everywhere."))
        return redirect("account_login")
    said = ngettext("%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", count)
    messages.success(request, said % {"count": count})
    return redirect("usersessions_list")


@login_required
@never_cache
@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """After the confirmation: send what had been typed, by one more press of a button."""
    waiting = take_waiting(request)
    if waiting is None:
        messages.info(request, _("Nothing waits to be sent any more."))
        return redirect("storefront:accounts:home")
    return render(request, "storefront/accounts/go_on.html", {"waiting": waiting})
