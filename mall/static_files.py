"""
Where static files are kept: hashed and compressed when collected, as they lie while developing and testing.

A frame's stylesheets are one small file for each thing; collected, they are joined, so that a phone asks once.
"""

import posixpath
import re
from collections.abc import Iterator

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

TOGETHER = {
    "css/together/storefront.css": (
        "css/base.css",
        "css/components/controls.css",
        "css/components/display.css",
        "css/storefront/frame.css",
    ),
    "css/together/backoffice.css": (
        "css/base.css",
        "css/components/controls.css",
        "css/components/display.css",
        "css/components/chart.css",
        "css/components/tables.css",
        "css/components/differences.css",
        "css/backoffice/frame.css",
        "css/backoffice/desk.css",
        "css/backoffice/imports.css",
    ),
}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ADDRESS = re.compile(r"""url\((["']?)([^"')]+)\1\)""")


class Storage(CompressedManifestStaticFilesStorage):
    """Names carry the content's hash once ``collectstatic`` has run; before that, plain names are served."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name

    def stylesheets(self, audience: str) -> tuple[str, ...]:
        """The stylesheets of a frame in their order: one once they are collected."""
        whole = f"css/together/{audience}.css"
        return (whole,) if self.hash_key(whole) in self.hashed_files else TOGETHER[whole]

    def post_process(self, paths: dict, dry_run: bool = False, **options) -> Iterator:
        if not dry_run:
            for whole, parts in TOGETHER.items():
                text = "\n".join(_moved(part, whole, _read(paths[part])) for part in parts)
                self.delete(whole)
                self.save(whole, ContentFile(text.encode()))
                paths[whole] = (self, whole)
        yield from super().post_process(paths, dry_run, **options)


def _read(found: tuple) -> str:
    storage, path = found
    with storage.open(path) as file:
        return file.read().decode()


def _moved(part: str, whole: str, text: str) -> str:
    """The text of ``part`` as it must read in ``whole``: what it points at lies elsewhere from there."""

    def address(match: re.Match) -> str:
        target = match[2]
        if not target.startswith(("data:", "#", "/")):
            target = posixpath.relpath(posixpath.join(posixpath.dirname(part), target), posixpath.dirname(whole))
        return f'url("{target}")'

    return re.sub(r"\n\s*", "\n", _ADDRESS.sub(address, _COMMENT.sub("", text))).strip()
