"""Pictures become ours, whatever is uploaded under that name."""

import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from mall import pictures
from mall.pictures import NotAPicture, Picture, make_ours, sizes_of

SCRIPT = b"<script>alert(document.domain)</script>"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.MEDIA_URL = "/media/"


def upload(data: bytes, name="a.jpg"):
    return SimpleUploadedFile(name, data, "image/jpeg")


def drawn(kind="JPEG", size=(400, 300), mode="RGB", **how) -> bytes:
    written = io.BytesIO()
    grey = {"L": 120, "1": 1, "I;16": 30_000, "I": 30_000, "F": 0.5, "LA": (120, 128)}
    Image.new(mode, size, grey.get(mode, "red")).save(written, kind, **how)
    return written.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, width=200, height=200) -> bytes:
    """A PNG of grey squares with these chunks after its header."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * width) * height))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def promised(width: int, height: int) -> bytes:
    """A bomb: a header that promises more than the file holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def moving(kind: str, count=3, **how) -> bytes:
    frames = [Image.new("RGB", (60, 60), (shade, 0, 0)) for shade in range(0, 250, 250 // count)][:count]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=40, **how)
    return written.getvalue()


def zipped(size: int = 100) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", b"0" * size)
    return written.getvalue()


def exif(**tags) -> bytes:
    data = Image.Exif()
    data[0x0112] = tags.get("turned", 1)
    data[0x010E] = "PLANTED-WORDS"
    data[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0), 3: "E", 4: (120.0, 9.0, 0.0)}
    return data.tobytes()


def other_colours() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def two_exposures() -> bytes:
    written = io.BytesIO()
    shots = [Image.new("RGB", (300, 200), color) for color in ("red", "blue")]
    shots[0].save(written, "MPO", save_all=True, append_images=shots[1:])
    return written.getvalue()


REMADE = {
    "jpeg": (drawn("JPEG"), (400, 300)),
    "progressive jpeg": (drawn("JPEG", progressive=True), (400, 300)),
    "grey jpeg": (drawn("JPEG", mode="L"), (400, 300)),
    "printer's jpeg": (drawn("JPEG", mode="CMYK"), (400, 300)),
    "large jpeg": (drawn("JPEG", size=(3200, 1600)), (1200, 600)),
    "long jpeg": (drawn("JPEG", size=(60, 4000)), (18, 1200)),
    "png": (drawn("PNG"), (400, 300)),
    "png with transparency": (drawn("PNG", mode="RGBA"), (400, 300)),
    "png of one bit": (drawn("PNG", mode="1"), (400, 300)),
    "png with a palette": (drawn("PNG", mode="P"), (400, 300)),
    "grey png": (drawn("PNG", mode="L"), (400, 300)),
    "grey png with transparency": (drawn("PNG", mode="LA"), (400, 300)),
    "png of sixteen bits": (drawn("PNG", mode="I;16"), (400, 300)),
    "still gif": (drawn("GIF", mode="P"), (400, 300)),
    "webp": (drawn("WEBP"), (400, 300)),
    "webp without loss": (drawn("WEBP", lossless=True, mode="RGBA"), (400, 300)),
    "two exposures": (two_exposures(), (300, 200)),
    "where it was taken": (drawn("JPEG", exif=exif()), (400, 300)),
    "lying on its side": (drawn("JPEG", exif=exif(turned=6)), (300, 400)),
    "upside down png": (drawn("PNG", exif=exif(turned=3)), (400, 300)),
    "nonsense in its exif": (drawn("JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 40), (400, 300)),
    "a profile of other colours": (drawn("JPEG", icc_profile=other_colours()), (400, 300)),
    "a profile that is none": (drawn("JPEG", icc_profile=b"\0" * 200), (400, 300)),
    "a profile of a megabyte": (drawn("PNG", icc_profile=b"\1" * 1_000_000), (400, 300)),
    "words in a comment": (drawn("JPEG", comment=SCRIPT), (400, 300)),
    "words in a png": (png(chunk(b"tEXt", b"Comment\0" + SCRIPT)), (200, 200)),
    "a page behind a jpeg": (drawn("JPEG") + b"<html>" + SCRIPT, (400, 300)),
    "an archive behind a gif": (drawn("GIF", mode="P") + zipped(), (400, 300)),
    "an archive behind a jpeg": (drawn("JPEG") + zipped(), (400, 300)),
    "a program behind a png": (drawn("PNG") + b"\x7fELF" + b"\0" * 64, (400, 300)),
    "a document behind a webp": (drawn("WEBP") + b"%PDF-1.7\n%%EOF", (400, 300)),
    "php in a gif": (drawn("GIF", mode="P") + b"<?php system($_GET[0]);", (400, 300)),
}

REFUSED = {
    "nothing": b"",
    "words": b"hello",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a drawing with an outside entity": b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "a page": b"<html>" + SCRIPT,
    "a page that begins like a gif": b"GIF89a=1/*" + SCRIPT,
    "a program": b"\x7fELF" + b"\0" * 200,
    "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "an archive": zipped(),
    "a zip bomb": zipped(5_000_000),
    "a beginning without an end": b"GIF89a" + b"\0" * 40,
    "a cut jpeg": drawn()[:200],
    "a png without its end": drawn("PNG")[:-30],
    "half a webp": drawn("WEBP", lossless=True)[:40],
    "half a large jpeg": drawn(size=(1500, 1500), quality=100)[:6_000],
    "a wrong checksum": drawn("PNG").replace(b"IDAT", b"IDAU"),
    "bmp": drawn("BMP"),
    "tiff": drawn("TIFF"),
    "ico": drawn("ICO", size=(64, 64)),
    "ppm": drawn("PPM"),
    "tga": drawn("TGA"),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 60,
    "avif": b"\0\0\0\x1cftypavif" + b"\0" * 60,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    "too narrow": drawn(size=(40, 400)),
    "a single point": drawn("PNG", size=(1, 1)),
    "more pixels than we look at": drawn("PNG", size=(5001, 5001), mode="1"),
    "four hundred million pixels": promised(20_000, 20_000),
    "nine hundred million pixels": promised(30_000, 30_000),
    "more pixels than can be counted": promised(2**31 - 1, 2**31 - 1),
    "no width": promised(0, 100),
    "a text that unfolds": png(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"0" * 80_000_000))),
    "a profile that unfolds": png(chunk(b"iCCP", b"a\0\0" + zlib.compress(b"0" * 80_000_000))),
    "a moving gif": moving("GIF"),
    "a gif that moves for long": moving("GIF", 250),
    "a moving webp": moving("WEBP"),
    "a moving png": moving("PNG"),
}


@pytest.mark.parametrize("name", REMADE)
def test_a_picture_is_written_anew_without_anything_that_came_with_it(name):
    data, size = REMADE[name]

    ours = make_ours(upload(data))

    for content in (ours.read(), *ours.smaller.values()):
        shown = Image.open(io.BytesIO(content))
        assert (shown.format, shown.mode in {"RGB", "RGBA"}) == ("WEBP", True)
        assert (dict(shown.getexif()), "icc_profile" in shown.info) == ({}, False)
        for planted in (b"alert", b"PLANTED", b"PK\3\4", b"%PDF", b"ELF", b"<?php"):
            assert planted not in content
    assert (ours.width, ours.height) == Image.open(ours).size == size


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_in_a_sentence(name):
    with pytest.raises(NotAPicture) as refused:
        make_ours(upload(REFUSED[name]))

    assert str(refused.value).endswith((".", "。"))


def test_the_corpus_has_more_than_sixty_files():  # reliability H1
    assert len(REMADE) + len(REFUSED) >= 60


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_FILE", 100)

    with pytest.raises(NotAPicture):
        make_ours(upload(drawn()))


def test_the_largest_picture_that_we_look_at_takes_little_memory(tmp_path):  # reliability H1: below 300 MiB
    source = tmp_path / "a.png"
    Image.new("P", (5000, 5000)).save(source)
    script = (
        "import re, sys\nfrom django.conf import settings\nsettings.configure(USE_I18N=False)\n"
        "from django.core.files.base import ContentFile\nfrom mall.pictures import make_ours\n"
        "make_ours(ContentFile(open(sys.argv[1], 'rb').read()))\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"  # its own, since exec
    )

    told = subprocess.run([sys.executable, "-c", script, source], capture_output=True, text=True, check=True)

    assert int(told.stdout) < 300


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((120, 90), [(120, 90)]),
        ((400, 300), [(160, 120), (400, 300)]),
        ((900, 900), [(160, 160), (400, 400), (800, 800), (900, 900)]),
        ((3000, 2000), [(160, 107), (400, 267), (800, 533), (1200, 800)]),
        ((500, 1000), [(80, 160), (200, 400), (400, 800), (500, 1000)]),
    ],
)
def test_a_picture_is_kept_in_fixed_sizes_and_never_enlarged(size, expected):
    name = make_ours(upload(drawn(size=size))).keep("products/")

    assert [(found.width, found.height) for found in sizes_of(name)] == expected
    for found in sizes_of(name):
        with default_storage.open(found.name) as file:
            assert Image.open(file).size == (found.width, found.height)


