"""
Pictures: what people upload becomes ours, in fixed sizes, and its name tells how large it is.

A picture is checked, turned upright, brought to sRGB, scaled, and written anew as WebP in every size of ``SIDES`` that
it fills; nothing of the file that came survives. The column holds the name of the largest,
``products/3f/a91c…-1200x900.webp``, made of its content: the same picture always has the same name, and the smaller
ones stand beside it (``….400.webp``). So whoever holds a name – an order line, a row of plain SQL – knows the
picture's shape and all its addresses without asking anybody. Files are never changed and never deleted.
"""

import hashlib
import io
import re
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from mall.refusals import Refusal

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
TYPES = "image/jpeg,image/png,image/webp,image/gif"
LARGEST_FILE = 15 * 1024 * 1024
LARGEST_PROFILE = 512 * 1024
MOST_PIXELS = 25_000_000
SHORTEST_SIDE = 50
SIDES = (160, 400, 800, 1200, 1600)  # of the longer side; never enlarged
LONGEST_SIDE = 1200
QUALITY, METHOD = 82, 4
RECIPE = b"1"  # another one when sizes or quality change, so that old names keep their files

_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    MemoryError,
    struct.error,
    zlib.error,
)  # fmt: skip - what a decoder says of files that were made to break it
_NAME = re.compile(r"(?P<stem>.+)-(?P<width>\d{1,5})x(?P<height>\d{1,5})\.webp")


class NotAPicture(Refusal):
    """The file is no picture that we can show."""

    code = "not-a-picture"
    status = 400


@dataclass(frozen=True, slots=True)
class Size:
    """One of the files of a picture."""

    name: str
    width: int
    height: int


class Picture(ContentFile):
    """A picture made ours, not yet kept: its largest size, and the smaller ones by their longer side."""

    def __init__(self, largest: bytes, *, width: int, height: int, smaller: dict[int, bytes]):
        stem = hashlib.sha256(RECIPE + largest).hexdigest()[:20]
        super().__init__(largest, name=f"{stem[:2]}/{stem[2:]}-{width}x{height}.webp")
        self.width, self.height, self.smaller = width, height, smaller

    @classmethod
    def of(cls, image: Image.Image, *, quality: int = QUALITY, method: int = METHOD) -> "Picture":
        """From pixels that are fit to be shown, in their own size and the smaller ones."""
        width, height = image.size
        smaller, last = {}, image
        sides = [side for side in SIDES if side < max(width, height)]
        for side in reversed(sides):  # each from the one before: a picture in five sizes costs little more than in one
            last = last.resize(_within(width, height, side), Image.Resampling.LANCZOS)
            smaller[side] = _webp(last, quality, method)
        return cls(_webp(image, quality, method), width=width, height=height, smaller=smaller)

    def keep(self, folder: str) -> str:
        """Store what is not stored yet; the name for the column."""
        name = f"{folder.strip('/')}/{self.name}"
        for side, content in self.smaller.items():
            _store(_smaller(name, side), content)
        _store(name, self.file.getvalue())
        return name


def _store(name: str, content: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))


def _webp(image: Image.Image, quality: int, method: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=quality, method=method, exif=b"", icc_profile=None)
    return written.getvalue()


def _within(width: int, height: int, side: int) -> tuple[int, int]:
    """The shape scaled until its longer side is ``side``."""
    longer = max(width, height)
    return max(1, round(width * side / longer)), max(1, round(height * side / longer))


def _smaller(name: str, side: int) -> str:
    return f"{name.removesuffix('.webp')}.{side}.webp"


# From an upload to a picture of ours


