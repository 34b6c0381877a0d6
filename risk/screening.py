"""
Screening: does a text carry words that goods and shops must not carry? (R1)

Callers hand in texts, each with the place where it stands if they like, and get a verdict: allow, review (a person must
look) or block, with what was found, where, why and what to do about it. Hints stand beside the verdict and hold nothing
up. How words are found says :mod:`risk.lexicon`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from mall.texts import Text
from risk.alike import LOOKS, Names
from risk.folding import normal
from risk.lexicon import DISGUISED, EXACT, GRAVITY, SOUNDS, Entry, Hit, Lexicon, entry_of
from risk.models.word import Severity

__all__ = ["ALLOW", "BLOCK", "REVIEW", "Finding", "Passage", "Verdict", "banned_words", "normal", "screen"]

ALLOW, REVIEW, BLOCK = "allow", "review", "block"
AROUND = 12  # characters of the text on both sides of what was found

ADVICE = {
    Severity.BLOCK: gettext_lazy("Take it out or say it otherwise: the text is not accepted with it."),
    Severity.REVIEW: gettext_lazy("It may stand there if it is true and proven: a person looks at it first."),
    Severity.HINT: gettext_lazy("It may stand there; nothing is held up. Plainer words are safer."),
}
HOW = {
    EXACT: "",
    DISGUISED: gettext_lazy("written in disguise"),
    SOUNDS: gettext_lazy("sounds like it"),
    LOOKS: gettext_lazy("looks like it"),
}
IN_SHORT = {
    Severity.BLOCK: pgettext_lazy("screening", "refused"),
    Severity.REVIEW: pgettext_lazy("screening", "to review"),
    Severity.HINT: pgettext_lazy("screening", "hint"),
}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and where it stands: in words for people, and by the name of its field for forms."""

    text: str
    place: str = ""
    field_name: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A word of the lists that a text carries: the word, how grave, why; and where and how it stands there first."""

    word: str
    severity: str
    why: str
    pack: str = field(default="", compare=False)
    place: str = field(default="", compare=False)
    field_name: str = field(default="", compare=False)
    before: str = field(default="", compare=False)
    found: str = field(default="", compare=False)
    after: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    how: str = field(default=EXACT, compare=False)

    @property
    def advice(self) -> str:
        """What to do about it."""
        return str(ADVICE[Severity(self.severity)])

    @property
    def severity_in_short(self) -> str:
        return str(IN_SHORT[Severity(self.severity)])

    @property
    def how_in_words(self) -> str:
        return str(HOW[self.how])

    @property
    def excerpt(self) -> SafeString:
        """The words around it, with what was found marked."""
        return format_html("{}<mark>{}</mark>{}", self.before, self.found, self.after)

    def __str__(self) -> str:
        """In one line for people: the word, where it stands and how it reads there, why."""
        shown = f"{self.before}【{self.found}】{self.after}" if self.found else ""
        place = ": ".join(filter(None, (self.place, shown)))
        told = ", ".join(filter(None, (self.how_in_words, place)))
        return f"{self.word}{f' ({told})' if told else ''} – {self.why}"

    def as_data(self) -> dict:
        """For machines."""
        names = ("word", "severity", "why", "pack", "place", "found", "start", "how")
        return {name: str(getattr(self, name)) if name != "start" else self.start for name in names}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``allow``, ``review`` (a person must look) or ``block``; what led to it, gravest first; and hints beside it."""

    decision: str
    findings: list[Finding] = field(default_factory=list)
    hints: list[Finding] = field(default_factory=list)


# One statement: the number of the edition, and all words where it is another one than this process has made ready
_READ = """
    SELECT e.number, CASE WHEN e.number IS NOT DISTINCT FROM %s AND e.number IS NOT NULL THEN NULL ELSE (
        SELECT coalesce(json_agg(json_build_object(
            'word', w.word, 'severity', w.severity, 'unless', string_to_array(w.unless, ','),
            'why', CASE WHEN w.why <> '' THEN to_json(w.why) ELSE coalesce(p.why, '""')::json END,
            'pack', coalesce(p.name, '""')::json, 'scope', coalesce(p.scope, '{}')
        ) ORDER BY w.word, w.id), '[]')
        FROM risk_bannedword w LEFT JOIN risk_wordpack p ON p.id = w.pack_id
        WHERE p.id IS NULL OR p.is_active
    ) END
    FROM (SELECT 1) AS one LEFT JOIN risk_wordedition e ON true
"""
_ready: tuple[int | None, Lexicon] = (None, Lexicon(()))


