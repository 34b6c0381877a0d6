"""One key, one outcome: the same call sent twice is done once and answered alike."""

import hashlib
import json
from collections.abc import Callable

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mall.refusals import Refusal


class KeyReused(Refusal):
    """The idempotency key came before with another request."""

    code = "idempotency-key-reused"
    status = 422


class IdempotentCall(models.Model):
    """The remembered outcome of a call, per caller and key."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    outcome = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        app_label = "mall"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotent_call_once")]


def fingerprint(request: object) -> str:
    """What makes two requests the same: their content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def once(*, scope: str, key: str, request: object, call: Callable[[], dict]) -> dict:
    """
    Make the call, or return what it returned the first time; simultaneous repeats wait for the first.

    :param scope: who asks and for what, ``"user:17:orders.cancel"``: keys of different callers never meet
    :raises KeyReused: the key came before with another request
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope}|{key}"])
    mark = fingerprint(request)
    known = IdempotentCall.objects.filter(scope=scope, key=key).first()
    if known is None:
        outcome = call()
        IdempotentCall.objects.create(scope=scope, key=key, fingerprint=mark, outcome=outcome)
        return outcome
    if known.fingerprint != mark:
        raise KeyReused(_("This idempotency key was used for another request."))
    return known.outcome
