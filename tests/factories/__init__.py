"""What is at rest: one module per app. What is in motion got there by the real verbs (``tests.journeys``)."""

from itertools import count

_numbers = count(1)


def number() -> int:
    """A number that no other row of this test run has."""
    return next(_numbers)
