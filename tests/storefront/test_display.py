"""How money, moments, stars and counts are written on pages."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from mall.money import Money
from mall.templatetags import mall as display

SHOWN_AT = datetime(2026, 3, 4, 17, 5, tzinfo=UTC)  # 01:05 of the next day in Shanghai


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(129_900), '<span class="money"><small>¥</small>1,299<small>.00</small></span>'),
        (Money(-5), '<span class="money">−<small>¥</small>0<small>.05</small></span>'),
        (Money(700, "JPY"), '<span class="money"><small>JP¥</small>700<small></small></span>'),
        (None, ""),
    ],
)
def test_money_is_written_with_a_small_sign_and_small_cents(amount, shown):
    assert display.money(amount) == shown


def test_money_that_came_in_says_so():
    assert ">+<small>¥</small>1<small>.00" in display.signed_money(Money(100))
    assert ">−<small>¥</small>1<small>.00" in display.signed_money(Money(-100))


@pytest.mark.parametrize(("language", "shown"), [("zh-hans", "2026年3月5日 01:05"), ("en", "5 Mar 2026 01:05")])
def test_a_moment_is_written_in_shanghais_time_and_the_readers_way(language, shown):
    with override(language):
        assert display.moment(SHOWN_AT) == f'<time datetime="2026-03-05T01:05:00+08:00">{shown}</time>'


def test_a_day_is_written_without_a_time():
    with override("en"):
        assert display.day(date(2026, 3, 5)) == '<time datetime="2026-03-05">5 Mar 2026</time>'


@pytest.mark.parametrize(("language", "shown"), [("zh-hans", ["999", "1200", "1.2万"]), ("en", ["999", "1.2k", "12k"])])
def test_counts_are_shortened_as_malls_do(language, shown):
    with override(language):
        assert [display.compact(count) for count in (999, 1_200, 12_000)] == shown


@pytest.mark.parametrize(("rating", "halves"), [(4.6, 9), (5, 10), (0.2, 0)])
def test_stars_are_filled_to_half_a_star_and_said_in_words(rating, halves):
    with override("en"):
        shown = display.stars(rating)

    assert f'stars-{halves}"' in shown
    assert f'aria-label="{rating:g} out of 5 stars"' in shown


def test_every_status_of_the_mall_has_a_tone():
    assert [display.tone(status) for status in ("completed", "paid", "unpaid", "frozen", "draft")] == [
        "good", "info", "warn", "bad", "quiet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("丽水市", "Lishui"),
        ("浙江省", "Zhejiang"),
        ("陕西省", "Shaanxi"),
        ("内蒙古自治区", "Inner Mongolia"),
        ("重庆市", "Chongqing"),
        ("厦门市", "Xiamen"),
        ("Hamburg", "Hamburg"),
        ("", ""),
    ],
)
def test_places_are_written_as_their_readers_write_them(name, english):
    with override("en"):
        assert display.place(name) == english
    with override("zh-hans"):
        assert display.place(name) == name


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8619900000001", "199 0000 0001"),
        ("+862155550001", "021 5555 0001"),
        ("+85255000001", "+852 5500 0001"),
        ("199****0001", "199****0001"),
        ("", ""),
    ],
)
def test_phone_numbers_are_written_in_groups(number, shown):
    assert display.phone(number) == shown