def banned_words() -> Lexicon:
    """All words that count now, ready to be looked for; for who screens much at once. One question."""
    global _ready
    known, lexicon = _ready
    with connection.cursor() as cursor:
        cursor.execute(_READ, [known])
        number, rows = cursor.fetchone()
    if rows is None:
        return lexicon.again()
    lexicon = Lexicon(entry_of(_spoken(row)) for row in rows)
    _ready = (number, lexicon)
    return lexicon.again()


def _spoken(row: dict) -> dict:
    return row | {name: _kept(row[name]) for name in ("why", "pack")}


def _kept(said: str | dict) -> "str | _Said":
    return _Said(said) if isinstance(said, dict) else said


class _Said(Text):
    """A text in several languages that can be a key."""

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.items())))


def screen(texts: Iterable[str | Passage], words: Lexicon | None = None, *, scope: Iterable[str] = ()) -> Verdict:
    """
    The verdict on some texts together; each word is reported once, where it stands first and gravest.

    :param words: what is looked for; read unless given
    :param scope: addresses of the categories of goods that the texts are about, for packs that count only there
    """
    passages = [text if isinstance(text, Passage) else Passage(text) for text in texts if text]
    passages = [passage for passage in passages if passage.text]
    if words is None:
        words = banned_words() if passages else Lexicon(())
    scope = frozenset(scope)
    first: dict[str, Finding] = {}
    for passage in passages:
        for hit in words.find(passage.text, scope):
            known = first.get(hit.entry.word)
            if known is None or GRAVITY[hit.severity] < GRAVITY[known.severity]:
                first[hit.entry.word] = _finding(hit, passage)
    ordered = sorted(first.values(), key=lambda finding: finding.word)
    hints = [finding for finding in ordered if finding.severity == Severity.HINT]
    return verdict_of((finding for finding in ordered if finding.severity != Severity.HINT), hints)


def screen_names(
    passages: Iterable[Passage], names: Names, *, why: dict[str, str], long_fields: frozenset[str] = frozenset()
) -> list[Finding]:
    """
    Names of brands that stand in texts, or what looks like them; each once, where it first stands. A person looks.

    :param why: what to say, by how it was found (``EXACT``, ``LOOKS``)
    :param long_fields: names of fields in which only the very names are looked for
    """
    first: dict[str, Finding] = {}
    for passage in passages:
        for one in names.find(passage.text, only_exact=passage.field_name in long_fields):
            known = first.get(one.name)
            if known is None or (known.how == LOOKS and one.how == EXACT):
                entry = Entry(one.name, Severity.REVIEW, why=why[one.how])
                first[one.name] = _finding(Hit(entry, Severity.REVIEW, one.start, one.end, one.how), passage)
    return sorted(first.values(), key=lambda finding: finding.word)


def verdict_of(findings: Iterable[Finding], hints: Iterable[Finding] = ()) -> Verdict:
    """What findings amount to, gravest first."""
    ordered = sorted(findings, key=lambda finding: (GRAVITY[Severity(finding.severity)], finding.word))
    severities = {finding.severity for finding in ordered}
    decision = BLOCK if Severity.BLOCK in severities else REVIEW if severities else ALLOW
    return Verdict(decision, ordered, list(hints))


def _finding(hit: Hit, passage: Passage) -> Finding:
    text, entry = passage.text, hit.entry
    before, after = text[max(0, hit.start - AROUND) : hit.start], text[hit.end : hit.end + AROUND]
    return Finding(
        word=entry.word,
        severity=str(hit.severity),
        why=str(entry.why),
        pack=str(entry.pack),
        place=passage.place,
        field_name=passage.field_name,
        before=("…" if hit.start > AROUND else "") + " ".join(before.split("\n")),
        found=text[hit.start : hit.end],
        after=" ".join(after.split("\n")) + ("…" if hit.end + AROUND < len(text) else ""),
        start=hit.start,
        how=hit.how,
    )


def is_a_word(word: str) -> bool:
    """Whether a text could carry it: it has a letter, a digit or a character."""
    return any(character.isalnum() for character in normal(word))
