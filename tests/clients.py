"""A browser without a window, for tests: who signs in by force has shown her second factor a moment ago."""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django import test

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Client(test.Client):
    """
    Django's own; ``force_login(person, factor=False)`` signs in with the password alone. A person with
    ``shows_password`` has just said it again, and shows no factor.
    """

    def force_login(self, user, backend=None, *, factor: bool = True):
        super().force_login(user, backend)
        if getattr(user, "shows_password", False):
            self._keep(_said(user, {"method": "password", "at": time.time(), "reauthenticated": True}))
        elif factor:
            self.show_factor(user)
        self._keep({"session_noted": (self.session.session_key[:8], time.time())})

    def show_factor(self, user, *, seconds_ago: float = 0) -> None:
        """As if the person had shown her authenticator app in this session so long ago."""
        self._keep(shown_factor(user, seconds_ago=seconds_ago))

    def _keep(self, more: dict) -> None:
        session = self.session
        session.update(more)
        session.save()


def shown_factor(user, *, seconds_ago: float = 0) -> dict:
    """What a session holds whose person has shown her authenticator app so long ago."""
    at = time.time() - seconds_ago
    return _said(user, {"method": "mfa", "at": at, "id": authenticator_of(user).pk, "type": "totp"})


def _said(user, record: dict) -> dict:
    return {_AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk), AUTHENTICATION_METHODS_SESSION_KEY: [record]}


def authenticator_of(user) -> Authenticator:
    """The person's authenticator app, set up if she has none."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found or TOTP.activate(user, SECRET).instance


def code_now(*, ahead: int = 0, secret: str = SECRET) -> str:
    """The code that the app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))
