"""Filters that people keep: named, shown as tabs, deleted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mall.backoffice.models import SavedFilter
from mall.refusals import Refusal

MOST = 12
LONGEST_NAME = 30
LONGEST_QUERY = 1000


class CannotSave(Refusal):
    """This filter cannot be kept."""

    code = "cannot-save-filter"
    status = 400


def saved_filters(shop, person, list_key: str) -> list[SavedFilter]:
    """What the person has kept for this list of the shop, oldest first."""
    return list(SavedFilter.objects.owned_by(shop).filter(person=person, list_key=list_key).order_by("pk"))


@transaction.atomic
def save_filter(*, shop, person, list_key: str, name: str, query: str, now: datetime) -> SavedFilter:
    """
    Keep a filter under a name; the same name again replaces what stood there.

    :raises CannotSave: it has no name or filters nothing, or there are too many
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise CannotSave(_("Give the filter a name."))
    if not query or len(query) > LONGEST_QUERY:
        raise CannotSave(_("Choose a filter first; then it can be kept."))
    mine = SavedFilter.objects.owned_by(shop).filter(person=person, list_key=list_key)
    if mine.exclude(name=name).count() >= MOST:
        raise CannotSave(_("At most %(most)d filters can be kept for a list; delete one first.") % {"most": MOST})
    saved, _created = SavedFilter.objects.update_or_create(
        shop=shop, person=person, list_key=list_key, name=name, defaults={"query": query, "saved_at": now}
    )
    return saved


def delete_filter(*, saved: SavedFilter) -> None:
    """The tab goes; the rows stay."""
    saved.delete()
