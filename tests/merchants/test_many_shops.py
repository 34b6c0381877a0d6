"""
Requests of fifty shops through four connections that are used again and again: nothing of one shop is left behind for
the next, however the request before ended (R6, F2).
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from celery import shared_task
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from catalog.models import Category, Product
from mall.tenancy import APP_ROLE, SHOP_ROLE, shop_scope
from merchants.access import shop_right
from tests.clients import Client, shown_factor
from tests.conftest import NOON
from tests.factories.merchants import seat, shop

SHOPS, CONNECTIONS = 50, 4


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
    except Exception:
        return request.seen
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


def walk(shops: list[dict], requests: int) -> tuple[Counter, list, set[int]]:
    """So many requests, dealt among the connections: how many of each kind, what went wrong, which connections."""
    done, wrong, pids = Counter(), [], set()
    kinds, weights = list(KINDS), [weight for weight, _ask in KINDS.values()]

    def work(number: int) -> None:
        dice = random.Random(number)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.add(cursor.fetchone()[0])
            for _ in range(requests // CONNECTIONS):
                one, kind = dice.choice(shops), dice.choices(kinds, weights)[0]
                seen = KINDS[kind][1](one)
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

    threads = [threading.Thread(target=work, args=[number]) for number in range(CONNECTIONS)]
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

    _done, wrong, _pids = walk(shops, 200)

    assert any(what == "left behind" for _kind, what, _left in wrong)
