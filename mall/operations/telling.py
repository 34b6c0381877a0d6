"""
Telling receivers of alerts: by e-mail, or as a signed message to a program at a public address. What does not arrive is
tried again with growing pauses, for three days; a receiver that answers 410 wants no more.
"""

import json
import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mall import fetching
from mall.audit.trail import record
from mall.notifications import mails
from mall.operations.measures import measure_named
from mall.operations.models import Alert, AlertDelivery, AlertReceiver
from mall.operations.signing import headers_of, new_secret
from mall.refusals import Refusal

log = logging.getLogger("mall.operations")

What, Way = AlertDelivery.What, AlertReceiver.Way
PAUSES = [
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
]  # after the first attempt, by the Standard Webhooks specification: 75 hours
CLAIMED = timedelta(minutes=2)  # within which an attempt is over, or its worker is dead
BATCH = 50
GONE = 410


class WrongReceiver(Refusal):
    """Nobody can be told there."""

    code = "wrong-receiver"
    status = 400


class NotDelivered(Exception):
    """It did not arrive this time."""

    def __init__(self, said: str, *, is_final: bool = False):
        super().__init__(said)
        self.is_final = is_final


# Receivers ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_receiver(*, receiver: AlertReceiver, by, now: datetime) -> str:
    """
    Staff name who is told, or change it; a new secret of a program is returned, to be shown this once.

    :raises WrongReceiver: a program whose address is not ``https`` in the public web
    """
    if receiver.way == Way.WEBHOOK:
        check_address(receiver.address)
    secret = ""
    if receiver.way == Way.WEBHOOK and not receiver.secret:
        receiver.secret = secret = new_secret()
    if receiver.pk is None:
        receiver.added_at = now
    if receiver.is_active:
        receiver.ended_at = None
    receiver.save()
    _record("operations.save_receiver", receiver, by=by, now=now)
    return secret


def check_address(address: str) -> None:
    """:raises WrongReceiver: no ``https`` address that may be in the public web"""
    try:
        fetching.check_receiver(address)
    except fetching.CannotFetch as refusal:
        raise WrongReceiver(str(refusal)) from None


@transaction.atomic
def renew_secret(*, receiver: AlertReceiver, by, now: datetime) -> str:
    """
    A new secret for a program; what was signed with the old one is known no more.

    :raises WrongReceiver: a mailbox has none
    """
    if receiver.way != Way.WEBHOOK:
        raise WrongReceiver(_("A mailbox has no secret."))
    receiver.secret = secret = new_secret()
    receiver.save(update_fields=["secret"])
    _record("operations.renew_secret", receiver, by=by, now=now)
    return secret


@transaction.atomic
def send_test(*, receiver: AlertReceiver, by, now: datetime) -> None:
    """Leave a message that says it is a test."""
    AlertDelivery.objects.create(receiver=receiver, what=What.TEST, made_at=now, due_at=now)
    _record("operations.send_test", receiver, by=by, now=now)


def _record(action: str, receiver: AlertReceiver, *, by, now: datetime) -> None:
    facts = {"name": receiver.name, "way": str(receiver.way), "is_active": receiver.is_active}
    record(action, receiver.public_id, by=by, now=now, after=facts)


# Messages -------------------------------------------------------------------------------------------------------------


def send_due(*, now: datetime) -> dict:
    """
    Send what is due. Each is claimed first and sent without any lock; a worker that dies has sent it or not, and then
    the next one sends it again under the same number.
    """
    told = {"sent": 0, "failed": 0}
    for key in _claim(now):
        delivery = AlertDelivery.objects.select_related("alert", "receiver").get(pk=key)
        try:
            _send(delivery)
        except NotDelivered as problem:
            told["failed"] += 1
            _put_off(delivery, problem, now=now)
        except Exception as problem:
            log.exception("message %s did not arrive", delivery.public_id)
            told["failed"] += 1
            _put_off(delivery, NotDelivered(f"{type(problem).__name__}: {problem}"), now=now)
        else:
            told["sent"] += 1
            AlertDelivery.objects.filter(pk=key).update(delivered_at=now, due_at=None, last_error="")
    return {name: count for name, count in told.items() if count}


