"""
Mass assignment (F5): every form and every call that writes is sent what it holds, and beside it fields that are
nobody's to send. None of them is accepted: what was planted stands nowhere in the database, and nobody gained anything.
"""

import json
import re
from contextlib import suppress
from html.parser import HTMLParser

import pytest
from django import forms
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import get_resolver, reverse

from mall.accounts.models import User
from mall.money import MoneyField
from tests.house import test_tenancy
from tests.house.test_tenancy import (
    PLAIN,
    ROWS,
    SHOPPERS_ROWS,
    _arguments,
    _every_route,
    _signed_in,
)

FEN = 777_777_713  # no sum of the mall's
WORD = "planted-by-nobody"
NUMBERS = (
    "price", "total", "amount", "balance", "net", "gross", "fee", "refunded", "discount", "deposit", "price_paid",
    "unit_price", "face", "limit_minor", "sales", "score", "points", "growth", "commission_bps", "stock", "on_hand",
)  # fmt: skip
WORDS = (
    "status",
    "role",
    "tier",
    "level",
    "public_id",
    "authority",
    "decided_by",
    "approved_by",
    "channel",
    "email_verified",
)
FLAGS = ("is_staff", "is_superuser", "is_active", "is_live", "is_verified", "is_reviewed", "is_default_seller")
KEYS = (
    "shop",
    "shop_id",
    "shopper",
    "shopper_id",
    "merchant",
    "merchant_id",
    "owner",
    "user",
    "user_id",
    "person",
    "by",
)
ENDS = {  # what a press would undo of the world that the others need
    "account_logout", "storefront:accounts:sessions-end", "storefront:accounts:session-end", "set_language",
    "usersessions_list",
}  # fmt: skip

built = test_tenancy.built  # two shops, and a row of every kind of the first


@pytest.fixture
def world(db, built):
    return built


PUT_ASIDE = {"catalog_unfinishedproduct"}  # what was typed and not yet saved, as it was typed; no column of goods


