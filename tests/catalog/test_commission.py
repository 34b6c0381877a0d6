"""S2: what a rule takes of a line, in a table; which rule fits; what is kept of it when a line is returned in parts."""

from dataclasses import replace

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.commission import Facts, Terms, count, first_that_fits, say_conditions, say_how_much, share_kept
from mall.money import Money

# paid: by the shopper for the line · added: by the mall and other shops · pieces: paid for · terms: "+" joins what is
# taken together · takes: the commission · held: the bound that decided
GOLDEN = """
paid     | added  | pieces | terms                                                | takes   | held
100.00   | 0.00   | 1      | 5 %                                                  | 5.00    |
33.33    | 0.00   | 1      | 5 %                                                  | 1.67    |
0.09     | 0.00   | 1      | 5 %                                                  | 0.00    |
0.10     | 0.00   | 1      | 5 %                                                  | 0.01    |
0.30     | 0.00   | 3      | 5 %                                                  | 0.02    |
19.99    | 0.00   | 1      | 2.5 %                                                | 0.50    |
19.79    | 0.00   | 1      | 2.5 %                                                | 0.49    |
1.00     | 0.00   | 1      | 0.5 %                                                | 0.01    |
0.99     | 0.00   | 1      | 0.5 %                                                | 0.00    |
100.00   | 0.00   | 2      | 0 %                                                  | 0.00    |
100.00   | 0.00   | 2      | 50 %                                                 | 50.00   |
90.00    | 10.00  | 1      | 5 %                                                  | 5.00    |
80.00    | 20.00  | 1      | 50 %                                                 | 50.00   |
1.00     | 99.00  | 1      | 5 %                                                  | 1.00    | paid
0.00     | 50.00  | 1      | 5 %                                                  | 0.00    | paid
100.00   | 0.00   | 1      | fixed 1.00                                           | 1.00    |
100.00   | 0.00   | 3      | fixed 1.00                                           | 3.00    |
100.00   | 0.00   | 3      | fixed 0.33                                           | 0.99    |
2.00     | 0.00   | 3      | fixed 1.00                                           | 2.00    | paid
0.00     | 0.00   | 3      | fixed 1.00                                           | 0.00    | paid
100.00   | 0.00   | 0      | fixed 1.00                                           | 0.00    |
100.00   | 0.00   | 3      | 2 % + fixed 1.00                                     | 5.00    |
33.33    | 0.00   | 2      | 2.5 % + fixed 0.50                                   | 1.83    |
0.50     | 0.00   | 1      | 5 % + fixed 0.49                                     | 0.50    | paid
100.00   | 0.00   | 1      | 5 % + floor 6.00                                     | 6.00    | floor
120.00   | 0.00   | 1      | 5 % + floor 6.00                                     | 6.00    |
121.00   | 0.00   | 1      | 5 % + floor 6.00                                     | 6.05    |
5.00     | 0.00   | 1      | 5 % + floor 6.00                                     | 5.00    | paid
100.00   | 0.00   | 1      | 5 % + cap 4.00                                       | 4.00    | cap
80.00    | 0.00   | 1      | 5 % + cap 4.00                                       | 4.00    |
79.00    | 0.00   | 1      | 5 % + cap 4.00                                       | 3.95    |
100.00   | 0.00   | 9      | fixed 1.00 + cap 5.00                                | 5.00    | cap
100.00   | 0.00   | 1      | 5 % + floor 4.00 + cap 4.00                          | 4.00    | cap
10.00    | 0.00   | 1      | 5 % + floor 4.00 + cap 4.00                          | 4.00    | floor
3.00     | 0.00   | 1      | 5 % + floor 4.00 + cap 4.00                          | 3.00    | paid
50000.00 | 0.00   | 1      | 5 % + cap 300.00                                     | 300.00  | cap
1000.00  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 50.00   |
1000.01  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 50.00   |
1000.17  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 50.01   |
2000.00  | 0.00   | 4      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 80.00   |
5000.00  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 170.00  |
9000.00  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 210.00  |
900.00   | 200.00 | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 53.00   |
0.10     | 0.00   | 1      | ladder 0:5 %, 1000.00:3 %, 5000.00:1 %               | 0.01    |
2000.00  | 0.00   | 4      | ladder 0:5 %, 1000.00:3 % + fixed 0.50               | 82.00   |
9000.00  | 0.00   | 1      | ladder 0:5 %, 1000.00:3 % + cap 200.00               | 200.00  | cap
10.00    | 0.00   | 1      | ladder 0:0 %, 1000.00:3 % + floor 0.10               | 0.10    | floor
0.33     | 0.00   | 1      | ladder 0:1.5 %, 0.10:1.5 %, 0.20:1.5 %               | 0.00    |
0.34     | 0.00   | 1      | ladder 0:1.5 %, 0.10:1.5 %, 0.20:1.5 %               | 0.01    |
"""
ROWS = [[cell.strip() for cell in row.split("|")] for row in GOLDEN.strip().splitlines()[1:]]
SILENT = Terms(rule="cru_1", name={"en": "A rule"}, version=1)


