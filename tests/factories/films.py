"""Files that are whole videos to whoever reads their containers, and hold no picture."""

import struct

from django.core.files.base import ContentFile


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(seconds: int = 12, *, place: bytes = b"+30.2741+120.1551/", version: int = 0) -> bytes:
    """With where it was taken, as phones write it."""
    if version:
        head = b"\1\0\0\0" + struct.pack(">QQIQ", 0, 0, 600, 600 * seconds)
    else:
        head = bytes(4) + struct.pack(">IIII", 0, 0, 600, 600 * seconds)
    moov = box(b"mvhd", head) + box(b"trak", box(b"mdia", b"")) + box(b"udta", box(b"\xa9xyz", place))
    return box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", moov) + box(b"mdat", b"film" * 9)


def element(identifier: int, content: bytes) -> bytes:
    """An element of a WebM."""
    return identifier.to_bytes((identifier.bit_length() + 7) // 8) + bytes([0x80 | len(content)]) + content


UNKNOWN = b"\x01" + b"\xff" * 7  # how long an element is whose end nobody knew when it was begun


def webm(milliseconds: float = 9_400, *, kind: bytes = b"webm", says_length: bool = True) -> bytes:
    """As browsers record it: a segment and clusters of unknown length; some do not say how long it plays."""
    head = element(0x1A45DFA3, element(0x4282, kind))
    told = element(0x2AD7B1, (1_000_000).to_bytes(3))
    if says_length:
        told += element(0x4489, struct.pack(">d", milliseconds))
    clusters = b""
    for begin, after in ((0, 40), (int(milliseconds) - 250, 250)) if milliseconds < 2**31 else ():
        block = b"\x81" + struct.pack(">h", after) + b"\x80film"
        clusters += b"\x1f\x43\xb6\x75" + UNKNOWN + element(0xE7, begin.to_bytes(4)) + element(0xA3, block)
    return head + b"\x18\x53\x80\x67" + UNKNOWN + element(0x1549A966, told) + clusters


def upload(content: bytes, name: str = "film.mp4") -> ContentFile:
    return ContentFile(content, name=name)
