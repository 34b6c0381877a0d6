"""What stands covered on a page of the admin, each with the way to see it: a look, or a request."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from mall import clock
from mall.access.granting import grants_for
from mall.access.guarding import guarded_of
from mall.access.models import AccessRequest


@dataclass(frozen=True)
class Covered:
    """One field of the page's row, covered; with the request that lets this person look, if there is one."""

    field: str
    label: str
    shown: str
    request: AccessRequest | None
    is_elsewhere: bool


@dataclass(frozen=True)
class Panel:
    """The covered fields of a row, where a look is sent, and where access is asked for."""

    kind: str
    pk: int
    fields: list[Covered]
    ask_url: str


def panel_of(person, row: Model | None) -> Panel | None:
    """``None`` for rows without covered fields, or of which this person sees nothing."""
    guarded = guarded_of(type(row)) if row is not None else None
    if guarded is None or not person.has_perm(guarded.permission):
        return None
    held = grants_for(person=person, row=row, now=clock.now())
    fields = []
    for field in guarded.fields:
        is_elsewhere = field in guarded.elsewhere
        text = "" if is_elsewhere else guarded.read(row, field)
        if text or is_elsewhere:
            shown = guarded.cover(text) if text else ""
            fields.append(Covered(field, guarded.label(field), shown, held.get(field), is_elsewhere))
    if not fields:
        return None
    missing = [guarded.key(one.field) for one in fields if one.request is None]
    ask_url = ""
    if missing and person.has_perm("access.add_accessrequest"):
        query = urlencode({"subject": guarded.subject(row), "fields": missing}, doseq=True)
        ask_url = f"{reverse('admin:access_accessrequest_add')}?{query}"
    return Panel(guarded.kind, row.pk, fields, ask_url)
