"""allauth's forms where the mall does more."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm
from allauth.core import context
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mall.accounts.captcha import HEIGHT, LONGEST, WIDTH, Stale, Wrong, check_answer, new_challenge
from mall.accounts.guessing import answer_evenly, may_ask, must_answer, must_answer_for

FIELD = "captcha"


class CaptchaInput(forms.Widget):
    """A new question each time it is drawn; what is sent are the token of the one that was shown, and the answer."""

    template_name = "components/widgets/captcha.html"

    def get_context(self, name, value, attrs):
        told = super().get_context(name, None, attrs)
        described = told["widget"]["attrs"]
        described["aria-describedby"] = (
            f"{described.get('id')}_question {described.get('aria-describedby', '')}".strip()
        )
        told["widget"] |= {"challenge": new_challenge(), "width": WIDTH, "height": HEIGHT}
        return told

    def value_from_datadict(self, data, files, name):
        answer = data.get(name, "").strip()[:LONGEST]
        return (data.get(f"{name}_token", ""), answer) if answer else None

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class CaptchaField(forms.Field):
    """True when the question was answered."""

    widget = CaptchaInput
    default_error_messages = {
        "wrong": _("That was not it. Here is another question."),
        "stale": _("That question was too old. Here is a new one."),
    }

    def __init__(self, **kwargs):
        kwargs.setdefault("label", _("Copy the signs of the picture, or answer the question"))
        super().__init__(**kwargs)

    def clean(self, value):
        super().clean(value)
        try:
            check_answer(*value)
        except Wrong:
            raise ValidationError(self.error_messages["wrong"], code="wrong") from None
        except Stale:
            raise ValidationError(self.error_messages["stale"], code="stale") from None
        return True


class AskingForm:
    """What a form does that asks a question under pressure: from the beginning, or when it is shown again."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if FIELD in self.data or self.must_answer():
            self.ask()

    def must_answer(self) -> bool:
        """Whether the next attempt wants an answer."""
        raise NotImplementedError

    def ask(self) -> None:
        self.fields.setdefault(FIELD, CaptchaField())

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors and self.must_answer():
            self.ask()

    @property
    def has_answered(self) -> bool:
        return FIELD in self.cleaned_data


class CountedForm(AskingForm):
    """One whose askings are counted by themselves: ``what`` is asked for."""

    what = ""

    def must_answer(self) -> bool:
        return context.request is not None and must_answer_for(context.request, what=self.what)

    def clean(self):
        cleaned = super().clean()
        if not self._errors and not self.has_answered and not may_ask(context.request, what=self.what):
            raise get_adapter().validation_error("unanswered")
        return cleaned


class AskingLoginForm(AskingForm, LoginForm):
    """Sign-in; the account and its networks are counted by the adapter, which is told whether she has answered."""

    def must_answer(self) -> bool:
        account = self.data.get("login", "")
        return self.request is not None and must_answer(self.request, account=account if self.is_bound else "")

    def clean(self):
        self.request.has_answered = self.has_answered
        return super().clean()


class AskingSignupForm(CountedForm, SignupForm):
    """A new account."""

    what = "sign-up"


class EvenResetPasswordForm(CountedForm, ResetPasswordForm):
    """Asking for a new password: a link for who has an account, a word to who has none, and the same wait for both."""

    what = "new password"

    def clean_email(self) -> str:
        self.since = time.monotonic()
        return super().clean_email()

    def save(self, request: HttpRequest, **kwargs) -> str:
        try:
            return super().save(request, **kwargs)
        finally:
            answer_evenly(since=self.since)
