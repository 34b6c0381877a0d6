"""
The number on a resident identity card (GB 11643): 18 characters, the last one a check character.

Six digits of division, eight of the day of birth, three of sequence; each of the 17 digits is weighted by a power of 2
modulo 11, and the sum chooses the last character (ISO 7064, MOD 11-2), which may be an X.
"""

import re
from datetime import date

WEIGHTS = tuple(pow(2, 17 - position, 11) for position in range(17))
CHECK_CHARACTERS = "10X98765432"
SHAPE = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
EARLIEST_BIRTH = date(1900, 1, 1)
OF_AGE = 18


def normal(number: str) -> str:
    """Capitals without spaces, as it is printed on the card."""
    return re.sub(r"\s", "", number).upper()


def check_character(first17: str) -> str:
    """
    The 18th character that belongs to the first 17.

    :raises ValueError: not 17 digits
    """
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("a check character belongs to 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def born_on(number: str) -> date | None:
    """The day of birth that the number says, if there is such a day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_valid(number: str, *, today: date) -> bool:
    """The shape is right, the day of birth has been, and the check character belongs to the rest."""
    if SHAPE.fullmatch(number) is None:
        return False
    born = born_on(number)
    if born is None or not EARLIEST_BIRTH <= born <= today:
        return False
    return check_character(number[:17]) == number[17]


def is_of_age(number: str, *, today: date) -> bool:
    """Whether a person with this number may keep a business by herself."""
    born = born_on(number)
    return born is not None and (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= OF_AGE
