"""Logos: what a shop uploads becomes a small square picture without anything hidden in it."""

import io
import secrets

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 5 * 1024 * 1024
LARGEST_SIDE = 6000
SIDE = 400
FORMATS = ("JPEG", "PNG", "WEBP")


def clean_logo(upload: UploadedFile) -> ContentFile:
    """
    The picture, cut square, at most 400 pixels wide, written anew under a name of its own.

    :raises ValidationError: not a JPEG, PNG or WebP picture, or too large
    """
    if upload.size > LARGEST_BYTES:
        raise ValidationError(_("The picture is larger than 5 MB."))
    try:
        upload.seek(0)
        picture = Image.open(upload, formats=FORMATS)
        if max(picture.size) > LARGEST_SIDE:
            raise ValidationError(_("The picture is wider or higher than 6000 pixels."))
        picture = ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("Upload a JPEG, PNG or WebP picture.")) from None
    side = min(SIDE, *picture.size)
    square = ImageOps.fit(picture.convert("RGBA"), (side, side))
    written = io.BytesIO()
    square.save(written, "WEBP", quality=88)
    return ContentFile(written.getvalue(), name=f"{secrets.token_hex(12)}.webp")
