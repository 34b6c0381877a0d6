"""The cache may be away: nobody gets an error for it, and what guards a door stays shut."""

import time

import pytest
from django.core.cache import caches
from django.urls import reverse

from mall import cache
from tests.factories.accounts import shopper
from tests.factories.catalog import sku


@pytest.fixture
def away(settings):
    """Nothing listens where the cache should be."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    cache.ForgivingRedisCache._away_until = 0.0


def test_what_it_cannot_say_is_not_known(away):
    one = caches["default"]

    assert (one.get("a", 7), one.get_many(["a"]), one.get_or_set("a", 3), one.has_key("a")) == (7, {}, 3, False)
    assert one.set("a", 1) is None
    assert one.delete("a") is False


def test_what_is_to_happen_once_does_not_happen(away):
    """Locks of sign-in limits and used codes of the second factor are added: without a cache none is."""
    assert caches["default"].add("used", "y") is False


def test_after_a_failure_nobody_waits_for_it(away, monkeypatch):
    one = caches["default"]
    one.get("a")

    def fail(*_args, **_kwargs):
        raise AssertionError("it is asked again at once")

    monkeypatch.setattr(cache.RedisCache, "get", fail)

    assert one.get("a", 1) == 1
    monkeypatch.setattr(time, "monotonic", lambda: cache.ForgivingRedisCache._away_until + 1)
    with pytest.raises(AssertionError):
        one.get("a")


@pytest.mark.django_db
def test_people_go_on_looking_around(away, client):
    tea = sku()
    client.force_login(shopper())
    addresses = [
        reverse("storefront:catalog:home"),
        reverse("storefront:catalog:product", args=[tea.product.public_id]),
    ]

    assert [client.get(address).status_code for address in [*addresses, reverse("storefront:orders:cart")]] == [200] * 3
