"""What staff tell search (synonyms, redirects, hot words), written by verbs and read all at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from catalog.generation import CATALOGUE, forget
from catalog.models import SearchedWords, SearchRule
from catalog.search.words import common_form, runs
from mall.audit.trail import record
from mall.refusals import Refusal

_KEY, _KEEP = "search-rules", 300
_COMMAS = re.compile(r"[,，、;；\n]+")
MOST_IN_A_GROUP = 20


class UselessRule(Refusal):
    """A rule that could never do anything, or leads out of the mall."""

    code = "useless-rule"
    status = 400


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, ready to be looked up; words stand in the form in which they are compared."""

    synonyms: dict[str, list[str]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    pinned: list[str] = field(default_factory=list)
    never_hot: set[str] = field(default_factory=set)


def compared(words: str) -> str:
    """The form in which words of people and of rules are compared."""
    return " ".join(runs(words))


def apart(words: str) -> list[str]:
    """What stands between commas, each once."""
    return list(dict.fromkeys(word.strip() for word in _COMMAS.split(words) if word.strip()))


def rules() -> Rules:
    """The rules as they stand; kept for all processes until one changes."""
    found = cache.get(_KEY)
    if found is None:
        found = _read()
        cache.set(_KEY, found, _KEEP)
    return found


def redirect_for(words: str) -> str:
    """The address to which who types these words is led; empty for most words."""
    redirects = rules().redirects
    return redirects.get(compared(words), "") if redirects else ""


@transaction.atomic
def save_rule(
    *, rule: SearchRule | None = None, kind: str, words: str, target: str = "", place: int = 0, by, now: datetime
) -> SearchRule:
    """
    Tell search something; it holds from the next question on.

    :raises UselessRule: too few words, no target, or an address outside of the mall
    """
    row = rule or SearchRule()
    row.kind, row.place = kind, place
    row.words, row.target = check_rule(kind=kind, words=words, target=target)
    row.save()
    record("catalog.save_search_rule", str(row.pk), by=by, now=now, after={"kind": str(kind), "rule": str(row)})
    _changed()
    return row


@transaction.atomic
def remove_rule(*, rule: SearchRule, by, now: datetime) -> None:
    """Search forgets a rule."""
    record("catalog.remove_search_rule", str(rule.pk), by=by, now=now, before={"kind": rule.kind, "rule": str(rule)})
    rule.delete()
    _changed()


def make_synonym(*, searched: SearchedWords, same_as: str, by, now: datetime) -> SearchRule:
    """
    Who types words that found nothing finds these from now on.

    :raises UselessRule: nothing that could be found
    """
    return save_rule(kind=SearchRule.Kind.ALSO, words=searched.words, target=same_as, by=by, now=now)


def check_rule(*, kind: str, words: str, target: str) -> tuple[str, str]:
    """
    The words and the target as they are kept.

    :raises UselessRule: too few words, no target, or an address outside of the mall
    """
    meant = {compared(word) for word in apart(words)} - {""}
    if kind == SearchRule.Kind.SAME and len(meant) < 2:
        raise UselessRule(_("Enter at least two words that mean the same."))
    if not 1 <= len(meant) <= MOST_IN_A_GROUP:
        raise UselessRule(_("Enter between 1 and %(most)d words.") % {"most": MOST_IN_A_GROUP})
    return ", ".join(apart(words)), _checked_target(kind, target)


def _checked_target(kind: str, target: str) -> str:
    target = target.strip()
    if kind == SearchRule.Kind.REDIRECT:
        if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
            raise UselessRule(_("Enter an address of the mall that begins with /."))
        return target
    if kind != SearchRule.Kind.ALSO:
        return ""
    if not any(compared(word) for word in apart(target)):
        raise UselessRule(_("Enter the words that shall be found instead."))
    return ", ".join(apart(target))


def _changed() -> None:
    def tell() -> None:
        cache.delete(_KEY)
        forget(CATALOGUE)

    transaction.on_commit(tell, robust=True)


def _read() -> Rules:
    found = Rules()
    for rule in SearchRule.objects.order_by("place", "pk"):
        words = [compared(word) for word in apart(rule.words) if compared(word)]
        if rule.kind == SearchRule.Kind.SAME:
            for word in words:
                _add(found.synonyms, word, (other for other in words if other != word))
        elif rule.kind == SearchRule.Kind.ALSO:
            for word in words:
                _add(found.synonyms, word, (compared(other) for other in apart(rule.target)))
        elif rule.kind == SearchRule.Kind.REDIRECT:
            found.redirects.update(dict.fromkeys(words, rule.target))
        elif rule.kind == SearchRule.Kind.PINNED:
            found.pinned.extend(apart(rule.words))
        else:
            found.never_hot.update(words)
    return found


def _add(synonyms: dict[str, list[str]], word: str, others: Iterable[str]) -> None:
    known = synonyms.setdefault(common_form(word), [])
    known.extend(other for other in others if other and other not in known and other != word)
