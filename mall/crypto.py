"""
Personal data at rest: AES-256-GCM with the key's version in the value, and a blind index for exact look-up.

A stored value looks like ``1:~<base64 of nonce and ciphertext>``; the names of table and column and the id of the row
are authenticated with it, so a value moves neither to another column nor to another row. Where a row has no id before
it is written, the sign ``~`` is missing and the value is bound to its column alone; ``reencrypt`` binds what is left.
Keys come from ``settings.MALL_FIELD_KEYS``; the newest encrypts, all decrypt.
In Python the value is a :class:`Veiled`: ``str()`` shows it masked, only ``reveal()`` shows it whole.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

import phonenumbers
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

NONCE_BYTES = 12
VERSION_BYTES = 4
BOUND = "~"  # no sign of base64


@lru_cache(maxsize=1)
def _ring(keys: str) -> dict[int, AESGCM]:
    ring = {}
    for part in keys.split(","):
        version, _colon, key = part.strip().partition(":")
        ring[int(version)] = AESGCM(base64.b64decode(key))
    return ring


def newest_key() -> int:
    """The version under which everything is encrypted now."""
    return max(_ring(settings.MALL_FIELD_KEYS))


def key_of(stored: str | bytes) -> int:
    """The version under which a value, or the beginning of a file, was encrypted."""
    return int.from_bytes(stored[:VERSION_BYTES]) if isinstance(stored, bytes) else int(stored.partition(":")[0])


def encrypt(text: str, *, context: str, row: str = "") -> str:
    """Encrypt under the newest key, bound to ``context`` (table and column) and to the row's id, where there is one."""
    ring = _ring(settings.MALL_FIELD_KEYS)
    version = max(ring)
    nonce = os.urandom(NONCE_BYTES)
    sealed = ring[version].encrypt(nonce, text.encode(), _bound_to(context, row))
    return f"{version}:{BOUND if row else ''}{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str, row: str = "") -> str:
    """
    :raises KeyError: the key's version is not in the ring
    :raises cryptography.exceptions.InvalidTag: altered, or moved from another column or row
    """
    version, _colon, payload = stored.partition(":")
    bound = _bound_to(context, row if payload.startswith(BOUND) else "")
    raw = base64.b64decode(payload.removeprefix(BOUND))
    return _ring(settings.MALL_FIELD_KEYS)[int(version)].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound).decode()


def is_bound(stored: str) -> bool:
    """Whether a value is bound to its row."""
    return stored.partition(":")[2].startswith(BOUND)


def _bound_to(context: str, row: str) -> bytes:
    return (f"{context} of {row}" if row else context).encode()


def encrypt_bytes(content: bytes, *, context: str) -> bytes:
    """A file's content under the newest key, bound to ``context`` (where it lies): version, nonce, ciphertext."""
    ring = _ring(settings.MALL_FIELD_KEYS)
    version = max(ring)
    nonce = os.urandom(NONCE_BYTES)
    return version.to_bytes(VERSION_BYTES) + nonce + ring[version].encrypt(nonce, content, context.encode())


def decrypt_bytes(stored: bytes, *, context: str) -> bytes:
    """
    :raises KeyError: the key's version is not in the ring
    :raises cryptography.exceptions.InvalidTag: altered, or moved from another place
    """
    version, rest = int.from_bytes(stored[:VERSION_BYTES]), stored[VERSION_BYTES:]
    return _ring(settings.MALL_FIELD_KEYS)[version].decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.encode())


def blind_index(text: str) -> str:
    """A keyed hash that finds equal values without showing them."""
    key = base64.b64decode(settings.MALL_BLIND_INDEX_KEY)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def normal_phone(text: str) -> str:
    """
    A phone number in E.164 (``+8619900000001``); numbers without a country code are Chinese.

    :raises ValidationError: not a possible number
    """
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise ValidationError(_("Enter a phone number, for example 199 0000 0001.")) from None
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Enter a phone number, for example 199 0000 0001."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(text: str) -> str:
    """The middle covered: ``138****0001``, ``张*``, ``云****号``."""
    if len(text) <= 1:
        return "*"
    if len(text) <= 4:
        return text[0] + "*" * (len(text) - 1)
    keep = 3 if len(text) >= 9 else 1
    return f"{text[:keep]}****{text[-min(keep + 1, 4) :]}"


