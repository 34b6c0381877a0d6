"""
Words near what was typed: an English word a letter away, a Chinese word that sounds alike, pinyin with a slip.

What is near is looked for among the words of the catalogue's own titles (``learn_words``), so a suggestion always leads
to goods. Two words that become the same with one letter left out of each are near (that is one index look-up); how far
they really are apart is counted afterwards.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from catalog.models import CatalogueWord
from catalog.search.query import MOST_CHARACTERS, MOST_WORDS
from catalog.search.words import EMPTY_WORDS, is_chinese, pinyin, rough_sound, runs, shortened, stem

LONGEST_CHINESE = 6
SHORTEST_LATIN, LONGEST_LATIN = 4, 20
MOST_NEAR = 300
MOST_SHORTENED = 1_000
SHORTEST_PINYIN = 6
LONGEST_WORD = 40


def nearest(text: str) -> str:
    """What was typed, words that no title has replaced by near ones; empty when there are none. One query."""
    found = runs(text[:MOST_CHARACTERS])[:MOST_WORDS]
    parts = {part for run in found if is_chinese(run) for part in _parts(run)}
    latin = {run for run in found if _is_spelled(run)}
    if not parts and not latin:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, products, sound, shortened[1] FROM catalog_catalogueword WHERE word = ANY(%(words)s)"
            " OR sound = ANY(%(sounds)s) AND sound <> '' OR shortened && %(short)s::varchar[]"
            " ORDER BY products DESC LIMIT %(most)s",
            {
                "words": [*parts, *latin, *map(stem, latin)],
                "sounds": [rough_sound(part) for part in parts],
                "short": [short for said in (*latin, *map(pinyin, parts)) for short in shortened(said)][
                    :MOST_SHORTENED
                ],
                "most": MOST_NEAR,
            },
        )
        known = cursor.fetchall()
    said = [_chinese(run, known) if is_chinese(run) else _spelled(run, known) for run in found]
    return " ".join(said) if said != found else ""


def _is_spelled(run: str) -> bool:
    return run.isascii() and run.isalpha() and SHORTEST_LATIN <= len(run) <= LONGEST_LATIN and run not in EMPTY_WORDS


def _spelled(run: str, known: Iterable[tuple]) -> str:
    if not _is_spelled(run):
        return run
    allowed = 1 if len(run) < 6 else 2
    best = (allowed + 1, 0, run)
    for word, products, _sound, spelling in known:
        if word in {run, stem(run)}:
            return run
        distance = _distance(run, spelling)
        if distance <= allowed:
            best = min(best, (distance, -products, word))
    return best[2]


def _parts(run: str) -> Iterable[str]:
    for start in range(len(run)):
        for end in range(start + 2, min(len(run), start + LONGEST_CHINESE) + 1):
            yield run[start:end]


def _chinese(run: str, known: list[tuple]) -> str:
    """From left to right the longest word that is known, or that a known one sounds like."""
    words = {word for word, *_rest in known}
    by_sound: dict[str, str] = {}
    for word, _products, sound, _spelling in known:  # the most frequent first
        if sound:
            by_sound.setdefault(sound, word)
    said, place = "", 0
    while place < len(run):
        for end in range(min(len(run), place + LONGEST_CHINESE), place + 1, -1):
            part = run[place:end]
            if meant := part if part in words else by_sound.get(rough_sound(part)) or _sounding(part, known):
                said += meant
                place = end
                break
        else:
            said += run[place]
            place += 1
    return said


def _sounding(part: str, known: list[tuple]) -> str:
    """The most frequent word of as many characters whose pinyin is one letter away."""
    said = pinyin(part)
    if len(said) < SHORTEST_PINYIN:
        return ""
    near = (
        word
        for word, _n, sound, spelling in known
        if sound and len(word) == len(part) and _distance(said, spelling) == 1
    )
    return next(near, "")


def _distance(one: str, other: str) -> int:
    """How many letters must be written otherwise, left out, put in or swapped."""
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, sign in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


@transaction.atomic
def learn_words() -> dict[str, int]:
    """
    Learn the words of all titles anew, with how many products have them; returns how many words there are.

    Grams and sounds weigh least in the index and are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat('SELECT words FROM catalog_productsearch WHERE is_listed', 'abc')"
            " WHERE length(word) BETWEEN 2 AND %s ORDER BY word",
            [LONGEST_WORD],
        )
        rows = [row for word, count in cursor.fetchall() if (row := _row(word, count))]
    CatalogueWord.objects.all().delete()
    CatalogueWord.objects.bulk_create(rows, batch_size=2_000)
    return {"words": len(rows)}


def _row(word: str, count: int) -> CatalogueWord | None:
    if all(is_chinese(character) for character in word):
        if len(word) > LONGEST_CHINESE:
            return None
        said = pinyin(word)[:LONGEST_WORD]
        return CatalogueWord(word=word, products=count, sound=rough_sound(word)[:80], shortened=shortened(said))
    if len(word) >= SHORTEST_LATIN - 1 and word.isascii() and word.isalpha():
        return CatalogueWord(word=word, products=count, shortened=shortened(word))
    return None
