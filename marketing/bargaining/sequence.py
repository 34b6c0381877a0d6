"""
The cuts of a bargain: a pure function of its seed, how much they take off together, and how many they are.

    >>> cuts("00" * 32, 1000, 4)
    [247, 185, 193, 375]

Every cut is one fen and a part of the rest by its weight. The weight of cut number n is
``50 + int(sha256("seed:n")[:8 hex digits], 16) % 101``, a whole number from 50 to 150, so no cut is more than three
times as large as another (beside the rounding to whole fen). The parts are cut out of the rest at
``rest * (w1 + … + wn) // W``, so they add up to the last fen.
"""

import secrets
from hashlib import sha256
from itertools import accumulate, pairwise

LIGHTEST, HEAVIEST = 50, 150


def new_seed() -> str:
    """Thirty-two bytes that nobody can guess, as hexadecimal digits."""
    return secrets.token_hex(32)


def hash_of(seed: str) -> str:
    """What is published while the seed is secret: it fits this seed and no other."""
    return sha256(seed.encode()).hexdigest()


def weight(seed: str, number: int) -> int:
    drawn = int(sha256(f"{seed}:{number}".encode()).hexdigest()[:8], 16)
    return LIGHTEST + drawn % (HEAVIEST - LIGHTEST + 1)


def cuts(seed: str, total: int, count: int) -> list[int]:
    """
    ``count`` cuts of at least one fen each that take off exactly ``total`` fen.

    :raises ValueError: there is less than a fen for each
    """
    if not 1 <= count <= total:
        raise ValueError(f"{total} fen are not {count} cuts")
    weights = [weight(seed, number) for number in range(1, count + 1)]
    rest, mass = total - count, sum(weights)
    marks = [rest * so_far // mass for so_far in accumulate(weights, initial=0)]
    return [1 + upper - lower for lower, upper in pairwise(marks)]


def bounds(total: int, count: int) -> tuple[int, int]:
    """Between which amounts every cut lies, whatever the seed: what the odds are told with."""
    rest = total - count
    least = rest * LIGHTEST // (LIGHTEST + HEAVIEST * (count - 1))
    most = rest * HEAVIEST // (HEAVIEST + LIGHTEST * (count - 1))
    return 1 + max(least, 0), min(2 + most, total - count + 1)