def fen(words: str) -> int:
    return Money.parse(words).minor


def bps(words: str) -> int:
    return round(float(words.removesuffix("%")) * 100)


def terms_of(words: str) -> Terms:
    said = {}
    for part in words.split(" + "):
        name, _space, rest = part.partition(" ")
        match name:
            case "fixed" | "floor" | "cap":
                said[name] = fen(rest)
            case "ladder":
                steps = [step.split(":") for step in rest.split(", ")]
                said["ladder"] = [[fen(start), bps(rate)] for start, rate in steps]
            case _:
                said["bps"] = bps(part)
    return replace(SILENT, **said)


@pytest.mark.parametrize(("paid", "added", "pieces", "terms", "takes", "held"), ROWS)
def test_a_rule_takes_of_a_line_what_the_table_says(paid, added, pieces, terms, takes, held):  # S2
    found = count(terms_of(terms), base=fen(paid) + fen(added), pieces=int(pieces), paid=fen(paid))

    assert (Money(found.amount), found.held) == (Money.parse(takes), held)


TEAWARE = Facts(category="00010002", shop=7, tier="waist", shop_days=40, kind="physical", price=5_000)
CONDITIONS = [
    ({}, True),
    ({"category": "0001"}, True),
    ({"category": "00010002"}, True),
    ({"category": "000100020003"}, False),
    ({"category": "0002"}, False),
    ({"shop": 7}, True),
    ({"shop": 8}, False),
    ({"tier": "waist"}, True),
    ({"tier": "head"}, False),
    ({"shop_days": 41}, True),
    ({"shop_days": 40}, False),
    ({"kind": "physical"}, True),
    ({"kind": "service"}, False),
    ({"price_from": 5_000}, True),
    ({"price_from": 5_001}, False),
    ({"price_below": 5_001}, True),
    ({"price_below": 5_000}, False),
    ({"price_from": 4_000, "price_below": 6_000}, True),
    ({"campaign": "cmg_1"}, True),
    ({"campaign": "cmg_2"}, False),
    ({"currency": "USD"}, False),
    ({"category": "0001", "shop": 7, "tier": "waist", "shop_days": 90, "kind": "physical", "campaign": "cmg_1"}, True),
    ({"category": "0001", "shop": 7, "tier": "waist", "shop_days": 90, "kind": "presale", "campaign": "cmg_1"}, False),
]


@pytest.mark.parametrize(("named", "fits"), CONDITIONS)
def test_everything_that_is_named_must_be_so(named, fits):  # S2
    facts = replace(TEAWARE, campaigns={"cmg_1"})

    assert replace(SILENT, **named).fits(facts) is fits


