"""Uploaded pictures become ours: checked, turned upright, scaled, written anew without anything that hides in files."""

import io

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from mall.refusals import Refusal

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LARGEST_FILE = 15 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600
SHORTEST_SIDE = 50
QUALITY = 84


class NotAPicture(Refusal):
    """The file is no picture that we can show."""

    code = "not-a-picture"
    status = 400


def ready_to_show(file: File, *, name: str) -> ContentFile:
    """
    The picture as WebP of at most 1600 pixels a side, upright, in RGB, without EXIF.

    :raises NotAPicture: too large, too small, cut off, or no picture at all
    """
    if file.size > LARGEST_FILE:
        raise NotAPicture(_("The file is larger than %(most)d MB.") % {"most": LARGEST_FILE // 1024**2})
    try:
        file.seek(0)
        Image.open(file, formats=FORMATS).verify()
        file.seek(0)
        picture = Image.open(file, formats=FORMATS)
        _check_size(*picture.size)
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, MemoryError):
        raise NotAPicture(_("This file is not a picture. Choose a JPEG, PNG, WebP or GIF file.")) from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=QUALITY, method=3, exif=b"", icc_profile=None)
    return ContentFile(written.getvalue(), name=name)


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < SHORTEST_SIDE:
        raise NotAPicture(_("The picture is smaller than %(least)d pixels a side.") % {"least": SHORTEST_SIDE})


def _too_many_pixels() -> NotAPicture:
    return NotAPicture(_("The picture has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 10**6})
