"""
Names that look like a brand's (R1): not the same, but near enough to be taken for it.

Letters are compared after folding (width, case, other alphabets, accents), without blanks and signs, by edits: a letter
more, less, another one, two exchanged. What is mistaken at a glance (``rn`` for ``m``, ``1`` for ``l``), or slips on
the keyboard, costs half. Chinese names are compared character by character; one that looks or sounds alike costs half.
How much may differ grows with the length: of a short name everything has to look alike.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from risk.folding import CHINESE, Folded, fold, normal, strip_of
from risk.lexicon import EXACT
from risk.sounds import sounding

LOOKS = "looks"
HALF, WHOLE = 1, 2  # costs, in halves
MOST_WORDS = 4  # that are read as one name

_IS_CHINESE = re.compile(f"[{CHINESE}]")
_WORD = re.compile(rf"[^\W_{CHINESE}]+")
_RUN = re.compile(rf"[{CHINESE}](?:[^\w{CHINESE}]*[{CHINESE}])*")
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_DIGITS_SEEN_ALIKE = ("o0", "il1", "s5", "z2", "b86", "g9", "a4", "e3", "t7")
_SEEN_ALIKE = (*_DIGITS_SEEN_ALIKE, "gq", "uv", "vy", "ce", "nm", "ft")  # in longer names only
_PAIRS_SEEN_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"), ("ii", "u"), ("ri", "n"), ("ci", "a"))


@dataclass(frozen=True, slots=True)
class Alike:
    """A name that stands in a text, or something that looks like it; from ``start`` up to ``end`` as it was typed."""

    name: str
    start: int
    end: int
    how: str


class Names:
    """Names to look for; ``known`` are names of others, which are nobody's imitation."""

    def __init__(self, names: Iterable[str], known: Iterable[str] = ()):
        self._letters: dict[str, str] = {}
        self._chinese: dict[str, str] = {}
        for name in names:
            folded = normal(name)
            if _IS_CHINESE.search(folded):
                self._chinese.setdefault("".join(_IS_CHINESE.findall(folded)), name)
            elif word := "".join(_WORD.findall(folded)):
                self._letters.setdefault(word, name)
        self._known = {"".join(filter(str.isalnum, normal(name))) for name in known}
        self._places: dict[str, list[tuple[str, int]]] = {}
        for name in self._chinese:
            for place, character in enumerate(name):
                for other in {character, *_looks_like(character)}:
                    self._places.setdefault(other, []).append((name, place))

    def find(self, text: str, *, only_exact: bool = False) -> list[Alike]:
        """
        Each name once: where it stands, or else where something first stands that looks like it.

        :param only_exact: for long texts, in which something always looks like something
        """
        if not self._letters and not self._chinese:
            return []
        folded = fold(text)
        found: dict[str, Alike] = {}
        for one in (*self._in_letters(folded, only_exact), *self._in_chinese(folded, only_exact)):
            before = found.get(one.name)
            if before is None or (one.how == EXACT != before.how):
                found[one.name] = one
        return sorted(found.values(), key=lambda one: (one.start, one.name))

    # Letters

    def _in_letters(self, folded: Folded, only_exact: bool) -> Iterator[Alike]:
        if not self._letters:
            return
        words = [(found[0], *found.span()) for found in _WORD.finditer(folded.text)]
        for first in range(len(words)):
            joined = ""
            for last in range(first, min(first + MOST_WORDS, len(words))):
                if _IS_CHINESE.search(folded.text, words[first][2], words[last][1]):
                    break
                joined += words[last][0]
                for name, how in self._named(joined, only_exact):
                    yield Alike(name, *folded.span(words[first][1], words[last][2]), how)

    def _named(self, word: str, only_exact: bool) -> Iterator[tuple[str, str]]:
        if word in self._letters:
            yield self._letters[word], EXACT
        elif not only_exact and word not in self._known and not word.isdigit():
            for name, shown in self._letters.items():
                if _may_be_near(word, name) and letters_cost(word, name) <= _letters_allowed(len(name)):
                    yield shown, LOOKS

    # Chinese

    def _in_chinese(self, folded: Folded, only_exact: bool) -> Iterator[Alike]:
        if not self._chinese:
            return
        for run in _RUN.finditer(folded.text):
            spots = [run.start() + place for place, sign in enumerate(run[0]) if _IS_CHINESE.match(sign)]
            signs = "".join(folded.text[spot] for spot in spots)
            for name, start in self._candidates(signs):
                part = signs[start : start + len(name)]
                if part == name:
                    how = EXACT
                elif only_exact or part in self._known or chinese_cost(part, name) > _chinese_allowed(len(name)):
                    continue
                else:
                    how = LOOKS
                yield Alike(self._chinese[name], *folded.span(spots[start], spots[start + len(name) - 1] + 1), how)

    def _candidates(self, signs: str) -> list[tuple[str, int]]:
        """Names with the places where at least half of their characters stand, or such as look like them."""
        fits: Counter = Counter()
        for place, sign in enumerate(signs):
            for name, within in self._places.get(sign, ()):
                if 0 <= place - within <= len(signs) - len(name):
                    fits[name, place - within] += 1
        return [key for key, count in fits.items() if count * 2 >= len(key[0])]