def covered(text: str) -> str:
    """An e-mail address as ``l***@example.com``, anything else as :func:`masked`."""
    name, at, domain = text.partition("@")
    return f"{name[:1]}***@{domain}" if at else masked(text)


class Veiled:
    """A personal value: masked when printed, whole only when asked."""

    __slots__ = ("_text",)

    def __init__(self, text: str):
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        return masked(self._text)

    def __repr__(self) -> str:
        return f"<Veiled {self}>"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other) -> bool:
        return self._text == (other._text if isinstance(other, Veiled) else other)

    def __hash__(self) -> int:
        return hash(self._text)


class Closed(Veiled):
    """A value as it came from the database, opened by the row it belongs to when somebody reads it there."""

    __slots__ = ("context", "stored")

    def __init__(self, stored: str, context: str):
        self.stored, self.context = stored, context

    def opened(self, row: str) -> Veiled:
        return Veiled(decrypt(self.stored, context=self.context, row=row) if self.stored else "")

    def __reduce__(self):
        return Closed, (self.stored, self.context)

    @property
    def _text(self) -> str:
        """Read without its row, where it is bound to its column alone."""
        return self.opened("").reveal()


class Sealed(str):
    """Ciphertext on its way to the database."""

    __slots__ = ()


class _Opening(DeferredAttribute):
    """The attribute of an encrypted field: what the database gave is opened once, with the id of its row."""

    def __get__(self, instance, cls=None):
        value = super().__get__(instance, cls)
        if isinstance(value, Closed):
            value = instance.__dict__[self.field.attname] = value.opened(self.field.row_of(instance))
        return value

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """
    Text that the database sees only encrypted. Python reads it as :class:`Veiled` and may assign plain text.

    It is bound to the row's public id; ``row`` names another attribute that is as good: known before the row is
    written, its own and never changed.
    """

    descriptor_class = _Opening

    def __init__(self, *args, row: str = "public_id", **kwargs):
        self.row = row
        super().__init__(*args, **kwargs)

    @property
    def context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    @property
    def row_column(self) -> str:
        """The column that holds the id; empty where the rows of the model have none."""
        names = {field.attname: field.column for field in self.model._meta.concrete_fields}
        return names.get(self.row, "")

    def row_of(self, instance) -> str:
        return str(getattr(instance, self.row, "") or "")

    def from_db_value(self, value, expression, connection):
        return value if value is None else Closed(value, self.context)

    def pre_save(self, model_instance, add):
        value = getattr(model_instance, self.attname)
        text = value.reveal() if isinstance(value, Veiled) else value
        return Sealed(encrypt(str(text), context=self.context, row=self.row_of(model_instance))) if text else text

    def get_prep_value(self, value):
        if value is None or isinstance(value, Sealed):
            return value
        text = value.reveal() if isinstance(value, Veiled) else str(value)
        return encrypt(text, context=self.context) if text else ""

    def get_lookup(self, lookup_name):
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def to_python(self, value):
        return value if value is None or isinstance(value, Veiled) else Veiled(str(value))

    def value_from_object(self, obj):
        value = super().value_from_object(obj)
        return value.reveal() if isinstance(value, Veiled) else value


class BlindIndexField(models.CharField):
    """
    The blind index of another field of the row, kept up to date when the row is saved.

    ``db_index=False`` where the model has an index of its own that begins with something else.
    """

    def __init__(self, *args, source: str = "", db_index: bool = True, **kwargs):
        self.source = source
        kwargs.update(max_length=32, editable=False, db_index=db_index, default="", blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for implied in ("max_length", "editable", "db_index", "default", "blank"):
            kwargs.pop(implied, None)
        unusual = {} if self.db_index else {"db_index": False}
        return name, path, args, {**kwargs, **unusual, "source": self.source}

    def pre_save(self, model_instance, add):
        value = getattr(model_instance, self.source)
        text = value.reveal() if isinstance(value, Veiled) else value
        index = blind_index(text) if text else ""
        setattr(model_instance, self.attname, index)
        return index
