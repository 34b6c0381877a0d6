"""What shoppers see: publishing a draft, and going back to any version. Versions are only ever added."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.decoration.content import SCHEMA, Content, checked, content_of, screened
from catalog.decoration.drafts import is_changed, latest_version, locked, locked_at_any_revision, put
from catalog.decoration.models import PageVersion
from catalog.generation import forget
from mall.audit.trail import record
from mall.events import publish
from mall.events.catalog import ShopPagePublished
from mall.refusals import Refusal
from merchants.models import Shop


class NothingToPublish(Refusal):
    """Shoppers see exactly this already."""

    code = "nothing-to-publish"


class PublishedMeanwhile(Refusal):
    """Another version was published since the person looked; nothing was restored."""

    code = "published-meanwhile"


class NoSuchVersion(Refusal):
    """The shop never published a version of this number."""

    code = "no-such-version"
    status = 404


def page_name(slug: str) -> str:
    """Under which name the kept page of a shop is forgotten (``catalog.generation``)."""
    return f"page:{slug}"


@transaction.atomic
def publish_page(*, shop: Shop, revision: int, note: str = "", by, now: datetime) -> PageVersion:
    """
    Show the draft to shoppers, as the next version.

    :raises NothingToPublish: they see it already
    :raises WrongBlock: a block cannot be shown as it stands
    :raises DraftChanged: somebody else was faster
    :raises NotInThisState: the shop's state does not allow this
    """
    draft, latest = locked(shop, revision), latest_version(shop)
    if not is_changed(draft, latest):
        raise NothingToPublish(_("Shoppers see this page already."))
    content = checked(content_of(draft), shop)
    version = _write(shop, latest, content, note=note, by=by, now=now)
    put(draft, content, by=by, now=now)
    return version


@transaction.atomic
def restore_version(*, shop: Shop, number: int, seen: int, by, now: datetime) -> PageVersion:
    """
    Show an older version again, as the next one. A draft with changes of its own stays as it is; one without follows.

    :param seen: the number of the version that was the latest when the person looked
    :raises PublishedMeanwhile: it is not the latest any more
    :raises NothingToPublish: shoppers see it already
    :raises NoSuchVersion: there never was such a version
    :raises WrongBlock: a block carries words that were forbidden since
    :raises NotInThisState: the shop's state does not allow this
    """
    draft, latest = locked_at_any_revision(shop), latest_version(shop)
    older = PageVersion.objects.owned_by(shop).filter(number=number).first()
    if older is None or latest is None:
        raise NoSuchVersion(_("There is no such version."))
    if latest.number != seen:
        raise PublishedMeanwhile(
            _("Version %(number)d was published meanwhile. Look at it first.") % {"number": latest.number}
        )
    if content_of(older) == content_of(latest):
        raise NothingToPublish(_("Shoppers see this page already."))
    follows = not is_changed(draft, latest)
    content = screened(content_of(older))
    version = _write(shop, latest, content, note="", by=by, now=now, restored_from=number)
    if follows:
        put(draft, content, by=by, now=now)
    return version


def _write(
    shop: Shop,
    latest: PageVersion | None,
    content: Content,
    *,
    note: str,
    by,
    now: datetime,
    restored_from: int | None = None,
) -> PageVersion:
    """The draft's lock is held, so that numbers follow each other."""
    version = PageVersion.objects.create(
        shop=shop,
        number=latest.number + 1 if latest else 1,
        theme=content.theme,
        schema=SCHEMA,
        blocks=content.blocks,
        note=" ".join(note.split())[: PageVersion.LONGEST_NOTE],
        published_at=now,
        published_by=by,
        restored_from=restored_from,
    )
    record(
        "decoration.restore_version" if restored_from else "decoration.publish_page",
        shop.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        before={"version": latest.number if latest else None},
        after={"version": version.number, "restored_from": restored_from, "note": version.note},
    )
    publish(
        ShopPagePublished(shop_id=shop.public_id, number=version.number, restored_from=restored_from, published_at=now)
    )
    transaction.on_commit(lambda: forget(page_name(shop.slug)), robust=True)
    return version
