"""
The poster that people pass on: picture, price, how many are missing, and a code that leads to the group.

It is drawn here, because what people send each other must look the same on every phone. Letters come from a font that
the mall brings itself (``pylopdf-fonts-zh-cn``: Noto Sans SC, Open Font License): hosts rarely have a Chinese one.
"""

import io
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

import qrcode
from django.core.files.storage import default_storage
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image, ImageDraw, ImageFont, ImageOps

from mall.clock import BUSINESS_ZONE
from mall.money import Money
from mall.pictures import sizes_of

SIZE = WIDTH, HEIGHT = 750, 1180
EDGE, CODE = 45, 230
PAPER, INK, QUIET, RED, LIGHT = "#ffffff", "#221d1a", "#756b63", "#c8342b", "#fdeceb"
UNBREAKABLE = "，。、！？：；）》」』”’%"  # what never begins a line
MOST_LINES = 2


def draw(
    *,
    title: str,
    picture: str,
    price: Money,
    alone: Money,
    size: int,
    missing: int,
    until: datetime,
    shop: str,
    address: str,
) -> bytes:
    """
    The poster as PNG, in the language that is active.

    :param picture: the name of a stored picture; empty for none
    :param missing: how many must still pay; 0: the group is not open
    """
    poster = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(poster)
    poster.paste(_picture(picture), (0, 0))
    top = WIDTH + 28
    for line in _lines(title, 34, WIDTH - 2 * EDGE):
        pen.text((EDGE, top), line, INK, _font(34))
        top += 48
    top += 10
    badge = ngettext("%(size)d person", "%(size)d people", size) % {"size": size}
    pen.text((EDGE, top), str(price), RED, _font(58), stroke_width=1, stroke_fill=RED)
    _tag(pen, (EDGE + pen.textlength(str(price), _font(58)) + 24, top + 22), badge)
    usual = _("Alone %(price)s") % {"price": alone}
    pen.text((EDGE, top + 84), usual, QUIET, _font(26))
    line_at = top + 84 + 19
    begins = EDGE + pen.textlength(usual, _font(26)) - pen.textlength(str(alone), _font(26))
    pen.line((begins, line_at, EDGE + pen.textlength(usual, _font(26)), line_at), QUIET, 2)

    room = WIDTH - 3 * EDGE - CODE
    foot = HEIGHT - EDGE
    moment = date_format(until.astimezone(BUSINESS_ZONE), "DATETIME_FORMAT")
    if missing:
        words = ngettext("%(count)d more person, and it is ours", "%(count)d more people, and it is ours", missing)
        told = [(words % {"count": missing}, 30, INK), (_("Until %(moment)s") % {"moment": moment}, 24, QUIET)]
    else:
        told = [(_("This group is not open any more"), 30, INK)]
    told.append((shop, 24, QUIET))
    height = sum(pixels + 16 for words, pixels, _ink in told for _line in _lines(words, pixels, room))
    top = max(foot - height, line_at + 34)
    for words, pixels, ink in told:
        for line in _lines(words, pixels, room):
            pen.text((EDGE, top), line, ink, _font(pixels))
            top += pixels + 16
    _code(poster, address, (WIDTH - EDGE - CODE, foot - CODE))
    written = io.BytesIO()
    poster.save(written, "PNG", optimize=True)
    return written.getvalue()


@lru_cache
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    kept = files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf")
    return ImageFont.truetype(io.BytesIO(kept.read_bytes()), pixels)


def _picture(name: str) -> Image.Image:
    """The middle of a stored picture as a square; a plain ground where there is none."""
    for size in reversed(sizes_of(name)):
        if default_storage.exists(size.name):
            with default_storage.open(size.name) as file, Image.open(file) as image:
                return ImageOps.fit(image.convert("RGB"), (WIDTH, WIDTH), Image.Resampling.LANCZOS)
    return Image.new("RGB", (WIDTH, WIDTH), LIGHT)


def _lines(words: str, pixels: int, room: float) -> list[str]:
    """Words cut into lines: between words, Chinese between any two signs but before a closing one; at most two."""
    font, lines, line = _font(pixels), [], ""
    for piece in _pieces(words):
        if line and font.getlength((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    lines.append(line)
    if len(lines) > MOST_LINES:
        last = lines[MOST_LINES - 1]
        while last and font.getlength(last + "…") > room:
            last = last[:-1]
        lines = [*lines[: MOST_LINES - 1], last + "…"]
    return lines


def _pieces(words: str) -> list[str]:
    pieces: list[str] = []
    for sign in words:
        is_loose = sign > "⺀" and sign not in UNBREAKABLE
        starts = not pieces or is_loose or (pieces[-1][-1] > "⺀" and sign not in UNBREAKABLE) or pieces[-1][-1] == " "
        if starts:
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _tag(pen: ImageDraw.ImageDraw, at: tuple[float, float], words: str) -> None:
    left, top = at
    wide = pen.textlength(words, _font(24)) + 28
    pen.rounded_rectangle((left, top, left + wide, top + 42), 21, RED)
    pen.text((left + 14, top + 21), words, PAPER, _font(24), anchor="lm")


def _code(poster: Image.Image, address: str, at: tuple[int, int]) -> None:
    """A QR code in whole pixels, so that every camera reads it."""
    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    made.add_data(address)
    matrix = made.get_matrix()
    small = Image.new("1", (len(matrix), len(matrix)), 1)
    small.putdata([0 if dark else 1 for row in matrix for dark in row])
    side = CODE // len(matrix) * len(matrix)
    large = small.resize((side, side), Image.Resampling.NEAREST).convert("RGB")
    poster.paste(large, (at[0] + CODE - side, at[1] + CODE - side))
