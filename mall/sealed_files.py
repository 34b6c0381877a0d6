"""Files at rest that nobody reads without the mall's keys: encrypted when they are kept, never under an address."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from mall.crypto import decrypt_bytes, encrypt_bytes, key_of, newest_key


class SealedStorage(FileSystemStorage):
    """
    Keeps every file encrypted (AES-256-GCM, the key's version in front) and bound to its name, so that one cannot be
    put in another's place. There is no address: whoever shows a file reads it through a view that asks who looks.
    """

    def __init__(self, *, location: str):
        super().__init__(
            location=location, base_url=None, file_permissions_mode=0o600, directory_permissions_mode=0o700
        )

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        kept = super()._save(name, ContentFile(encrypt_bytes(content.read(), context=_place(name))))
        if kept != name:
            self.delete(kept)
            raise FileExistsError(f"{name} came up twice at once")
        return kept

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("a sealed file is written once and then only read")
        with super()._open(name, mode) as stored:
            return ContentFile(decrypt_bytes(stored.read(), context=_place(name)), name=name)

    def reseal(self, name: str) -> bool:
        """Encrypt a file under the newest key, all or nothing; whether it was not yet."""
        place = Path(self.path(name))
        stored = place.read_bytes()
        if key_of(stored) == newest_key():
            return False
        fresh = place.with_name(f".{place.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(encrypt_bytes(decrypt_bytes(stored, context=_place(name)), context=_place(name)))
        fresh.replace(place)
        return True

    def names(self, folder: str = "") -> Iterator[str]:
        """Every file that is kept here."""
        folders, files = self.listdir(folder)
        yield from (f"{folder}/{file}".lstrip("/") for file in files if not file.startswith("."))
        for inner in folders:
            yield from self.names(f"{folder}/{inner}".lstrip("/"))

    def url(self, name: str) -> str:
        raise ValueError("a sealed file has no address")


def _place(name: str) -> str:
    return f"file:{name}"


def document_storage() -> Storage:
    """Where documents lie; models name this function, so that settings decide."""
    return storages["documents"]
