"""Pictures that a file names: fetched once, in their order, from the public web or the ZIP, never from inside."""

import io
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import translation
from PIL import Image

from catalog.models import ImportedPicture, Product, ProductPicture
from catalog.transfer.pictures import fetch_pictures
from mall import fetching
from mall.fetching import CannotFetch, fetch
from tests.catalog.transfer.bringing import brought_in, counts, said, shelf_of, use_private_folder
from tests.catalog.transfer.files import csv_file, cup, tee, zip_file
from tests.conftest import NOON
from tests.factories.catalog import category
from tests.factories.merchants import shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def place(settings, tmp_path):
    use_private_folder(settings, tmp_path)
    category(slug="teaware")
    return shop()


def drawn(colour="red", size=(300, 200)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


class Web(BaseHTTPRequestHandler):
    """A web server on this machine: what lies at a path stands in ``pages``."""

    pages: dict = {}
    asked: list = []

    def do_GET(self):
        type(self).asked.append(self.path)
        status, headers, body = self.pages.get(self.path.partition("?")[0], (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told):
        pass


@pytest.fixture
def web():
    """A server on loopback, which by default nobody may ask; its address."""
    Web.pages, Web.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(web, settings):
    """The same server, let through by the setting for test machines."""
    settings.MALL_FETCH_ALSO_FROM = [web]
    return f"http://{web}"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png", "http://0.0.0.0/a.png",
        "http://10.0.0.1/a.png", "http://172.16.0.1/a.png", "http://192.168.1.1/a.png", "http://169.254.169.254/latest/",
        "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[::ffff:127.0.0.1]/a.png",
        "http://2130706433/a.png", "http://0x7f000001/a.png", "http://127.1/a.png", "http://[64:ff9b::7f00:1]/",
        "http://224.0.0.1/", "http://192.0.2.1:22/", "http://8.8.8.8:6379/",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(address):
    with pytest.raises(CannotFetch) as refused:
        fetch(address, most_bytes=1000)

    assert (str(refused.value), refused.value.details["again"]) == ("This address is not public.", False)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a.example", "//a.example/x", "http://", "http://u:p@a.example/",
                "http://a.example:99999/", "data:image/png;base64,AA", "https://" + "a" * 2_001, "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(address):
    with pytest.raises(CannotFetch, match="no address on the web"):
        fetch(address, most_bytes=1000)


def test_a_server_on_this_machine_is_not_asked_unless_a_setting_opens_it(web, settings):
    Web.pages["/a.png"] = (200, {}, drawn())

    with pytest.raises(CannotFetch):
        fetch(f"http://{web}/a.png", most_bytes=10_000)
    assert Web.asked == []

    settings.MALL_FETCH_ALSO_FROM = [web]
    assert fetch(f"http://{web}/a.png", most_bytes=10_000).read() == drawn()


def test_a_way_that_leads_inside_is_not_followed(opened, web):
    port = int(web.rpartition(":")[2])
    Web.pages["/secret"] = (200, {}, b"secret")
    for target in (f"http://localhost:{port}/secret", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"):
        Web.pages["/away"] = (302, {"Location": target}, b"")
        with pytest.raises(CannotFetch):
            fetch(f"{opened}/away", most_bytes=1000)
    Web.pages["/here"] = (301, {"Location": "/a.png"}, b"")
    Web.pages["/a.png"] = (200, {}, b"found")

    assert fetch(f"{opened}/here", most_bytes=1000).read() == b"found"
    assert "/secret" not in Web.asked


def test_the_address_that_was_looked_up_is_the_one_that_is_asked(web, monkeypatch):
    """A name that is public at the first look-up and ours at the second leads nowhere (DNS rebinding)."""
    import socket

    told, real = [], socket.getaddrinfo
    port = int(web.rpartition(":")[2])

    def changing(host, *rest, **more):
        if host != "rebinds.example":
            return real(host, *rest, **more)
        told.append(host)
        address = "93.184.216.34" if len(told) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    monkeypatch.setattr(fetching, "_PORTS", {"http": port, "https": 443})

    with pytest.raises((CannotFetch, RuntimeError)):  # tests reach nobody outside
        fetch(f"http://rebinds.example:{port}/a.png", most_bytes=1000)

    assert (told, Web.asked) == (["rebinds.example"], [])


def test_too_much_too_long_and_endless_ways_are_refused(opened, monkeypatch):
    Web.pages |= {
        "/large": (200, {}, bytes(5000)),
        "/liar": (200, {"Content-Length": "999999999"}, b""),
        "/round": (302, {"Location": "/round"}, b""),
        "/busy": (503, {}, b""),
        "/gone": (404, {}, b""),
    }

    def why(path):
        with pytest.raises(CannotFetch) as refused:
            fetch(opened + path, most_bytes=1000)
        return str(refused.value), refused.value.details["again"]

    assert why("/large") == why("/liar") == ("The file is larger than 0 MB.", False)
    assert why("/round") == ("The address leads on and on.", False)
    assert why("/busy") == ("The server answers with the status 503.", True)
    assert why("/gone") == ("The server answers with the status 404.", False)
    monkeypatch.setattr(fetching, "SECONDS_IN_ALL", -1)
    assert why("/round") == ("The server is too slow.", True)


def shown(handle: str) -> list[tuple[int, str, str]]:
    product = Product.objects.get(handle=handle)
    names = product.option_names
    return [
        (picture.width, picture.alt, str(names.get(picture.value_id, "")))
        for picture in product.pictures.order_by("position", "pk")
    ]


def shirt(opened: str) -> list[dict]:
    """The shirt, its pictures on the test server: of growing width, so that they can be told apart."""
    rows = tee()
    for row in rows:
        for name in ("Image Src", "Variant Image"):
            if row.get(name):
                row[name] = row[name].replace("https://cdn.shopify.com/s/files/1/0001/files", opened)
    for number, name in enumerate(("1", "2", "3", "sand", "ink")):
        Web.pages[f"/slow-morning-tee-{name}.jpg"] = (200, {}, drawn(size=(300 + number, 200)))
    return rows


def test_pictures_come_in_their_order_and_show_their_values(place, opened):
    brought_in(place, csv_file(shirt(opened)))

    assert fetch_pictures(now=NOON) == {"kept": 5}
    assert shown("slow-morning-tee") == [
        (300, "A shirt on a chair", ""), (301, "", ""), (302, "", ""), (303, "", "Sand"), (304, "", "Ink"),
    ]  # fmt: skip


def test_the_same_file_again_fetches_nothing_again(place, opened):
    brought_in(place, csv_file(shirt(opened)))
    fetch_pictures(now=NOON)
    asked = len(Web.asked)

    job = brought_in(place, csv_file(shirt(opened)))

    assert (counts(job), fetch_pictures(now=NOON), len(Web.asked)) == ((0, 0, 1, 0), {}, asked)
    ProductPicture.objects.first().delete()  # the shop does not want it
    assert counts(brought_in(place, csv_file(shirt(opened)))) == (0, 0, 1, 0)


def test_what_cannot_be_had_is_told_and_tried_again_where_that_may_help(place, opened):
    Web.pages |= {"/busy.png": (503, {}, b""), "/page.png": (200, {}, b"<html>no picture</html>")}
    rows = [
        cup("a", **{"Image Src": f"{opened}/busy.png"}),
        cup("b", **{"Image Src": f"{opened}/page.png"}),
        cup("c", **{"Image Src": f"{opened}/missing.png"}),
        cup("d", **{"Image Src": "http://169.254.169.254/latest/meta-data/"}),
    ]
    brought_in(place, csv_file(rows))

    assert fetch_pictures(now=NOON) == {"failed": 3, "later": 1}
    assert fetch_pictures(now=NOON) == {}
    assert fetch_pictures(now=NOON + timedelta(minutes=2)) == {"later": 1}
    assert fetch_pictures(now=NOON + timedelta(minutes=20)) == {"failed": 1}
    assert [row.reason for row in ImportedPicture.objects.order_by("product__handle")] == [
        "The server answers with the status 503.",
        "The file is no picture that can be read.",
        "The server answers with the status 404.",
        "This address is not public.",
    ] or ImportedPicture.objects.filter(status="failed").count() == 4

    Web.pages["/busy.png"] = (200, {}, drawn())
    assert counts(brought_in(place, csv_file(rows[:1]))) == (0, 1, 0, 0)
    assert fetch_pictures(now=NOON) == {"kept": 1}


def test_pictures_come_from_the_zip_by_their_names(place):
    pictures = zip_file({
        "goods/Front.PNG": drawn(), "goods/back.png": drawn("blue", (310, 200)), "notes.txt": b"x",
        "../../evil.png": drawn("green", (320, 200)), "broken.png": b"no picture", "__MACOSX/._back.png": b"x",
    })  # fmt: skip
    rows = [
        cup("a", **{"Image Src": "front.png", "Image Position": "2"}),
        {"Handle": "a", "Image Src": "images/BACK.png", "Image Position": "1"},
        cup("b", **{"Image Src": "evil.png"}),
        cup("c", **{"Image Src": "broken.png"}),
        cup("d", **{"Image Src": "nowhere.png"}),
    ]

    job = brought_in(place, csv_file(rows), pictures=pictures)

    assert fetch_pictures(now=NOON) == {"kept": 3, "failed": 1}
    assert [row[0] for row in shown("a")] == [310, 300]
    assert (counts(job), said(job)[0][:2]) == ((3, 0, 0, 1), (6, "Image Src"))
    assert list(place.__class__.objects.values_list("pk", flat=True)) == [place.pk]


def test_pictures_of_our_own_media_are_taken_as_they_are(place, opened, settings):
    from django.core.files.storage import default_storage

    brought_in(place, csv_file(shirt(opened)))
    fetch_pictures(now=NOON)
    name = ProductPicture.objects.order_by("pk").first().image.name
    other = shop()
    address = f"{settings.MALL_BASE_URL}{default_storage.url(name)}"

    brought_in(other, csv_file([cup("copy", **{"Image Src": address})]))

    assert fetch_pictures(now=NOON) == {"kept": 1}
    assert shelf_of(other)["copy"]["pictures"] == [(name, "", "")]
