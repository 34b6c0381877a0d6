import pytest
from celery import Celery
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from mall.audit.models import AuditRecord
from mall.audit.trail import record
from mall.embedded.processes import free_port
from mall.events import bus, deliver_everything, publish
from mall.events.models import OutboxEvent, Receipt
from tests.conftest import NOON


@pytest.fixture
def rang():
    """A vocabulary of one word and two listeners; the second fails as often as told."""
    failures = []

    @bus.event
    class BellRang:
        bell_id: str

    @bus.on(BellRang)
    def note(event):
        record("bell.note", event.bell_id, now=NOON)

    @bus.on(BellRang)
    def fail_sometimes(event):
        record("bell.fail", event.bell_id, now=NOON)
        if failures:
            raise RuntimeError(failures.pop())

    yield BellRang, failures
    bus._listeners.pop("BellRang")
    bus._event_types.pop("BellRang")


def heard() -> list[str]:
    return list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.django_db
def test_an_event_exists_exactly_if_its_transaction_was_committed(rang):
    bell, _failures = rang
    publish(bell(bell_id="a"))

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(bell(bell_id="b"))
        raise ZeroDivisionError

    assert [row.payload for row in OutboxEvent.objects.all()] == [{"bell_id": "a"}]


@pytest.mark.django_db
def test_an_event_delivered_many_times_takes_effect_once(rang):
    bell, _failures = rang
    publish(bell(bell_id="a"))
    row = OutboxEvent.objects.get()

    for _ in range(3):
        OutboxEvent.objects.update(delivered_at=None)
        assert bus.deliver(row.pk)

    assert heard() == ["bell.note", "bell.fail"]
    assert Receipt.objects.count() == 2


@pytest.mark.django_db
def test_a_failing_listener_is_tried_again_and_holds_nobody_up(rang):
    bell, failures = rang
    failures.append("not today")
    publish(bell(bell_id="a"))
    row = OutboxEvent.objects.get()

    assert not bus.deliver(row.pk)
    assert heard() == ["bell.note"]  # the failing listener's own work was rolled back
    row.refresh_from_db()
    assert (row.attempts, row.delivered_at) == (1, None)
    assert "not today" in row.last_error

    assert deliver_everything() == 1
    assert heard() == ["bell.note", "bell.fail"]


@pytest.mark.django_db
def test_the_sweeper_finds_what_nobody_delivered(rang):
    bell, _failures = rang
    publish(bell(bell_id="a"))
    assert bus.due() == []

    with connection.cursor() as cursor:
        cursor.execute("UPDATE mall_outboxevent SET due_at = now() - interval '1 second'")

    assert bus.due() == [OutboxEvent.objects.get().pk]


def test_publishing_without_a_transaction_is_refused(committed_db):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish()


def test_a_lost_broker_loses_no_event(committed_db, rang, settings):
    bell, _failures = rang
    from mall.celery import app

    app.conf.broker_url, before = "redis://127.0.0.1:1/0", app.conf.broker_url
    try:
        with transaction.atomic():
            publish(bell(bell_id="a"))
    finally:
        app.conf.broker_url = before

    assert deliver_everything() == 1
    assert heard() == ["bell.note", "bell.fail"]


@pytest.mark.parametrize("with_our_options", [True, False])
def test_nobody_waits_for_a_queue_that_is_away_x3(with_our_options, settings, monkeypatch):
    pauses = []
    monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
    queue = Celery(broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    if with_our_options:
        queue.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    else:  # what the library does by itself, cut short
        queue.conf.broker_transport_options = {"max_retries": 2}

    with pytest.raises(OperationalError):
        queue.send_task("mall.deliver_events", retry=False, ignore_result=True)

    assert (sum(pauses) == 0) == with_our_options
