"""O6: how carriers' numbers look, with their check digits."""

import pytest

from orders.carriers import BadTrackingNumber, carrier, clean_tracking_number
from orders.carriers.numbers import luhn_digit
from orders.models import Parcel

GOOD = [
    ("sf", "SF1234567890123"), ("yto", "YT1234567890123"), ("zto", "78123456789012"), ("sto", "773123456789012"),
    ("yunda", "4312345678901"), ("jd", "JD0012345678901"), ("ems", "EA123456785CN"), ("ems", "1234567890123"),
    ("ems", "RR473124829CN"), ("dhl", "1234567891"), ("ups", "1Z999AA10123456784"), ("ups", "1Z12345E6605272234"),
    ("fedex", "986578788855"), ("fedex", "041441760228964"), ("self", "VAN-0042"),
]  # fmt: skip
ONE_DIGIT_WRONG = [
    ("ems", "EA123456789CN"), ("ems", "RR473124828CN"), ("dhl", "1234567892"), ("ups", "1Z999AA10123456783"),
    ("ups", "1Z12346E6605272234"), ("fedex", "986578788856"), ("fedex", "041441760228965"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "number"), GOOD)
def test_numbers_of_carriers_are_read(code, number):
    assert clean_tracking_number(code, f" {number[:4].lower()} {number[4:]} ") == number


@pytest.mark.parametrize(("code", "number"), ONE_DIGIT_WRONG)
def test_a_slip_of_the_finger_is_found_where_there_is_a_check_digit(code, number):
    with pytest.raises(BadTrackingNumber):
        clean_tracking_number(code, number)


@pytest.mark.parametrize("code", Parcel.Carrier.values)
def test_every_carrier_is_registered_and_its_example_is_a_number_of_its(code):
    assert clean_tracking_number(code, carrier(code).example) == carrier(code).example


def test_the_sandbox_draws_numbers_that_it_reads():
    sandbox = carrier("sandbox")

    numbers = [sandbox.new_number(f"pcl_{one}") for one in range(200)]

    assert all(sandbox.reads(number) for number in numbers) and len(set(numbers)) == 200
    assert not any(sandbox.reads(number[:-1] + str((int(number[-1]) + 1) % 10)) for number in numbers)
    assert clean_tracking_number("sandbox", "  ") == ""


@pytest.mark.parametrize("code", ["sf", "pigeon", "ups"])
def test_others_need_a_number(code):
    with pytest.raises(BadTrackingNumber):
        clean_tracking_number(code, "")


def test_the_digit_of_luhn():
    assert luhn_digit("7992739871") == "3"
