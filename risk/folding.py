"""
The form in which words and texts are compared, and the way back to the place in the text as it was typed.

One width, one case, no accents, nothing invisible; traditional characters become simplified ones, letters of other
alphabets the Latin ones that they look like. Every character is folded by itself and remembered, so that a long text
costs little more than looking up.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

CHINESE = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
INVISIBLE = "\u115f\u1160\u3164\uffa0\u17b4\u17b5"  # fillers that count as letters
ENDS = "。"  # what ends a sentence, in the form of comparison

_ALIKE = (
    # Cyrillic
    "аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs ԁd һh ӏl ԛq ԝw "
    # Greek
    "αa βb εe ηn ιi κk νv οo ρp τt υu χx ωw γy "
    # small capitals and letters with something more to them
    "ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ıi łl øo đd ɑa ɡg ɩi ʋv ĸk þp æae œoe "
    # one kind of quotation mark, hyphen, full stop and dot
    "’' ‘' “\" ”\" –- —- ‐- ‑- …。 ｡。 ・· ‧· "
    # Chinese characters and numerals
    "囯国 圀国 朂最 冣最 壹一 弌一 貳二 弍二 贰二 叁三 弎三"
)
_LOOKS_LIKE = {pair[0]: pair[1:] for pair in _ALIKE.split()}


def _read_traditional() -> dict[str, str]:
    lines = (Path(__file__).parent / "traditional.txt").read_text(encoding="utf-8").splitlines()
    return {pair[0]: pair[1] for line in lines if not line.startswith("#") for pair in line.split()}


_TRADITIONAL = _read_traditional()


def _fold(character: str) -> str:
    number = ord(character)
    if 0x1F130 <= number <= 0x1F189:  # letters in squares and circles
        character = chr(ord("a") + (number - 0x1F130) % 32) if (number - 0x1F130) % 32 < 26 else character
    folded = []
    for part in unicodedata.normalize("NFKD", _LOOKS_LIKE.get(character, character)).casefold():
        if unicodedata.category(part) in {"Cf", "Mn", "Me"} or part in INVISIBLE:
            continue
        part = _LOOKS_LIKE.get(part, part)
        folded.append(_TRADITIONAL.get(part, part))
    return "".join(folded)


class _Folds(dict):
    """
    What each character becomes, by its code, worked out once.

    :ivar others: those that become nothing, or more than one character
    """

    def __init__(self):
        self.others: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = folded = _fold(character)
        if len(folded) != 1:
            self.others.add(character)
        return folded


_FOLDS = _Folds()


def normal(text: str) -> str:
    """The form in which texts and words are compared."""
    return text.translate(_FOLDS)


@dataclass(slots=True)
class Folded:
    """A text in the form of comparison; :meth:`origin` leads from a place in it to the one in the text as typed."""

    source: str
    text: str
    places: list[int] | None  # of each character, where it comes from; None: where it stands

    def origin(self, place: int) -> int:
        if self.places is None:
            return place
        return self.places[place] if place < len(self.places) else len(self.source)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from ``start`` up to ``end`` come from."""
        return self.origin(start), self.origin(end - 1) + 1


def fold(text: str) -> Folded:
    folded = text.translate(_FOLDS)
    if _FOLDS.others.isdisjoint(text):
        return Folded(text, folded, None)
    parts = map(_FOLDS.__getitem__, map(ord, text))
    return Folded(text, folded, [place for place, part in enumerate(parts) for _each in part])


@dataclass(slots=True)
class Strip:
    """A text from which something was left out: stretches, each beginning at ``starts`` and coming from ``origins``."""

    text: str
    starts: list[int]
    origins: list[int]
    widths: dict[int, int]  # characters that stand for several, by their place

    def origin(self, place: int) -> int:
        stretch = bisect_right(self.starts, place) - 1
        return self.origins[stretch] + place - self.starts[stretch]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.origin(start), self.origin(end - 1) + self.widths.get(end - 1, 1)

    def stands_for_more(self, place: int, length: int) -> bool:
        """Whether one of these characters stands for something that was put otherwise."""
        return any(here in self.widths for here in range(place, place + length))


def strip_of(pieces: Iterator[tuple[str, int, int]]) -> Strip:
    """
    Put pieces together.

    :param pieces: the text, where it comes from, and how many characters it stands for (0: as many as it has)
    """
    texts, starts, origins, widths, length = [], [], [], {}, 0
    for text, origin, width in pieces:
        texts.append(text)
        starts.append(length)
        origins.append(origin)
        if width:
            widths[length] = width
        length += len(text)
    return Strip("".join(texts), starts, origins, widths)


def without(dropped: re.Pattern, text: str) -> Strip:
    """The text without what the pattern finds; all of the pattern is one group, so that ``split`` keeps the rest."""
    parts = dropped.split(text)
    lengths = list(map(len, parts))
    starts = list(accumulate(lengths[::2], initial=0))[:-1]
    return Strip("".join(parts[::2]), starts, list(accumulate(lengths, initial=0))[:-1:2], {})
