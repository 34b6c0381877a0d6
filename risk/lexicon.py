"""
All words of the lists, made ready once for finding them in texts (R1).

A word is found by its beginning: two syllables or a whole word in letters lead to the few words that
begin so, and those are compared. A text of thousands of characters is looked through once for each of two readings:

* Chinese as it sounds (:mod:`risk.sounds`), without blanks and signs between the characters – a comma or a full stop
  ends a word; what is written otherwise than in the list and only sounds like it never refuses a text by itself;
* words in letters, whole ones only (``cures`` is not in ``secures``), and again with digits and signs read as the
  letters that they look like and with letters that were pulled apart put together.
"""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from itertools import accumulate, compress, pairwise
from operator import concat

from risk.folding import CHINESE, Folded, Strip, fold, normal, strip_of, without
from risk.models.word import Severity
from risk.sounds import is_disguise, is_short, sounding

EXACT, DISGUISED, SOUNDS = "exact", "disguised", "sounds"
AROUND = 40  # characters on both sides of a word that was put together: as far as its phrase may reach
GRAVITY = {Severity.BLOCK: 0, Severity.REVIEW: 1, Severity.HINT: 2}

_IS_CHINESE = re.compile(f"[{CHINESE}]")
_DROPPED = re.compile(r"([^\w,。!?;、]+)")  # all but letters, characters, and what keeps them apart
_WORDS = re.compile(rf"[^\W\d_{CHINESE}]+|[0-9]+|%")
_BETWEEN = re.compile(rf"[!?;。\n{CHINESE}]")  # where a sentence or the letters end: no phrase goes on
_PULLED_APART = re.compile(r"(?<![a-z])[a-z](?:[\W_]{1,2}[a-z](?![a-z])){3,}")
_CUT = re.compile(f"({_WORDS.pattern})")
_GLUED = re.compile(r"(?<![a-z])[a-z]++(?:[-._*·'|~+]{1,2}[a-z]+)+")
_DIGITS_OR_SIGNS = re.compile("[0-9@$!|€]")
_WITH_DIGITS = re.compile(r"(?<![\w@$!|€])(?=[0-9@$!|€]*[a-z])(?=[a-z]*[0-9@$!|€])[a-z0-9@$!|€]{3,}(?<![!|])")
_AS_LETTERS = str.maketrans("013457869@$!|€", "oieastbbgasiie")
_OR_AS_L = _AS_LETTERS | str.maketrans("1!|", "lll")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A word as the lists have it."""

    word: str
    severity: str
    why: str = ""
    pack: str = ""
    scope: frozenset[str] = frozenset()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that stands in a text, from ``start`` up to ``end`` of it as it was typed."""

    entry: Entry
    severity: str
    start: int
    end: int
    how: str


class Lexicon:
    """
    Entries, compiled; they never change.

    :ivar scopes: the addresses of all categories to which packs are bound
    :ivar bound: what who screens many texts has found out about those; not kept from one reading to the next
    :ivar beside: whatever else she has found out meanwhile, likewise
    """

    def __init__(self, entries: Iterable[Entry]):
        self.entries = tuple(entries)
        self.bound: dict[str, str] | None = None
        self.beside: dict = {}
        self.scopes = frozenset().union(*(entry.scope for entry in self.entries))
        self._sounds: dict[str, list[tuple[str, str, Entry]]] = {}
        self._words: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
        self._single: dict[str, Entry] = {}
        for entry in self.entries:
            self._add(entry)

    def again(self) -> "Lexicon":
        """The same words for another who screens."""
        other = copy(self)
        other.bound, other.beside = None, {}
        return other

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def _add(self, entry: Entry) -> None:
        word = normal(entry.word)
        if not _IS_CHINESE.search(word):
            if tokens := tuple(_WORDS.findall(word)):
                self._words.setdefault(tokens[0], []).append((tokens, entry))
            return
        word = "".join(character for character in word if character.isalnum())
        if len(word) == 1:
            self._single[word] = entry
            return
        syllables = sounding(strip_of(iter([(word, 0, 0)]))).text
        self._sounds.setdefault(syllables[:2], []).append((syllables, word, entry))

    def find(self, text: str, scope: Iterable[str] = ()) -> list[Hit]:
        """What stands in the text, in its order; of words that lie in each other the longer one, unless lighter."""
        folded, places = fold(text), frozenset(scope)
        hits = [*self._in_letters(folded), *self._in_chinese(folded)]
        hits = [hit for hit in hits if not hit.entry.scope or hit.entry.scope & places]
        return _outermost(hits)

    # Chinese

    def _in_chinese(self, folded: Folded) -> Iterator[Hit]:
        if not self._sounds and not self._single:
            return
        strip = without(_DROPPED, folded.text.replace("_", " "))
        text, said = strip.text, sounding(strip)
        sounds, index = said.text, self._sounds
        for place in _beginning(sounds, index):
            for syllables, word, entry in index[sounds[place : place + 2]]:
                if not sounds.startswith(syllables, place):
                    continue
                start = said.origin(place)
                if is_written := text.startswith(word, start):
                    end = start + len(word)
                elif is_short(syllables) and not said.stands_for_more(place, len(syllables)):
                    continue
                else:
                    end = said.span(place, place + len(syllables))[1]
                    if not is_disguise(text, start, end, word):
                        continue
                if entry.unless and _is_harmless(text, start, end - start, entry):
                    continue
                yield _hit(folded, strip, entry, start, end, is_written=is_written)
        for word, entry in self._single.items():
            place = text.find(word)
            while place >= 0:
                if not _is_harmless(text, place, 1, entry):
                    yield _hit(folded, strip, entry, place, place + 1, is_written=True)
                place = text.find(word, place + 1)

    # Letters

    def _in_letters(self, folded: Folded) -> Iterator[Hit]:
        if not self._words:
            return
        text = folded.text
        yield from self._phrases(folded, text, _words(text), EXACT)
        readings = {text}
        if _DIGITS_OR_SIGNS.search(text) and _WITH_DIGITS.search(text):
            readings |= {_in_place_of_digits(text, _AS_LETTERS), _in_place_of_digits(text, _OR_AS_L)}
        for reading in readings:
            if reading != text:
                yield from self._phrases(folded, reading, _words(reading), DISGUISED)
            for words in _joined(reading):
                yield from self._phrases(folded, reading, words, DISGUISED)

    def _phrases(self, folded: Folded, text: str, words: list[tuple[str, int, int]], how: str) -> Iterator[Hit]:
        index = self._words
        for place, (word, start, _end) in enumerate(words):
            for wanted, entry in index.get(word, ()):
                if len(wanted) > 1 and not _stands_there(wanted, text, words, place):
                    continue
                if entry.unless and _is_harmless_in_letters(text, words, place, len(wanted), entry):
                    continue
                typed = folded.span(start, words[place + len(wanted) - 1][2])
                is_plain = how == EXACT and folded.source[slice(*typed)].isascii()
                yield Hit(entry, entry.severity, *typed, EXACT if is_plain else DISGUISED)


