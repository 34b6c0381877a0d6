"""The ledger for platform staff: everything to read, nothing to change."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from mall.money import Money
from settlement.models import Account, Entry, Share
from settlement.release import release_due_shares
from settlement.staff_queues import waiting
from tests.conftest import NOON
from tests.factories.accounts import staff
from tests.journeys import completed_order, paid_order

pytestmark = pytest.mark.django_db
MODELS = ("account", "entry", "share")


@pytest.fixture
def admin(client):
    client.force_login(staff())
    with translation.override("en"):
        yield client


def test_staff_read_the_ledger(admin):
    order = completed_order(now=NOON)
    release_due_shares(now=NOON + timedelta(days=7))

    answers = {}
    for model in MODELS:
        answers[model] = admin.get(reverse(f"admin:settlement_{model}_changelist")).status_code
    entry = Entry.objects.get(kind=Entry.Kind.COMPLETED, ref=order.public_id)
    page = admin.get(reverse("admin:settlement_entry_change", args=[entry.pk]))
    account = admin.get(reverse("admin:settlement_account_change", args=[Account.objects.get(kind="escrow").pk]))

    assert answers == dict.fromkeys(MODELS, 200)
    assert (page.status_code, account.status_code) == (200, 200)
    assert len(page.context["inline_admin_formsets"][0].formset.queryset) == 3


def test_nobody_changes_it(admin):
    completed_order(now=NOON)
    rows = {"account": Account.objects.first(), "entry": Entry.objects.first(), "share": Share.objects.first()}

    answers = {
        (model, name): admin.post(url, {"kind": "escrow"}).status_code
        for model in MODELS
        for name, url in {
            "add": reverse(f"admin:settlement_{model}_add"),
            "change": reverse(f"admin:settlement_{model}_change", args=[rows[model].pk]),
            "delete": reverse(f"admin:settlement_{model}_delete", args=[rows[model].pk]),
        }.items()
    }

    assert answers == {(model, name): 403 for model in MODELS for name in ("add", "change", "delete")}


def test_the_trial_balance_adds_up_and_is_linked_from_the_ledger(admin):
    completed_order(now=NOON)
    paid_order(now=NOON)
    url = reverse("admin:settlement_trial_balance")

    page = admin.get(url)
    links = [url in admin.get(reverse(f"admin:settlement_{model}_changelist")).content.decode() for model in MODELS]

    assert links == [True, True, False]
    assert page.context["sums"] == [Money(0)]
    assert page.context["adds_up"]
    assert {row.kind for row in page.context["rows"]} == {
        "custodian", "escrow", "customs", "shop_pending", "shop_available", "commission",
    }  # fmt: skip


def test_the_trial_balance_is_for_those_who_may_see_entries(client):
    client.force_login(staff(superuser=False))

    assert client.get(reverse("admin:settlement_trial_balance")).status_code == 403


def test_shares_left_behind_by_the_daily_run_wait_for_staff():
    completed_order(now=NOON)

    queue, *_others = waiting(staff())

    assert (queue.count, waiting(staff(superuser=False))) == (1, [])


def test_what_has_gone_back_already_waits_for_nobody():
    completed_order(now=NOON)
    Share.objects.update(reversed=Money(100))

    queue, *_others = waiting(staff())

    assert queue.amount == Share.objects.get().net - Money(100)
