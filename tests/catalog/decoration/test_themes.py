"""Every theme can be read (X2): all pairs of its colours that meet keep the contrast of WCAG AA."""

import re
from pathlib import Path

import pytest

from catalog.decoration.themes import THEMES, USUAL

CSS = (Path(__file__).parents[3] / "mall" / "static" / "css" / "components" / "decoration.css").read_text()
TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});")
READABLE, VISIBLE = 4.5, 3.0


def tokens(selector: str) -> dict[str, str]:
    return dict(TOKEN.findall(re.search(rf"^\.{selector} \{{(.*?)^\}}", CSS, re.M | re.S)[1]))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_counted_as_wcag_does():
    assert contrast("#000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_every_theme_has_its_class_and_every_class_its_theme():
    assert set(re.findall(r"^\.theme-([a-z]+) \{", CSS, re.M)) - {"fill"} == set(THEMES)
    assert USUAL in THEMES


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_can_be_read(theme):
    colours, page = tokens(f"theme-{theme}"), tokens("decoration")
    ground, card = colours["theme-ground"], page["card"]

    for text in (page["ink"], page["ink-2"], page["ink-3"], colours["theme-ink"]):
        assert contrast(text, ground) >= READABLE, (theme, text, ground)
        assert contrast(text, card) >= READABLE, (theme, text, card)
    assert contrast("#fff", colours["theme"]) >= READABLE  # the announcement
    assert contrast(colours["theme"], ground) >= VISIBLE  # the stroke below a heading
    assert contrast(page["focus"], ground) >= VISIBLE
