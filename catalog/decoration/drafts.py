"""
Putting a page together. Every verb names the revision of the draft that its person saw: when somebody else has changed
it meanwhile, the later one is told, and nothing is overwritten.
"""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.decoration.content import SCHEMA, Content, content_of, find, fits, kind_of, new_block
from catalog.decoration.kinds import WrongBlock, kinds
from catalog.decoration.models import PageDraft, PagePicture, PageVersion
from catalog.decoration.themes import THEMES
from mall.audit.trail import record
from mall.clock import BUSINESS_ZONE
from mall.pictures import make_ours
from mall.refusals import Refusal
from merchants import states
from merchants.models import Shop

MOST_PICTURES = 500


class DraftChanged(Refusal):
    """Somebody else changed the draft since the person looked at it; nothing was saved."""

    code = "draft-changed"


class NoSuchBlock(Refusal):
    """The block is not in the draft any more."""

    code = "no-such-block"
    status = 404


class TooManyPictures(Refusal):
    """The shop has sent as many pictures for its page as it may."""

    code = "too-many-pictures"


# Reading


def latest_version(shop: Shop) -> PageVersion | None:
    """What shoppers see; ``None``: the usual look."""
    return PageVersion.objects.owned_by(shop).order_by("-number").first()


def draft_of(shop: Shop) -> PageDraft:
    """The draft as it stands; one that nobody has begun yet reads like what shoppers see."""
    found = PageDraft.objects.owned_by(shop).select_related("changed_by").first()
    return found or _beginning(shop)


def is_changed(draft: PageDraft, version: PageVersion | None) -> bool:
    """Whether publishing would show shoppers anything new."""
    return content_of(draft) != content_of(version)


def _beginning(shop: Shop) -> PageDraft:
    content = content_of(latest_version(shop))
    return PageDraft(shop=shop, theme=content.theme, schema=SCHEMA, blocks=content.blocks)


# Changing


@transaction.atomic
def add_block(*, shop: Shop, kind: str, fields: object, revision: int, by, now: datetime) -> dict:
    """
    Put a new block at the end of the page.

    :raises WrongBlock: there is no such kind, or what it holds cannot be kept
    :raises PageFull: no more of them fit
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    if kind not in kinds():
        raise WrongBlock({"": _("There is no such kind of block.")})
    block = new_block(kind, kinds()[kind].clean(fields, shop))
    content = content_of(draft)
    _save(draft, Content(content.theme, [*content.blocks, block]), "add_block", block["id"], by=by, now=now)
    return block


@transaction.atomic
def save_block(*, shop: Shop, block_id: str, fields: object, revision: int, by, now: datetime) -> dict:
    """
    Write what a block holds anew.

    :raises WrongBlock: what it holds cannot be kept
    :raises NoSuchBlock: it is not there any more
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    before = _found(content, block_id)
    kind = kind_of(before)
    if kind is None:
        raise WrongBlock({"": _("There is no such kind of block any more. Remove it.")})
    block = {**before, "fields": kind.clean(fields, shop)}
    blocks = [block if one is before else one for one in content.blocks]
    _save(draft, Content(content.theme, blocks), "save_block", block_id, by=by, now=now)
    return block


@transaction.atomic
def move_block(*, shop: Shop, block_id: str, by_places: int, revision: int, by, now: datetime) -> None:
    """
    Move a block up (-1) or down (1); beyond the ends it stays.

    :raises NoSuchBlock: it is not there any more
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    block = _found(content, block_id)
    rest = [one for one in content.blocks if one is not block]
    place = max(0, min(len(rest), content.blocks.index(block) + by_places))
    _save(draft, Content(content.theme, [*rest[:place], block, *rest[place:]]), "move_block", block_id, by=by, now=now)


@transaction.atomic
def arrange_blocks(*, shop: Shop, block_ids: Sequence[str], revision: int, by, now: datetime) -> None:
    """
    Show the blocks in this order; those that are not named follow as they were.

    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    wanted = {block_id: place for place, block_id in enumerate(block_ids)}
    blocks = sorted(content.blocks, key=lambda block: wanted.get(block["id"], len(wanted)))
    _save(draft, Content(content.theme, blocks), "arrange_blocks", "", by=by, now=now)


@transaction.atomic
def copy_block(*, shop: Shop, block_id: str, revision: int, by, now: datetime) -> dict:
    """
    Put a copy of a block right below it.

    :raises NoSuchBlock: it is not there any more
    :raises PageFull: no more of them fit
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    block = _found(content, block_id)
    copy = {**new_block(block["kind"], block["fields"]), "hidden": block["hidden"]}
    place = content.blocks.index(block) + 1
    blocks = [*content.blocks[:place], copy, *content.blocks[place:]]
    _save(draft, Content(content.theme, blocks), "copy_block", block_id, by=by, now=now)
    return copy


@transaction.atomic
def hide_block(*, shop: Shop, block_id: str, hidden: bool, revision: int, by, now: datetime) -> None:
    """
    Keep a block in the draft without showing it, or show it again.

    :raises NoSuchBlock: it is not there any more
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    block = _found(content, block_id)
    blocks = [{**one, "hidden": hidden} if one is block else one for one in content.blocks]
    verb = "hide_block" if hidden else "show_block"
    _save(draft, Content(content.theme, blocks), verb, block_id, by=by, now=now)


