"""Pages by key: every row once and in order, however many are alike, empty, or come meanwhile."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mall.backoffice.tables import Sort, capped_counts, read_page, shown_count
from mall.exports.models import Export
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db

SORTS = [
    Sort("number", "Number", "pk"),
    Sort("done", "Done", "rows_done"),
    Sort("total", "Total", "rows_total", has_nulls=True),
    Sort("asked", "Asked", "asked_at"),
]


def row(place, person, *, done=0, total=None, days=0) -> Export:
    return Export.objects.create(
        shop=place, by=person, kind="x", format="csv", language="en", rows_done=done, rows_total=total,
        asked_at=NOON + timedelta(days=days), beat_at=NOON,
    )  # fmt: skip


def page(rows, address="", *, per_page=3, **words):
    asked = address.removeprefix("?") or urlencode(words)
    return read_page(rows, RequestFactory().get(f"/?{asked}"), sorts=SORTS, default="-number", per_page=per_page)


def in_order(rows, wanted: str) -> list[int]:
    """What the list must be, told in Python."""
    column = next(sort.column for sort in SORTS if sort.name == wanted.removeprefix("-"))

    def place(export):
        value = export.pk if column == "pk" else getattr(export, column)
        return (value is None, value if value is not None else 0, export.pk)

    return [export.pk for export in sorted(rows, key=place, reverse=wanted.startswith("-"))]


value = st.one_of(st.none(), st.integers(0, 2))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(st.tuples(st.integers(0, 2), value, st.integers(0, 2)), max_size=14),
    coming=st.lists(st.tuples(st.integers(0, 2), value, st.integers(0, 2)), max_size=6),
    wanted=st.sampled_from([sign + sort.name for sort in SORTS for sign in ("", "-")]),
    per_page=st.integers(1, 4),
)
def test_walking_there_and_back_meets_every_row_once_and_in_order(db, there, coming, wanted, per_page):
    place, person = shop(), shopper()
    mine = Export.objects.owned_by(place)
    first = [row(place, person, done=done, total=total, days=days) for done, total, days in there]
    coming = list(coming)

    seen, shown = [], page(mine, per_page=per_page, sort=wanted)
    pages = [shown]
    while True:
        seen += [export.pk for export in shown]
        if coming:
            done, total, days = coming.pop()
            row(place, person, done=done, total=total, days=days)
        if not shown.next_url:
            break
        shown = page(mine, shown.next_url, per_page=per_page)
        pages.append(shown)
        assert len(shown) <= per_page

    everything = in_order(mine.all(), wanted)
    assert len(seen) == len(set(seen))
    assert set(seen) >= {export.pk for export in first}
    assert seen == [pk for pk in everything if pk in set(seen)]

    back = [export.pk for export in shown]
    while shown.previous_url:
        shown = page(mine, shown.previous_url, per_page=per_page)
        back = [export.pk for export in shown] + back
    assert len(back) == len(set(back))
    assert set(back) >= {export.pk for export in first}
    assert back == [pk for pk in everything if pk in set(back)]


def test_pages_lead_there_and_back():
    place, person = shop(), shopper()
    rows = [row(place, person).pk for _number in range(7)][::-1]
    mine = Export.objects.owned_by(place)

    first = page(mine)
    second = page(mine, first.next_url)
    third = page(mine, second.next_url)

    assert [[export.pk for export in one] for one in (first, second, third)] == [rows[:3], rows[3:6], rows[6:]]
    assert (first.previous_url, third.next_url) == ("", "")
    assert [export.pk for export in page(mine, third.previous_url)] == rows[3:6]
    assert [export.pk for export in page(mine, second.previous_url)] == rows[:3]
    assert page(mine, page(mine, third.previous_url).previous_url).previous_url == ""


@pytest.mark.parametrize("token", ["x", "eyJ4IjoxfQ:abc", "", "\x00", "a" * 5000])
def test_an_edge_that_is_not_ours_leads_to_the_first_page(token):
    place, person = shop(), shopper()
    rows = [row(place, person).pk for _number in range(4)][::-1]

    shown = page(Export.objects.owned_by(place), after=token, before=token)

    assert [export.pk for export in shown] == rows[:3]


def test_an_edge_cannot_be_changed_nor_used_for_another_order():
    place, person = shop(), shopper()
    rows = [row(place, person, done=number).pk for number in range(6)]
    mine = Export.objects.owned_by(place)
    token = parse_qs(page(mine, sort="done").next_url[1:])["after"][0]

    changed = token[:3] + ("A" if token[3] != "A" else "B") + token[4:]

    assert [export.pk for export in page(mine, sort="done", after=token)] == rows[3:]
    assert [export.pk for export in page(mine, sort="done", after=changed)] == rows[:3]
    assert [export.pk for export in page(mine, sort="-done", after=token)] == rows[:2:-1]


def test_an_edge_beyond_which_nothing_is_left_leads_to_the_first_page():
    place, person = shop(), shopper()
    rows = [row(place, person).pk for _number in range(5)][::-1]
    mine = Export.objects.owned_by(place)
    following = page(mine).next_url
    mine.filter(pk__in=rows[3:]).delete()

    assert [export.pk for export in page(mine, following)] == rows[:3]


def test_several_parts_are_read_as_one_list():
    place, person = shop(), shopper()
    rows = [row(place, person, done=number % 2, days=number % 3).pk for number in range(9)]
    mine = Export.objects.owned_by(place)
    parts = [mine.filter(rows_done=0), mine.filter(rows_done=1)]

    shown, seen = page(parts, sort="-asked"), []
    while True:
        seen += [export.pk for export in shown]
        if not shown.next_url:
            break
        shown = page(parts, shown.next_url)

    assert seen == in_order(mine.all(), "-asked")
    assert set(seen) == set(rows)


def test_headings_turn_the_order_and_keep_the_filter():
    place = shop()
    shown = page(Export.objects.owned_by(place), q="tea", sort="-done", after="x")

    assert shown.headings["done"].direction == "descending"
    assert shown.headings["done"].url == "?q=tea&sort=done"
    assert (shown.headings["total"].direction, shown.headings["total"].url) == ("", "?q=tea&sort=-total")


def test_a_page_takes_one_statement_and_one_more_where_values_are_missing(django_assert_num_queries):
    place, person = shop(), shopper()
    for number in range(9):
        row(place, person, total=number if number % 2 else None)
    mine = Export.objects.owned_by(place)

    with django_assert_num_queries(1):
        deep = page(mine, sort="-done")
    with django_assert_num_queries(1):
        page(mine, deep.next_url)
    with django_assert_num_queries(2):
        assert len(page(mine, sort="total", per_page=6)) == 6


def test_counts_stop_at_their_cap_and_take_one_statement(django_assert_num_queries):
    place, person = shop(), shopper()
    for number in range(5):
        row(place, person, done=number)
    mine = Export.objects.owned_by(place)

    with django_assert_num_queries(1):
        counts = capped_counts(
            {"all": mine, "some": mine.filter(rows_done__lt=2), "none": mine.filter(rows_done__in=[])}, cap=3
        )

    assert counts == {"all": 4, "some": 2, "none": 0}
    assert [shown_count(count, cap=3) for count in counts.values()] == ["3+", 2, 0]
    assert capped_counts({}) == {}
