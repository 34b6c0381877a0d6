"""Pictures of removed goods are known again (R1), whatever was done to them on the way; others are not."""

import io
from functools import lru_cache
from random import Random

import pytest
from django.db import transaction
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from risk.models import RemovedPicture
from risk.pictures import Mark, forget_removed, mark_of, marks_to_compare, marks_to_keep, near_removed, note_removed
from tests.conftest import NOON

MANY = 40


@lru_cache(maxsize=2 * MANY)
def drawn(number: int, *, on_white: bool = False) -> Image.Image:
    """A picture like no other: shapes in the middle of a white ground, or all over the place."""
    dice = Random(number)
    colour = lambda: tuple(dice.randint(0, 255) for _channel in range(3))  # noqa: E731
    image = Image.new("RGB", (900, 700), "white" if on_white else colour())
    pen = ImageDraw.Draw(image)
    for _shape in range(dice.randint(3, 8) if on_white else 25):
        x, y = dice.randint(100 if on_white else -100, 700), dice.randint(100 if on_white else -100, 500)
        box = [x, y, x + dice.randint(60, 300), y + dice.randint(60, 300)]
        getattr(pen, dice.choice(["ellipse", "rectangle"]))(box, fill=colour())
    return image.filter(ImageFilter.GaussianBlur(3))


def written(image: Image.Image, kind: str = "PNG", **how) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind, **how)
    file.seek(0)
    return file


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(width * left), int(height * top), int(width * (1 - right)), int(height * (1 - bottom))))


def stamped(image: Image.Image) -> Image.Image:
    copy = image.copy()
    ImageDraw.Draw(copy).text((20, image.height - 60), "BEST SHOP 12345", fill="white", stroke_width=2)
    return copy


COPIES = {
    "jpeg": lambda image: written(image, "JPEG", quality=40),
    "webp": lambda image: written(image, "WEBP", quality=20),
    "small": lambda image: written(image.resize((225, 175))),
    "squashed": lambda image: written(image.resize((450, 370)), "JPEG", quality=60),
    "a little cut": lambda image: written(cut(image, 0.03, 0.03, 0.03, 0.03)),
    "cut": lambda image: written(cut(image, 0.05, 0.05, 0.05, 0.05), "JPEG", quality=70),
    "without an edge": lambda image: written(cut(image, 0, 0, 0.05, 0)),
    "brighter": lambda image: written(ImageEnhance.Brightness(image).enhance(1.12)),
    "stamped": lambda image: written(stamped(image)),
    "mirrored": lambda image: written(ImageOps.mirror(image), "JPEG", quality=60),
}


@pytest.fixture(scope="module")
def noted(django_db_setup, django_db_blocker) -> list[RemovedPicture]:
    """What is kept of forty pictures of removed goods, half of them on white: worked out once."""
    with django_db_blocker.unblock(), transaction.atomic():
        for number in range(MANY):
            picture = written(drawn(number, on_white=number % 2 == 0))
            note_removed(subject_id=f"prd_{number}", reason="fake", pictures={f"{number}.webp": picture}, now=NOON)
        rows = list(RemovedPicture.objects.all())
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def removed(db, noted):
    RemovedPicture.objects.bulk_create(noted)


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_known_again(removed, kind):  # R1
    copies = {str(number): COPIES[kind](drawn(number, on_white=number % 2 == 0)) for number in range(MANY)}

    found = {one.picture: one.subject_id for one in near_removed(copies)}

    right = [number for number in copies if found.get(number) == f"prd_{number}"]
    assert len(right) >= MANY * 0.95, sorted(set(copies) - set(right))


def test_other_pictures_are_not(removed):
    """The negative control: a hundred and twenty pictures that nobody has removed."""
    others = {str(number): written(drawn(number, on_white=number % 2 == 0)) for number in range(500, 620)}

    assert near_removed(others) == []


def test_without_removed_goods_nothing_is_near(db):
    """The negative control of what is found: it comes from what was noted."""
    assert near_removed({"0": written(drawn(0))}) == []


def test_of_an_even_surface_and_of_no_picture_there_is_nothing_to_know(db):
    white, grey = Image.new("RGB", (300, 300), "white"), Image.new("L", (300, 300), 130)
    broken = io.BytesIO(b"no picture at all")

    assert [marks_to_keep(written(white)), marks_to_keep(written(grey)), marks_to_compare(broken)] == [set()] * 3
    assert note_removed(subject_id="prd_1", reason="fake", pictures={"a": written(white)}, now=NOON) == 0


def test_noted_again_it_is_noted_once_and_it_can_be_forgotten(db):
    pictures = {"a.webp": written(drawn(1))}
    first = note_removed(subject_id="prd_1", reason="fake", pictures=pictures, now=NOON)
    pictures["a.webp"].seek(0)

    assert note_removed(subject_id="prd_1", reason="fake", pictures=pictures, now=NOON) == 0
    assert RemovedPicture.objects.count() == first > 3
    assert forget_removed(subject_id="prd_1") == first
    assert near_removed({"x": written(drawn(1))}) == []


def test_the_distance_is_counted_alike_in_python_and_in_the_database(removed):
    (near,) = near_removed({"copy": COPIES["brighter"](drawn(7))})
    rows = RemovedPicture.objects.filter(subject_id="prd_7")
    marks = marks_to_compare(COPIES["brighter"](drawn(7)))

    assert near.distance == min(mark.distance(Mark(row.across, row.down)) for row in rows for mark in marks)
    assert all(Mark(row.across, row.down).ones == row.ones for row in rows)
    assert mark_of(drawn(7).convert("L")).distance(mark_of(drawn(7).convert("L"))) == 0


def test_what_lets_light_through_stands_on_white(db):
    image = drawn(3, on_white=True).convert("RGBA")
    clear = Image.new("RGBA", image.size)
    clear.paste(image, mask=ImageOps.invert(image.convert("L")).point(lambda level: 255 if level > 2 else 0))

    note_removed(subject_id="prd_1", reason="fake", pictures={"a": written(image)}, now=NOON)

    assert [one.subject_id for one in near_removed({"b": written(clear)})] == ["prd_1"]
