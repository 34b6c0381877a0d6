"""A new key takes over: whatever lay under the old one is read without it (A2)."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.exceptions import InvalidTag
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from mall.accounts.models import Address
from mall.rekeying import _encrypted, reencrypt
from mall.sealed_files import document_storage
from merchants.models import Application
from tests.clients import SECRET, authenticator_of, code_now
from tests.factories.accounts import address, shopper
from tests.journeys import placed_order
from tests.merchants.applying import submitted

pytestmark = pytest.mark.django_db
OLD, NEW = (f"{number}:{base64.b64encode(bytes([number]) * 32).decode()}" for number in (1, 2))


@pytest.fixture
def keys(settings, tmp_path):
    """Only the old key; ``keys("both")`` adds the new one, ``keys("new")`` takes the old away."""
    places = settings.STORAGES | {
        "documents": settings.STORAGES["documents"] | {"OPTIONS": {"location": str(tmp_path / "documents")}}
    }
    settings.STORAGES = places

    def turn(which: str) -> None:
        settings.MALL_FIELD_KEYS = {"old": OLD, "both": f"{OLD},{NEW}", "new": NEW}[which]

    turn("old")
    return turn


def versions(table: str, column: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT split_part({column}, ':', 1) FROM {table} WHERE {column} <> ''")
        return {version for (version,) in cursor.fetchall()}


def test_everything_is_read_with_the_new_key_alone_and_nothing_before(keys):
    person = shopper()
    home, order, application = address(person), placed_order(), submitted()
    authenticator_of(person)
    code = RecoveryCodes.activate(person).generate_codes()[0]
    storage = document_storage()
    name = storage.save("a/paper.pdf", ContentFile(b"a paper"))

    keys("new")
    with pytest.raises((KeyError, InvalidTag)):
        str(Address.objects.get(pk=home.pk).consignee)
    keys("both")
    done = reencrypt()
    keys("new")

    assert Address.objects.get(pk=home.pk).consignee.reveal() == "张小云"
    assert type(order).objects.get(pk=order.pk).address_line.reveal() == "文三路 1 号"
    assert Application.objects.get(pk=application.pk).contact_name.reveal() == "张小云"
    assert Authenticator.objects.get(user=person, type="totp").wrap().validate_code(code_now(secret=SECRET))
    assert Authenticator.objects.get(user=person, type="recovery_codes").wrap().validate_code(code)
    assert storage.open(name).read() == b"a paper"
    assert versions("accounts_address", "phone") == versions("orders_order", "phone") == {"2"}
    assert (done["mfa_authenticator"], done["files of documents"]) == (2, 1)


def test_a_second_run_finds_nothing_and_a_search_by_blind_index_still_finds(keys, capsys):
    home = address(shopper())
    index = home.phone_index
    keys("both")
    reencrypt()

    call_command("reencrypt")

    assert "now: 0 more" in capsys.readouterr().out
    assert Address.objects.get(phone_index=index).pk == home.pk


def test_more_rows_than_one_step_takes(keys, monkeypatch):
    person = shopper()
    for _ in range(5):
        address(person)
    monkeypatch.setattr("mall.rekeying.BATCH", 2)
    keys("both")

    assert reencrypt()["accounts_address"] == 15
    assert versions("accounts_address", "line") == {"2"}


def test_a_run_that_was_stopped_goes_on_where_it_stood(keys, monkeypatch):  # H10
    person = shopper()
    for _ in range(5):
        address(person)
    monkeypatch.setattr("mall.rekeying.BATCH", 2)
    keys("both")
    updates = []

    def stop(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "accounts_address" in sql:
            updates.append(sql)
            if len(updates) == 5:  # in the middle of the second step
                raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stop), pytest.raises(KeyboardInterrupt):
        reencrypt()
    assert versions("accounts_address", "line") == {"1", "2"}

    assert reencrypt()["accounts_address"] == 9  # the three rows that were left
    keys("new")
    assert {row.line.reveal() for row in Address.objects.all()} == {"文三路 1 号"}


def test_nothing_is_left_under_the_old_key_in_any_column(keys):  # H10
    person = shopper()
    address(person), placed_order(shopper=person), submitted()
    keys("both")
    reencrypt()

    left = {
        (model._meta.db_table, field.column, version)
        for model, fields in _encrypted()
        for field in fields
        for version in versions(model._meta.db_table, field.column)
    }
    assert {version for _table, _column, version in left} == {"2"}
    assert len(left) > 8
