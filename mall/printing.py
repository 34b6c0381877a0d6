"""
The font of what the mall prints itself: ``fonts/MallSans.ttf`` lies in the repository, so a fresh machine prints
Chinese as any other does, and its letters travel inside each PDF, so every reader shows them.

It has the characters of GB 2312 and Latin 1. A rarer one, as in some names, is set in the Chinese font that readers of
PDF bring along.
"""

import re
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

FILE = Path(__file__).parent / "fonts" / "MallSans.ttf"
FONT = "MallSans"
RARE = "STSong-Light"


def ready() -> None:
    """Know both fonts; doing it again does nothing."""
    known = pdfmetrics.getRegisteredFontNames()
    if FONT not in known:
        pdfmetrics.registerFont(TTFont(FONT, str(FILE)))
    if RARE not in known:
        pdfmetrics.registerFont(UnicodeCIDFont(RARE))


def marked_up(text: str) -> str:
    """Words for a paragraph: its signs are words and no markup, and rare characters name their font."""
    ready()
    drawn = pdfmetrics.getFont(FONT).face.charToGlyph
    return "".join(_run(text[found.start() : found.end()], drawn) for found in _runs(text, drawn))


def _runs(text: str, drawn: dict) -> list[re.Match]:
    """The text in pieces that are all drawn by the font, or none of them."""
    kinds = "".join("k" if ord(character) in drawn or character.isspace() else "r" for character in text)
    return list(re.finditer(r"k+|r+", kinds))


def _run(piece: str, drawn: dict) -> str:
    safe = piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    is_rare = not piece[0].isspace() and ord(piece[0]) not in drawn
    return f'<font name="{RARE}">{safe}</font>' if is_rare else safe
