"""
Mutation (F4): the filter by shop is taken out of every back-office view at once, and the database still shows nobody
another shop's rows. The negative control takes the shop's scope out as well: then they show.
"""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import reverse

from mall import tenancy
from merchants import access
from tests.house import test_tenancy
from tests.house.test_tenancy import (
    OF_THE_MALL,
    ROWS,
    _arguments,
    _ask,
    _signed_in,
)

VIEWS = sorted(name for name, taken in ROWS.items() if taken and name not in OF_THE_MALL)
ENOUGH = 30

built = test_tenancy.built  # two shops, and a row of every kind of the first


@pytest.fixture
def world(db, built):
    return built


@pytest.fixture
def no_filter(monkeypatch):
    """As if ``owned_by(shop)`` had been forgotten in every view, form and query of the mall."""
    taken_out = []

    def everything(rows, shop):
        taken_out.append(rows.model)
        return rows.all()

    monkeypatch.setattr(tenancy.ShopOwnedQuerySet, "owned_by", everything)
    return taken_out


def under_own_slug(world, name: str) -> str:
    return reverse(name, kwargs={"shop": world["other_shop"].slug, **_arguments(world, ROWS[name])})


def test_without_any_filter_no_view_finds_another_shops_row(world, no_filter):
    client, shown, mutated = _signed_in(world["stranger"]), {}, set()
    for name in VIEWS:
        before = len(no_filter)
        with transaction.atomic():
            got = _ask(client, under_own_slug(world, name))
            transaction.set_rollback(True)
        if len(no_filter) > before:
            mutated.add(name)
        if not got <= {400, 403, 404, 405}:
            shown[name] = got

    assert shown == {}
    assert len(mutated) >= ENOUGH  # so many views really lost theirs


def test_without_the_scope_too_the_mutation_is_deadly(world, no_filter, monkeypatch):  # negative control
    @contextmanager
    def no_scope(shop_id):
        with transaction.atomic():
            yield

    monkeypatch.setattr(access, "shop_scope", no_scope)
    client, shown = _signed_in(world["stranger"]), set()
    for name in VIEWS:
        with transaction.atomic():
            if client.get(under_own_slug(world, name)).status_code == 200:
                shown.add(name)
            transaction.set_rollback(True)

    assert len(shown) >= 10
