"""
The unified social credit code of a Chinese business (GB 32100-2015): 18 characters, the last one a check character.

Each of the first 17 characters has a value 0-30 (digits, then capitals without I, O, S, V, Z); weighted by powers of 3
modulo 31 they add up to what the last character must bring to a multiple of 31.
"""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
# registering department and kind, six digits of division, nine of the organisation, check character
SHAPE = re.compile(rf"[{ALPHABET}]{{2}}\d{{6}}[{ALPHABET}]{{10}}", re.ASCII)


def normal(code: str) -> str:
    """Capitals without spaces or hyphens, as the code is printed on a licence."""
    return re.sub(r"[\s-]", "", code).upper()


def check_character(first17: str) -> str:
    """
    The 18th character that belongs to the first 17.

    :raises ValueError: not 17 characters of the code's alphabet
    """
    if len(first17) != 17:
        raise ValueError("a check character belongs to 17 characters")
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """The shape is right and the check character belongs to the rest."""
    return SHAPE.fullmatch(code) is not None and check_character(code[:17]) == code[17]
