"""allauth's forms where the mall does more."""

import time

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from mall.accounts.guessing import answer_evenly


class EvenResetPasswordForm(ResetPasswordForm):
    """Asking for a new password: a link for who has an account, a word to who has none, and the same wait for both."""

    def clean_email(self) -> str:
        self.since = time.monotonic()
        return super().clean_email()

    def save(self, request: HttpRequest, **kwargs) -> str:
        try:
            return super().save(request, **kwargs)
        finally:
            answer_evenly(since=self.since)
