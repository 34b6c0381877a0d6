"""How allauth meets the mall."""

import time
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from mall import clock
from mall.accounts.devices import note_device
from mall.accounts.factors import is_fresh
from mall.accounts.guessing import answer_evenly, attempt, may_send_code
from mall.accounts.models import SignInTrouble
from mall.accounts.privacy.consents import Purpose, browser_agrees, given_by, tell_browser
from mall.accounts.sessions import note_trouble
from mall.limits import client_ip

BOUNDED = {
    f"account/email/{name}"
    for name in (
        "password_reset_key", "unknown_account", "email_confirmation", "email_confirmation_signup",
        "account_already_exists", "login_code", "password_reset_code",
    )
}  # fmt: skip
"""Messages that anybody can have sent to an address by typing it in: so many a day, and no more (H7)."""


def display_name(user) -> str:
    """How a person is called in messages to herself."""
    return user.get_full_name()


class Adapter(DefaultAccountAdapter):
    """Sign-up and sign-in by e-mail; platform staff land in the admin; messages go out as HTML and as text."""

    def get_login_redirect_url(self, request):
        return resolve_url("admin:index") if request.user.is_staff else super().get_login_redirect_url(request)

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "rate_limited": gettext_lazy("Too many attempts. Try again in a few minutes."),
        "unanswered": gettext_lazy("There were many attempts. Answer the question below and try again."),
    }

    def authentication_failed(self, request, **credentials):
        note_trouble(kind=SignInTrouble.Kind.FAILED, now=clock.now())
        super().authentication_failed(request, **credentials)

    def is_reauthentication_required(self, *, app, **kwargs):
        """
        Factors are changed by who has shown hers within ten minutes; who has none yet, by who has given her password.
        """
        return super().is_reauthentication_required(app=app, **kwargs) and not is_fresh(context.request)

    def get_reauthentication_methods(self, user):
        """Who has a second factor confirms with it: her password alone would not do, and is not offered."""
        methods = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Confirm with your password"),
            "mfa_reauthenticate": _("Confirm with a code"),
            "mfa_reauthenticate:webauthn": _("Confirm with a passkey"),
        }
        methods = [{**method, "description": words[method["id"]]} for method in methods]
        by_factor = [method for method in methods if method["id"].startswith("mfa_")]
        return by_factor or methods

    def post_login(self, request, user, **told):
        response = super().post_login(request, user, **told)
        if request.user.is_authenticated:  # no further step stands between
            note_device(request, response, user)
            tell_browser(response, given_by(user)[Purpose.COOKIES] or browser_agrees(request))
        for name in settings.ACCOUNT_SIGNED_IN:
            import_string(name)(request, response)
        return response

    def save_user(self, request, user, form, commit=True):
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Of second factors the notification centre tells, and sends the e-mail (``mall/accounts/mfa.py``)."""
        if not template_prefix.startswith("mfa/"):
            super().send_notification_mail(template_prefix, user, context, email)

    def get_client_ip(self, request):
        return client_ip(request)

    def pre_authenticate(self, request, **credentials):
        """
        Count the attempt before the password is looked at, whether the account exists or not; who is turned away is
        noted for the report about security (R7). Where the form can ask a question, it is asked before.
        """
        account = credentials.get("email") or credentials.get("username") or ""
        has_answered = getattr(request, "has_answered", True)
        request.attempt = attempt(request, account=account, has_answered=has_answered)
        if request.attempt is None and not has_answered:
            raise self.validation_error("unanswered")
        if request.attempt is None:
            note_trouble(kind=SignInTrouble.Kind.LOCKED, now=clock.now())
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """A right password is no failure: what was counted is given back. A wrong one is told at an even moment."""
        since = time.monotonic()
        user = super().authenticate(request, **credentials)
        if user is None:
            answer_evenly(since=since)
        else:
            request.attempt.give_back()
        return user

    def send_mail(self, template_prefix, email, context):
        if template_prefix in BOUNDED and not may_send_code(email):
            return
        super().send_mail(template_prefix, email, {"site_domain": urlsplit(settings.MALL_BASE_URL).netloc, **context})
