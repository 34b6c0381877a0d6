"""
Requests of fifty shops through four connections that are used again and again: nothing of one shop is left behind for
the next, however the request before ended (R6, F2). Directly, and through PgBouncer in transaction mode, where a
connection belongs to nobody from one transaction to the next.
"""

import os
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import shared_task
from django.conf import settings
from django.db import connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from catalog.models import Category, Product
from mall.tenancy import APP_ROLE, SHOP_ROLE, shop_scope
from merchants.access import shop_right
from tests import servers
from tests.clients import Client, shown_factor
from tests.conftest import NOON
from tests.factories.merchants import seat, shop

SHOPS, CONNECTIONS, CLIENTS = 50, 4, 12
ROOT = Path(__file__).resolve().parents[2]


@shared_task(name="tests.products_of_shop")
def products_of_shop(shop_id: int) -> list[str]:
    """As a task started for a shop does: the scope, then whatever it asks."""
    with shop_scope(shop_id):
        return titles()


def titles() -> list[str]:
    """A query that forgot its shop."""
    return [str(title) for title in Product.objects.order_by("pk").values_list("title", flat=True)]


def state() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('mall.shop', true), '')")
        return cursor.fetchone()


@shop_right("products.see")
def page(request):
    return HttpResponse("|".join(titles()))


@shop_right("products.see")
def broken(request):
    request.seen = titles()
    raise LookupError("in the middle")


@shop_right("products.see")
def broken_by_the_database(request):
    request.seen = titles()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


@shop_right("products.see")
def half_taken_back(request):
    try:
        with transaction.atomic():
            Product.objects.update(review_note="touched")
            raise LookupError("take this back")
    except LookupError:
        return HttpResponse("|".join(titles()))


@shop_right("products.see")
def streamed(request):
    request.seen = titles()
    return StreamingHttpResponse(title for title in titles())


def build() -> list[dict]:
    category = Category.objects.first() or Category.objects.add_root({"slug": "tea", "name": {"zh-hans": "茶"}})
    made = []
    for number in range(SHOPS):
        place = shop()
        words = [f"sign {number:03d} {piece}" for piece in "ab"]
        for title in words:
            Product.objects.create(
                shop=place, category=category, title={"zh-hans": title, "en": title}, created_at=NOON, changed_at=NOON
            )
        owner = seat(place).user
        made.append({"shop": place, "owner": owner, "titles": words, "session": shown_factor(owner)})
    return made


def ask(view: Callable, one: dict) -> list[str]:
    """What a request of this shop saw, however it ended."""
    request = RequestFactory().get("/")
    request.user, request.session = one["owner"], one["session"]
    try:
        answer = view(request, shop=one["shop"].slug)
    except Exception as error:
        return getattr(request, "seen", [repr(error)])
    return answer.content.decode().split("|")


def browse(one: dict) -> list[str]:
    """The whole way, from the address to the page; the signs of all shops that stand on it."""
    client = Client()
    client.force_login(one["owner"])
    text = client.get(reverse("backoffice:catalog:list", args=[one["shop"].slug])).content.decode()
    return sorted({f"sign {words[:5]}" for words in text.split("sign ")[1:]})


def without_shop(one: dict) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {SHOP_ROLE}")
        return titles()


KINDS: dict[str, tuple[int, Callable[[dict], list[str]]]] = {
    "page": (40, lambda one: ask(page, one)),
    "exception": (12, lambda one: ask(broken, one)),
    "exception of the database": (8, lambda one: ask(broken_by_the_database, one)),
    "savepoint": (15, lambda one: ask(half_taken_back, one)),
    "streaming": (10, lambda one: ask(streamed, one)),
    "task": (10, lambda one: products_of_shop.apply(kwargs={"shop_id": one["shop"].pk}).get()),
    "browser": (2, browse),
    "without a shop": (3, without_shop),
}


def seen_by(kind: str, one: dict) -> list[str]:
    try:
        return KINDS[kind][1](one)
    except Exception as error:
        return [repr(error)]


