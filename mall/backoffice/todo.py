"""The to-do centre: what waits for the person, gathered from every app (``BACKOFFICE_TODO``)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import ngettext

from mall.backoffice.tables import shown_count

URGENT, SOON, WHENEVER = "bad", "warn", "info"
_PLACE = {URGENT: 0, SOON: 1, WHENEVER: 2}


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing that waits: what, how pressing, and where it is done."""

    sign: str  # icon
    title: str
    url: str
    detail: str = ""
    tone: str = SOON


def todos(shop, seat, now: datetime) -> list[Todo]:
    """What waits for the holder of a seat, the most pressing first."""
    found = [todo for name in settings.BACKOFFICE_TODO for todo in import_string(name)(shop, seat, now)]
    return sorted(found, key=lambda todo: _PLACE[todo.tone])


def counted(count: int, *, sign: str, title: str, url: str, detail: str = "", tone: str = SOON) -> list[Todo]:
    """
    Rows that wait, as one thing to do; nothing where there are none.

    :param count: as ``mall.backoffice.tables.capped_counts`` found it
    :param title: in the number that fits, with ``%(count)s`` in it
    """
    return [Todo(sign, title % {"count": shown_count(count)}, url, detail, tone)] if count else []


def age(span: timedelta) -> str:
    """How long something has waited, in its largest unit: ``3 days``, ``5 hours``, ``12 minutes``."""
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes >= 48 * 60:
        return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}
    if minutes >= 60:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
