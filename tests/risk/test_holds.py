import pytest

from mall.audit.models import AuditRecord
from mall.events.models import OutboxEvent
from risk.holds import HoldAlreadyReleased, held_subjects, place_hold, release_hold
from risk.models import Hold
from tests.conftest import NOON
from tests.factories.accounts import staff

pytestmark = pytest.mark.django_db

SETTLEMENT = Hold.Kind.SETTLEMENT


def announced() -> list[tuple[str, dict]]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", "payload"))


def test_held_order_is_among_the_held_until_released():
    clerk = staff()
    hold = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="Disputed", by=clerk, now=NOON)
    place_hold(kind=SETTLEMENT, subject_id="ord_2", reason="Disputed", now=NOON)

    before = held_subjects(SETTLEMENT, ["ord_1", "ord_2", "ord_3"])
    release_hold(hold=hold, by=clerk, now=NOON)

    assert before == {"ord_1", "ord_2"}
    assert held_subjects(SETTLEMENT, ["ord_1", "ord_2", "ord_3"]) == {"ord_2"}
    assert announced() == [
        ("HoldPlaced", {"subject_id": "ord_1", "kind": "settlement", "reason": "Disputed"}),
        ("HoldPlaced", {"subject_id": "ord_2", "kind": "settlement", "reason": "Disputed"}),
        ("HoldReleased", {"subject_id": "ord_1", "kind": "settlement"}),
    ]
    assert list(AuditRecord.objects.order_by("pk").values_list("action", "subject", "actor_label")) == [
        ("risk.place_hold", "ord_1", clerk.email),
        ("risk.place_hold", "ord_2", "clock"),
        ("risk.release_hold", "ord_1", clerk.email),
    ]


def test_holding_what_is_held_returns_the_hold_that_stands():
    first = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="First", now=NOON)

    second = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="Second", now=NOON)

    assert (second.pk, second.reason, len(announced())) == (first.pk, "First", 1)


def test_hold_is_released_once():
    hold, clerk = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="x", now=NOON), staff()
    release_hold(hold=hold, by=clerk, now=NOON)

    with pytest.raises(HoldAlreadyReleased):
        release_hold(hold=hold, by=clerk, now=NOON)

    assert len(announced()) == 2


def test_subject_can_be_held_again_after_a_release():
    clerk = staff()
    first = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="First", now=NOON)
    release_hold(hold=first, by=clerk, now=NOON)

    second = place_hold(kind=SETTLEMENT, subject_id="ord_1", reason="Second", now=NOON)

    assert second.pk != first.pk
    assert held_subjects(SETTLEMENT, ["ord_1"]) == {"ord_1"}


def test_unknown_kind_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="parking"):
        place_hold(kind="parking", subject_id="ord_1", reason="x", now=NOON)


def test_asking_who_is_held_is_one_question(django_assert_num_queries):
    for number in range(3):
        place_hold(kind=SETTLEMENT, subject_id=f"ord_{number}", reason="x", now=NOON)

    with django_assert_num_queries(1):
        assert len(held_subjects(SETTLEMENT, [f"ord_{number}" for number in range(300)])) == 3
