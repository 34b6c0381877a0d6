"""
"Download my data" (A3): a ZIP of JSON files, one for each thing that an app knows of a person, written by a worker,
kept encrypted for some days, and read by nobody but her.
"""

import json
import zipfile
from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.accounts.models import PersonalFile, User
from mall.accounts.notices import DATA_READY
from mall.accounts.privacy.registry import declared, told
from mall.accounts.tunables import DATA_DAYS
from mall.audit.trail import record
from mall.notifications.sending import notify
from mall.nudges import run_soon
from mall.refusals import Refusal
from mall.sealed_files import document_storage

Status = PersonalFile.Status
ONE_DAY = timedelta(days=1)
BATCH = 20
READ_ME = "README.txt"


class AskedToday(Refusal):
    """Once a day is enough: what was asked for before stands on the page."""

    code = "asked-today"


@transaction.atomic
def ask_for_data(*, person: User, now: datetime) -> PersonalFile:
    """
    Put everything that is known of a person together; a worker writes it after the commit.

    :raises AskedToday: she has asked within 24 hours
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if PersonalFile.objects.filter(person=person, asked_at__gt=now - ONE_DAY).exists():
        raise AskedToday(_("You have asked for it within 24 hours: what you find below is new enough."))
    file = PersonalFile.objects.create(person=person, asked_at=now)
    record("accounts.ask_for_data", person.public_id, by=person, now=now, after={"file": file.public_id})
    run_soon("mall.write_personal_data")
    return file


def write_waiting(*, now: datetime) -> int:
    """Write what was asked for; may be killed and run again, by several at once. Returns how many were written."""
    waiting = PersonalFile.objects.filter(status=Status.WAITING).order_by("pk").values_list("pk", flat=True)[:BATCH]
    return sum(_write(key, now) for key in list(waiting))


@transaction.atomic
def _write(key: int, now: datetime) -> bool:
    free = PersonalFile.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    file = free.filter(pk=key, status=Status.WAITING).first()
    if file is None:
        return False
    content = zip_of(file.person, now)
    name = f"personal/{file.public_id}.zip"
    document_storage().delete(name)  # of a worker that was killed before it committed
    document_storage().save(name, ContentFile(content))
    PersonalFile.FLOW.move(file, Status.READY)
    file.ready_at, file.expires_at, file.size = now, now + timedelta(days=DATA_DAYS.value), len(content)
    file.name = name
    file.save(update_fields=["status", "ready_at", "expires_at", "size", "name"])
    notify([file.person], DATA_READY, {"days": DATA_DAYS.value}, url=reverse("storefront:accounts:privacy"), now=now)
    return True


def zip_of(person: User, now: datetime) -> bytes:
    """Everything that apps declare, a file each; what there is nothing of is left out."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = {}
        for name, known in declared().items():
            if rows := list(told(known.rows(person))):
                archive.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=2))
                contents[f"{name}.json"] = len(rows)
        lines = [
            f"{person.public_id} · {now.isoformat()}",
            "",
            *(f"{name}: {count}" for name, count in contents.items()),
        ]
        archive.writestr(READ_ME, "\n".join(lines) + "\n")
    return packed.getvalue()


def forget_files(*, now: datetime) -> int:
    """Files whose days are over are deleted; returns how many."""
    count = 0
    for key in list(PersonalFile.objects.filter(status=Status.READY, expires_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            file = PersonalFile.objects.select_for_update().get(pk=key)
            if file.status == Status.READY:
                _expire(file)
                count += 1
    return count


def _expire(file: PersonalFile) -> None:
    name = file.name
    PersonalFile.FLOW.move(file, Status.EXPIRED)
    file.name = ""
    file.save(update_fields=["status", "name"])
    transaction.on_commit(lambda: document_storage().delete(name))
