"""The list of banned words is staff's own: they add, change and drop words, on the record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.refusals import Refusal
from risk.models import BannedWord
from risk.screening import normal


class NotAWord(Refusal):
    """There is nothing in it that a text could carry."""

    code = "not-a-word"
    status = 422


@transaction.atomic
def ban_word(*, word: str, severity: str, why: str, by, now: datetime) -> BannedWord:
    """
    Put a word on the list, or change how grave it is and why.

    :raises NotAWord: it holds neither letter nor digit, so it would be found everywhere
    """
    word = word.strip()
    if not any(character.isalnum() for character in normal(word)):
        raise NotAWord(_("Enter a word with at least one letter, digit or character."))
    before = BannedWord.objects.select_for_update().filter(word=word).first()
    row, _is_new = BannedWord.objects.update_or_create(word=word, defaults={"severity": severity, "why": why})
    record(
        "risk.ban_word",
        f"word_{row.pk}",
        by=by,
        now=now,
        before={"severity": before.severity, "why": before.why} if before else None,
        after={"word": word, "severity": severity, "why": why},
    )
    return row


@transaction.atomic
def allow_word(*, word: BannedWord, by, now: datetime) -> None:
    """Take a word off the list."""
    record("risk.allow_word", f"word_{word.pk}", by=by, now=now, before={"word": word.word, "severity": word.severity})
    word.delete()
