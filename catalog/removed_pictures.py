"""
Pictures of goods that staff removed as counterfeit or prohibited (R1): remembered, and known again on other goods.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import BinaryIO

from django.core.files.storage import default_storage

from catalog.models import Product, ProductChange
from mall.pictures import sizes_of
from risk import pictures

REMOVED_FOR = {ProductChange.Reason.PROHIBITED, ProductChange.Reason.FAKE}


def remember_pictures(*, product: Product, reason: str, by, now: datetime) -> None:
    """A person has removed the goods, and not for a slip of the pen: whoever shows the same is looked at."""
    if by is None or reason not in REMOVED_FOR:
        return
    names = [row.image.name for row in product.pictures.order_by("position", "pk")]
    with _opened(names) as files:
        pictures.note_removed(subject_id=product.public_id, reason=str(reason), pictures=files, now=now)


def forget_pictures(*, product: Product) -> None:
    """A person has found the goods in order after all."""
    pictures.forget_removed(subject_id=product.public_id)


def reasons_of_pictures(names: Iterable[str]) -> list[dict]:
    """Why a person looks at these pictures, in their order: each that is like one of removed goods."""
    names = list(names)
    if not names or not pictures.anything_removed():
        return []
    with _opened(names) as files:
        near = {one.picture: one for one in pictures.near_removed(files)}
    return [
        {"code": str(ProductChange.Why.PICTURE), "detail": f"№ {number} ({near[name].distance}/128)"}
        for number, name in enumerate(names, 1)
        if name in near
    ]


@contextmanager
def _opened(names: Iterable[str]) -> Iterator[dict[str, BinaryIO]]:
    """The smallest file of each picture that is there: it tells as much."""
    with ExitStack() as stack:
        files = {}
        for name in dict.fromkeys(names):
            sizes = sizes_of(name)
            try:
                files[name] = stack.enter_context(default_storage.open(sizes[0].name if sizes else name))
            except OSError:
                continue
        yield files
