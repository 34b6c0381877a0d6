"""
What words a text is made of, for the index and for the question.

Chinese has no blanks: a segmenter (rjieba) finds the words, and every two neighbouring characters stand beside them so
that a word the segmenter does not know, or cut differently, is found all the same. The sound of a title is indexed as
pinyin, whole and by initials, from each word on, so that ``qcgw`` finds 青瓷盖碗. English words stand as written and by
their stem, so that "cups" finds a cup.

Beside the words stand marks: of the category, the brand, the shop, the features and about the price, so that a filter
is one more word of the question; and ``#2``, ``#4`` and so on to ``#512`` on a fair half, fourth and so on of all
products, for counting what is too much to count. Nobody can type a mark: what is typed is cut into letters, digits and
characters.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

import rjieba
from pypinyin import Style, lazy_pinyin

SOUND = "~"  # stands before pinyin, so that the sound of one word is not the spelling of another
CATEGORY, BRAND, SHOP, SHELF, FEATURE, PRICE, EVERY = "@c", "@b", "@s", "@k", "@f", "$", "#"
SHARES = (2, 4, 8, 16, 32, 64, 128, 256, 512)
PRICE_STEPS = (10_00, 20_00, 50_00, 100_00, 200_00, 300_00, 500_00, 1000_00, 2000_00, 5000_00, 10000_00)  # minor units
_RUNS = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W_㐀-䶿一-鿿豈-﫿]+")
_MARKED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")  # letters with marks, and marks
_LONGEST_SOUND = 32
_LONGEST_WORD = 40
_LONGEST_RUN = 60
_MOST_SOUNDS = 16  # words of a title from which its sound is indexed

# Words that say nothing about a thing; looked for only when nothing else was typed.
EMPTY_WORDS = frozenset([
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
    "的", "了", "和", "与", "及", "或", "在", "是", "给", "用", "请", "吗", "呢",
])  # fmt: skip
_EMPTY_CHARACTERS = re.compile("[的了和与及]")


def normalized(text: str) -> str:
    """Full-width and compatibility forms unified, lower-cased, without marks on letters."""
    if text.isascii():
        return text.lower().replace("'s ", " ")
    folded = unicodedata.normalize("NFKC", text).lower().replace("'s ", " ").replace("’s ", " ")
    if not _MARKED.search(folded):
        return folded
    return "".join(sign for sign in unicodedata.normalize("NFKD", folded) if unicodedata.category(sign) != "Mn")


def price_mark(price: int) -> int:
    """Between which of the steps a price (minor units) lies: the number of its mark."""
    return bisect_right(PRICE_STEPS, price)


def is_chinese(run: str) -> bool:
    return run[0] >= "㐀"


def runs(text: str) -> list[str]:
    """Unbroken runs of Chinese characters, or of letters and digits."""
    normal = normalized(text)
    found = _RUNS.findall(normal)
    if len(normal) <= _LONGEST_WORD:
        return found
    return [run[:_LONGEST_RUN] if is_chinese(run) else run[:_LONGEST_WORD] for run in found]


def without_empty(found: list[str]) -> list[str]:
    """The runs without what says nothing; all of them when nothing else is there."""
    parts = [part for run in found for part in (_EMPTY_CHARACTERS.split(run) if is_chinese(run) else [run]) if part]
    return [part for part in parts if part not in EMPTY_WORDS] or found


def segments(run: str) -> list[str]:
    """The words of a run of Chinese characters, short ones inside long ones too."""
    return rjieba.cut_for_search(run)


def cut(run: str) -> list[str]:
    """A run of Chinese characters cut into words, none inside another."""
    return rjieba.cut(run)


def grams(run: str) -> list[str]:
    """Every two neighbouring characters; a single character is its own gram."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def read_dictionaries() -> None:
    """Read now what is else read with the first word, as a process does before it parts."""
    segments("词")
    pinyin("词")


# English -------------------------------------------------------------------------------------------------------------

_KEPT = ("ss", "us", "is")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What an English word has in common with its other forms: cups and cup, dresses and dress, knitted and knit."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "xes", "ches", "shes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(_KEPT):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and re.search("[aeiouy]", base):
            if base[-1] == base[-2] and base[-1] not in "lsz":
                return base[:-1]
            return base
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def common_form(words: str) -> str:
    """Words with each English one as its stem: the form in which rules are looked up."""
    return " ".join(map(stem, words.split(" ")))


# Sound ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=262_144)
def _sound(word: str) -> tuple[str, str]:
    """The pinyin of a word in full and by its initials; words come again and again, so they are kept."""
    return "".join(lazy_pinyin(word)).lower(), "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)).lower()


def pinyin(word: str) -> str:
    return _sound(word)[0]


def sounds(run: str) -> Iterator[str]:
    """The pinyin of a run from each of its words on: in full, and by initials."""
    full = initials = ""
    for said, first in reversed([_sound(word) for word in cut(run)][:_MOST_SOUNDS]):
        full, initials = (said + full)[:_LONGEST_SOUND], (first + initials)[:_LONGEST_SOUND]
        if full.isascii() and full.isalpha():
            if len(full) > 1:
                yield SOUND + full
            if len(initials) > 1:
                yield SOUND + initials


_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("l", "n"), ("hu", "fu"))


@lru_cache(maxsize=65_536)
def rough_sound(word: str) -> str:
    """How a Chinese word sounds to somebody who mixes up what many mix up: zh and z, n and l, in and ing …"""
    syllables = []
    for character in word:
        syllable = pinyin(character)
        for exact, rough in _ALIKE:
            syllable = syllable.replace(exact, rough)
        syllables.append(syllable)
    return "'".join(syllables)


def shortened(word: str) -> list[str]:
    """A word, and the word with any one letter left out: two words that share one of these are near each other."""
    return list(dict.fromkeys([word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]))


# For the database ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=131_072)
def _lexemes(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words and the grams of a text, quoted; names of brands, features and colours come again and again."""
    words: list[str] = []
    pairs: list[str] = []
    for run in runs(text):
        if is_chinese(run):
            words += segments(run)
            pairs += grams(run)
            pairs.append(run[-1])  # a single character is looked for as a beginning
        else:
            words.append(run)
            if (base := stem(run)) != run:
                pairs.append(base)  # found, and yet no word of the catalogue
    return tuple([f"'{word}'" for word in words]), tuple([f"'{pair}'" for pair in pairs])  # nothing to escape in runs


def vector(texts: Iterable[tuple[str, str]], *, sounding: str = "", marks: Iterable[str] = ()) -> str:
    """
    A tsvector literal of texts with their weights, past the database's own parser.

    :param texts: ``(text, weight)``, the weightiest first; grams always weigh D
    :param sounding: the text whose pinyin is indexed too
    :param marks: what stands there as it is
    """
    weights: dict[str, str] = {}
    all_pairs: list[str] = []
    for text, weight in texts:
        words, pairs = _lexemes(text)
        for word in words:
            if word not in weights:
                weights[word] = weight
        all_pairs += pairs
    weights = dict.fromkeys(all_pairs, "D") | weights
    for run in runs(sounding):
        if is_chinese(run):
            for sound in sounds(run):
                weights.setdefault(f"'{sound}'", "D")
    told = [f"{lexeme}:{place}{weight}" for place, (lexeme, weight) in enumerate(weights.items(), 1)]
    return " ".join(told + [quoted(mark) for mark in marks])


def quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
