"""The file of a document: what it really is, whether it may be kept, and how it is read again."""

import hashlib
import io
import re
import warnings
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from PIL import Image

from mall.ids import new_id
from mall.pictures import MOST_PIXELS
from mall.refusals import Refusal
from merchants.models import Document

LARGEST_FILE = 10 * 1024 * 1024
TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
ACCEPT = ",".join(TYPES)
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# A paper shows itself; it runs nothing, opens nothing and carries no other file.
_LIVELY = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|SubmitForm|ImportData)\b")


class NotADocument(Refusal):
    """The file is none that we can keep and show."""

    code = "not-a-document"
    status = 400


class FileChanged(Exception):
    """What lies in the storage is not what was uploaded."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that may be kept."""

    content: bytes
    content_type: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def as_file(self) -> ContentFile:
        return ContentFile(self.content, name=f"{new_id('f')}.{TYPES[self.content_type]}")


def examine(file: File) -> Paper:
    """
    What an upload really is, judged by its content alone.

    :raises NotADocument: too large, or neither a still picture (JPEG, PNG, WebP) nor a plain PDF
    """
    if file.size > LARGEST_FILE:
        raise NotADocument(_("The file is larger than %(most)d MB.") % {"most": LARGEST_FILE // 1024**2})
    file.seek(0)
    content = file.read(LARGEST_FILE + 1)
    if content.startswith(b"%PDF-"):
        return Paper(content, _pdf(content))
    return Paper(content, _picture(content))


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise NotADocument(_("The PDF is cut off. Please save it again."))
    if _LIVELY.search(content):
        raise NotADocument(_("This PDF carries scripts, forms or other files. Please print it into a plain PDF."))
    return "application/pdf"


def _picture(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=tuple(_FORMATS)) as image:
                width, height = image.size
                moves = image.format in {"PNG", "WEBP"} and getattr(image, "is_animated", False)
                found = _FORMATS[image.format]
                image.verify()
    except Exception:  # whatever a decoder says of a file that was made to break it
        raise NotADocument(_("Choose a JPEG, PNG or WebP picture or a PDF file.")) from None
    if moves:
        raise NotADocument(_("Choose a picture that stands still."))
    if width * height > MOST_PIXELS:
        raise NotADocument(_("The picture has more than %(most)d million pixels.") % {"most": MOST_PIXELS // 10**6})
    return found


def content_of(document: Document) -> bytes:
    """
    The file, decrypted and compared with its checksum.

    :raises FileChanged: it is not what was uploaded
    """
    with document.file.open("rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != document.checksum:
        raise FileChanged(document.public_id)
    return content
