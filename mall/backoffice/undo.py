"""Messages that offer to take back what was just done: a button that posts the reverse verb to its own door."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

_signer = Signer(salt="mall.backoffice.undo")
_TAG = "undo="


def say_with_undo(
    request: HttpRequest,
    sentence: str,
    *,
    url: str,
    fields: Mapping[str, str | list[str]],
    level: int = messages.SUCCESS,
) -> None:
    """
    A message with a button "Undo".

    :param url: the door of the reverse verb; it checks rights and states like any other time
    :param fields: what the button posts there; a list is posted as several values
    """
    told = _signer.sign_object([url, {name: _listed(value) for name, value in fields.items()}])
    messages.add_message(request, level, sentence, extra_tags=_TAG + told)


def undo_of(message) -> dict | None:
    """What the message's button posts, for the template: ``{"url", "fields": [(name, value)]}``."""
    tag = message.extra_tags or ""
    if not tag.startswith(_TAG):
        return None
    try:
        url, fields = _signer.unsign_object(tag.removeprefix(_TAG))
    except BadSignature:
        return None
    return {"url": url, "fields": [(name, value) for name, values in fields.items() for value in values]}


def _listed(value: str | list[str]) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