def make_ours(file: File, *, longest: int = LONGEST_SIDE, square: bool = False) -> Picture:
    """
    The upload as a picture of ours, at most ``longest`` pixels a side; ``square`` cuts its middle out.

    :raises NotAPicture: too large, too small, moving, cut off, or no picture at all
    """
    if isinstance(file, Picture):
        return file
    if file.size > LARGEST_FILE:
        raise NotAPicture(_("The file is larger than %(most)d MB.") % {"most": LARGEST_FILE // 1024**2})
    try:
        image = _opened(file)
        width, height = image.size
        image = _upright(image, longest * max(width, height) // min(width, height) if square else longest)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except _UNREADABLE:
        raise NotAPicture(_("This file is not a picture. Choose a JPEG, PNG, WebP or GIF file.")) from None
    if square:
        side = min(image.size)
        image = ImageOps.fit(image, (side, side))
    return Picture.of(image)


def _opened(file: File) -> Image.Image:
    """The header is read and judged before any pixel is."""
    file.seek(0)
    Image.open(file, formats=FORMATS).verify()
    file.seek(0)
    image = Image.open(file, formats=FORMATS)
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < SHORTEST_SIDE:
        raise NotAPicture(_("The picture is smaller than %(least)d pixels a side.") % {"least": SHORTEST_SIDE})
    # A photograph may carry a preview or a second exposure behind itself (MPO); what moves is another thing.
    if image.format in {"GIF", "PNG", "WEBP"} and getattr(image, "is_animated", False):
        raise NotAPicture(_("Moving pictures are not shown here. Choose one that stands still."))
    return image


def _upright(image: Image.Image, longest: int) -> Image.Image:
    image.draft("RGB", (longest, longest))  # a large JPEG is never unfolded whole
    image.load()
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.point(lambda level: level / 256).convert("L")
    elif image.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    turned = image.getexif().get(0x0112, 1)
    profile = image.info.get("icc_profile")
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if turned != 1:
        image = ImageOps.exif_transpose(image)
    return _in_srgb(image, profile).convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that a browser assumes where a file says nothing; an unusable profile is passed over."""
    if not profile or len(profile) > LARGEST_PROFILE or image.mode not in {"RGB", "CMYK", "L"}:
        return image
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    return image


def _too_many_pixels() -> NotAPicture:
    return NotAPicture(_("The picture has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 10**6})


# From a name to addresses


@lru_cache(maxsize=4096)
def sizes_of(name: str) -> tuple[Size, ...]:
    """The files of a picture of ours, the smallest first; empty for a name that tells no size."""
    told = _NAME.fullmatch(name)
    if not told:
        return ()
    width, height = int(told["width"]), int(told["height"])
    smaller = [Size(_smaller(name, side), *_within(width, height, side)) for side in SIDES if side < max(width, height)]
    return (*smaller, Size(name, width, height))


# In models and forms


class PictureFormField(forms.FileField):
    """An upload that is a picture, or a sentence why it is none."""

    widget = forms.ClearableFileInput

    def __init__(self, *, longest: int = LONGEST_SIDE, square: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.longest, self.square = longest, square

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        try:
            return make_ours(file, longest=self.longest, square=self.square)
        except NotAPicture as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "accept": TYPES}


class PictureField(models.FileField):
    """A picture in fixed sizes; ``upload_to`` is the folder, the column holds the name of the largest."""

    def __init__(self, *args, longest: int = LONGEST_SIDE, square: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.longest, self.square = longest, square

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.longest != LONGEST_SIDE:
            kwargs["longest"] = self.longest
        if self.square:
            kwargs["square"] = True
        return name, path, args, kwargs

    def pre_save(self, instance, add):
        """
        Keep a picture that was assigned.

        :raises NotAPicture: a file was assigned that is none
        """
        file = getattr(instance, self.attname)
        if file and not file._committed:
            picture = make_ours(file.file, longest=self.longest, square=self.square)
            setattr(instance, self.attname, picture.keep(self.upload_to))
        return getattr(instance, self.attname)

    def formfield(self, **kwargs):
        return super().formfield(
            **{"form_class": PictureFormField, "longest": self.longest, "square": self.square, **kwargs}
        )
