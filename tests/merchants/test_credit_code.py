import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.credit_code import ALPHABET, check_character, is_valid, normal

REAL = ["91350100M000100Y43", "9144030071526726XG", "91110108551385082Q", "91110000802100433B"]
CHARACTERS = st.sampled_from(ALPHABET)
FIRST17 = st.builds(
    lambda head, division, tail: head + division + tail,
    st.text(CHARACTERS, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(CHARACTERS, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", REAL)
def test_codes_of_known_businesses_are_valid(code):  # M2
    assert is_valid(code)


@pytest.mark.parametrize(
    "code",
    ["", "91350100M000100Y4", "91350100M000100Y433", "91350100M000100Y44", "91350100m000100y43", "I1350100M000100Y43",
     "9135O100M000100Y43", "91350100M000100Y4３", "AAAAAAAAAAAAAAAAAA", " 91350100M000100Y43"],
)  # fmt: skip
def test_what_is_no_code_is_not_valid(code):
    assert not is_valid(code)


@given(FIRST17)
def test_exactly_one_check_character_belongs_to_seventeen(first17):
    assert [last for last in ALPHABET if is_valid(first17 + last)] == [check_character(first17)]


@given(FIRST17, st.integers(0, 16), CHARACTERS)
def test_any_single_wrong_character_is_caught(first17, place, wrong):
    code = first17 + check_character(first17)
    mistyped = code[:place] + wrong + code[place + 1 :]

    assert is_valid(mistyped) == (mistyped == code)


@given(FIRST17, st.integers(0, 16))
def test_two_neighbours_exchanged_are_caught(first17, place):
    code = first17 + check_character(first17)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert is_valid(swapped) == (swapped == code)


def test_typed_code_is_brought_into_its_printed_form():
    assert normal(" 91350100-m000100y43 ") == "91350100M000100Y43"


def test_check_character_needs_seventeen_characters():
    with pytest.raises(ValueError, match="17"):
        check_character("9135")