def test_the_first_that_fits_counts():
    rules = [replace(SILENT, rule=name, shop=shop) for name, shop in (("one", 8), ("two", 7), ("three", None))]

    assert first_that_fits(rules, TEAWARE).rule == "two"
    assert first_that_fits(rules, replace(TEAWARE, shop=9)).rule == "three"
    assert first_that_fits(rules[:2], replace(TEAWARE, shop=9)) is None


FREELY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MINOR = st.integers(0, 10_000_000)
MAYBE = st.none() | st.integers(0, 100_000)
LADDERS = st.lists(st.tuples(MINOR, st.integers(0, 5_000)), max_size=5, unique_by=lambda step: step[0]).map(
    lambda steps: [[0, 500], *([start, rate] for start, rate in sorted(steps) if start)]
)


@st.composite
def some_terms(draw) -> Terms:
    floor, cap = draw(MAYBE), draw(MAYBE)
    if floor is not None and cap is not None and floor > cap:
        floor, cap = cap, floor
    rate = draw(st.none() | st.integers(0, 5_000))
    ladder = draw(st.none() | LADDERS) if rate is None else None
    return replace(SILENT, bps=rate, ladder=ladder, fixed=draw(MAYBE), floor=floor, cap=cap)


@FREELY
@given(terms=some_terms(), paid=MINOR, added=MINOR, pieces=st.integers(1, 999))
def test_a_commission_lies_between_nothing_and_what_was_paid(terms, paid, added, pieces):  # S2
    found = count(terms, base=paid + added, pieces=pieces, paid=paid)

    assert 0 <= found.amount <= paid
    assert terms.cap is None or found.amount <= terms.cap
    assert terms.floor is None or found.amount >= min(terms.floor, paid)


@FREELY
@given(terms=some_terms(), paid=MINOR, more=st.integers(1, 1_000), pieces=st.integers(1, 999))
def test_who_pays_more_never_costs_the_shop_more_than_that(terms, paid, more, pieces):  # a ladder has no edge
    least = count(terms, base=paid, pieces=pieces, paid=paid).amount
    most = count(terms, base=paid + more, pieces=pieces, paid=paid + more).amount

    assert least <= most <= least + more


@given(
    terms=some_terms(), paid=st.integers(1, 10_000_000), weights=st.lists(st.integers(1, 50), min_size=1, max_size=20)
)
def test_a_line_returned_in_parts_gives_back_its_commission_to_the_fen(terms, paid, weights):  # O8, S2
    """Each part is within a fen of its share of the original; the last takes the rest, and no part is below nothing."""
    commission = count(terms, base=paid, pieces=len(weights), paid=paid).amount
    parts = [part.minor for part in Money(paid).allocate(weights)]

    kept, back = paid, []
    for part in parts:
        before, kept = share_kept(commission, kept=kept, paid=paid), kept - part
        back.append(before - share_kept(commission, kept=kept, paid=paid))

    assert sum(back) == commission
    assert all(0 <= given <= part for given, part in zip(back, parts, strict=True))
    assert all(abs(given * paid - commission * part) <= paid for given, part in zip(back, parts, strict=True))


@override("en")
def test_a_rule_is_said_in_words():
    because = replace(
        SILENT, category="0001", category_name={"en": "Teaware", "zh-hans": "茶具"}, tier="head", shop_days=90,
        price_from=1_000, price_below=2_000,
    ).conditions()  # fmt: skip

    assert say_conditions(because) == (
        "category “Teaware”, tier “Head”, a shop open for less than 90 days,"
        " a piece costs from ¥10.00 to less than ¥20.00"
    )
    assert say_conditions({}) == "every line"
    assert say_how_much(terms_of("2 % + fixed 1.00 + floor 0.50 + cap 30.00").effect()) == (
        "2 % + ¥1.00 for each piece, at least ¥0.50, at most ¥30.00"
    )
    assert say_how_much(terms_of("ladder 0:5 %, 1000.00:3 %").effect()) == (
        "a ladder (from ¥0.00 on 5 %, from ¥1,000.00 on 3 %)"
    )
