"""GB 11643, against the examples of the standard and a reference written from ISO 7064 itself."""

import random
from datetime import date

import pytest

from merchants.id_card import CHECK_CHARACTERS, born_on, check_character, is_of_age, is_valid, normal

TODAY = date(2026, 3, 2)
# Printed in the standard and in textbooks about it; nobody's cards.
EXAMPLES = ["11010519491231002X", "440524188001010014"]


def reference(first17: str) -> str:
    """MOD 11-2 as the recursive method of ISO 7064 describes it: no weights at all."""
    product = 0
    for digit in first17:
        product = (product + int(digit)) * 2 % 11
    check = (12 - product) % 11
    return "X" if check == 10 else str(check)


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_examples_carry_their_check_character(number):
    assert check_character(number[:17]) == number[17] == reference(number[:17])


def test_ten_thousand_numbers_agree_with_the_reference():
    chance = random.Random(11643)
    for _number in range(10_000):
        first17 = "".join(chance.choice("0123456789") for _digit in range(17))
        assert check_character(first17) == reference(first17)


def test_every_single_slip_is_found():
    sound = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            slipped = sound[:place] + digit + sound[place + 1 :]
            assert is_valid(slipped, today=TODAY) == (slipped == sound)
    assert {check for check in CHECK_CHARACTERS if is_valid(sound[:17] + check, today=TODAY)} == {"X"}


@pytest.mark.parametrize(
    "number",
    ["", "110105194912310021", "11010519491331002X", "11010520991231002X", "010105194912310020", "11010519491231002x",
     "１１０１０５１９４９１２３１００２X", "110105491231002"],
)  # fmt: skip
def test_what_can_be_no_number(number):
    assert not is_valid(number, today=TODAY)


def test_age_and_birthday():
    assert born_on("11010519491231002X") == date(1949, 12, 31)
    first17 = "33010620080302001"
    number = first17 + check_character(first17)
    assert is_of_age(number, today=date(2026, 3, 2))
    assert not is_of_age(number, today=date(2026, 3, 1))
    assert normal(" 110105 19491231 002x") == "11010519491231002X"
