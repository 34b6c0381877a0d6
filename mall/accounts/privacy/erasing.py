"""
"Erase me" (A3): a person asks, some days pass in which she may change her mind, then what says who she is is gone.
Orders and the ledger stay, and name a person who cannot be told from others any more.

She is refused, with every reason, while orders, money or duties are open; and asked about once more when the days are
over. What the law wants kept is kept where no page reads it (``orders.sealed_addresses``).
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from mall.accounts.models import Erasure, PersonalFile, User
from mall.accounts.notices import ERASURE_ASKED, ERASURE_REFUSED
from mall.accounts.privacy.registry import declared, obstacles_of
from mall.accounts.tunables import ERASURE_DAYS
from mall.audit.trail import record
from mall.notifications.sending import notify
from mall.refusals import Refusal
from mall.sealed_files import document_storage

Status = Erasure.Status
BATCH = 50


class CannotBeErased(Refusal):
    """Something is open; the message says all of it."""

    code = "cannot-be-erased"


@transaction.atomic
def ask_erasure(*, person: User, now: datetime) -> Erasure:
    """
    A person wants to be forgotten; asking again is the same wish.

    :raises CannotBeErased: orders, money or duties are open
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if standing := Erasure.objects.filter(person=person, status=Status.ASKED).first():
        return standing
    if reasons := obstacles_of(person):
        raise CannotBeErased(" ".join(reasons))
    wish = Erasure.objects.create(person=person, asked_at=now, due_at=now + timedelta(days=ERASURE_DAYS.value))
    record("accounts.ask_erasure", person.public_id, by=person, now=now)
    on = wish.due_at.date().isoformat()
    notify([person], ERASURE_ASKED, {"on": on}, url=reverse("storefront:accounts:privacy"), now=now)
    return wish


@transaction.atomic
def withdraw_erasure(*, person: User, now: datetime) -> bool:
    """She has changed her mind; returns whether there was a wish."""
    wish = Erasure.objects.select_for_update().filter(person=person, status=Status.ASKED).first()
    if wish is None:
        return False
    _end(wish, Status.WITHDRAWN, now)
    record("accounts.withdraw_erasure", person.public_id, by=person, now=now)
    return True


def erase_due(*, now: datetime) -> dict[str, int]:
    """Forget whose days are over, or refuse if something is open by now; one transaction for each person."""
    counts: dict[str, int] = {}
    due = Erasure.objects.filter(status=Status.ASKED, due_at__lte=now).order_by("pk").values_list("pk", flat=True)
    for key in list(due[:BATCH]):
        status = _erase_one(key, now)
        if status:
            counts[status] = counts.get(status, 0) + 1
    return counts


@transaction.atomic
def _erase_one(key: int, now: datetime) -> str:
    free = Erasure.objects.select_for_update(skip_locked=True)
    wish = free.filter(pk=key, status=Status.ASKED).first()
    if wish is None:
        return ""
    person = User.objects.select_for_update().get(pk=wish.person_id)
    with override(person.language):
        reasons = obstacles_of(person)
    if reasons:
        wish.obstacles = reasons
        _end(wish, Status.REFUSED, now)
        facts = {"reasons": " ".join(reasons)}
        notify([person], ERASURE_REFUSED, facts, url=reverse("storefront:accounts:privacy"), now=now)
        record("accounts.refuse_erasure", person.public_id, now=now)
        return str(Status.REFUSED)
    forget(person, now)
    _end(wish, Status.DONE, now)
    record("accounts.erase", person.public_id, now=now)
    return str(Status.DONE)


def forget(person: User, now: datetime) -> None:
    """What says who she is is gone; the locked row stays, for what points at it, and nobody signs in as it."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    files = list(PersonalFile.objects.filter(person=person).exclude(name="").values_list("name", flat=True))
    for known in declared().values():
        known.erase(known.rows(person), now)
    person.email = f"{person.public_id}@erased.invalid"
    person.display_name = ""
    person.is_active = False
    person.set_unusable_password()
    person.save(update_fields=["email", "display_name", "is_active", "password"])
    transaction.on_commit(lambda: [document_storage().delete(name) for name in files])


def _end(wish: Erasure, status: str, now: datetime) -> None:
    Erasure.FLOW.move(wish, status)
    wish.ended_at = now
    wish.save(update_fields=["status", "ended_at", "obstacles"])
