"""Doors for the clock: delivery of events."""

from celery import shared_task

from mall.events import bus


@shared_task(name="mall.deliver_events")
def deliver_events(*, ids: list[int]) -> None:
    for event_id in ids:
        bus.deliver(event_id)


@shared_task(name="mall.sweep_events")
def sweep_events() -> None:
    for event_id in bus.due():
        bus.deliver(event_id)


@shared_task(name="mall.forget_delivered_events")
def forget_delivered_events() -> None:
    bus.forget_delivered()
