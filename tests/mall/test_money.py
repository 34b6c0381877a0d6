import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.money import Money


def test_money_refuses_floats_and_other_currencies():
    with pytest.raises(TypeError):
        Money(1.5)
    with pytest.raises(TypeError):
        Money(100) * 0.5
    with pytest.raises(TypeError):
        Money(100, "CNY") + Money(100, "USD")
    with pytest.raises(TypeError):
        Money(100) + 1


def test_share_rounds_half_away_from_zero():
    assert Money(9100).share(500) == Money(455)
    assert Money(1).share(5000) == Money(1)
    assert Money(-1).share(5000) == Money(-1)
    assert Money(33).share(100) == Money(0)


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_allocated_parts_add_up_to_the_fen(minor, weights):
    if not sum(weights):
        weights = [1, *weights]

    parts = Money(minor).allocate(weights)

    assert Money.total(parts) == Money(minor)
    exact = [minor * weight / sum(weights) for weight in weights]
    assert all(abs(part.minor - fair) <= 1 + 1e-3 for part, fair in zip(parts, exact, strict=True))


def test_amounts_are_read_as_people_write_them():
    assert Money.parse("1,299.5") == Money(129950)
    assert Money.parse("¥ 12.30") == Money(1230)
    for wrong in ("", "12.345", "abc", "NaN", "1e400"):
        with pytest.raises(ValueError):
            Money.parse(wrong)
    assert str(Money(-123456)) == "-¥1,234.56"
