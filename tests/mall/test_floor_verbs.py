"""Tunables, idempotency, status maps: small promises of the ground floor."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from mall import clock
from mall.accounts.models import User
from mall.audit.models import AuditRecord
from mall.flow import Flow, WrongStatus
from mall.idempotency import IdempotentCall, KeyReused, once
from mall.jobs import JobRun, job
from mall.tunables import Tunable, registry
from mall.tunables.models import Turned
from tests.conftest import NOON


@pytest.fixture
def knob():
    yield Tunable("test.knob", default=5, least=1, most=9, sentence="A number to turn.")
    registry._register.pop("test.knob")
    registry.forget()


@pytest.mark.django_db
def test_a_turned_tunable_holds_and_is_on_the_record(knob):
    staff = User.objects.create_user("staff@example.com", None)
    assert knob.value == 5

    knob.turn(7, by=staff, now=NOON)

    assert knob.value == 7
    trail = AuditRecord.objects.get()
    assert (trail.actor, trail.subject, trail.before, trail.after) == (staff, "test.knob", {"value": 5}, {"value": 7})


@pytest.mark.django_db
def test_a_tunable_stays_within_its_bounds(knob):
    for wrong in (0, 10):
        with pytest.raises(ValidationError):
            knob.turn(wrong, by=None, now=NOON)

    assert (knob.value, Turned.objects.count(), AuditRecord.objects.count()) == (5, 0, 0)


def test_one_key_has_one_outcome_however_many_ask_at_once(committed_db):
    calls = []

    def ask(number):
        try:
            return once(scope="t", key="k", request={"a": 1}, call=lambda: calls.append(number) or {"made_by": number})
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(48)))

    assert len(calls) == 1
    assert answers == [{"made_by": calls[0]}] * 48


@pytest.mark.django_db
def test_a_key_used_for_another_request_is_refused_and_keys_of_others_never_meet():
    once(scope="a", key="k", request={"n": 1}, call=lambda: {"n": 1})

    with pytest.raises(KeyReused):
        once(scope="a", key="k", request={"n": 2}, call=lambda: {"n": 2})
    assert once(scope="b", key="k", request={"n": 2}, call=lambda: {"n": 2}) == {"n": 2}
    assert IdempotentCall.objects.count() == 2


def test_a_status_moves_only_along_its_map():
    class Row:
        status = "draft"

        def get_status_display(self):
            return self.status

    flow, row = Flow({"draft": {"live"}, "live": set()}), Row()
    flow.move(row, "live")

    assert row.status == "live"
    with pytest.raises(WrongStatus):
        flow.move(row, "draft")


@pytest.mark.django_db
def test_a_job_leaves_a_record_of_work_and_of_failure():
    @job("test.busy")
    def busy():
        return {"done": 2}

    @job("test.idle")
    def idle():
        return None

    @job("test.broken")
    def broken():
        raise RuntimeError("out of ink")

    for task in (busy, idle, idle):
        task()
    with pytest.raises(RuntimeError):
        broken()

    assert list(JobRun.objects.order_by("pk").values_list("name", "ok", "summary", "error")) == [
        ("test.busy", True, {"done": 2}, ""),
        ("test.idle", True, {}, ""),
        ("test.broken", False, {}, "RuntimeError: out of ink"),
    ]


def test_the_clock_travels_forward_only_and_only_when_embedded(settings, tmp_path):
    settings.MALL_EMBEDDED, settings.MALL_VAR = True, str(tmp_path)
    before = clock.now()

    clock.move(timedelta(days=7))

    assert timedelta(days=7) <= clock.now() - before < timedelta(days=7, seconds=5)
    with pytest.raises(RuntimeError):
        clock.move(timedelta(days=-1))
    settings.MALL_EMBEDDED = False
    with pytest.raises(RuntimeError):
        clock.move(timedelta(days=1))
    assert clock.now() - before < timedelta(days=1)
