"""Where the pictures of a file are to be had: on the web, in our own media, in the ZIP that came with it."""

import zipfile
from typing import BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from catalog.transfer.cells import BROKEN, UnreadableFile
from mall.fetching import CannotFetch, fetch
from mall.pictures import LARGEST_FILE, Picture, sizes_of

IN_ZIP = "zip:"
MOST_PICTURES_IN_ZIP = 20_000
MOST_BYTES_IN_ZIP = 4 * 1024**3
OURS = "products/"
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def own_name(address: str) -> str:
    """The name under which our own media keeps the picture at this address; "" for one that lies elsewhere."""
    if not address.startswith((settings.MALL_BASE_URL, settings.MEDIA_URL)):
        return ""
    home = urljoin(f"{settings.MALL_BASE_URL}/", settings.MEDIA_URL)
    if not address.startswith(home):
        return ""
    name = unquote(urlsplit(address[len(home) :]).path)
    return name if name.startswith(OURS) and ".." not in name and sizes_of(name) else ""


def obtain(source: str, pictures: zipfile.ZipFile | None) -> ContentFile:
    """
    The file of a picture.

    :raises CannotFetch: it cannot be had
    """
    if source.startswith(IN_ZIP):
        return _from_zip(source.removeprefix(IN_ZIP), pictures)
    if name := own_name(source):
        return _of_ours(name)
    return fetch(source, most_bytes=LARGEST_FILE)


def _of_ours(name: str) -> Picture:
    """A picture of ours as it is, in all its sizes: not scaled or packed a second time."""
    *smaller, largest = sizes_of(name)
    try:
        content = {size.name: _read(size.name) for size in (*smaller, largest)}
    except FileNotFoundError:
        raise CannotFetch(_("This picture is not there any more."), again=False) from None
    sides = {max(size.width, size.height): content[size.name] for size in smaller}
    return Picture(content[largest.name], width=largest.width, height=largest.height, smaller=sides)


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def names_in_zip(file: BinaryIO) -> dict[str, str]:
    """
    The pictures in a ZIP: their file names without folders, as they are compared, to their places in it.

    :raises UnreadableFile: no ZIP, or one that unfolds into too much
    """
    try:
        with zipfile.ZipFile(file) as pictures:
            parts = [part for part in pictures.infolist() if not part.is_dir()]
    except BROKEN:
        raise UnreadableFile(_("The file of pictures is no ZIP.")) from None
    if len(parts) > MOST_PICTURES_IN_ZIP or sum(part.file_size for part in parts) > MOST_BYTES_IN_ZIP:
        raise UnreadableFile(_("The ZIP of pictures unfolds into far too much. It was not opened."))
    names: dict[str, str] = {}
    for part in parts:
        name = part.filename.rpartition("/")[2].casefold()
        if name.endswith(_PICTURES) and not part.filename.startswith("__MACOSX/"):
            names.setdefault(name, part.filename)
    return names


def _from_zip(name: str, pictures: zipfile.ZipFile | None) -> ContentFile:
    if pictures is None:
        raise CannotFetch(_("The ZIP of pictures is not kept any more. Upload it again."), again=False)
    try:
        with pictures.open(name) as part:
            content = part.read(LARGEST_FILE + 1)
    except (*BROKEN, KeyError):
        raise CannotFetch(_("The picture in the ZIP is broken."), again=False) from None
    if len(content) > LARGEST_FILE:
        raise CannotFetch(_("The file is larger than %(most)d MB.") % {"most": LARGEST_FILE // 1024**2}, again=False)
    return ContentFile(content)
