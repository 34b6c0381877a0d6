"""A product's gallery: pictures are added, ordered, taken out, and looked at again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog import gallery
from catalog.gallery import TooManyPictures, add_picture, remove_picture
from catalog.models import ProductPicture
from catalog.options import WrongOptions
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


@pytest.mark.django_db
def test_a_gallery_keeps_its_order_and_its_end():
    row = product()
    shown = [add_picture(product=row, image=upload(drawn()), by=None, now=NOON) for _number in range(12)]

    with pytest.raises(TooManyPictures):
        add_picture(product=row, image=upload(drawn()), by=None, now=NOON)
    remove_picture(picture=shown[3], by=None, now=NOON)
    gallery.arrange_pictures(product=row, picture_ids=[shown[5].pk], by=None, now=NOON)

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
@pytest.mark.parametrize("needs_review", [True, False])
def test_a_new_picture_waits_where_experts_look(needs_review):
    row = product(category=category(needs_review=needs_review))

    add_picture(product=row, image=upload(drawn()), by=None, now=NOON)

    row.refresh_from_db()
    assert (row.status, row.pictures.count()) == ("on_sale", 0 if needs_review else 1)
    assert row.changes.filter(status="pending").exists() == needs_review
