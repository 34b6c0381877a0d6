"""How allauth's second factors meet the mall: secrets encrypted, no code twice, everything on the record and told."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa import app_settings, signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall import clock
from mall.accounts import notices
from mall.audit.trail import record
from mall.crypto import decrypt, encrypt
from mall.notifications.sending import notify

SECRETS = "mfa_authenticator.data"  # what the encryption is bound to
SETTING_UP = "mfa.totp.secret in a session"
LAST_COUNTER = "last_counter"  # of the newest code that was accepted
DEMONSTRATION = "demonstration"  # everybody can work out the secret: good in the embedded mall only
LONGEST_NAME = 40
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12", "autofocus": True}


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This does not fit. Try the next code."),
        "unverified_email": gettext_lazy("Confirm your e-mail address first, then set up your second factor."),
        "add_email_blocked": gettext_lazy("With a second factor no further e-mail address can be added."),
        "cannot_generate_recovery_codes": gettext_lazy("Recovery codes come with a second factor. Set up one first."),
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text, context=SECRETS)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, context=SECRETS)

    def get_totp_issuer(self) -> str:
        return _("Wanxiang Lane")

    def generate_authenticator_name(self, user, type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}


# One-time codes


def counter_of(secret: str, code: str) -> int | None:
    """Which of the codes that are good now this is."""
    typed = "".join(code.split())
    for counter in auth.yield_hotp_counters_from_time():
        if auth.format_hotp_value(auth.hotp_value(secret, counter)) == typed:
            return counter
    return None


@transaction.atomic
def spend(totp: Authenticator, code: str) -> bool:
    """Whether the code is newer than every one that was accepted before; from now on it is not."""
    totp = Authenticator.objects.select_for_update().get(pk=totp.pk)
    if totp.data.get(DEMONSTRATION) and not settings.MALL_EMBEDDED:
        return False
    counter = counter_of(decrypt(totp.data["secret"], context=SECRETS), code)
    if counter is None or counter <= totp.data.get(LAST_COUNTER, 0):
        return False
    totp.data[LAST_COUNTER] = counter
    totp.save(update_fields=["data"])
    return True


class _SpendsCodes:
    """allauth remembers a used code for half a minute and in the cache; it is good for longer, and we keep it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("One-time code")
        self.fields["code"].widget = forms.TextInput(attrs=_CODE)

    def clean_code(self) -> str:
        code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not spend(self.authenticator, code):
            self._emit_authentication_failed(self.authenticator)
            raise MfaAdapter().validation_error("incorrect_code")
        return code


class SignInForm(_SpendsCodes, AuthenticateForm):
    """The code after the password."""


class ConfirmForm(_SpendsCodes, ReauthenticateForm):
    """The code before what wants it fresh."""


class SetUpForm(ActivateTOTPForm):
    """The first code of an app; until it comes the new secret waits in the session, encrypted."""

    def __init__(self, *args, user, **kwargs):
        forms.Form.__init__(self, *args, **kwargs)
        self.user = user
        self.fields["code"].label = _("Code that the app shows")
        self.fields["code"].widget = forms.TextInput(attrs={**_CODE, "autofocus": False})
        session = context.request.session
        kept = session.get(auth.SECRET_SESSION_KEY) if self.is_bound else None
        self.secret = decrypt(kept, context=SETTING_UP) if kept else auth.generate_totp_secret()
        session[auth.SECRET_SESSION_KEY] = encrypt(self.secret, context=SETTING_UP)

    def clean_code(self) -> str:
        code = super().clean_code()
        context.request.accepted_counter = counter_of(self.secret, code)
        return code

    @property
    def spoken_secret(self) -> str:
        """The secret in groups of four, as people type it."""
        return " ".join(self.secret[place : place + 4] for place in range(0, len(self.secret), 4))


# Passkeys


class _NamesPasskey:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name of the passkey"),
            max_length=LONGEST_NAME,
            required=self.fields["name"].required,
            initial=self.initial.get("name"),
        )


class AddPasskeyForm(_NamesPasskey, AddWebAuthnForm):
    def clean(self) -> dict:
        with _nonsense_is_wrong():
            return super().clean()


class RenamePasskeyForm(_NamesPasskey, EditWebAuthnForm):
    pass


@contextmanager
def _nonsense_is_wrong() -> Iterator[None]:
    """What no browser would send is as wrong as any other answer, and no fault of ours."""
    try:
        yield
    except ValidationError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        raise MfaAdapter().validation_error("incorrect_code") from None


