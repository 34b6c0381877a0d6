import pickle

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError, ValidationError
from django.db import connection

from mall.accounts.addresses import remove_address, save_address
from mall.accounts.models import Address, User
from mall.crypto import EncryptedTextField, Veiled, blind_index, decrypt, encrypt, is_bound, normal_phone
from mall.rekeying import reencrypt

FIELDS = {
    "consignee": "示例收件人", "phone": "199 0000 0001", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "line": "示例路 18 号", "is_default": False,
}  # fmt: skip


@pytest.fixture
def shopper(db) -> User:
    return User.objects.create_user("someone@example.com", None)


def test_the_database_sees_only_ciphertext(shopper):  # A2
    address = save_address(shopper=shopper, fields=FIELDS)

    with connection.cursor() as cursor:
        cursor.execute("SELECT consignee, phone, line, phone_index FROM accounts_address WHERE id = %s", [address.pk])
        row = cursor.fetchone()

    assert not any(secret in str(row) for secret in ("示例", "9900000001"))
    fresh = Address.objects.get(pk=address.pk)
    assert fresh.consignee.reveal() == "示例收件人"
    assert str(fresh.phone) == "+86****0001"
    assert Address.objects.get(phone_index=blind_index(normal_phone("19900000001"))) == fresh


def test_a_value_moved_to_another_column_cannot_be_read():
    stored = encrypt("示例", context="accounts_address.line")

    assert decrypt(stored, context="accounts_address.line") == "示例"
    with pytest.raises(InvalidTag):
        decrypt(stored, context="accounts_address.phone")


def test_an_encrypted_field_cannot_be_searched(shopper):
    with pytest.raises(FieldError):
        Address.objects.filter(line="示例路 18 号").exists()


def test_printing_shows_the_masked_form_only():
    secret = Veiled("19900000001")

    assert (str(secret), repr(secret), f"{secret}") == ("199****0001", "<Veiled 199****0001>", "199****0001")


def test_an_impossible_phone_number_is_refused(shopper):
    for wrong in ("", "abc", "12", "+86"):
        with pytest.raises(ValidationError):
            save_address(shopper=shopper, fields=FIELDS | {"phone": wrong})

    assert not Address.objects.exists()


def test_the_address_book_always_has_one_default(shopper):
    first = save_address(shopper=shopper, fields=FIELDS)
    second = save_address(shopper=shopper, fields=FIELDS | {"is_default": True})

    assert list(shopper.addresses.filter(is_default=True)) == [second]
    remove_address(address=second)
    assert list(shopper.addresses.filter(is_default=True)) == [first]


# Bound to its row (H9)


def stored(address: Address, column: str = "phone") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_address WHERE id = %s", [address.pk])
        return cursor.fetchone()[0]


def put(address: Address, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_address SET phone = %s WHERE id = %s", [value, address.pk])


def test_the_ciphertexts_of_two_rows_cannot_be_exchanged(shopper):  # H9
    mine = save_address(shopper=shopper, fields=FIELDS)
    hers = save_address(
        shopper=User.objects.create_user("other@example.com", None), fields={**FIELDS, "phone": "19900000002"}
    )
    of_mine, of_hers = stored(mine), stored(hers)

    put(mine, of_hers)
    put(hers, of_mine)

    for address in (mine, hers):
        with pytest.raises(InvalidTag):
            str(Address.objects.get(pk=address.pk).phone)
    put(mine, of_mine)
    assert Address.objects.get(pk=mine.pk).phone.reveal() == "+8619900000001"


def test_a_value_that_is_not_bound_yet_is_read_and_reencrypt_binds_it(shopper):
    address = save_address(shopper=shopper, fields=FIELDS)
    put(address, encrypt("+8619900000009", context="accounts_address.phone"))
    assert not is_bound(stored(address))
    assert Address.objects.get(pk=address.pk).phone.reveal() == "+8619900000009"

    assert reencrypt()["accounts_address"] == 1
    assert is_bound(stored(address))
    assert Address.objects.get(pk=address.pk).phone.reveal() == "+8619900000009"
    assert reencrypt()["accounts_address"] == 0


def test_every_encrypted_column_says_by_which_id_its_rows_are_known():
    from django.apps import apps

    unbound = {
        field.context
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField) and not field.row_column
    }

    assert unbound == {"merchants_blacklisted.value"}  # found by its blind index, shown to nobody in clear


def test_half_loaded_rows_read_theirs_as_well(shopper):
    address = save_address(shopper=shopper, fields=FIELDS)

    assert Address.objects.only("phone").get(pk=address.pk).phone.reveal() == "+8619900000001"
    assert Address.objects.defer("phone").get(pk=address.pk).phone.reveal() == "+8619900000001"
    copy = pickle.loads(pickle.dumps(Address.objects.get(pk=address.pk)))
    assert copy.phone.reveal() == "+8619900000001"
