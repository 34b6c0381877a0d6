"""
Answers made small for the way: gzip, and pages put together from parts that were made small once.

A compressed part ends on a whole byte and looks at nothing before it, so parts can be joined like text. What is kept
is compressed when it is built; only what is a person's own is compressed in each answer. And because no part looks at
another, the length of an answer tells nothing of a secret in one part to who may write into another.
"""

import struct
import zlib
from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

LEVEL = 6
WORTH_IT = 1_000  # bytes of a part; less is sent as it is
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
END = b"\x03\x00"  # an empty last block
TEXT = ("text/", "application/json", "application/problem+json", "image/svg+xml")

Part = tuple[bytes, bytes]  # plain, and made small


def part(text: str, level: int = LEVEL) -> Part:
    """A part of an answer, ready to be joined to others."""
    plain = text.encode()
    squeezer = zlib.compressobj(level if len(plain) > WORTH_IT else 0, zlib.DEFLATED, -zlib.MAX_WBITS)
    return plain, squeezer.compress(plain) + squeezer.flush(zlib.Z_FULL_FLUSH)


def joined(parts: Iterable[Part]) -> bytes:
    """The parts as one gzip file."""
    checksum, length, body = 0, 0, [HEAD]
    for plain, small in parts:
        checksum = zlib.crc32(plain, checksum)
        length += len(plain)
        body.append(small)
    return b"".join((*body, END, struct.pack("<II", checksum, length & 0xFFFFFFFF)))


def is_wanted(request: HttpRequest) -> bool:
    """Whether the browser reads gzip."""
    return "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")


def answer(parts: Iterable[Part], status: int) -> HttpResponse:
    """A page made of parts, for a browser that reads gzip."""
    response = HttpResponse(joined(parts), status=status)
    response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def compress(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """
    The middleware for all other answers: text of some length, never pictures or downloads that stream.

    Django's own adds a random length to each answer, so that lengths tell nothing of a secret beside reflected words.
    """
    gzip = GZipMiddleware(get_response)

    def answer_small(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith(TEXT):
            return response
        return gzip.process_response(request, response)

    return answer_small
