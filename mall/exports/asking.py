"""Asking for an export."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mall.audit.trail import record
from mall.exports.models import Export
from mall.exports.nudges import write_after_commit
from mall.exports.registry import Kind
from mall.exports.tunables import EXPORTS_AT_ONCE
from mall.refusals import Refusal

MOST_CHOSEN = 1_000
LONGEST_QUERY = 1_000


class TooManyExports(Refusal):
    """The shop has enough of them at work."""

    code = "too-many-exports"


class WrongExport(Refusal):
    """There is no such format, or too much was asked for."""

    code = "wrong-export"
    status = 400


@transaction.atomic
def ask_for_export(
    *, shop, kind: Kind, format: str, query: str = "", chosen: Sequence[str] = (), is_personal: bool, by, now: datetime
) -> Export:
    """
    Put an export in the queue; a worker writes it after the commit.

    :param query: the filter as it stands in the list's address
    :param chosen: public ids of the rows, instead of all that the filter shows
    :raises TooManyExports: the shop has as many at work as it may
    :raises WrongExport: no such format, or more was asked for than an address holds
    """
    if format not in Export.Format.values or len(query) > LONGEST_QUERY or len(chosen) > MOST_CHOSEN:
        raise WrongExport(_("This cannot be exported."))
    at_work = Export.objects.owned_by(shop).filter(status__in=[Export.Status.WAITING, Export.Status.RUNNING])
    if at_work.count() >= EXPORTS_AT_ONCE.value:
        raise TooManyExports(_("Other exports are still being written. Wait until one is ready."))
    asked = Export.objects.create(
        shop=shop,
        kind=kind.name,
        format=format,
        asked={"query": query} | ({"chosen": list(chosen)} if chosen else {}),
        is_personal=is_personal,
        language=get_language() or "",
        by=by,
        asked_at=now,
        beat_at=timezone.now(),
    )
    record(
        "exports.ask_for_export",
        asked.public_id,
        by=by,
        now=now,
        shop_slug=shop.slug,
        after={"kind": kind.name, "format": format, "personal": is_personal, "chosen": len(chosen)},
    )
    write_after_commit(asked.public_id)
    return asked
