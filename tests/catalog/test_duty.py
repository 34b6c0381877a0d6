"""C2: what is taken of goods from abroad: published rates, to the fen, and parts that add up whatever they are."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from catalog.duty import AS_ENACTED, Rates, duties
from mall.money import BPS, Money

CREAM, MAKE_UP = Rates(tariff_bps=100, vat_bps=1_300), Rates(tariff_bps=500, consumption_bps=1_500, vat_bps=1_300)


def test_within_the_limits_seven_tenths_of_vat_and_consumption_tax_are_taken_and_no_tariff():
    cream, make_up = duties([Money(10_000), Money(10_000)], [CREAM, MAKE_UP], pieces=2)

    assert (cream.tariff, cream.consumption, cream.vat) == (Money(0), Money(0), Money(910))  # 9.1 %, as published
    assert make_up.amount == Money(2_306)  # 23.06 %, as published: 70 % × (15 % + 13 %) ÷ (1 − 15 %)
    assert (make_up.consumption, make_up.vat) == (Money(1_235), Money(1_071))
    assert not cream.is_full


def test_a_single_piece_above_the_limit_is_taxed_in_full():
    (within,) = duties([Money(500_000)], [MAKE_UP], pieces=1)
    (above,) = duties([Money(500_001)], [MAKE_UP], pieces=1)
    (two,) = duties([Money(500_001)], [MAKE_UP], pieces=2)

    assert (within.is_full, above.is_full, two.is_full) == (False, True, False)
    # 5 % is 250.0005; 5,250.0105 ÷ 85 % × 15 % is 926.4724…; 13 % of all of that 802.9427…: together 1,979.4157…
    assert (above.tariff, above.consumption, above.vat) == (Money(25_000), Money(92_647), Money(80_295))
    assert two.tariff == Money(0)


rate = st.builds(Rates, st.integers(0, 10_000), st.integers(0, 5_600), st.integers(0, 1_700))


@given(st.lists(st.tuples(st.integers(0, 600_000), rate), min_size=1, max_size=8), st.integers(1, 9))
def test_parts_add_up_and_none_is_off_by_a_fen(lines, pieces):
    values, rates = [Money(value) for value, _rate in lines], [rate for _value, rate in lines]
    found = duties(values, rates, pieces=pieces)

    exact = []
    is_full = pieces == 1 and sum(value for value, _rate in lines) > AS_ENACTED.purchase_limit
    share = Fraction(1) if is_full else Fraction(AS_ENACTED.share_bps, BPS)
    for value, of in lines:
        tariff = Fraction(value * of.tariff_bps, BPS) if is_full else Fraction(0)
        both = (value + tariff) * (of.consumption_bps + of.vat_bps) / (BPS - of.consumption_bps)
        exact.append(tariff + both * share)
    total = sum(duty.amount.minor for duty in found)
    assert abs(total - sum(exact)) <= Fraction(1, 2)
    for duty, owed in zip(found, exact, strict=True):
        assert abs(duty.amount.minor - owed) < 3  # three taxes, each within a fen
        assert min(duty.tariff.minor, duty.consumption.minor, duty.vat.minor) >= 0
