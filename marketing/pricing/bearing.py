"""Dividing fen: over lines by largest remainder, over bearers so that neither a line nor the sum is off by a fen."""

from collections.abc import Sequence

BEARERS = ("platform", "shop", "issuer")  # the mall, the line's own shop, another shop whose offer it is
WHOLE = 10_000


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """
    ``amount`` divided by weights, to the fen (largest remainder, the earlier on a tie).

    With ``amount`` at most the sum of the weights no part is greater than its weight.
    """
    mass = sum(weights)
    parts = [amount * weight // mass for weight in weights]
    rest = amount - sum(parts)
    if rest:
        remainders = sorted([(-(amount * weight % mass), place) for place, weight in enumerate(weights)])
        for _remainder, place in remainders[:rest]:
            parts[place] += 1
    return parts


def borne(amounts: Sequence[int], bearers: Sequence[tuple[str, int]]) -> list[list[int]]:
    """
    Each of these amounts divided among the bearers by their basis points: a row for each amount.

    Every row adds up to its amount. What a row cannot give exactly the next ones make up for, so that the sum of a
    bearer, too, is within a fen of her share.
    """
    if len(bearers) == 1:
        return [[amount] for amount in amounts]
    seen, given = 0, [0] * len(bearers)
    rows = []
    for amount in amounts:
        seen += amount
        owed = [max(seen * bps - given[place] * WHOLE, 0) for place, (_who, bps) in enumerate(bearers)]
        row = [min(due // WHOLE, amount) for due in owed]
        by_debt = sorted(range(len(row)), key=lambda place: (row[place] * WHOLE - owed[place], place))
        for place in by_debt[: amount - sum(row)]:
            row[place] += 1
        for place, part in enumerate(row):
            given[place] += part
        rows.append(row)
    return rows
