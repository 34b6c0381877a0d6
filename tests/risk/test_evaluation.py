"""How well the first packs do on texts that somebody has judged by hand (R1)."""

from pathlib import Path

import pytest

from risk.screening import banned_words, screen

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).parent / "screening_examples.tsv"
LEAST_EXAMPLES, LEAST_RECALL, LEAST_PRECISION = 400, 0.95, 0.90


def examples() -> list[tuple[bool, str, str]]:
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [
        (label == "flag", scope.strip("-"), text.replace("\\u200b", "\u200b").replace("\\u3000", "\u3000"))
        for label, scope, text in rows
    ]


def test_screening_finds_what_it_should_and_little_else():
    words = banned_words()
    right = missed = wrong = 0
    told = []
    for is_bad, scope, text in examples():
        found = screen([text], words, scope=[scope]).findings
        right += is_bad and bool(found)
        missed += is_bad and not found
        wrong += bool(found) and not is_bad
        if is_bad != bool(found):
            told.append(f"{'missed' if is_bad else 'wrong'}: {text} {'; '.join(map(str, found))}")
    recall, precision = right / (right + missed), right / (right + wrong)

    print(f"\nrecall {recall:.3f}, precision {precision:.3f}", *told, sep="\n")
    assert recall >= LEAST_RECALL
    assert precision >= LEAST_PRECISION


def test_examples_are_many_of_both_kinds_and_each_stands_once():
    rows = examples()
    good = sum(not is_bad for is_bad, _scope, _text in rows)

    assert len(rows) >= LEAST_EXAMPLES
    assert min(good, len(rows) - good) >= LEAST_EXAMPLES * 0.4
    assert len({(scope, text) for _is_bad, scope, text in rows}) == len(rows)


def test_without_words_nothing_is_found():
    """The negative control: the figures come from the packs."""
    from risk.lexicon import Lexicon

    assert not any(screen([text], Lexicon(())).findings for _is_bad, _scope, text in examples())
