import threading

from django.db import connections

from merchants.applications import approve_application, submit_application, take_deposit
from merchants.models import Application, Merchant, Shop
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.factories.merchants import credit_code
from tests.merchants.applying import Status, checked, draft, in_status, under_review, with_papers


def side_by_side(*calls):
    """Start the calls together, each on a connection of its own; what each returned or raised."""
    outcomes, gate = [None] * len(calls), threading.Barrier(len(calls))

    def run(place, call):
        gate.wait()
        try:
            outcomes[place] = call()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def rivals(count: int) -> list[Application]:
    """Drafts of different people for one business."""
    code = credit_code()
    return [with_papers(draft(shopper(), credit_code=code)) for _number in range(count)]


def test_of_many_who_hand_in_for_one_business_at_once_one_gets_through(committed_db):
    outcomes = side_by_side(
        *(lambda row=row: submit_application(application=row, now=NOON) for row in rivals(3))
    )  # fmt: skip

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application"] + ["ApplicationRefused"] * 2
    assert Application.objects.filter(status=Status.SUBMITTED).count() == 1


def test_without_the_lock_several_get_through(committed_db, monkeypatch):  # negative control
    from merchants import applications

    rows, gate = rivals(2), threading.Barrier(2)
    monkeypatch.setattr(applications, "one_at_a_time", lambda: None)
    forget = applications._forget_unasked
    monkeypatch.setattr(applications, "_forget_unasked", lambda *args: (gate.wait(5), forget(*args))[1])

    side_by_side(*(lambda row=row: submit_application(application=row, now=NOON) for row in rows))

    assert Application.objects.filter(status=Status.SUBMITTED).count() == 2


def test_clerks_who_approve_at_once_decide_once(committed_db):
    row, clerks = under_review(), [staff(), staff(), staff()]

    outcomes = side_by_side(
        *(lambda clerk=clerk: approve_application(application=row, by=clerk, now=NOON) for clerk in clerks)
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application", "WrongStatus", "WrongStatus"]
    assert row.decisions.filter(outcome="approved").count() == 1


def test_auditor_and_expert_at_once_are_two_people(committed_db):
    row, clerks = checked(trades=["food"]), [staff(), staff()]

    outcomes = side_by_side(
        *(lambda clerk=clerk: approve_application(application=row, by=clerk, now=NOON) for clerk in clerks)
    )

    row.refresh_from_db()
    assert {type(outcome).__name__ for outcome in outcomes} == {"Application"}
    assert (row.status, {row.reviewed_by, row.expert_by}) == (Status.APPROVED, set(clerks))


def test_a_deposit_heard_three_times_at_once_opens_one_shop(committed_db):
    row = in_status(Status.AGREED)

    side_by_side(
        *(lambda: take_deposit(application_id=row.public_id, amount=row.deposit, now=NOON) for _time in range(3))
    )

    assert (Merchant.objects.count(), Shop.objects.count()) == (1, 1)
