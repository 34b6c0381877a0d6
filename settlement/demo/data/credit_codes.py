"""
Unified social credit codes (GB 32100-2015) with true check characters.

Eighteen characters: who registers (9 for market regulation), what kind (1 company, 2 sole trader), six digits of
region, nine of organization code (its ninth is a check character after GB 11714), one check character over it all.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(*, kind: str, region: str, organization: str) -> str:
    """The full code of an eight-character organization, e.g. kind "91", region "330000", organization "MADEM001"."""
    body = f"{kind}{region}{organization}{organization_check(organization)}"
    return body + check_character(body)


def is_valid(code: str) -> bool:
    return (
        len(code) == 18
        and all(character in ALPHABET for character in code)
        and organization_check(code[8:16]) == code[16]
        and check_character(code[:17]) == code[17]
    )


def check_character(body: str) -> str:
    """The eighteenth character: weights are the powers of 3, everything modulo 31."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[-total % 31]


def organization_check(organization: str) -> str:
    """The organization code's own check character: modulo 11, ten is written X."""
    total = sum(
        int(character, 36) * weight for character, weight in zip(organization, _ORGANIZATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]
