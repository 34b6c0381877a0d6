"""
How Chinese sounds: a text as a chain of syllables without tones, so that a word is found that was written with other
characters of the same sound, in pinyin, or with digits.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import rjieba
from pypinyin import lazy_pinyin

from risk.folding import CHINESE, Strip, strip_of

_FIRST_SIGN = 0xE000  # syllables are written as one character each, of those that mean nothing elsewhere
_LONGEST_RUN, _LEAST_LETTERS, _LEAST_CHARACTERS, _AROUND = 24, 7, 3, 6
_IS_CHINESE = re.compile(f"[{CHINESE}]")
_RUNS = re.compile("[a-z]{2,}|(?<![0-9])[0-9](?![0-9])")
_DIGITS = dict(zip("0123456789", ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"), strict=True))

_signs: dict[str, str] = {}


def _sign(syllable: str) -> str:
    if syllable not in _signs:
        _signs[syllable] = chr(_FIRST_SIGN + len(_signs))
    return _signs[syllable]


class _Sounds(dict):
    """The syllable of each character, by its code; what is no Chinese character stays."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        said = lazy_pinyin(character)[0] if _IS_CHINESE.match(character) else ""
        self[code] = sign = _sign(said) if said.isascii() and said.isalpha() else character
        return sign


_SOUNDS = _Sounds()


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """The syllables of the 3,755 commonest characters: the first level of GB 2312."""
    rows = (bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    found = {lazy_pinyin(character)[0] for character in rows if character}
    return frozenset(syllable for syllable in found if len(syllable) > 1) | {"a", "e", "o"}


@lru_cache(maxsize=65_536)
def _cut(run: str) -> tuple[str, ...] | None:
    """Letters cut into syllables, long ones first; nothing when they are no pinyin."""
    if not run:
        return ()
    if len(run) > _LONGEST_RUN:
        return None
    known = _syllables()
    for length in range(min(6, len(run)), 0, -1):
        if run[:length] in known and (rest := _cut(run[length:])) is not None:
            return (run[:length], *rest)
    return None


def sounding(strip: Strip) -> Strip:
    """The text as syllables; pinyin and single digits become the syllables that they stand for."""
    return strip_of(_pieces(strip))


def _pieces(strip: Strip) -> Iterator[tuple[str, int, int]]:
    done = 0
    text = strip.text
    for match in _RUNS.finditer(text):
        run = match[0]
        cut = (_DIGITS[run],) if len(run) == 1 else _cut(run)
        if cut is None:
            continue
        if done < match.start():
            yield text[done : match.start()].translate(_SOUNDS), done, 0
        place = match.start()
        for syllable in cut:
            width = 1 if len(run) == 1 else len(syllable)
            yield _sign(syllable), place, width
            place += width
        done = match.end()
    if done < len(text):
        yield text[done:].translate(_SOUNDS), done, 0


def is_short(syllables: str) -> bool:
    """Too short to say anything when all of it is characters: too many pairs of them sound alike by accident."""
    return len(syllables) < _LEAST_CHARACTERS


def is_disguise(text: str, start: int, end: int, word: str) -> bool:
    """
    Whether what stands there was written for its sound, not for its sense.

    Characters that differ from those of the word must be ones that make no other word with their neighbours: 国家机关
    sounds like 国家级 at its beginning, and is a word of its own. Letters are pinyin when a Chinese character stands
    among them, or when they are long enough to be no accident.
    """
    found = text[start:end]
    if not _IS_CHINESE.search(found):
        around = text[max(0, start - 1) : start] + text[end : end + 1]
        is_whole = not any(sign.isascii() and sign.isalpha() for sign in around)
        return is_whole and len(found) >= _LEAST_LETTERS and found.isalpha()
    if len(found) != len(word):
        return True  # pinyin among characters
    if len(word) < _LEAST_CHARACTERS:
        return False  # too many pairs of characters sound alike by accident
    others = {start + place for place, (here, there) in enumerate(zip(found, word, strict=True)) if here != there}
    first = max(0, start - _AROUND)
    place = first
    for token in rjieba.cut(text[first : end + _AROUND], False):
        if len(token) > 1 and any(place <= other < place + len(token) for other in others):
            return False
        place += len(token)
    return True
