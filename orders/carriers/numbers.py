"""Check digits of tracking numbers, for the carriers that have them."""

_S10 = (8, 6, 4, 2, 3, 5, 9, 7)


def s10(number: str) -> bool:
    """Post: two letters, eight digits, a check digit, a country (UPU S10)."""
    digits = [int(sign) for sign in number[2:11]]
    check = 11 - sum(digit * weight for digit, weight in zip(digits, _S10, strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(check, check)


def mod7(number: str) -> bool:
    """DHL: the last digit is what the others leave when divided by seven."""
    return int(number[-1]) == int(number[:-1]) % 7


def ups(number: str) -> bool:
    """UPS, after the 1Z: letters count as digits, every second sign twice."""
    signs = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:-1]]
    return int(number[-1]) == -(sum(signs[::2]) + 2 * sum(signs[1::2])) % 10


def fedex(number: str) -> bool:
    """FedEx: twelve digits (express) with weights 3, 1, 7; fifteen (ground) with weights 3, 1 from the right."""
    digits = [int(sign) for sign in number]
    if len(digits) == 12:
        return digits[-1] == sum(digit * (3, 1, 7)[place % 3] for place, digit in enumerate(digits[:-1])) % 11 % 10
    others = digits[-2::-1]
    return digits[-1] == -(3 * sum(others[::2]) + sum(others[1::2])) % 10


def luhn_digit(digits: str) -> str:
    """What follows these digits so that a slip of the finger shows."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def luhn(number: str) -> bool:
    """The sandbox's numbers, after their letters."""
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return digits[-1] == luhn_digit(digits[:-1])
