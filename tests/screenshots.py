"""
``make screenshots``: every kind of page, in both languages and widths, as people see it on the real demonstration.

Writes ``var/screenshots/<language>/<width>/<audience>-<page>.png``, the e-mails among them, and for each audience a
sheet that shows all of its pages side by side (``sheet-<audience>.png``). The demonstration stands on servers of its
own; ``--var DIR`` keeps them for the next time, which then takes no loading.
"""

import argparse
import email
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path

import psycopg2
from PIL import Image, ImageDraw

from benchmarks import chromium
from benchmarks.load import serve
from mall.embedded import services
from mall.embedded.processes import CannotStart
from mall.embedded.state import ROOT
from mall.embedded.temporary import DATABASE, TemporaryServers, temporary_servers

SHOTS = ROOT / "var" / "screenshots"
LOADED = "mall_loaded"
HTML = "text/html; charset=utf-8"
LANGUAGES = ("zh-hans", "en")
TALLEST = 6_000  # pixels of a picture; what is longer is cut
SHEET, GAP, TALLEST_TILE = 2000, 16, 640  # a phone's page is shown in a sixth of the sheet, a desk's in a third


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="What does everything look like?")
    parser.add_argument("--var", type=Path, help="keep the servers' data here, and use what is there")
    parser.add_argument("--only", action="append", default=[], help="pages whose <audience>-<page> begins like this")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--width", type=int, choices=(390, 1280), action="append")
    parser.add_argument("--dark", action="store_true", help="as a person who prefers the dark sees it")
    options = parser.parse_args(arguments)
    try:
        chromium.needed()
        with temporary_servers(durable=False, var=options.var) as servers:
            scene = _open_the_mall(servers)
            web = services.web(servers.env, port=servers.web_port, log=servers.directory / "log" / "web.log")
            try:
                serve(web, servers.web_port, path="/healthz/")
                with chromium.launched() as browser:
                    return _shoot(browser, servers, scene, options)
            finally:
                web.stop()
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1


def _open_the_mall(servers: TemporaryServers):
    (servers.directory / "static").mkdir(exist_ok=True)
    services.run_manage("collectstatic", "--noinput", "--verbosity=0", environment=servers.env)
    print("Loading the demonstration …")
    services.run_manage("demo", "--if-empty", environment=servers.env)
    _begin_with_a_copy(servers)
    os.environ.update(servers.env)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # see benchmarks.chromium
    import django

    django.setup()
    return _scene()


