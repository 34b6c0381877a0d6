"""
The whole content of a page: a theme and blocks, as drafts and versions keep it.

The rules that content is written under have a number. When they change, the number goes up and a step in ``UPGRADES``
says how content of the number before reads under the new ones; rows are read through it and never rewritten, so an old
version can be shown and restored for ever.
"""

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from catalog.decoration.kinds import Kind, WrongBlock, kinds
from catalog.decoration.models import PageDraft, PageVersion
from catalog.decoration.themes import THEMES, USUAL
from mall.refusals import Refusal
from merchants.models import Shop

SCHEMA = 1
UPGRADES: Mapping[int, Callable[[list], list]] = {}  # number: blocks written under it -> under the next one
MOST_BLOCKS = 30
LARGEST = 200_000  # characters of JSON
_ID = re.compile(r"[0-9a-f]{10}")


class PageFull(Refusal):
    """No more blocks, or no more words, fit on the page."""

    code = "page-full"


@dataclass(frozen=True)
class Content:
    """A theme and blocks ``{"id", "kind", "hidden", "fields"}``."""

    theme: str = USUAL
    blocks: list[dict] = field(default_factory=list)


def content_of(row: PageDraft | PageVersion | None, upgrades: Mapping = UPGRADES) -> Content:
    """What a row holds, as it reads today; nothing for no row."""
    if row is None:
        return Content()
    blocks = row.blocks
    for number in range(row.schema, SCHEMA if upgrades is UPGRADES else max(upgrades, default=0) + 1):
        blocks = upgrades[number](blocks)
    return Content(row.theme if row.theme in THEMES else USUAL, blocks)


def new_block(kind: str, fields: dict) -> dict:
    return {"id": secrets.token_hex(5), "kind": kind, "hidden": False, "fields": fields}


def find(content: Content, block_id: str) -> dict | None:
    return next((block for block in content.blocks if block["id"] == block_id), None)


def kind_of(block: dict) -> Kind | None:
    """``None`` for a kind that is no longer there: such a block is not drawn, and can only be removed."""
    return kinds().get(block["kind"])


def fits(content: Content) -> Content:
    """
    The same content, when it keeps within the bounds of a page.

    :raises PageFull: too many blocks, too many of one kind, or too much in them
    """
    if len(content.blocks) > MOST_BLOCKS:
        raise PageFull(_("A page has at most %(most)d blocks.") % {"most": MOST_BLOCKS})
    for name, count in Counter(block["kind"] for block in content.blocks).items():
        kind = kinds().get(name)
        if kind is not None and count > kind.most:
            raise PageFull(
                _("A page has at most %(most)d blocks of this kind: %(kind)s.")
                % {"most": kind.most, "kind": kind.label}
            )
    if len(json.dumps(content.blocks, ensure_ascii=False)) > LARGEST:
        raise PageFull(_("There is too much on this page. Shorten some texts."))
    return content


def checked(content: Content, shop: Shop) -> Content:
    """
    The content as it is fit to be published: every block is looked at as if it were written now.

    :raises WrongBlock: a block cannot be shown as it stands; the sentence says which
    :raises PageFull: it does not keep within the bounds of a page
    """
    if content.theme not in THEMES:
        raise WrongBlock({"theme": _("Choose one of these.")})
    blocks = []
    for place, block in enumerate(content.blocks, 1):
        where = _where(place)
        if not isinstance(block, Mapping) or set(block) != {"id", "kind", "hidden", "fields"}:
            raise WrongBlock({"": _("This is no block.")}, where=where)
        if not (isinstance(block["id"], str) and _ID.fullmatch(block["id"]) and isinstance(block["hidden"], bool)):
            raise WrongBlock({"": _("This is no block.")}, where=where)
        kind = kinds().get(block["kind"]) if isinstance(block["kind"], str) else None
        if kind is None:
            raise WrongBlock({"": _("There is no such kind of block any more. Remove it.")}, where=where)
        try:
            blocks.append({**block, "fields": kind.clean(block["fields"], shop)})
        except WrongBlock as wrong:
            raise WrongBlock(wrong.errors, where=_where(place, kind)) from None
    if len({block["id"] for block in blocks}) < len(blocks):
        raise WrongBlock({"": _("Two blocks are one and the same.")})
    return fits(Content(content.theme, blocks))


def screened(content: Content) -> Content:
    """
    The content as it is fit to be shown again: it was checked once, and what has gone since is left out by drawing it,
    but words may have been forbidden meanwhile.

    :raises WrongBlock: a block carries words that a shop must not carry; the sentence says which
    """
    for place, block in enumerate(content.blocks, 1):
        if kind := kind_of(block):
            try:
                kind.screen(block["fields"])
            except WrongBlock as wrong:
                raise WrongBlock(wrong.errors, where=_where(place, kind)) from None
    return content


def _where(place: int, kind: Kind | None = None) -> str:
    where = _("Block %(number)d") % {"number": place}
    return f"{where} ({kind.label})" if kind else where
