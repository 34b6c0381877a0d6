"""
Screening: does a text carry words that goods and shops must not carry?

Words and texts are compared in a normal form (width, case, one kind of quotation mark and hyphen, nothing invisible).
Chinese has no word boundaries, so a Chinese word is found anywhere, also with spaces or signs between its
characters; a comma or a full stop ends it. A word in letters is found only as a whole word: ``cures`` is not in
``secures``.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from risk.models import BannedWord

ALLOW, REVIEW, BLOCK = "allow", "review", "block"

# the reasons that come with the first list of words; staff may write others
ABSOLUTE = gettext_noop("The advertising law forbids superlatives and absolutes.")
AUTHORITY = gettext_noop("The advertising law forbids claims of state approval or state rank.")
MEDICAL = gettext_noop("Goods must not claim to treat or prevent illness.")
GUARANTEE = gettext_noop("Promises of a certain effect or yield mislead.")
FORBIDDEN = gettext_noop("These goods may not be sold here.")
COUNTERFEIT = gettext_noop("This hints at counterfeit goods.")
OFF_MALL = gettext_noop("Leading shoppers away from the mall takes their protection away.")

_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_IS_CHINESE = re.compile(f"[{_CHINESE}]")
_DISGUISE = r"[\s_*·•.\-~|/\\+=^'\"`()\[\]{}<>#@&%$]*"  # what may stand between the characters of a disguised word
_LIKE_ASCII = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A banned word that a text carries."""

    word: str
    severity: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allow``, ``review`` (a person must look) or ``block``, and what led to it, gravest first."""

    decision: str
    findings: list[Finding] = field(default_factory=list)


def banned_words() -> list[BannedWord]:
    """All words, gravest first, for who screens much at once."""
    return list(BannedWord.objects.order_by("severity", "word"))


def screen(texts: Iterable[str], words: Iterable[BannedWord] | None = None) -> Verdict:
    """The verdict on some texts together; each word is reported once. ``words`` are read unless they are given."""
    normal_texts = [normal(text) for text in texts if text]
    if words is None:
        words = banned_words() if normal_texts else ()
    findings = [
        Finding(word=word.word, severity=word.severity, why=_(word.why))
        for word in words
        if any(_pattern(word.word).search(text) for text in normal_texts)
    ]
    severities = {finding.severity for finding in findings}
    decision = BLOCK if BannedWord.Severity.BLOCK in severities else REVIEW if severities else ALLOW
    return Verdict(decision=decision, findings=findings)


def normal(text: str) -> str:
    """The form in which texts and words are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LIKE_ASCII)
    return "".join(character for character in folded if unicodedata.category(character) not in {"Cf", "Mn"})


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern:
    word = normal(word)
    if _IS_CHINESE.search(word):
        characters = [character for character in word if character.isalnum()]
        return re.compile(_DISGUISE.join(map(re.escape, characters)))
    tokens = re.findall(r"[^\W_]+|%", word)
    start = r"(?<![^\W_])" if tokens[:1] != ["%"] else ""
    end = r"(?![^\W_])" if tokens[-1:] != ["%"] else ""
    return re.compile(start + r"[\W_]*?".join(map(re.escape, tokens)) + end)
