"""
Cut the font of printed statements out of Noto Sans CJK SC, as it lies in ``mall/fonts``.

Run by hand, with fonttools at hand (it is no requirement of the mall)::

    python deploy/cut_font.py NotoSansCJK-Regular.ttc mall/fonts/MallSans.ttf

It keeps the characters of GB 2312 and of Latin 1, draws their outlines as TrueType (which PDF embeds glyph by glyph)
and gives the font a name of its own, as its licence asks of changed versions.
"""

import sys

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

CHINESE_SIMPLIFIED = 2  # its place in the collection
NAME = "Mall Sans"
MOST_OFF = 2.0  # units of 1000 by which a curve may differ


def kept() -> set[int]:
    """GB 2312, Latin 1, and the signs of money."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | {0x20AC, 0x2212, 0x2013, 0x2014, 0x2026}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            found |= {ord(character) for character in bytes([high, low]).decode("gb2312", "ignore")}
    return found


def main(source: str, target: str) -> None:
    font = TTFont(source, fontNumber=CHINESE_SIMPLIFIED)
    options = Options()
    options.layout_features, options.hinting, options.name_IDs = [], False, [1, 2, 4, 5, 6, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "VDMX", "DSIG"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=kept())
    subsetter.subset(font)

    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MOST_OFF, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    del font["CFF "]
    font["glyf"].compile(font)
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth",
                  "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours"):  # fmt: skip
        setattr(most, field, 1 if field == "maxZones" else 0)
    most.recalc(font)
    font["post"].formatType, font["post"].glyphOrder = 3.0, order
    font.sfntVersion = "\x00\x01\x00\x00"
    for row in font["name"].names:
        said = {1: NAME, 4: NAME, 6: NAME.replace(" ", "")}.get(row.nameID)
        if said:
            row.string = said
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
