"""
What words a text is made of, for the index and for the question.

Chinese has no blanks: a segmenter (rjieba) finds the words, and every two neighbouring characters stand beside them so
that a word the segmenter does not know, or cut differently, is found all the same. The sound of a title is indexed as
pinyin, whole and by initials, from each word on, so that ``qcgw`` finds 青瓷盖碗.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

import rjieba
from pypinyin import Style, lazy_pinyin

SOUND = "~"  # stands before pinyin, so that the sound of one word is not the spelling of another
_RUNS = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W_㐀-䶿一-鿿豈-﫿]+")
_LONGEST_SOUND = 32
_LONGEST_WORD = 40


def normalized(text: str) -> str:
    """Full-width and compatibility forms unified, lower-cased."""
    return unicodedata.normalize("NFKC", text).lower()


def is_chinese(run: str) -> bool:
    return run[0] >= "㐀"


def runs(text: str) -> list[str]:
    """Unbroken runs of Chinese characters, or of letters and digits."""
    return [run[:_LONGEST_WORD] if not is_chinese(run) else run for run in _RUNS.findall(normalized(text))]


def segments(run: str) -> list[str]:
    """The words of a run of Chinese characters, short ones inside long ones too."""
    return [word for word in rjieba.cut_for_search(run) if word.strip()]


def cut(run: str) -> list[str]:
    """A run of Chinese characters cut into words, none inside another."""
    return [word for word in rjieba.cut(run) if word.strip()]


def grams(run: str) -> list[str]:
    """Every two neighbouring characters; a single character is its own gram."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def sounds(run: str) -> Iterator[str]:
    """The pinyin of a run from each of its words on: in full, and by initials."""
    words = cut(run)
    full = ["".join(lazy_pinyin(word)) for word in words]
    initials = ["".join(lazy_pinyin(word, style=Style.FIRST_LETTER)) for word in words]
    for start in range(len(words)):
        for parts in (full, initials):
            sound = "".join(parts[start:])[:_LONGEST_SOUND]
            if len(sound) > 1 and sound.isascii() and sound.isalpha():
                yield SOUND + sound.lower()


def vector(texts: Iterable[tuple[str, str]], *, sounding: str = "") -> str:
    """
    A tsvector literal of texts with their weights, past the database's own parser.

    :param texts: ``(text, weight)``, the weight of its words; grams always weigh D
    :param sounding: the text whose pinyin is indexed too
    """
    weights: dict[str, str] = {}

    def keep(lexeme: str, weight: str) -> None:
        if weight < weights.get(lexeme, "Z"):
            weights[lexeme] = weight

    for text, weight in texts:
        for run in runs(text):
            if is_chinese(run):
                for word in segments(run):
                    keep(word, weight)
                for gram in [*grams(run), run[-1]]:  # a single character is looked for as a beginning
                    keep(gram, "D")
            else:
                keep(run, weight)
    for run in runs(sounding):
        if is_chinese(run):
            for sound in sounds(run):
                keep(sound, "D")
    return " ".join(f"{quoted(lexeme)}:{place}{weight}" for place, (lexeme, weight) in enumerate(weights.items(), 1))


def quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