def _in_place_of_digits(text: str, letters: dict) -> str:
    """Digits and signs inside words as the letters that they look like."""
    return _WITH_DIGITS.sub(lambda run: run[0].translate(letters), text)


def _beginning(text: str, index: dict) -> list[int]:
    """Where two signs stand with which something of the index begins."""
    return list(compress(range(len(text)), map(index.__contains__, map(concat, text, text[1:]))))


def _hit(folded: Folded, strip: Strip, entry: Entry, start: int, end: int, *, is_written: bool) -> Hit:
    """What is written as in the list, or in disguise; or sounds like it, and then refuses nothing."""
    first, last = folded.span(*strip.span(start, end))
    if not is_written:
        severity = Severity.REVIEW if entry.severity == Severity.BLOCK else entry.severity
        return Hit(entry, severity, first, last, SOUNDS)
    how = EXACT if folded.source[first:last].casefold() == entry.word.casefold() else DISGUISED
    return Hit(entry, entry.severity, first, last, how)


def _is_harmless(text: str, start: int, length: int, entry: Entry) -> bool:
    """Whether it is part of a phrase in which it is no fault."""
    for phrase in entry.unless:
        place = text.find(phrase, max(0, start + length - len(phrase)), start + len(phrase))
        if 0 <= place <= start:
            return True
    return False


def _is_harmless_in_letters(
    text: str, words: list[tuple[str, int, int]], start: int, length: int, entry: Entry
) -> bool:
    for phrase in entry.unless:
        wanted = tuple(_WORDS.findall(phrase))
        for place in range(max(0, start + length - len(wanted)), start + 1):
            if _stands_there(wanted, text, words, place):
                return True
    return False


def _words(text: str, first: int = 0, last: int | None = None) -> list[tuple[str, int, int]]:
    """Words in letters with their places."""
    parts = _CUT.split(text[first:last])  # what is between them, and they, in turns
    ends = list(accumulate(map(len, parts), initial=first))
    return list(zip(parts[1::2], ends[1::2], ends[2::2], strict=False))


def _stands_there(wanted: tuple[str, ...], text: str, words: list[tuple[str, int, int]], place: int) -> bool:
    """Whether these words stand there one after the other, with no end between them."""
    found = words[place : place + len(wanted)]
    if tuple([word for word, _start, _end in found]) != wanted:
        return False
    return not any(_BETWEEN.search(text, end, start) for (_word, _start, end), (_next, start, _last) in pairwise(found))


def _joined(text: str) -> Iterator[list[tuple[str, int, int]]]:
    """What was pulled apart, or cut by signs, as one word each, with the words around it."""
    for run in (*_PULLED_APART.finditer(text), *_GLUED.finditer(text)):
        start, end = run.span()
        first = max(0, start - AROUND)
        yield [
            *_words(text, first, start),
            ("".join(filter(str.isalpha, run[0])), start, end),
            *_words(text, end, end + AROUND),
        ]


def _outermost(hits: list[Hit]) -> list[Hit]:
    ordered = sorted(hits, key=lambda hit: (hit.start, -hit.end, GRAVITY[hit.severity], hit.how != EXACT))
    kept: list[Hit] = []
    reach = 0
    for hit in ordered:
        if hit.start >= reach or not any(
            other.end >= hit.end and GRAVITY[other.severity] <= GRAVITY[hit.severity] for other in kept[-8:]
        ):
            kept.append(hit)
            reach = max(reach, hit.end)
    return kept


def entry_of(row: dict) -> Entry:
    """An entry from a row as the database hands it over."""
    scope, unless = frozenset(row.pop("scope")), tuple(filter(None, map(_phrase, row.pop("unless"))))
    return replace(Entry(**row), scope=scope, unless=unless)


def _phrase(text: str) -> str:
    text = normal(text.strip())
    return "".join(filter(str.isalnum, text)) if _IS_CHINESE.search(text) else text