@transaction.atomic
def remove_block(*, shop: Shop, block_id: str, revision: int, by, now: datetime) -> None:
    """
    Take a block out of the draft; published versions keep theirs.

    :raises NoSuchBlock: it is not there any more
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    content = content_of(draft)
    block = _found(content, block_id)
    blocks = [one for one in content.blocks if one is not block]
    _save(draft, Content(content.theme, blocks), "remove_block", block_id, by=by, now=now)


@transaction.atomic
def choose_theme(*, shop: Shop, theme: str, revision: int, by, now: datetime) -> None:
    """
    Give the page other colours.

    :raises WrongBlock: there is no such theme
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    if theme not in THEMES:
        raise WrongBlock({"theme": _("Choose one of these.")})
    _save(draft, Content(theme, content_of(draft).blocks), "choose_theme", theme, by=by, now=now)


@transaction.atomic
def discard_draft(*, shop: Shop, revision: int, by, now: datetime) -> None:
    """
    Begin again from what shoppers see.

    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked(shop, revision)
    _save(draft, content_of(latest_version(shop)), "discard_draft", "", by=by, now=now)


@transaction.atomic
def keep_picture(*, shop: Shop, image: File, by, now: datetime) -> str:
    """
    Keep a picture for the shop's page; the name by which blocks hold it. The same picture twice is one.

    :raises NotAPicture: the file is no picture that we can show
    :raises TooManyPictures: the shop has sent too many
    :raises NotInThisState: the shop's state does not allow this
    """
    states.check(Shop.objects.select_for_update(no_key=True).get(pk=shop.pk), "edit")
    ours = make_ours(image, longest=PagePicture.LONGEST)
    mine = PagePicture.objects.owned_by(shop)
    name = f"{PagePicture.FOLDER}{ours.name}"
    if mine.filter(image=name).exists():
        return name
    if mine.count() >= MOST_PICTURES:
        raise TooManyPictures(_("A shop keeps at most %(most)d pictures for its page.") % {"most": MOST_PICTURES})
    PagePicture.objects.create(shop=shop, image=ours.keep(PagePicture.FOLDER), kept_at=now, kept_by=by)
    record("decoration.keep_picture", shop.public_id, by=by, now=now, shop_slug=shop.slug, after={"picture": name})
    return name


# What the verbs share


def locked(shop: Shop, revision: int) -> PageDraft:
    """
    The draft, nobody else's until the end of the transaction.

    :raises DraftChanged: it is not the one that the person saw
    :raises NotInThisState: the shop's state does not allow this
    """
    draft = locked_at_any_revision(shop)
    if draft.revision != revision:
        at = draft.changed_at and draft.changed_at.astimezone(BUSINESS_ZONE)
        raise DraftChanged(
            _("%(who)s changed this page meanwhile, at %(when)s. Nothing was overwritten: look at it and go on.")
            % {"who": draft.changed_by.get_full_name() if draft.changed_by else "", "when": f"{at:%H:%M}" if at else ""}
        )
    return draft


def locked_at_any_revision(shop: Shop) -> PageDraft:
    states.check(Shop.objects.get(pk=shop.pk), "edit")
    mine = PageDraft.objects.owned_by(shop)
    if not mine.exists():
        PageDraft.objects.bulk_create([_beginning(shop)], ignore_conflicts=True)
    return mine.select_related("changed_by").select_for_update(of=("self",)).get()


def put(draft: PageDraft, content: Content, *, by, now: datetime) -> None:
    """Write the draft under its next revision."""
    draft.theme, draft.blocks, draft.schema = content.theme, content.blocks, SCHEMA
    draft.revision += 1
    draft.changed_at, draft.changed_by = now, by
    draft.save(update_fields=["theme", "blocks", "schema", "revision", "changed_at", "changed_by"])


def _save(draft: PageDraft, content: Content, verb: str, subject: str, *, by, now: datetime) -> None:
    put(draft, fits(content), by=by, now=now)
    record(
        f"decoration.{verb}",
        draft.shop.public_id,
        by=by,
        now=now,
        shop_slug=draft.shop.slug,
        after={"of": subject, "revision": draft.revision},
    )


def _found(content: Content, block_id: str) -> dict:
    block = find(content, block_id)
    if block is None:
        raise NoSuchBlock(_("This block is not on the page any more."))
    return block