class _NotesFailures:
    """allauth tells nobody of a passkey that did not fit."""

    def clean_credential(self):
        try:
            with _nonsense_is_wrong():
                return super().clean_credential()
        except ValidationError:
            tried = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).first()
            if tried is not None:
                signals.authentication_failed.send(
                    sender=Authenticator, request=context.request, user=self.user, authenticator=tried
                )
            raise


class SignInWithPasskeyForm(_NotesFailures, AuthenticateWebAuthnForm):
    pass


class ConfirmWithPasskeyForm(_NotesFailures, ReauthenticateWebAuthnForm):
    pass


# On the record, and told


def _facts(authenticator: Authenticator) -> dict:
    return {"name": authenticator.wrap().name} if authenticator.type == Authenticator.Type.WEBAUTHN else {}


def _note(action: str, user, authenticator: Authenticator, kind=None, facts: dict | None = None) -> None:
    now = clock.now()
    with transaction.atomic():
        record(action, user.public_id, by=user, now=now, after={"factor": authenticator.type, **_facts(authenticator)})
        if kind is not None:
            facts = _facts(authenticator) if facts is None else facts
            notify([user], kind, facts, url=reverse("mfa_index"), now=now)


def on_added(sender, request, user, authenticator, **kwargs) -> None:
    """Whoever has just set a factor up has shown it."""
    kinds = {
        Authenticator.Type.TOTP: notices.TOTP_ADDED,
        Authenticator.Type.WEBAUTHN: notices.PASSKEY_ADDED,
    }
    _note("accounts.add_factor", user, authenticator, kinds.get(authenticator.type))
    if authenticator.type == Authenticator.Type.TOTP:
        authenticator.data[LAST_COUNTER] = getattr(request, "accepted_counter", None) or 0
        authenticator.save(update_fields=["data"])
    if authenticator.type in kinds:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def on_removed(sender, user, authenticator, **kwargs) -> None:
    kinds = {
        Authenticator.Type.TOTP: notices.TOTP_REMOVED,
        Authenticator.Type.WEBAUTHN: notices.PASSKEY_REMOVED,
    }
    _note("accounts.remove_factor", user, authenticator, kinds.get(authenticator.type))


def on_reset(sender, user, authenticator, **kwargs) -> None:
    _note("accounts.renew_recovery_codes", user, authenticator, notices.RECOVERY_CODES_RENEWED)


def on_used(sender, user, authenticator, **kwargs) -> None:
    """One-time codes and passkeys are used every day; a recovery code is news."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()
        left = len(authenticator.wrap().get_unused_codes())
        _note("accounts.use_recovery_code", user, authenticator, notices.RECOVERY_CODE_USED, {"left": left})


def on_failed(sender, user, authenticator, **kwargs) -> None:
    _note("accounts.fail_factor", user, authenticator)


def listen() -> None:
    for signal, heard in (
        (signals.authenticator_added, on_added),
        (signals.authenticator_removed, on_removed),
        (signals.authenticator_reset, on_reset),
        (signals.authenticator_used, on_used),
        (signals.authentication_failed, on_failed),
    ):
        signal.connect(heard, dispatch_uid=f"mall.accounts.mfa.{heard.__name__}")


# The demonstration's own


def give_demonstration_factor(person) -> Authenticator:
    """An authenticator app whose secret everybody can work out: for the invented people of the embedded mall only."""
    return Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.TOTP,
        data={"secret": encrypt(demonstration_secret(person), context=SECRETS), DEMONSTRATION: True},
    )


def demonstration_secret(person) -> str:
    return base64.b32encode(hashlib.sha1(person.email.encode()).digest()).decode()  # noqa: S324 nothing is kept secret


def demonstration_code(person) -> str:
    """The next code that will be taken; nothing for people who are not invented, and outside the embedded mall."""
    if not settings.MALL_EMBEDDED:
        return ""
    totp = Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.TOTP).first()
    if totp is None or not totp.data.get(DEMONSTRATION):
        return ""
    secret = decrypt(totp.data["secret"], context=SECRETS)
    good = sorted(auth.yield_hotp_counters_from_time())[app_settings.TOTP_TOLERANCE :]  # none that ends in a moment
    counter = next((one for one in good if one > totp.data.get(LAST_COUNTER, 0)), None)
    return auth.format_hotp_value(auth.hotp_value(secret, counter)) if counter else ""
