"""
Kinds of blocks. A kind says what its blocks hold, how they are called, and what draws them.

Which kinds there are say the settings (``SHOP_BLOCKS`` under Wiring): an app above the catalogue adds a kind of its own
– coupons, a flash sale – by naming it there, and nothing here changes. Where a block needs rows, its kind has a
``fill`` that asks for those of all its blocks on a page at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.module_loading import import_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from catalog.decoration.fields import Field, Words, clean_all, said_of_all, show_all, words_of_all
from mall.refusals import Refusal
from merchants.models import Shop
from risk import screening


class WrongBlock(Refusal):
    """What a block holds cannot be kept; ``errors`` maps fields (``slides.0.link``; none: the whole) to sentences."""

    code = "wrong-block"
    status = 400

    def __init__(self, errors: Mapping[str, str], *, where: str = ""):
        said = " ".join(dict.fromkeys(errors.values()))
        super().__init__(f"{where}: {said}" if where else said, errors=dict(errors))
        self.errors = dict(errors)


def as_they_are(blocks: list[dict], shop: Shop) -> list[dict | None]:
    return list(blocks)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of block."""

    name: str
    label: Words
    about: Words  # a sentence for who chooses among kinds
    sign: str  # an icon
    template: str  # draws one block; needs ``block``
    fields: Mapping[str, Field]
    most: int = 10  # on one page
    check: Callable[[dict], dict[str, str]] = lambda fields: {}  # what no single field can tell
    fill: Callable[[list[dict], Shop], list[dict | None]] = as_they_are  # all its blocks of a page; None: not drawn

    def clean(self, values: object, shop: Shop) -> dict:
        """
        What a block of this kind keeps of these values.

        :raises WrongBlock: something of it cannot be kept
        """
        cleaned, errors = clean_all(self.fields, values, shop)
        if errors := errors or self.check(cleaned):
            raise WrongBlock(errors)
        self.screen(cleaned)
        return cleaned

    def screen(self, values: object) -> None:
        """
        Look at the words only.

        :raises WrongBlock: some of them a shop must not carry
        """
        if errors := _forbidden_words(words_of_all(self.fields, values)):
            raise WrongBlock(errors)

    def shown(self, values: object) -> dict:
        return show_all(self.fields, values)

    def said(self, values: object) -> str:
        """A few words by which people know the block in a list."""
        return Truncator(" ".join(said_of_all(self.fields, values).split())).chars(60)


def _forbidden_words(texts: Iterable[str]) -> dict[str, str]:
    verdict = screening.screen(strip_tags(text) for text in texts)
    words = [finding.word for finding in verdict.findings if finding.severity == screening.BLOCK]
    if not words:
        return {}
    return {"": _("This carries words that a shop must not carry: %(words)s.") % {"words": ", ".join(words)}}


@lru_cache
def _registered(paths: tuple[str, ...]) -> dict[str, Kind]:
    kinds = {kind.name: kind for kind in map(import_string, paths)}
    if len(kinds) < len(paths):
        raise ValueError(f"two kinds of blocks share a name: {Counter(import_string(path).name for path in paths)}")
    return kinds


def kinds() -> dict[str, Kind]:
    """All kinds by their names, in the order in which they are offered."""
    return _registered(tuple(settings.SHOP_BLOCKS))
