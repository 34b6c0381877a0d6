"""The cuts of a bargain (K1): exact, at least a fen each, within the bounds that the odds tell, fixed by the seed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing.bargaining.sequence import HEAVIEST, LIGHTEST, bounds, cuts, hash_of, new_seed, weight

SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
COUNTS = st.integers(2, 50)


@given(SEEDS, COUNTS, st.integers(0, 10_000_000))
def test_cuts_add_up_to_the_fen_and_each_is_something(seed, count, more):
    total = count + more

    found = cuts(seed, total, count)

    assert (len(found), sum(found)) == (count, total)
    assert min(found) >= 1


@given(SEEDS, COUNTS, st.integers(0, 10_000_000))
def test_every_cut_lies_within_what_the_odds_say(seed, count, more):
    total = count + more
    least, most = bounds(total, count)

    assert all(least <= cut <= most for cut in cuts(seed, total, count))
    assert 1 <= least <= most <= total


@given(SEEDS, COUNTS, st.integers(100_000, 10_000_000))
def test_no_cut_is_more_than_three_times_another(seed, count, total):
    found = cuts(seed, total, count)

    assert max(found) - 2 <= HEAVIEST // LIGHTEST * (min(found) + 1)


@given(SEEDS, st.integers(1, 50))
def test_weights_stay_between_their_ends(seed, number):
    assert LIGHTEST <= weight(seed, number) <= HEAVIEST


def test_the_same_seed_makes_the_same_cuts_and_another_seed_others():
    seed, other = new_seed(), new_seed()

    assert cuts(seed, 10_000, 12) == cuts(seed, 10_000, 12)
    assert cuts(seed, 10_000, 12) != cuts(other, 10_000, 12)
    assert hash_of(seed) != hash_of(other)


def test_the_published_rule_gives_these_very_cuts():
    """Worked out by hand from the words of the module: whoever changes the rule breaks every bargain that is open."""
    seed = "00" * 32

    assert [weight(seed, number) for number in (1, 2, 3, 4)] == [82, 61, 64, 124]
    assert cuts(seed, 1000, 4) == [247, 185, 193, 375]


@pytest.mark.parametrize("seed", ["00" * 32, "ff" * 32, "5a" * 32])
def test_all_places_in_the_sequence_are_alike(seed):
    """Whether one helps early or late makes no difference on the average."""
    sums = [0, 0]
    for number in range(2_000):
        found = cuts(f"{seed}{number}", 10_000, 2)
        sums = [a + b for a, b in zip(sums, found, strict=True)]

    assert all(abs(a - b) < 200_000 for a, b in pairwise(sums))


@pytest.mark.parametrize(("total", "count"), [(1, 2), (0, 1), (5, 0)])
def test_less_than_a_fen_for_each_is_refused(total, count):
    with pytest.raises(ValueError, match="cuts"):
        cuts("00" * 32, total, count)
