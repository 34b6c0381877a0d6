import threading

from django.db import connections

from merchants.applications import approve_application, submit_application
from merchants.models import Application, Merchant, Shop
from tests.conftest import NOON
from tests.factories.accounts import shopper, staff
from tests.merchants.test_applications import said


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


def test_two_people_applying_for_one_business_at_once_make_one_application(committed_db):
    fields, people = said(), [shopper(), shopper(), shopper(), shopper()]

    outcomes = side_by_side(
        *(lambda person=person: submit_application(applicant=person, fields=fields, now=NOON) for person in people)
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Application"] + ["ApplicationRefused"] * 3
    assert Application.objects.count() == 1


def test_two_clerks_approving_at_once_open_one_shop(committed_db):
    application = submit_application(applicant=shopper(), fields=said(), now=NOON)
    clerks = [staff(), staff(), staff()]

    outcomes = side_by_side(
        *(lambda clerk=clerk: approve_application(application=application, by=clerk, now=NOON) for clerk in clerks)
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Shop", "WrongStatus", "WrongStatus"]
    assert (Merchant.objects.count(), Shop.objects.count()) == (1, 1)


def test_without_the_lock_two_applications_for_one_business_pass(committed_db, monkeypatch):  # negative control
    from merchants import applications

    monkeypatch.setattr(applications, "_one_at_a_time", lambda: None)
    gate = threading.Barrier(2)
    check = applications._findings_of
    monkeypatch.setattr(applications, "_findings_of", lambda *args: (gate.wait(5), check(*args))[1])
    fields, people = said(), [shopper(), shopper()]

    side_by_side(
        *(lambda person=person: submit_application(applicant=person, fields=fields, now=NOON) for person in people)
    )

    assert Application.objects.count() == 2
