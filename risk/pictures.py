"""
Pictures known again (R1): those of goods that staff removed as counterfeit or prohibited leave marks, and a picture
whose mark is near to one of them is for a person to look at.

A mark is a difference hash: the picture in grey, eight by eight fields, and of each whether it is darker than the next
one, across and downwards. Other sizes, formats and qualities change hardly any of the 128 signs, other pictures about
half of them. What cuts something off moves the fields, so a removed picture leaves marks of its middle and of what is
left without an edge, too, and a new one is looked at whole, without a margin, and in the mirror.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from mall.rows import select_rows
from risk.models import RemovedPicture
from risk.tunables import PICTURE_DISTANCE

FIELDS = 8
LEAST_ONES = 8  # of an even surface there is nothing to know again
NOISE = 2  # of 256 levels of grey: so little is no difference
MARGINS = (0.02, 0.04, 0.06)
EDGE = 0.05
WHOLE = (0.0, 0.0, 0.0, 0.0)
_CUTS = (
    WHOLE,
    *((margin,) * 4 for margin in MARGINS),
    *(tuple(EDGE if side == cut else 0.0 for side in range(4)) for cut in range(4)),
)
_LOOKS = (WHOLE, *((margin,) * 4 for margin in MARGINS[:2]))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a picture grows darker; two signed numbers of 64 signs each."""

    across: int
    down: int

    @property
    def ones(self) -> int:
        return sum((number & (2**64 - 1)).bit_count() for number in (self.across, self.down))

    def distance(self, other: "Mark") -> int:
        """How many of the 128 signs differ."""
        pairs = ((self.across, other.across), (self.down, other.down))
        return sum(((one ^ two) & (2**64 - 1)).bit_count() for one, two in pairs)


@dataclass(frozen=True, slots=True)
class Near:
    """A picture is near to one of removed goods: of which, why those were removed, and how many signs differ."""

    picture: str
    subject_id: str
    reason: str
    distance: int


def mark_of(image: Image.Image, cut: tuple[float, ...] = WHOLE) -> Mark:
    """The mark of a picture, without these parts at its left, top, right and bottom."""
    left, top, right, bottom = cut
    width, height = image.size
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))

    def signs(columns: int, rows: int) -> int:
        grey = image.resize((columns, rows), Image.Resampling.LANCZOS, box=box).tobytes()
        number = 0
        for place in (y * columns + x for y in range(FIELDS) for x in range(FIELDS)):
            next_one = place + (1 if columns > rows else columns)
            number = number << 1 | (grey[place] > grey[next_one] + NOISE)
        return number - 2**64 if number >= 2**63 else number

    return Mark(signs(FIELDS + 1, FIELDS), signs(FIELDS, FIELDS + 1))


def _grey(file: BinaryIO) -> Image.Image | None:
    """The picture in grey, on white where it lets something through; nothing when it is none."""
    try:
        image = Image.open(file).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("L")


def marks_to_keep(file: BinaryIO) -> set[Mark]:
    """Of a removed picture: whole, its middle, and without each edge; none of an even surface."""
    image = _grey(file)
    marks = {mark_of(image, cut) for cut in _CUTS} if image else set()
    return {mark for mark in marks if mark.ones >= LEAST_ONES}


def marks_to_compare(file: BinaryIO) -> set[Mark]:
    """Of a new picture: whole, without a margin, and both in the mirror."""
    image = _grey(file)
    if image is None:
        return set()
    marks = {mark_of(turned, cut) for turned in (image, ImageOps.mirror(image)) for cut in _LOOKS}
    return {mark for mark in marks if mark.ones >= LEAST_ONES}


# Kept, found, forgotten ----------------------------------------------------------------------------------------------


def note_removed(*, subject_id: str, reason: str, pictures: Mapping[str, BinaryIO], now: datetime) -> int:
    """Remember the pictures of goods that were removed; again, and nothing happens. Returns how many marks are new."""
    rows = [
        RemovedPicture(
            subject_id=subject_id, picture=name, reason=reason, noted_at=now, across=mark.across, down=mark.down,
            ones=mark.ones,
        )
        for name, file in pictures.items()
        for mark in marks_to_keep(file)
    ]  # fmt: skip
    before = RemovedPicture.objects.filter(subject_id=subject_id).count()
    RemovedPicture.objects.bulk_create(rows, ignore_conflicts=True)
    return RemovedPicture.objects.filter(subject_id=subject_id).count() - before


def forget_removed(*, subject_id: str) -> int:
    """The goods were found to be in order: their pictures say nothing against others."""
    return RemovedPicture.objects.filter(subject_id=subject_id).delete()[0]


def anything_removed() -> bool:
    return RemovedPicture.objects.exists()


_NEAR = """
    SELECT DISTINCT ON (w.picture) w.picture, r.subject_id, r.reason,
        bit_count((r.across # w.across)::bit(64)) + bit_count((r.down # w.down)::bit(64)) AS distance
    FROM unnest(%(pictures)s::text[], %(across)s::bigint[], %(down)s::bigint[], %(ones)s::int[])
        AS w (picture, across, down, ones)
    JOIN risk_removedpicture r ON r.ones BETWEEN w.ones - %(most)s AND w.ones + %(most)s
    WHERE bit_count((r.across # w.across)::bit(64)) + bit_count((r.down # w.down)::bit(64)) <= %(most)s
    ORDER BY w.picture, distance, r.subject_id
"""


def near_removed(pictures: Mapping[str, BinaryIO]) -> list[Near]:
    """Those of these pictures that are near to one of removed goods, each with the nearest; one question for all."""
    wanted = [(name, mark) for name, file in pictures.items() for mark in marks_to_compare(file)]
    if not wanted:
        return []
    facts = {
        "pictures": [name for name, _mark in wanted],
        "across": [mark.across for _name, mark in wanted],
        "down": [mark.down for _name, mark in wanted],
        "ones": [mark.ones for _name, mark in wanted],
        "most": PICTURE_DISTANCE.value,
    }
    return [Near(*row) for row in select_rows(_NEAR, facts)]
