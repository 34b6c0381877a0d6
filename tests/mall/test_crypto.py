import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError, ValidationError
from django.db import connection

from mall.accounts.addresses import remove_address, save_address
from mall.accounts.models import Address, User
from mall.crypto import Veiled, blind_index, decrypt, encrypt, normal_phone

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
