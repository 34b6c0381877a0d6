"""What a shopper typed, as a question to the index."""

from catalog.search.words import SOUND, cut, grams, is_chinese, quoted, runs, segments

MOST_CHARACTERS = 60
MOST_WORDS = 8


def all_words(text: str) -> str:
    """
    The tsquery that every typed word must satisfy; empty when nothing was typed that could be found.

    A Chinese word is found by its segments or by its two-character grams; a Latin one by its beginning, as spelling or
    as pinyin.
    """
    return " & ".join(_run(run) for run in _typed(text))


def any_word(text: str) -> str:
    """The tsquery that one of the typed words is enough for."""
    parts: list[str] = []
    for run in _typed(text):
        if is_chinese(run):
            words = [word for word in segments(run) if len(word) > 1] or grams(run)
            parts += [_prefix(word) if len(word) == 1 else quoted(word) for word in words]
        else:
            parts.append(_latin(run))
    return " | ".join(dict.fromkeys(parts))


def _typed(text: str) -> list[str]:
    return runs(text[:MOST_CHARACTERS])[:MOST_WORDS]


def _run(run: str) -> str:
    if not is_chinese(run):
        return _latin(run)
    if len(run) == 1:
        return _prefix(run)
    by_segments = " & ".join(_prefix(word) if len(word) == 1 else quoted(word) for word in cut(run))
    by_grams = " & ".join(quoted(gram) for gram in grams(run))
    return f"(({by_segments}) | ({by_grams}))"


def _latin(run: str) -> str:
    spelled = _prefix(run) if len(run) > 2 else quoted(run)
    if len(run) > 1 and run.isascii() and run.isalpha():
        return f"({spelled} | {_prefix(SOUND + run)})"
    return spelled


def _prefix(lexeme: str) -> str:
    return f"{quoted(lexeme)}:*"
