"""Looks at a shop's pages are counted cheaply, by the day and without saying who, and told to its growth file (M5)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.interest import history
from catalog.visits import note_visit, tell_visits
from mall import cache_server, clock
from mall.events import deliver_everything
from mall.events.models import OutboxEvent, Receipt
from merchants import growth
from merchants.models import DailyFacts
from tests.clients import Client
from tests.conftest import NOON
from tests.factories.accounts import shopper
from tests.factories.catalog import product, sku
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def look(page, *, agent=PERSON, client=None, method="get", **headers):
    headers = {"user-agent": agent, "x-forwarded-for": "198.51.100.7", **headers}
    return getattr(client or Client(), method)(page, headers=headers)


def pages_of(place):
    """The shop's own page and one of its products."""
    goods = sku(product=product(shop=place)).product
    return reverse("storefront:catalog:shop", args=[place.slug]), reverse(
        "storefront:catalog:product", args=[goods.public_id]
    )


def told(place) -> list[tuple]:
    deliver_everything()
    rows = DailyFacts.objects.filter(shop=place, page_views__gt=0).order_by("on")
    return [(row.on, row.visitors, row.page_views) for row in rows]


def test_people_are_counted_once_a_day_and_every_page_they_see(settings):
    settings.MALL_TRUSTED_PROXIES = ["127.0.0.1"]
    place, other = shop(), shop()
    front, goods = pages_of(place)
    now = clock.now()
    member = Client()
    member.force_login(her := shopper())
    history.turn_off(shopper=her, now=now)  # she keeps no history, and is a number like others

    for page in (front, goods, goods):  # the second time the page is a kept one
        assert look(page).status_code == 200
    look(goods, **{"accept-encoding": "gzip"})
    look(goods, **{"x-forwarded-for": "203.0.113.9"})  # somebody else
    look(front, client=member)
    look(goods, client=member, **{"x-forwarded-for": "203.0.113.9"})  # the same member from elsewhere
    look(reverse("storefront:catalog:home"))
    tell_visits(now=now + DAY)

    assert told(place) == [(clock.business_date(now), 3, 7)]
    assert told(other) == []


@pytest.mark.parametrize(
    "how",
    [
        {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36"},
        {"agent": "curl/8.5.0"},
        {"agent": ""},
        {"method": "head"},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
def test_machines_and_looks_ahead_count_nothing(how):
    place = shop()
    front, _goods = pages_of(place)

    assert look(front, **how).status_code == 200
    tell_visits(now=clock.now() + DAY)

    assert told(place) == []


def test_told_twice_or_late_it_counts_the_same():
    place = shop()
    for number, who in ((0, "a"), (0, "b"), (0, "a"), (1, "a")):
        note_visit(place.public_id, visitor=who, now=NOON + number * DAY)
    note_visit(place.public_id, visitor="a", now=NOON + 4 * DAY)  # today is not over
    first = NOON.date()
    once = [(first, 2, 3), (first + DAY, 1, 1)]

    tell_visits(now=NOON + 4 * DAY)  # three days late
    tell_visits(now=NOON + 4 * DAY)  # again, before anybody has heard it
    assert told(place) == once

    note_visit(place.public_id, visitor="c", now=NOON)  # a straggler changes nothing that was told
    assert tell_visits(now=NOON + 4 * DAY) == 0
    Receipt.objects.all().delete()
    OutboxEvent.objects.update(delivered_at=None)
    assert told(place) == once
    assert growth.rebuild()["different"] == 0


def test_what_is_kept_names_nobody_and_expires():
    place, who = shop(), "198.51.100.7 Firefox"
    note_visit(place.public_id, visitor=who, now=NOON)
    server, day = cache_server.cache_server(), NOON.date().isoformat()

    assert server.hgetall(f"visits:{day}")[place.public_id.encode()] == b"1"
    assert b"198.51" not in server.get(f"visitors:{day}:{place.public_id}")
    for key in (f"visits:{day}", f"visitors:{day}:{place.public_id}"):
        assert 5 * 24 * 3600 < server.ttl(key) <= 6 * 24 * 3600


def test_page_is_shown_when_the_counter_is_away(monkeypatch):
    import redis

    place = shop()
    _front, goods = pages_of(place)
    monkeypatch.setattr(cache_server, "_client", redis.Redis(port=1))  # nobody listens there

    assert look(goods).status_code == 200
