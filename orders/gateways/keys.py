"""RSA as Alipay and WeChat Pay use it: PKCS #1 v1.5 over SHA-256, keys as PEM or as the bare base64 that they print."""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from django.core.exceptions import ImproperlyConfigured


def sign(private_key: str, words: bytes) -> str:
    return base64.b64encode(_private(private_key).sign(words, PKCS1v15(), SHA256())).decode()


def is_signed(public_key: str | RSAPublicKey, words: bytes, signature: str) -> bool:
    key = _public(public_key) if isinstance(public_key, str) else public_key
    try:
        key.verify(base64.b64decode(signature, validate=True), words, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


@lru_cache(maxsize=8)
def _private(text: str) -> RSAPrivateKey:
    return _loaded(text, load_pem_private_key, load_der_private_key, password=None)


@lru_cache(maxsize=8)
def _public(text: str) -> RSAPublicKey:
    return _loaded(text, load_pem_public_key, load_der_public_key)


def _loaded(text: str, from_pem, from_der, **options):
    """The key; what is wrong with it is said without showing it."""
    try:
        if "-----BEGIN" in text:
            return from_pem(text.replace("\\n", "\n").encode(), **options)
        return from_der(base64.b64decode(text), **options)
    except (ValueError, TypeError):
        raise ImproperlyConfigured("a key of a payment channel is neither PEM nor base64") from None
