"""
Draws the mall's icons from its own SVG: ``python deploy/draw_icons.py`` (needs Playwright and a Chromium).

The pictures are kept in the repository; run it again when ``mall/static/img/favicon.svg`` has changed.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "mall" / "static" / "img"
SIZES = (32, 180, 192, 512)
RED, PAPER = "#c8342b", "#fbf6f1"


def page_of(body: str, ground: str = "transparent") -> str:
    return f'<!doctype html><meta charset="utf-8"><style>*{{margin:0}}body{{background:{ground}}}{STYLE}</style>{body}'


STYLE = """
svg{display:block}
.share{width:1200px;height:630px;display:grid;grid-template-columns:360px 1fr;align-items:center;gap:56px;
 padding:0 100px;box-sizing:border-box;font-family:"Noto Sans CJK SC","Noto Sans SC",sans-serif;color:#221d1a;
 border-bottom:24px solid #c8342b}
.share svg{width:360px;height:360px}
.share h1{font-size:132px;line-height:1.1;letter-spacing:.04em}
.share p{font-size:50px;color:#5b524b;margin-top:8px}
.share small{display:block;margin-top:44px;font-size:34px;color:#756b63}
"""


def main() -> None:
    svg = (IMAGES / "favicon.svg").read_text()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for size in SIZES:
            drawn = svg.replace("<svg ", f'<svg width="{size}" height="{size}" ')
            ground = (
                RED if size == 180 else "transparent"
            )  # that system rounds the corners itself, and paints gaps black
            _draw(page, drawn, size, size, f"icon-{size}.png", ground=ground)
        # A phone may cut a circle out of this one: the sign stands in the middle eight tenths of a full red ground.
        inner = svg.replace("<svg ", '<svg width="410" height="410" style="margin:51px" ')
        _draw(page, inner, 512, 512, "icon-maskable-512.png", ground=RED)
        words = (
            "<div><h1>万象里</h1><p>Wanxiang Lane</p><small>多家店铺，一次结算<br>Many shops, one cart</small></div>"
        )
        _draw(page, f'<div class="share">{svg}{words}</div>', 1200, 630, "share.png", ground=PAPER)
        browser.close()


def _draw(page, body: str, width: int, height: int, name: str, ground: str = "transparent") -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(page_of(body, ground))
    page.screenshot(path=IMAGES / name, omit_background=ground == "transparent")


if __name__ == "__main__":
    main()