def _begin_with_a_copy(servers: TemporaryServers) -> None:
    """What the pictures put in motion is gone the next time; the loaded demonstration stays beside it."""
    connection = psycopg2.connect(servers.owner_url_of("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [LOADED])
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {LOADED}")
        else:
            cursor.execute(f"CREATE DATABASE {LOADED} TEMPLATE {DATABASE}")
    connection.close()


def _shoot(browser, servers: TemporaryServers, scene, options: argparse.Namespace) -> int:
    from tests.browsing import visitor
    from tests.pages import pages

    all_pages = [page for page in pages(scene) if f"{page.audience}-{page.name}".startswith(tuple(options.only) or "")]
    url = f"http://127.0.0.1:{servers.web_port}"
    complaints = []
    for language in options.language or LANGUAGES:
        letters = [] if options.only else list(_letters(servers, url, language, scene))
        for width in options.width or (390, 1280):
            folder = SHOTS / f"{language}{'-dark' if options.dark else ''}" / str(width)
            if not options.only:
                shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            for who in dict.fromkeys(page.who for page in all_pages):
                person = scene.person(who)
                with visitor(browser, url, person=person, width=width, language=language, dark=options.dark) as window:
                    for page in (page for page in all_pages if page.who == who):
                        answer = window.goto(page.path)
                        _picture(window, folder / f"{page.audience}-{page.name}.png")
                        if answer.status != page.status:
                            complaints.append(f"{page.path}: {answer.status} instead of {page.status}")
            with visitor(browser, url, width=width, language=language) as window:
                for name, html in [*letters, ("storefront-broken", _broken(language))]:
                    window.route("**/as-it-is/", _answered_with(html))
                    window.goto("/as-it-is/")  # below the mall's own address, so that its styles are found
                    window.unroute("**/as-it-is/")
                    _picture(window, folder / f"{name}.png")
            for audience in ("storefront", "backoffice", "admin", "letter"):
                _sheet(folder, audience)
            print(f"{folder}: {len(list(folder.glob('*.png')))} pictures")
    for complaint in dict.fromkeys(complaints):
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _answered_with(html: str) -> Callable:
    return lambda route: route.fulfill(body=html, content_type=HTML)


def _picture(window, path: Path) -> None:
    """The whole page in a window as high as it is: what loads late has loaded, what sticks to an edge stands there."""
    shape = window.viewport_size
    window.wait_for_load_state("load")
    tall = max(shape["height"], min(window.evaluate("document.documentElement.scrollHeight"), TALLEST))
    window.set_viewport_size({"width": shape["width"], "height": tall})
    window.wait_for_timeout(300)
    window.screenshot(path=path)
    window.set_viewport_size(shape)


def _scene():
    """The demonstration's own people and goods, with something of everything in motion."""
    from catalog import products
    from catalog.decoration.models import PageVersion
    from catalog.models import Category, Product
    from mall import clock
    from mall.accounts.models import User
    from merchants.models import Seat
    from merchants.standing import may_join_campaigns
    from settlement.demo import shops
    from tests.pages import Scene, staged

    owner = User.objects.get(email=shops.OWNER)
    shop = Seat.objects.filter(user=owner, role=Seat.Role.OWNER).order_by("pk").first().shop
    mine = Product.objects.visible().filter(shop=shop)
    product = mine.exclude(options=[]).order_by("-stats__review_count", "pk").first()
    gone = mine.exclude(pk=product.pk).order_by("stats__sold_count", "pk").first()
    if not Product.objects.filter(shop=shop, status=Product.Status.OFF_SALE).exists():
        products.take_off_sale(product=gone, by=owner, now=clock.now())
    gone = Product.objects.filter(shop=shop, status=Product.Status.OFF_SALE).order_by("pk").first()
    decorated = PageVersion.objects.values("shop")
    usual = Product.objects.visible().exclude(shop__in=decorated).order_by("shop").select_related("shop")
    return staged(
        Scene(
            shopper=User.objects.get(email=shops.SHOPPER),
            owner=owner,
            staff=User.objects.get(email=shops.STAFF),
            shop=shop,
            plain_shop=next(found.shop for found in usual.distinct("shop") if may_join_campaigns(found.shop)),
            category=Category.objects.filter(depth=1).order_by("path").first(),
            product=product,
            gone=gone,
        )
    )


def _letters(servers: TemporaryServers, url: str, language: str, scene) -> Iterator[tuple[str, str]]:
    """The e-mails that the mall writes when asked to, as pages: their HTML, or their plain text."""
    from django.conf import settings
    from django.test import Client

    for old in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        old.unlink()
    guest = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": language})
    guest.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    guest.post("/accounts/password/reset/", {"email": scene.shopper.email})
    guest.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    guest.post("/accounts/signup/", {"email": f"new-{language}@example.com", "password1": "correct-horse-battery"})
    for number, path in enumerate(sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log")), 1):
        for part in path.read_text().split("-" * 79):
            if not part.strip():
                continue
            letter = email.message_from_string(part.strip(), policy=policy.default)
            body = letter.get_body(("html", "plain"))
            text = body.get_content() if body else ""
            html = text if body and body.get_content_subtype() == "html" else f"<pre>{text}</pre>"
            yield f"letter-{number}", html


def _broken(language: str) -> str:
    from django.template.loader import render_to_string
    from django.utils import translation

    with translation.override(language):
        return render_to_string("500.html")


def _sheet(folder: Path, audience: str) -> None:
    """All pages of an audience side by side."""
    shots = sorted(folder.glob(f"{audience}-*.png"))
    if not shots:
        return
    with Image.open(shots[0]) as first:
        columns = 6 if first.width < 600 else 3
    tile = SHEET // columns - GAP
    step = TALLEST_TILE + 28 + GAP
    sheet = Image.new("RGB", (SHEET + GAP, -(-len(shots) // columns) * step + GAP), "#dcd8d2")
    pen = ImageDraw.Draw(sheet)
    for number, shot in enumerate(shots):
        left, top = GAP + number % columns * (tile + GAP), GAP + number // columns * step
        pen.text((left, top + 6), shot.stem.removeprefix(f"{audience}-"), fill="#222222")
        with Image.open(shot) as picture:
            tall = max(1, picture.height * tile // picture.width)
            small = picture.convert("RGB").resize((tile, tall), Image.Resampling.BILINEAR)
        sheet.paste(small.crop((0, 0, tile, min(TALLEST_TILE, small.height))), (left, top + 28))
    sheet.save(folder / f"sheet-{audience}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
