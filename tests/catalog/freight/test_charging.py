"""What delivery costs: a golden table, and what holds for all goods (O2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.freight.charging import FIRST, FREE, FURTHER, Goods, Terms, Zone, flat, freight
from mall.money import Money
from mall.places import Region, region
from mall.texts import Text

REST, WEST = (), ("新疆", "西藏")


def zone(regions=REST, first=1, first_fee=800, further=1, further_fee=300, **free) -> Zone:
    return Zone(tuple(regions), first, first_fee, further, further_fee, **free)


def terms(*zones, name="frt_a", measure="piece", nowhere=()) -> Terms:
    return Terms(name, 1, Text({"zh-hans": name}), measure, zones or (zone(),), tuple(nowhere))


PIECES = terms(
    zone(free_over=9900),
    zone(WEST, first_fee=2500, further_fee=1500),
    zone(["浙江 杭州"], first_fee=500, further_fee=100, free_pieces=3),
    nowhere=["香港", "新疆 和田"],
)
WEIGHT = terms(zone(first=1000, further=500, further_fee=200), name="frt_w", measure="weight")
VOLUME = terms(
    zone(first=100_000, first_fee=6000, further=50_000, further_fee=2000), name="frt_v", measure="volume",
    nowhere=["海南", "台湾"],
)  # fmt: skip
HERE, URUMQI, HOTAN = region("江苏", "苏州"), region("新疆维吾尔自治区", "乌鲁木齐市"), region("新疆", "和田地区")
HANGZHOU, HAIKOU = region("浙江省", "杭州市"), region("海南", "海口")


@pytest.mark.parametrize(
    ("goods", "to", "fee", "how"),
    [
        # by piece: the first piece, each further one
        ([(PIECES, 1, 0, 0, 3000)], HERE, 800, [FIRST]),
        ([(PIECES, 3, 0, 0, 9000)], HERE, 1400, [FIRST]),
        ([(PIECES, 3, 0, 0, 9900)], HERE, 0, [FREE]),  # free from 99.00
        ([(PIECES, 3, 0, 0, 9899)], HERE, 1400, [FIRST]),
        ([(PIECES, 3, 0, 0, 99_000)], URUMQI, 5500, [FIRST]),  # nothing is free there
        ([(PIECES, 2, 0, 0, 100)], HANGZHOU, 600, [FIRST]),  # a city of its own
        ([(PIECES, 3, 0, 0, 100)], HANGZHOU, 0, [FREE]),  # free from three pieces
        ([(PIECES, 1, 0, 0, 100)], region("浙江"), 800, [FIRST]),  # its province is among all others
        ([(PIECES, 1, 0, 0, 100)], Region(), 800, [FIRST]),  # nobody has said where
        # two SKUs of one template are counted together
        ([(PIECES, 1, 0, 0, 5000), (PIECES, 2, 0, 0, 4900)], HERE, 0, [FREE]),
        ([(PIECES, 1, 0, 0, 1000), (PIECES, 2, 0, 0, 1000)], HERE, 1400, [FIRST]),
        # by weight: lots that are begun count
        ([(WEIGHT, 2, 500, 0, 100)], HERE, 800, [FIRST]),
        ([(WEIGHT, 1, 1001, 0, 100)], HERE, 1000, [FIRST]),
        ([(WEIGHT, 3, 700, 0, 100)], HERE, 1400, [FIRST]),  # 2100 g: 1000 and three lots of 500
        ([(WEIGHT, 4, 0, 0, 100)], HERE, 800, [FIRST]),  # without a weight
        # by volume
        ([(VOLUME, 1, 0, 240_000, 100)], HERE, 12_000, [FIRST]),
        # several templates: the highest first fee once, the others their further fee for all
        ([(PIECES, 2, 0, 0, 100), (VOLUME, 1, 0, 100_000, 100)], HERE, 6000 + 2 * 300, [FIRST, FURTHER]),
        ([(PIECES, 1, 0, 0, 100), (WEIGHT, 1, 1200, 0, 100)], HERE, 800 + 3 * 200, [FIRST, FURTHER]),
        ([(PIECES, 2, 0, 0, 9900), (VOLUME, 1, 0, 100_000, 9900)], HERE, 6000, [FIRST, FREE]),
        ([(PIECES, 2, 0, 0, 100), (flat(Money(1000), Money(5000)), 9, 0, 0, 100)], HERE, 1000 + 600, [FIRST, FURTHER]),
        ([(PIECES, 2, 0, 0, 100), (flat(Money(1000), Money(5000)), 9, 0, 0, 5000)], HERE, 1100, [FREE, FIRST]),
    ],
)
def test_delivery_costs_what_the_table_says(goods, to, fee, how):  # O2
    rows = [Goods(number, terms, pieces, grams, cm3) for number, (terms, pieces, grams, cm3, _) in enumerate(goods)]

    found = freight(rows, [amount for *_, amount in goods], to)

    assert (found.fee, [charge.how for charge in found.charges], found.not_delivered) == (fee, how, frozenset())


def test_what_is_not_sent_there_costs_nothing_and_is_named():  # O2
    rows = [Goods(7, PIECES, 1), Goods(8, VOLUME, 1, 0, 100_000), Goods(9, PIECES, 2)]
    to_haikou, to_hotan = freight(rows, [100] * 3, HAIKOU), freight(rows, [100] * 3, HOTAN)

    assert (to_haikou.fee, to_haikou.not_delivered) == (800 + 2 * 300, {8})
    assert (to_hotan.fee, to_hotan.not_delivered) == (6000, {7, 9})  # its province is a zone, the city is excepted
    assert (to_haikou.lines, to_hotan.lines) == ({7: 467, 8: 0, 9: 933}, {7: 0, 8: 6000, 9: 0})


def test_how_far_it_is_to_free_delivery_is_told_where_one_template_decides():  # O2
    two = [Goods(1, PIECES, 2), Goods(2, WEIGHT, 1, 100)]

    near = freight(two[:1], [8700], HERE)
    by_pieces = freight(two[:1], [100], HANGZHOU)
    mixed = freight(two, [8700, 100], HERE)
    reached = freight(two[:1], [9900], HERE)

    assert [(found.gap, found.pieces_gap) for found in (near, by_pieces, mixed, reached)] == [
        (1200, None), (None, 1), (None, None), (None, None),
    ]  # fmt: skip


def test_an_order_keeps_what_it_was_charged_by():  # O2
    (charge,) = freight([Goods(1, PIECES, 2)], [100], URUMQI).charges

    assert charge.as_data() == {
        "template": "frt_a", "version": 1, "name": {"zh-hans": "frt_a"}, "measure": "piece",
        "regions": ["新疆", "西藏"], "is_rest": False, "units": 2, "pieces": 2, "worth": 100, "how": "first",
        "fee": 4000, "first": 1, "first_fee": 2500, "further": 1, "further_fee": 1500, "free_over": None,
        "free_pieces": None,
    }  # fmt: skip


fees, counts = st.integers(0, 10_000), st.integers(1, 5000)
zones = st.builds(
    Zone, st.just(()), counts, fees, counts, fees, st.none() | st.integers(0, 50_000), st.none() | st.integers(1, 50)
)
unconditional = st.builds(Zone, st.just(()), counts, fees, counts, fees)


@st.composite
def goods(draw, of=zones):
    """Up to six lines of up to three templates."""
    measures = st.sampled_from(["piece", "weight", "volume"])
    known = [
        Terms(f"frt_{number}", 1, Text(), draw(measures), (draw(of),)) for number in range(draw(st.integers(1, 3)))
    ]
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(known), st.integers(1, 30), st.integers(0, 9000), st.integers(0, 90_000)),
            min_size=1,
            max_size=6,
        )
    )
    amounts = [draw(st.integers(0, 100_000)) for _ in rows]
    return [Goods(number, *row) for number, row in enumerate(rows)], amounts


@given(goods())
def test_a_fee_is_divided_onto_its_lines_without_a_fen_lost(drawn):  # O7, A5
    found = freight(*drawn)

    assert sum(found.lines.values()) == found.fee == sum(charge.fee for charge in found.charges)
    assert min(found.lines.values()) >= 0


@given(goods(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(drawn, dice):  # O2
    rows, amounts = drawn
    shuffled = list(zip(rows, amounts, strict=True))
    dice.shuffle(shuffled)

    found, again = freight(rows, amounts), freight(*map(list, zip(*shuffled, strict=True)))

    assert (found.fee, found.lines, found.charges) == (again.fee, again.lines, again.charges)


@given(goods(unconditional), st.data())
def test_another_piece_never_makes_delivery_cheaper_within_a_zone(drawn, data):  # O2
    rows, amounts = drawn
    place = data.draw(st.integers(0, len(rows) - 1))
    more = [
        Goods(row.sku_id, row.terms, row.pieces + (number == place), row.grams, row.cm3)
        for number, row in enumerate(rows)
    ]

    assert freight(more, amounts).fee >= freight(rows, amounts).fee


@given(goods(), st.data())
def test_to_pay_more_for_goods_never_makes_delivery_dearer_by_itself(drawn, data):  # O2
    rows, amounts = drawn
    raised = [amount + data.draw(st.integers(0, 50_000)) for amount in amounts]
    paid = {charge.terms.public_id for charge in freight(rows, raised).charges if charge.how != FREE}

    assert paid <= {charge.terms.public_id for charge in freight(rows, amounts).charges if charge.how != FREE}


@given(goods(unconditional))
def test_one_first_fee_is_taken_and_it_is_the_highest(drawn):  # O2
    found = freight(*drawn)

    firsts = [charge.zone.first_fee for charge in found.charges if charge.how == FIRST]
    assert firsts == [max(charge.zone.first_fee for charge in found.charges)]
