"""
Videos: short ones, in one of two containers that browsers play, judged by what the file itself says.

Neither name nor type of an upload is believed: the container is read, MP4 by its boxes (ISO/IEC 14496-12), WebM by
its EBML elements (RFC 8794, RFC 9559), for how long it plays. A video is kept as it came, but for what a phone writes
beside it: the boxes of an MP4 that hold where and with what it was taken are emptied. The name is made of the content
and tells the type.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from mall.refusals import Refusal

LARGEST_FILE = 30 * 1024 * 1024
LONGEST_SECONDS = 60
TYPES = {"mp4": "video/mp4", "webm": "video/webm"}
ACCEPTED = ",".join(TYPES.values())
DEEPEST = 8

INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}  # boxes that hold boxes
PRIVATE = {b"udta", b"meta", b"uuid"}  # where, when and with what it was taken
EBML, SEGMENT, INFO, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1F43B675
DOC_TYPE, TIMESTAMP_SCALE, DURATION, TIMESTAMP, BLOCK_GROUP = 0x4282, 0x2AD7B1, 0x4489, 0xE7, 0xA0
NESTS, BLOCKS = {EBML, SEGMENT, INFO, CLUSTER, BLOCK_GROUP}, {0xA3, 0xA1}


class NotAVideo(Refusal):
    """The file is no video that we can show."""

    code = "not-a-video"
    status = 400


@dataclass(frozen=True, slots=True)
class Video:
    """A video that may be kept: its content, its container and how long it plays."""

    content: bytes
    container: str
    seconds: int

    @property
    def type(self) -> str:
        return TYPES[self.container]

    def keep(self, folder: str) -> str:
        """Store what is not stored yet; the name for the row."""
        stem = hashlib.sha256(self.content).hexdigest()[:20]
        name = f"{folder.strip('/')}/{stem[:2]}/{stem[2:]}.{self.container}"
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(self.content))
        return name


def make_video(file: File) -> Video:
    """
    The upload as a video that can be shown.

    :raises NotAVideo: too large, too long, cut off, or neither MP4 nor WebM
    """
    if file.size > LARGEST_FILE:
        raise NotAVideo(_("The file is larger than %(most)d MB.") % {"most": LARGEST_FILE // 1024**2})
    file.seek(0)
    content = bytearray(file.read(LARGEST_FILE + 1))
    try:
        if content[4:8] == b"ftyp":
            container, seconds = "mp4", _seconds_of_mp4(content)
        elif content[:4] == EBML.to_bytes(4):
            container, seconds = "webm", _seconds_of_webm(bytes(content))
        else:
            raise ValueError("another container")
    except (ValueError, IndexError, struct.error, OverflowError, ZeroDivisionError):
        raise NotAVideo(_("This file is not a video that can be shown. Choose a whole MP4 or WebM file.")) from None
    if not 0 < seconds <= LONGEST_SECONDS:
        raise NotAVideo(_("A video plays for at most %(most)d seconds.") % {"most": LONGEST_SECONDS})
    return Video(bytes(content), container, max(1, round(seconds)))


# MP4: boxes of a length, four letters and a content


def _seconds_of_mp4(content: bytearray) -> float:
    """How long it plays; private boxes are emptied on the way. :raises ValueError: it is not whole"""
    seen, seconds = set(), 0.0
    for kind, start, end in _boxes(content, 0, len(content), 0):
        seen.add(kind)
        if kind == b"mvhd":
            seconds = _seconds_of_header(content, start)
        elif kind in PRIVATE:
            content[start - 4 : start] = b"free"
            content[start:end] = bytes(end - start)
    if not {b"moov", b"mvhd", b"mdat", b"trak"} <= seen:
        raise ValueError("no film in it")
    return seconds


def _boxes(content: bytearray, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    """Every box with where its content begins and ends; those inside others too."""
    if depth > DEEPEST:
        raise ValueError("boxes in boxes")
    while start < end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise ValueError("a box that ends elsewhere")
        if not (kind in PRIVATE and head == 16):  # its four letters stand before the long length: leave it
            yield kind, start + head, start + size
        if kind in INSIDE:
            yield from _boxes(content, start + head, start + size, depth + 1)
        start += size


def _seconds_of_header(content: bytearray, start: int) -> float:
    if content[start] == 1:
        scale, length = struct.unpack_from(">IQ", content, start + 20)
    else:
        scale, length = struct.unpack_from(">II", content, start + 12)
    return length / scale


# WebM: elements of an identifier, a length and a content


def _seconds_of_webm(content: bytes) -> float:
    """
    How long it plays: what it says, or else, of what was recorded without knowing, until when its last picture stands.

    :raises ValueError: it is not whole
    """
    scale, length, cluster, last, seen, is_webm = 1_000_000, 0.0, 0, 0, set(), False
    for identifier, start, end in _elements(content):
        seen.add(identifier)
        part = content[start:end] if identifier not in NESTS else b""
        if identifier == DOC_TYPE:
            is_webm = part.rstrip(b"\0") == b"webm"
        elif identifier == TIMESTAMP_SCALE:
            scale = int.from_bytes(part)
        elif identifier == DURATION:
            (length,) = struct.unpack(">d" if len(part) == 8 else ">f", part)
        elif identifier == TIMESTAMP:
            cluster = int.from_bytes(part)
        elif identifier in BLOCKS:
            _track, after = _number(part, 0, keeps_marker=False)
            last = max(last, cluster + int.from_bytes(part[after : after + 2], signed=True))
    if not is_webm or CLUSTER not in seen:
        raise ValueError("no film in it")
    return (length or last) * scale / 1_000_000_000


def _elements(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The elements one after the other, those inside others too; a length that is not known reaches to the end."""
    start, end = 0, len(content)
    while start < end:
        identifier, start = _number(content, start, keeps_marker=True)
        size, inside = _number(content, start, keeps_marker=False)
        unknown = size == (1 << 7 * (inside - start)) - 1
        stop = end if unknown else inside + size
        if stop > end:
            raise ValueError("an element that ends elsewhere")
        yield identifier, inside, stop
        start = inside if identifier in NESTS else stop


def _number(content: bytes, start: int, *, keeps_marker: bool) -> tuple[int, int]:
    """A number of one to eight bytes, whose first bit that is set says of how many, and where it ends."""
    first = content[start]
    width = 9 - first.bit_length()
    if width > 8:
        raise ValueError("no number")
    value = int.from_bytes(content[start : start + width])
    return value if keeps_marker else value & ((1 << 7 * width) - 1), start + width
