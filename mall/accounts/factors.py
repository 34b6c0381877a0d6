"""
The second factor (A1, A4): who must have shown one, and for what it must have been shown just now.

Two rules, both here and both asked anew with every request:

- **Shown in this session**: platform staff reach no page of the admin, and nobody reaches the money or the people of a
  shop, before a second factor that the person still has was shown in this session (:func:`way_to_factor`).
- **Shown just now**: the actions named in :data:`FRESH_ACTIONS` want it shown within the last ten minutes
  (:func:`ask_fresh_factor`). What was typed waits, encrypted, and is sent when the person has confirmed.

The factors themselves – one-time codes, passkeys, recovery codes – are allauth's; a session's proofs are the records
that allauth keeps of how its person has signed in. Their moments are those of the machine, not of the mall's clock,
which a demonstration can move.
"""

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.accounts.notices import FACTORS_RESET
from mall.audit.trail import record
from mall.crypto import decrypt, encrypt
from mall.notifications.sending import notify
from mall.refusals import Refusal

FRESH_SECONDS = 10 * 60
WAITING_SECONDS = 30 * 60  # how long what was typed waits for the confirmation
MOST_WAITING = 20_000  # characters
READING = frozenset({"GET", "HEAD", "OPTIONS"})
REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes stand in for one of them

FRESH_ACTIONS = {
    "accounts.people": gettext_lazy("Changing what a person may do on the platform"),
    "accounts.reset_factors": gettext_lazy("Taking away a person's second factor"),
    "accounts.groups": gettext_lazy("Changing a group of staff"),
    "mall.tunables": gettext_lazy("Turning a tunable"),
    "merchants.documents": gettext_lazy("Looking at the documents of an applicant"),
    "merchants.seats": gettext_lazy("Choosing the people of a shop"),
    "merchants.personal_exports": gettext_lazy("Taking away where orders go"),
    "settlement.return_deposit": gettext_lazy("Paying out a deposit"),
    "settlement.bank_account": gettext_lazy("Choosing where a shop's money goes"),
    "settlement.withdraw": gettext_lazy("Withdrawing money"),
    "settlement.decide_withdrawal": gettext_lazy("Deciding about a withdrawal"),
    "settlement.payout_file": gettext_lazy("Taking payouts to the bank"),
    "orders.spend_balance": gettext_lazy("Paying a large amount from your balance"),
    "orders.refund_to_balance": gettext_lazy("Putting a refund on a shopper's balance"),
    "orders.decide_transfer": gettext_lazy("Deciding about money that came by bank transfer"),
    "orders.resolve_difference": gettext_lazy("Resolving differences to a channel's bill"),
    "risk.money_cases": gettext_lazy("Deciding about held money"),
    "settlement.seizure_orders": gettext_lazy("Carrying out an order about seized money"),
    "accounts.personal_data": gettext_lazy("Taking away or erasing your data"),
    "settlement.correct": gettext_lazy("Correcting a booking"),
    "catalog.confirm_commission": gettext_lazy("Confirming a rule of commission"),
    "settlement.pay_duty": gettext_lazy("Paying duty over to customs"),
    "settlement.party_account": gettext_lazy("Choosing where a party's money goes"),
    "orders.confirm_party": gettext_lazy("Confirming what a party gets"),
    "settlement.pay_party": gettext_lazy("Paying brands, suppliers, carriers and promoters"),
    "access.grant": gettext_lazy("Granting access to personal data"),
    "access.look": gettext_lazy("Looking at personal data"),
}
"""All actions that want a factor shown just now (H8); a new one is named here, and tests walk the list."""

_WANTED, _WAITING = "factor_wanted", "factor_waiting"


# What a session has shown


def proof_of(request: HttpRequest) -> dict | None:
    """
    When and with what this session's person last showed a second factor; ``None`` if never, or with one that is gone.

    Asked once per request.
    """
    if not hasattr(request, "_factor_proof"):
        request._factor_proof = _find_proof(request) if request.user.is_authenticated else None
    return request._factor_proof