class Fields(HTMLParser):
    """What the forms of a page hold, as a browser would send it."""

    def __init__(self):
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self.choosing = self.writing = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "input" and name and given.get("type") not in {"file", "submit", "button"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.held.setdefault(name, []).append(given.get("value") or "")
        elif tag == "select":
            self.choosing = name
        elif tag == "option" and self.choosing and ("selected" in given or self.choosing not in self.held):
            self.held[self.choosing] = [given.get("value") or ""]
        elif tag == "textarea" and name:
            self.writing = name
            self.held[name] = [""]
        elif tag == "button" and name:
            self.held.setdefault(name, [given.get("value") or ""])

    def handle_endtag(self, tag):
        if tag == "select":
            self.choosing = ""
        elif tag == "textarea":
            self.writing = ""

    def handle_data(self, data):
        if self.writing:
            self.held[self.writing][0] += data


def forbidden(world, own: set[str]) -> dict[str, object]:
    """Everything that is nobody's to send, but for what the form itself asks for."""
    sent = dict.fromkeys(NUMBERS, FEN) | dict.fromkeys(WORDS, WORD) | dict.fromkeys(FLAGS, "on")
    sent |= dict.fromkeys(KEYS, world["other_shop"].pk)
    return {name: value for name, value in sent.items() if name not in own}


def fuzz(client, world, url: str) -> int:
    """Send a page's own form with everything beside it; returns the answer's status."""
    page = client.get(url)
    fields = Fields()
    if page.status_code == 200 and not page.streaming and "html" in page.get("Content-Type", ""):
        with suppress(UnicodeDecodeError):
            fields.feed(page.content.decode())
    return client.post(url, {**fields.held, **forbidden(world, set(fields.held))}).status_code


def written() -> dict[str, int]:
    """By table, how many rows this transaction has written so far; what was rolled back is counted too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())


def touched(since: dict[str, int]) -> set[str]:
    return {table for table, count in written().items() if count != since.get(table, 0)}


def planted(since: dict[str, int]) -> list[str]:
    """Where what was planted stands now: every column of every table that was written since."""
    found = []
    with connection.cursor() as cursor:
        for table in sorted(touched(since)):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', [rf"\m{FEN}\M|{WORD}"])
            if cursor.fetchone()[0]:
                found.append(table)
    return [table for table in found if table not in PUT_ASIDE]


def gained(world, before: dict | None = None, since: dict | None = None) -> dict[str, object]:
    """
    What nobody may gain: rights, rows of the other shop, money.

    :param before: what tables hold that nothing has touched ``since``
    """
    tables = touched(since) if before else ()
    people = User.objects.order_by("pk")
    ours = [model for model in apps.get_models() if any(field.name == "shop" for field in model._meta.concrete_fields)]
    money = {}
    for model in apps.get_models():
        if model._meta.label in {"orders.Purse", "orders.GiftCard", "settlement.Posting"}:
            for field in model._meta.concrete_fields:
                if isinstance(field, MoneyField):
                    money[f"{model._meta.label}.{field.name}"] = sorted(
                        model.objects.order_by("pk").values_list("pk", field.name)
                    )
    return {
        "staff": list(people.filter(is_staff=True).values_list("pk", flat=True)),
        "superusers": list(people.filter(is_superuser=True).values_list("pk", flat=True)),
        "rows of the other shop": {
            model._meta.label: model._base_manager.filter(shop=world["other_shop"].pk).count()
            if before is None or model._meta.db_table in tables
            else before["rows of the other shop"][model._meta.label]
            for model in ours
        },
        "paid": list(apps.get_model("orders.Order").objects.order_by("pk").values_list("pk", "total", "shop_id")),
        **money,
    }


def places(world, who: str):
    if who == "owner":
        for name in sorted(ROWS):
            yield name, reverse(name, kwargs={"shop": world["shop"].slug, **_arguments(world, ROWS[name])})
        return
    for name in sorted(SHOPPERS_ROWS):
        yield name, reverse(name, kwargs=_arguments(world, SHOPPERS_ROWS[name]))
    for name in f"{PLAIN['everybody']} {PLAIN['signed in']}".split():
        takes = next(taken for route, taken, _entry in _every_route(get_resolver()) if route == name)
        if (not takes and ":" in name) or name in {"account_signup", "account_email", "mfa_index"}:
            yield name, reverse(name)


@pytest.mark.parametrize("who", ["owner", "shopper"])
def test_no_form_takes_what_is_nobodys_to_send(world, who):
    client, sent, crashed, taken, before = _signed_in(world[who]), 0, {}, {}, gained(world)
    for name, url in places(world, who):
        if name in ENDS:
            continue
        with transaction.atomic():
            since = written()
            try:
                status = fuzz(client, world, url)
            except DatabaseError as error:
                crashed[name] = str(error)[:80]
            else:
                if status >= 500:
                    crashed[name] = status
                if status != 405 and status < 400:
                    if tables := planted(since):
                        taken[name] = tables
                    after = gained(world, before, since)
                    lost = [
                        key for key in ("staff", "superusers", "rows of the other shop") if after[key] != before[key]
                    ]
                    if lost:
                        taken[name] = [*taken.get(name, []), *lost]
            transaction.set_rollback(True)
        sent += 1

    assert crashed == {}
    assert taken == {}
    assert sent > (150 if who == "owner" else 40)


def test_calls_of_the_api_take_nothing_either(world):
    client = _signed_in(world["shopper"])
    before = gained(world)

    for name in ("api:orders", "api:order", "api:order-cancel", "api:products", "api:categories"):
        url = reverse(name, kwargs=_arguments(world, SHOPPERS_ROWS.get(name, {})))
        for method in ("post", "put", "patch"):
            with transaction.atomic():
                sent, since = json.dumps(forbidden(world, set())), written()
                answer = getattr(client, method)(url, sent, content_type="application/json")
                assert answer.status_code < 500, name
                assert planted(since) == [], name
                after = gained(world, before, since)
                assert (after["staff"], after["rows of the other shop"]) == (
                    before["staff"], before["rows of the other shop"],
                )  # fmt: skip
                transaction.set_rollback(True)


def test_what_was_planted_would_be_found(world):  # negative control
    before, since = gained(world), written()
    with transaction.atomic():
        world["order"].__class__.objects.filter(pk=world["order"].pk).update(cancel_reason=WORD)
        assert planted(since) == ["orders_order"]
        world["order"].__class__.objects.filter(pk=world["order"].pk).update(shop=world["other_shop"])
        assert gained(world, before, since)["rows of the other shop"]["orders.Order"] == 1
        transaction.set_rollback(True)
    assert planted(since) == []


def all_forms(base=forms.BaseForm) -> set[type]:
    found = set()
    for form in base.__subclasses__():
        found |= {form} | all_forms(form)
    return found


def test_every_model_form_names_its_fields():
    """None takes all fields of a model, so that a new column is nobody's to send."""
    get_resolver().url_patterns  # noqa: B018 - loads every view, and with it every form
    ours = re.compile(r"^(mall|risk|merchants|catalog|marketing|orders|settlement)\.")
    loose = [
        form
        for form in all_forms(forms.BaseModelForm)
        if ours.match(form.__module__)
        and getattr(form, "_meta", None)
        and form._meta.model
        and (form._meta.fields in (None, forms.ALL_FIELDS))
        and not form.__name__.endswith("AdminForm")
    ]

    assert [f"{form.__module__}.{form.__name__}" for form in loose] == []