def test_the_same_picture_has_the_same_name_and_is_kept_once(tmp_path):
    names = {make_ours(upload(drawn(), name)).keep("products/") for name in ("a.jpg", "../../etc/passwd", "b.php.png")}

    assert len(names) == 1
    assert re.fullmatch(r"products/[0-9a-f]{2}/[0-9a-f]{18}-400x300\.webp", names.pop())
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_square_is_cut_out_of_the_middle():
    ours = make_ours(upload(drawn(size=(900, 600))), longest=400, square=True)

    assert (ours.width, ours.height, list(ours.smaller)) == (400, 400, [160])


def test_colours_stay_when_their_profile_goes():
    plain = Image.new("RGB", (100, 100), (200, 60, 60))
    written = io.BytesIO()
    plain.save(written, "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())

    shown = Image.open(make_ours(upload(written.getvalue()))).convert("RGB")

    assert all(abs(found - was) < 8 for found, was in zip(shown.getpixel((50, 50)), (200, 60, 60), strict=True))


def test_smaller_sizes_weigh_less():
    image = Image.effect_noise((1200, 1200), 60).convert("RGB").filter(ImageFilter.GaussianBlur(2))
    ImageDraw.Draw(image).ellipse((200, 200, 900, 900), fill="teal")

    ours = Picture.of(image)

    weights = [len(ours.smaller[side]) for side in (160, 400, 800)] + [ours.size]
    assert weights == sorted(weights)


# the tag


def img(source: str, **context) -> dict[str, str]:
    text = Template(source).render(Context(context))
    assert text.startswith("<img ")
    return dict(re.findall(r'([\w-]+)="([^"]*)"', text))


def test_a_picture_that_grows_with_the_page():
    shown = img('{% picture name sizes="50vw" alt=title class_="sign" %}', name="p/a-1000x500.webp", title='Tea "1"')

    assert shown == {
        "src": "/media/p/a-1000x500.800.webp",
        "width": "1000",
        "height": "500",
        "srcset": "/media/p/a-1000x500.160.webp 160w, /media/p/a-1000x500.400.webp 400w, "
        "/media/p/a-1000x500.800.webp 800w, /media/p/a-1000x500.webp 1000w",
        "sizes": "50vw",
        "alt": "Tea &quot;1&quot;",
        "loading": "lazy",
        "decoding": "async",
        "class": "sign",
    }


def test_a_small_square_offers_no_more_than_screens_show():
    shown = img("{% picture name side=44 %}", name="p/a-1000x1000.webp")

    assert (shown["src"], shown["width"], shown["height"]) == ("/media/p/a-1000x1000.160.webp", "44", "44")
    assert "srcset" not in shown


def test_the_picture_a_page_is_about_comes_first():
    shown = img("{% picture name eager=True data_stage='' %}", name="p/a-100x100.webp")

    assert (shown["fetchpriority"], "loading" in shown, shown["data-stage"]) == ("high", False, "")
    assert "loading" not in img("{% picture name lazy=False %}", name="p/a-100x100.webp")


@pytest.mark.parametrize("name", ["", None])
def test_without_a_picture_there_is_a_placeholder(name):
    shown = img("{% picture name side=44 %}", name=name)

    assert ("no-picture" in shown["src"], shown["width"]) == (True, "44")


def test_a_name_that_tells_no_size_is_shown_as_it_is():
    assert img("{% picture name side=44 %}", name="old/a.png")["src"] == "/media/old/a.png"