@transaction.atomic
def _claim(now: datetime) -> list[int]:
    """Of those that are due the oldest, counted as tried and nobody else's for two minutes."""
    due = AlertDelivery.objects.filter(due_at__lte=now).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    rows = list(due[:BATCH])
    for row in rows:
        row.attempts += 1
        row.due_at = now + CLAIMED
    AlertDelivery.objects.bulk_update(rows, ["attempts", "due_at"])
    return [row.pk for row in rows]


def _put_off(delivery: AlertDelivery, problem: NotDelivered, *, now: datetime) -> None:
    is_over = problem.is_final or delivery.attempts > len(PAUSES)
    delivery.due_at = None if is_over else now + PAUSES[delivery.attempts - 1]
    delivery.last_error = str(problem)[:200]
    delivery.save(update_fields=["due_at", "last_error"])
    if problem.is_final:
        AlertReceiver.objects.filter(pk=delivery.receiver_id, ended_at=None).update(is_active=False, ended_at=now)


def _send(delivery: AlertDelivery) -> None:
    """:raises NotDelivered: it did not arrive"""
    if delivery.receiver.way == Way.MAIL:
        _mail(delivery)
    else:
        _post(delivery)


def _mail(delivery: AlertDelivery) -> None:
    with translation.override(delivery.receiver.language):
        title, words = words_of(delivery)
        mails.send(
            to=delivery.receiver.address,
            title=title,
            words=words,
            path=reverse("admin:operations_overview"),
            button=_("To the operations page"),
        )


def words_of(delivery: AlertDelivery) -> tuple[str, str]:
    """Subject and words, in the language that is active."""
    alert = delivery.alert
    if alert is None:
        return _("A test of the alerts"), _("Whoever reads this will be told when something is wrong with the mall.")
    said = {
        "label": alert.label, "value": alert.shown, "limit": alert.limit_shown, "worst": alert.worst_shown,
        "number": alert.public_id,
    }  # fmt: skip
    if delivery.what == What.RECOVERED:
        return (
            _("Over: %(label)s") % said,
            _("It is within its limit of %(limit)s again. The worst was %(worst)s. Alert %(number)s.") % said,
        )
    return (
        _("Alert: %(label)s") % said,
        _("Now %(value)s; the limit is %(limit)s. Alert %(number)s. One more message comes when it is over.") % said,
    )


def _post(delivery: AlertDelivery) -> None:
    body = body_of(delivery)
    headers = headers_of(
        number=delivery.public_id, seconds=int(time.time()), body=body, secret=delivery.receiver.secret.reveal()
    )
    try:
        status = fetching.post(delivery.receiver.address, body=body, headers=headers)
    except fetching.CannotFetch as refusal:
        raise NotDelivered(str(refusal)) from None
    if status == GONE:
        raise NotDelivered(_("The receiver wants no more messages (410)."), is_final=True)
    if not 200 <= status < 300:
        raise NotDelivered(_("The receiver answers with the status %(status)d.") % {"status": status})


def body_of(delivery: AlertDelivery) -> bytes:
    """What a program reads: plain facts, the same at every attempt."""
    alert = delivery.alert
    data = {"test": True} if alert is None else _facts(alert, delivery.what)
    message = {"type": f"alert.{delivery.what}", "timestamp": delivery.made_at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _facts(alert: Alert, what: str) -> dict:
    measure = measure_named(alert.measure)
    return {
        "alert_id": alert.public_id,
        "measure": alert.measure,
        "unit": measure.unit.value if measure else "",
        "value": alert.value,
        "limit": alert.limit,
        "error": alert.error,
        "opened_at": alert.opened_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if what == What.RECOVERED and alert.closed_at else None,
        "page": settings.MALL_BASE_URL + reverse("admin:operations_overview"),
    }
