"""What a shopper typed, as a question to the index."""

import re
from collections.abc import Mapping, Sequence

from catalog.models import CatalogueWord
from catalog.search.rules import rules
from catalog.search.words import SOUND, common_form, cut, grams, is_chinese, quoted, runs, segments, stem, without_empty

MOST_CHARACTERS = 60
MOST_WORDS = 8
MOST_ALTERNATIVES = 8
FREQUENT = 500  # products

Synonyms = Mapping[str, Sequence[str]]


def typed(text: str) -> str:
    """What was typed, without what no text holds, at most so many characters."""
    return " ".join(text[: 20 * MOST_CHARACTERS].replace("\x00", " ").split())[:MOST_CHARACTERS].strip()


def all_words(text: str) -> str:
    """
    The tsquery that every typed word must satisfy; empty when nothing was typed that could be found.

    As :func:`all_beginnings`, but a Latin word that very many products have is looked for whole, in its forms: to find
    all words that begin so would take long and add little.
    """
    query = all_beginnings(text)
    typed = {run for run in _runs(text) if len(run) > 2 and run.isascii()}
    if typed:
        known = CatalogueWord.objects.filter(products__gte=FREQUENT, pk__in=typed | set(map(stem, typed)))
        for word in known.values_list("word", flat=True):
            query = query.replace(_prefix(stem(word)), quoted(stem(word)))
    return query


def all_beginnings(text: str) -> str:
    """
    The tsquery of words that somebody is still typing; empty when nothing was typed that could be found.

    A Chinese word of two characters is found as it stands, a longer one by its segments, by its two-character grams,
    or, when it has three characters, by the first two and the last; a Latin one by its beginning, as spelling or as
    pinyin; a word that has synonyms by each of them.
    """
    synonyms = rules().synonyms
    parts = [_with_synonyms(piece, synonyms) for piece in _pieces(_runs(text), synonyms)]
    return " & ".join(dict.fromkeys(parts))


def any_word(text: str) -> str:
    """The tsquery that one of the typed words is enough for."""
    parts: list[str] = []
    for run in _runs(text):
        if is_chinese(run):
            words = [*(word for word in segments(run) if len(word) > 1), *grams(run)]
            parts += [_prefix(word) if len(word) == 1 else quoted(word) for word in words]
        else:
            parts.append(_latin(run))
    return " | ".join(dict.fromkeys(parts))


def word_count(text: str) -> int:
    """How many words were typed, as the fallback would leave them out."""
    return len({word for run in _runs(text) for word in (cut(run) if is_chinese(run) else [run])})


def _runs(text: str) -> list[str]:
    return without_empty(runs(text[:MOST_CHARACTERS]))[:MOST_WORDS]


def _pieces(found: list[str], synonyms: Synonyms) -> list[str]:
    """The runs, with neighbours joined that are one word of the synonyms together ("mobile phone")."""
    pieces, place = [], 0
    while place < len(found):
        for end in range(min(len(found), place + 3), place, -1):
            together = " ".join(found[place:end])
            if end == place + 1 or common_form(together) in synonyms:
                pieces.append(together)
                place = end
                break
    return pieces


def _with_synonyms(piece: str, synonyms: Synonyms) -> str:
    """A piece of the question, or what means the same; inside a run of characters too."""
    plain = _plain(piece)
    if others := synonyms.get(common_form(piece)):
        return _any_of([plain, *map(_plain, others[:MOST_ALTERNATIVES])])
    if not is_chinese(piece):
        return plain
    inside = sorted((word for word in synonyms if len(word) > 1 and word in piece), key=len, reverse=True)
    if not inside:
        return plain
    parts = [part for part in re.split("(" + "|".join(map(re.escape, inside)) + ")", piece) if part]
    if len(parts) > MOST_WORDS:
        return plain
    replaced = [
        _any_of(map(_plain, [part, *synonyms[part][:MOST_ALTERNATIVES]])) if part in synonyms else _plain(part)
        for part in parts
    ]
    return _any_of([plain, " & ".join(replaced)])


def _any_of(queries) -> str:
    different = list(dict.fromkeys(queries))
    return different[0] if len(different) == 1 else "(" + " | ".join(f"({query})" for query in different) + ")"


def _plain(text: str) -> str:
    """The words of a text as they stand, all of them."""
    parts = [_run(run) for run in runs(text)]
    return " & ".join(parts) if len(parts) != 1 else parts[0]


def _run(run: str) -> str:
    if not is_chinese(run):
        return _latin(run)
    if len(run) == 1:
        return _prefix(run)
    by_grams = " & ".join(quoted(gram) for gram in grams(run))
    if len(run) == 2:
        return by_grams
    ways = [" & ".join(_prefix(word) if len(word) == 1 else quoted(word) for word in cut(run)), by_grams]
    if len(run) == 3:  # what kind of thing comes last, often with a word between
        ways.append(f"{quoted(run[:2])} & {_prefix(run[2])}")
    return _any_of(ways)


def _latin(run: str) -> str:
    spelled = _prefix(stem(run)) if len(run) > 2 else quoted(run)
    if len(run) > 1 and run.isascii() and run.isalpha():
        return f"({spelled} | {_prefix(SOUND + run)})"
    return spelled


def _prefix(lexeme: str) -> str:
    return f"{quoted(lexeme)}:*"
