"""
The screening (R1): 10,000 words looked for in a text of 5,000 characters, in at most 5 ms.

Words and text are made of common characters, a third of the words in letters, a hundredth of the words planted in the
text, some in disguise. The floor is the plain way, ``word in text`` for every word: it sees no disguise, and words in
letters inside of others too. A ratio below one is faster than the floor.
"""

import random
import statistics
from time import perf_counter, process_time

from benchmarks import Limit, Report

SMALL = {"rounds": 30}
MOST_MS = 5.0
_SYLLABLES = ("ka", "lo", "mi", "tu", "re", "sa", "no", "vi", "pe", "du", "ga", "fo", "ri", "be", "zu", "ha")


def add_arguments(parser) -> None:
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--characters", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=200)


def run(options, servers) -> Report:
    from risk.lexicon import Entry, Lexicon

    chance = random.Random(7)
    words = _words(chance, options.words)
    text, planted = _text(chance, words, options.characters)
    began = perf_counter()
    lexicon = Lexicon(Entry(word, "review") for word in words)
    compiled = perf_counter() - began

    found = {hit.entry.word for hit in lexicon.find(text)}
    ours, ours_of_processor, floor = [], [], []
    for _round in range(options.rounds):
        began = process_time()
        ours.append(_milliseconds(lambda: lexicon.find(text)))
        ours_of_processor.append((process_time() - began) * 1000)
        floor.append(_milliseconds(lambda: [word for word in words if word in text]))
    median = statistics.median(ours)
    return Report(
        name="screening",
        figures={
            "words": len(lexicon),
            "characters": len(text),
            "found": len(found),
            "planted": len(planted),
            "milliseconds": round(median, 3),
            "milliseconds_of_processor": round(statistics.median(ours_of_processor), 3),
            "milliseconds_p95": round(sorted(ours)[int(len(ours) * 0.95)], 3),
            "compile_milliseconds": round(compiled * 1000, 1),
        },
        floor={"milliseconds": round(statistics.median(floor), 3)},
        ratio=round(median / statistics.median(floor), 3),
        limits={
            "milliseconds": Limit(round(median, 3), most=MOST_MS),
            "planted_found": Limit(len(planted & found) / len(planted), least=1.0),
        },
    )


def _words(chance: random.Random, count: int) -> list[str]:
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]
    words: set[str] = set()
    while len(words) < count:
        if len(words) % 3:
            words.add("".join(chance.choices(characters, k=chance.choice((2, 3, 3, 4, 4, 5)))))
        else:
            parts = ("".join(chance.choices(_SYLLABLES, k=3)) for _part in range(chance.choice((1, 1, 2, 3))))
            words.add(" ".join(parts))
    return sorted(words)


def _text(chance: random.Random, words: list[str], length: int) -> tuple[str, set[str]]:
    planted = set(chance.sample(words, len(words) // 100))
    said = [word if chance.random() < 0.7 else "*".join(word) if word > "\u4e00" else word.upper() for word in planted]
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]
    rest = length - sum(map(len, said)) - 2 * len(said)
    while rest > 0:
        filler = "".join(chance.choices(characters, k=8)) if chance.random() < 0.6 else "tea from the hills"
        said.append(filler)
        rest -= len(filler) + 2
    chance.shuffle(said)
    return "。\n".join(said), planted


def _milliseconds(work) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