# How far two names are apart, in halves -----------------------------------------------------------------------------


def _letters_allowed(length: int) -> int:
    return (-1, -1, -1, -1, HALF, HALF, WHOLE, WHOLE, WHOLE)[length] if length < 9 else WHOLE + HALF


def _chinese_allowed(length: int) -> int:
    return (-1, -1, HALF)[length] if length < 3 else WHOLE


def _may_be_near(word: str, name: str) -> bool:
    """Quickly: lengths within one of each other (two signs may stand for one), and most letters the same."""
    if len(name) < 4 or abs(len(word) - len(name)) > (1 if len(name) < 9 else 2):
        return False
    return sum((Counter(name) & Counter(word)).values()) >= len(name) - 2


def letters_cost(one: str, other: str) -> int:
    """The cheapest way from one word to the other: edits, exchanges of neighbours, and what looks alike for half."""
    is_long = min(len(one), len(other)) >= 6
    rows: list[list[int]] = [[WHOLE * place for place in range(len(other) + 1)]]
    for i, mine in enumerate(one, 1):
        row = [WHOLE * i]
        for j, theirs in enumerate(other, 1):
            doubled_here = i > 1 and mine == one[i - 2]
            doubled_there = j > 1 and theirs == other[j - 2]
            best = min(
                rows[i - 1][j] + (HALF if doubled_here else WHOLE),
                row[j - 1] + (HALF if doubled_there else WHOLE),
                rows[i - 1][j - 1] + _letter_cost(mine, theirs, is_long),
            )
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                best = min(best, rows[i - 2][j - 2] + (WHOLE if is_long else WHOLE + HALF))
            for pair, single in _PAIRS_SEEN_ALIKE:
                if one[i - 2 : i] == pair and theirs == single and i > 1:
                    best = min(best, rows[i - 2][j - 1] + HALF)
                if other[j - 2 : j] == pair and mine == single and j > 1:
                    best = min(best, rows[i - 1][j - 2] + HALF)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _letter_cost(one: str, other: str, is_long: bool) -> int:
    if one == other:
        return 0
    if any(one in group and other in group for group in (_SEEN_ALIKE if is_long else _DIGITS_SEEN_ALIKE)):
        return HALF
    return HALF if is_long and _are_neighbors(one, other) else WHOLE


@lru_cache(maxsize=2048)
def _are_neighbors(one: str, other: str) -> bool:
    """Whether the two lie side by side in a row of the keyboard."""
    return any(f"{one}{other}" in row or f"{other}{one}" in row for row in _ROWS)


def chinese_cost(one: str, other: str) -> int:
    """Of two names of the same length; in a short one nothing may be wholly different, nor may all of it differ."""
    same = sum(mine == theirs for mine, theirs in zip(one, other, strict=True))
    if not same:
        return WHOLE * len(other) * 2
    cost = 0
    for mine, theirs in zip(one, other, strict=True):
        if mine == theirs:
            continue
        if theirs in _looks_like(mine) or (len(other) > 2 and _sound(mine) == _sound(theirs)):
            cost += HALF
        else:
            cost += WHOLE if len(other) > 3 else 2 * WHOLE
    return cost


@lru_cache(maxsize=4096)
def _sound(character: str) -> str:
    return sounding(strip_of(iter([(character, 0, 0)]))).text


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    lines = (Path(__file__).parent / "lookalikes.txt").read_text(encoding="utf-8").splitlines()
    alike: dict[str, set[str]] = {}
    for group in (group for line in lines if not line.startswith("#") for group in line.split()):
        for character in group:
            alike.setdefault(character, set()).update(set(group) - {character})
    return {character: frozenset(others) for character, others in alike.items()}


def _looks_like(character: str) -> frozenset[str]:
    return _groups().get(character, frozenset())
