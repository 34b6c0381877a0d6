"""Pictures become ours, whatever is uploaded under that name."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog import pictures, products
from catalog.models import ProductPicture
from catalog.options import WrongOptions
from catalog.pictures import NotAPicture, ready_to_show
from catalog.products import TooManyPictures, add_picture, remove_picture
from tests.conftest import NOON
from tests.factories.catalog import category, product


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(data: bytes, name="a.jpg"):
    return SimpleUploadedFile(name, data, "image/jpeg")


def drawn(kind="JPEG", size=(400, 300), mode="RGB", **how) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 120).save(written, kind, **how)
    return written.getvalue()


def huge_png(width=30_000, height=30_000) -> bytes:
    """A bomb: a header that promises 900 million pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (drawn("JPEG"), (400, 300)),
        (drawn("PNG", mode="RGBA"), (400, 300)),
        (drawn("PNG", mode="P"), (400, 300)),
        (drawn("PNG", mode="L"), (400, 300)),
        (drawn("GIF", mode="P"), (400, 300)),
        (drawn("WEBP"), (400, 300)),
        (drawn("JPEG", mode="CMYK"), (400, 300)),
        (drawn("JPEG", size=(3200, 1600)), (1600, 800)),
        (drawn("JPEG", size=(51, 4000)), (20, 1600)),
    ],
)
def test_pictures_become_webp_of_at_most_1600_pixels(data, size):
    picture = Image.open(ready_to_show(upload(data), name="a.webp"))

    assert (picture.format, picture.size) == ("WEBP", size)


def test_a_picture_is_turned_upright_and_tells_no_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
    data = drawn("JPEG", exif=exif.tobytes())

    picture = Image.open(ready_to_show(upload(data), name="a.webp"))

    assert picture.size == (300, 400)
    assert (dict(picture.getexif()), "icc_profile" in picture.info) == ({}, False)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7\n%\xe2\xe3",
        b"<html><script>alert(1)</script></html>",
        drawn()[:200],
        drawn("PNG")[:-30],
        drawn("BMP"),
        drawn("TIFF"),
        drawn("ICO", size=(64, 64)),
        drawn(size=(40, 400)),
        drawn("PNG", size=(5001, 5001), mode="1"),
        huge_png(),
        huge_png(60_000, 60_000),
    ],
)
def test_anything_else_is_refused_in_a_sentence(data):
    with pytest.raises(NotAPicture) as refused:
        ready_to_show(upload(data), name="a.webp")

    assert str(refused.value).endswith((".", "。"))


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_FILE", 100)

    with pytest.raises(NotAPicture):
        ready_to_show(upload(drawn()), name="a.webp")


@pytest.mark.django_db
def test_a_gallery_keeps_its_order_and_its_end():
    row = product()
    shown = [add_picture(product=row, image=upload(drawn()), by=None, now=NOON) for _number in range(12)]

    with pytest.raises(TooManyPictures):
        add_picture(product=row, image=upload(drawn()), by=None, now=NOON)
    remove_picture(picture=shown[3], by=None, now=NOON)
    products.arrange_pictures(product=row, picture_ids=[shown[5].pk], by=None, now=NOON)

    order = list(row.pictures.order_by("position").values_list("pk", flat=True))
    assert order == [shown[index].pk for index in (5, 0, 1, 2, 4, 6, 7, 8, 9, 10, 11)]
    assert {picture.image.name.rpartition(".")[2] for picture in row.pictures.all()} == {"webp"}
    assert shown[3].image.storage.exists(shown[3].image.name)


@pytest.mark.django_db
def test_a_picture_of_an_unknown_value_is_refused():
    with pytest.raises(WrongOptions):
        add_picture(product=product(), image=upload(drawn()), value_id="v9", by=None, now=NOON)

    assert not ProductPicture.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("needs_review", "status"), [(True, "in_review"), (False, "on_sale")])
def test_a_new_picture_is_reviewed_where_experts_look(needs_review, status):
    row = product(category=category(needs_review=needs_review))

    add_picture(product=row, image=upload(drawn()), by=None, now=NOON)

    row.refresh_from_db()
    assert row.status == status
