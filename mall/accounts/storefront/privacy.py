"""What a person agrees to, what is known of her, and being forgotten (A3)."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mall import clock
from mall.accounts.factors import ask_fresh_factor, has_factor
from mall.accounts.models import Erasure, PersonalFile
from mall.accounts.privacy.consents import WORDS, Purpose, choose, given_by, tell_browser
from mall.accounts.privacy.downloading import ask_for_data
from mall.accounts.privacy.erasing import ask_erasure, withdraw_erasure
from mall.accounts.privacy.registry import obstacles_of
from mall.accounts.storefront.forms import ConsentsForm
from mall.accounts.tunables import DATA_DAYS, ERASURE_DAYS
from mall.audit.trail import record
from mall.refusals import Refusal
from mall.sealed_files import document_storage

ACTION = "accounts.personal_data"
SHOWN = 5


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: HttpRequest) -> HttpResponse:
    """The page; a post does one of four things: agree, take away, be forgotten, or not be forgotten after all."""
    person, now = request.user, clock.now()
    form = ConsentsForm(request.POST if "agree" in request.POST else None, initial=given_by(person))
    if form.is_bound and form.is_valid():
        choose(person=person, choices=form.choices(), now=now)
        messages.success(request, _("Your choice counts from now on."))
        return tell_browser(_here(), form.choices()[Purpose.COOKIES])
    if "download" in request.POST or "erase" in request.POST:
        if way := _confirm(request):
            return way
        return _do(request, now)
    if "keep" in request.POST:
        withdraw_erasure(person=person, now=now)
        messages.success(request, _("Your account stays."))
        return _here()
    context = {
        "form": form,
        "words": WORDS,
        "files": list(PersonalFile.objects.filter(person=person).order_by("-pk")[:SHOWN]),
        "wish": Erasure.objects.filter(person=person, status=Erasure.Status.ASKED).first(),
        "obstacles": obstacles_of(person),
        "days": {"data": DATA_DAYS.value, "erasure": ERASURE_DAYS.value},
    }
    return render(request, "storefront/accounts/privacy.html", context)


def _do(request: HttpRequest, now) -> HttpResponse:
    try:
        if "download" in request.POST:
            ask_for_data(person=request.user, now=now)
            messages.success(request, _("We put it together. You are told when it can be downloaded here."))
        else:
            wish = ask_erasure(person=request.user, now=now)
            messages.success(
                request,
                _("Your account will be erased on %(on)s. Until then you can change your mind here.")
                % {"on": clock.business_date(wish.due_at)},
            )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _here()


@login_required
@never_cache
@require_safe
def privacy_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The file that she asked for, for her alone."""
    ready = PersonalFile.objects.filter(person=request.user, status=PersonalFile.Status.READY)
    file = get_object_or_404(ready, public_id=public_id, expires_at__gt=clock.now())
    if way := _confirm(request):
        return way
    record("accounts.fetch_data", request.user.public_id, by=request.user, now=clock.now())
    response = FileResponse(
        document_storage().open(file.name), as_attachment=True, filename=f"{file.public_id}.zip",
        content_type="application/zip",
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _confirm(request: HttpRequest) -> HttpResponse | None:
    """Who has a second factor shows it now; who has none gives her password. Otherwise the way there."""
    if has_factor(request.user):
        return ask_fresh_factor(request, ACTION)
    raise_if_reauthentication_required(request, app="")
    return None


def _here() -> HttpResponse:
    return redirect("storefront:accounts:privacy")
