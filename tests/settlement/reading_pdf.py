"""Reads what a PDF of ours says, through the tables that its own fonts carry, and which fonts travel inside it."""

import re
import zlib
from base64 import a85decode

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.S)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.S)
DRAWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", re.S)


def objects_of(pdf: bytes) -> dict[int, bytes]:
    return {int(number): body for number, body in OBJECT.findall(pdf)}


def embedded_fonts(pdf: bytes) -> set[str]:
    """The names of the fonts whose letters are in the file."""
    names = re.findall(rb"/FontFile2.*?/FontName /[A-Z]{6}\+([\w-]+)", pdf, re.S)
    return {name.decode() for name in names}


def printed(pdf: bytes) -> str:
    """The text of its pages, in the order in which they draw it."""
    objects, text = objects_of(pdf), ""
    letters = {
        name: _letters(objects[int(number)], objects)
        for name, number in re.findall(rb"/(F\d+(?:\+\d+)?) (\d+) 0 R", b" ".join(objects.values()))
    }
    for body in objects.values():
        if (drawn := _stream(body)) is None or b" Tf" not in drawn:
            continue
        font = None
        for name, raw in DRAWN.findall(drawn):
            if name:
                font = letters.get(name)
                continue
            plain = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), raw)
            plain = re.sub(rb"\\(.)", lambda m: m[1], plain, flags=re.S)
            text += "".join(font.get(code, "?") for code in plain) if font else plain.decode("utf-16-be", "replace")
    return text


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    """Which character each of a font's codes is; nothing for a font of two bytes a character."""
    if not (found := re.search(rb"/ToUnicode (\d+) 0 R", font)):
        return {}
    table = _stream(objects[int(found[1])]) or b""
    letters = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.S):
        for code, character in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[int(code, 16)] = bytes.fromhex(character.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.S):
        for first, last, listed, start in re.findall(
            rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:\[(.*?)\]|<([0-9A-Fa-f]+)>)", block, re.S
        ):
            codes = range(int(first, 16), int(last, 16) + 1)
            given = re.findall(rb"<([0-9A-Fa-f]+)>", listed)
            for place, code in enumerate(codes):
                character = int(given[place], 16) if given else int(start, 16) + place
                letters[code] = chr(character)
    return letters


def _stream(body: bytes) -> bytes | None:
    if not (found := STREAM.search(body)):
        return None
    raw = found[1].strip()
    try:
        if b"/ASCII85Decode" in body:
            raw = a85decode(raw.removesuffix(b"~>"))
        return zlib.decompress(raw) if b"/FlateDecode" in body else raw
    except (ValueError, zlib.error):
        return None