def walk(shops: list[dict], requests: int, clients: int = CONNECTIONS) -> tuple[Counter, list, set[int]]:
    """So many requests, dealt among threads: how many of each kind, what went wrong, which connections."""
    done, wrong, pids = Counter(), [], set()
    kinds, weights = list(KINDS), [weight for weight, _ask in KINDS.values()]

    def work(number: int) -> None:
        dice = random.Random(number)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.add(cursor.fetchone()[0])
            for _ in range(requests // clients):
                one, kind = dice.choice(shops), dice.choices(kinds, weights)[0]
                seen = seen_by(kind, one)
                if seen != ([] if kind == "without a shop" else one["titles"]):
                    wrong.append((kind, one["titles"], seen))
                if (left := state()) != (APP_ROLE, ""):
                    wrong.append((kind, "left behind", left))
                done[kind] += 1
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.add(cursor.fetchone()[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, wrong, pids


@pytest.mark.parametrize("requests", [1_000, pytest.param(10_000, marks=pytest.mark.proof)])
def test_interleaved_requests_of_fifty_shops_see_their_own_rows_alone(committed_db, requests):  # F2
    shops = build()

    done, wrong, pids = walk(shops, requests)

    assert wrong == []
    assert done.total() == requests
    assert set(done) == set(KINDS)
    assert len(pids) == CONNECTIONS  # each was used from the first request to the last
    assert not Product.objects.exclude(review_note="").exists()


@contextmanager
def scope_of_the_session(shop_id: int) -> Iterator[None]:
    """How it is often done, and wrong: set for the connection, and set back at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('mall.shop', %s, false), set_config('role', %s, false)", [str(shop_id), SHOP_ROLE]
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', 'none', false), set_config('mall.shop', '', false)")


def test_a_scope_that_is_set_for_the_session_is_found_out(committed_db, monkeypatch):
    """The negative control."""
    shops = build()
    monkeypatch.setattr("merchants.access.shop_scope", scope_of_the_session)

    done, wrong, _pids = walk(shops, 200)

    assert done.total() == 200
    assert any(what == "left behind" for _kind, what, _left in wrong)


# Behind a pool


@pytest.fixture
def pooled_db(committed_db):
    """``committed_db``, by way of a PgBouncer that has four connections for everybody."""
    if servers.POOLER_PROGRAM is None:
        why = "no PgBouncer here: apt-get install pgbouncer"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    with servers.pooler(CONNECTIONS) as port:
        connection.close()
        before = {alias: connections.settings[alias]["PORT"] for alias in connections}
        for alias in connections:
            connections.settings[alias]["PORT"] = str(port)
        yield
        connections.close_all()
        for alias, former in before.items():
            connections.settings[alias]["PORT"] = former


@pytest.mark.parametrize("requests", [600, pytest.param(10_000, marks=pytest.mark.proof)])
def test_twelve_clients_share_four_connections_and_see_their_own_rows_alone(pooled_db, requests):  # F2
    shops = build()

    done, wrong, pids = walk(shops, requests, CLIENTS)

    assert wrong == []
    assert done.total() == requests // CLIENTS * CLIENTS
    assert len(pids) <= CONNECTIONS < CLIENTS
    assert not Product.objects.exclude(review_note="").exists()


def test_behind_a_pool_a_scope_of_the_session_shows_other_shops_rows(pooled_db, monkeypatch):
    """The negative control: one shop's request finds the connection as another's has left it."""
    shops = build()
    monkeypatch.setattr("merchants.access.shop_scope", scope_of_the_session)

    _done, wrong, _pids = walk(shops, 240, CLIENTS)

    signs = {title for one in shops for title in one["titles"]}
    assert [seen for kind, mine, seen in wrong if mine != "left behind" and signs.intersection(seen).difference(mine)]


SESSION_STATE = re.compile(
    r"""set_config\([^)]*,\s*false\)|pg_advisory_lock|pg_try_advisory_lock|\bLISTEN\b|WITH HOLD|cursor\(name"""
    r"""|["']\s*SET (?!LOCAL\b|CONSTRAINTS\b)[A-Za-z_]+ (?:TO|=|ROLE)"""
    r"""|CREATE TEMP(?:ORARY)? TABLE(?![^"]*ON COMMIT DROP)"""
)


def test_nothing_that_the_mall_needs_is_kept_by_a_connection():  # F2
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in settings.DATABASES["default"].get("OPTIONS", {})
    files = [
        path
        for app in ("mall", "risk", "merchants", "catalog", "marketing", "orders", "settlement")
        for path in sorted((ROOT / app).rglob("*.py"))
        if not {"migrations", "embedded", "demo"} & set(path.parts)
    ]
    assert [(path.name, found[0]) for path in files for found in SESSION_STATE.finditer(path.read_text())] == []
    assert SESSION_STATE.search("set_config('role', %s, false)")  # the negative control