def _find_proof(request: HttpRequest) -> dict | None:
    shown = [one for one in get_authentication_records(request, request.user) if one.get("method") == "mfa"]
    if not shown:
        return None
    hers = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("pk", flat=True))
    return next((one for one in reversed(shown) if one.get("id") in hers), None)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the factor was shown within the last ten minutes."""
    proof = proof_of(request)
    return proof is not None and 0 <= time.time() - proof["at"] < FRESH_SECONDS


def has_factor(user) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=REAL_FACTORS).exists()


# Shown in this session


def way_to_factor(request: HttpRequest) -> HttpResponse | None:
    """``None`` for a session that has shown its factor; for any other the way to it, and from there back to here."""
    if proof_of(request) is not None:
        request.session.pop(_WANTED, None)
        return None
    return _led(request, back=_page_of(request))


def _led(request: HttpRequest, *, back: str) -> HttpResponse:
    """To the confirmation, or to where who has no factor yet sets one up."""
    if has_factor(request.user):
        url = f"{_confirmation(request)}?{urlencode({'next': back})}"
    else:
        request.session[_WANTED] = back
        url = reverse("mfa_index")
        messages.info(
            request, _("For this you need a second factor beside your password. Set one up, then you are led back.")
        )
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _confirmation(request: HttpRequest) -> str:
    return get_adapter(request).get_reauthentication_methods(request.user)[0]["url"]


def _page_of(request: HttpRequest) -> str:
    """The page that was asked for; of a form that was sent, the page on which it stood."""
    if request.method in READING:
        return request.get_full_path()
    came_from = request.headers.get("referer", "")
    mine = {request.get_host()}
    if came_from and url_has_allowed_host_and_scheme(came_from, mine, require_https=request.is_secure()):
        return "/" + came_from.split("/", 3)[3] if came_from.count("/") > 2 else "/"
    return reverse("storefront:accounts:home")


def wanted_page(request: HttpRequest) -> str:
    """Where a person wanted to go when she was led to set a factor up."""
    return request.session.get(_WANTED, "") if proof_of(request) else ""


# Shown just now


def fresh_factor(action: str) -> Callable:
    """Decorator of a view whose forms do something of :data:`FRESH_ACTIONS`; reading the page is free."""
    _known(action)

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if request.method not in READING and (way := ask_fresh_factor(request, action)):
                return way
            return view(request, *args, **kwargs)

        return guarded

    return guard


def ask_fresh_factor(request: HttpRequest, action: str) -> HttpResponse | None:
    """``None`` when the factor was shown just now, else the way to it; what was typed waits and can be sent then."""
    _known(action)
    if is_fresh(request):
        return None
    if request.method in READING:
        return _led(request, back=request.get_full_path())
    page = _page_of(request)
    if _keep(request, action, page):
        return _led(request, back=reverse("storefront:accounts:go-on"))
    messages.info(request, _("Nothing was changed yet. Please fill in the form once more after you have confirmed."))
    return _led(request, back=page)


def _known(action: str) -> None:
    if action not in FRESH_ACTIONS:
        raise ValueError(f"{action!r} is not among the actions that want a fresh factor")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form that was sent before its person had confirmed: what it does, where it goes, where it stood."""

    action: str
    url: str
    page: str
    fields: list[tuple[str, str]]

    @property
    def label(self) -> str:
        return str(FRESH_ACTIONS[self.action])


def _keep(request: HttpRequest, action: str, page: str) -> bool:
    """Put the form aside, encrypted, in the session; a form with files or passwords is not kept."""
    if request.FILES or any("password" in name for name in request.POST):
        return False
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]  # fmt: skip
    kept = json.dumps([action, request.get_full_path(), page, fields, time.time()])
    if len(kept) > MOST_WAITING:
        return False
    request.session[_WAITING] = encrypt(kept, context=_WAITING)
    return True


def take_waiting(request: HttpRequest) -> Waiting | None:
    """The form that waits, once; ``None`` when none does, when it is too old or when the factor is not fresh."""
    kept = request.session.pop(_WAITING, None)
    if kept is None or not is_fresh(request):
        return None
    action, url, page, fields, since = json.loads(decrypt(kept, context=_WAITING))
    if not 0 <= time.time() - since < WAITING_SECONDS:
        return None
    return Waiting(action=action, url=url, page=page, fields=[tuple(field) for field in fields])


# Lost


class NothingToTakeAway(Refusal):
    """The person has no second factor."""

    code = "no-factor"


class NotYours(Refusal):
    """Nobody takes away her own factor here, and only a superuser that of another superuser."""

    code = "not-yours"


@transaction.atomic
def reset_factors(*, person, by, now: datetime) -> None:
    """
    Take all factors away from a person who has lost them: with her password alone she sets up new ones.

    What her sessions have shown counts no more from the next request on.

    :raises NothingToTakeAway: she has none
    :raises NotYours: ``by`` is herself, or no superuser while she is one
    """
    if person.pk == by.pk:
        raise NotYours(_("Change your own second factor on the pages of your account."))
    if person.is_superuser and not by.is_superuser:
        raise NotYours(_("Only a superuser takes away the second factor of another superuser."))
    held = list(Authenticator.objects.select_for_update().filter(user_id=person.pk).order_by("pk"))
    if not held:
        raise NothingToTakeAway(_("This person has no second factor."))
    Authenticator.objects.filter(pk__in=[one.pk for one in held]).delete()
    record(
        "accounts.reset_factors",
        person.public_id,
        by=by,
        now=now,
        before={"factors": sorted(one.type for one in held)},
    )
    notify([person], FACTORS_RESET, {}, url=reverse("mfa_index"), now=now)
