"""Platform staff look at orders and money, and cancel with a reason."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from mall.audit.models import AuditRecord
from mall.events import deliver_everything
from orders.models import Refund
from tests.factories.accounts import staff
from tests.journeys import paid_order, placed_order, shipped_order

pytestmark = pytest.mark.django_db

NOUNS = ["order", "ordergroup", "payment", "paymentnotice", "refund"]


def act(client, orders, reason):
    return client.post(
        reverse("admin:orders_order_changelist"),
        {
            "action": "cancel",
            "reason": reason,
            "_selected_action": [order.pk for order in orders],
            "confirmed": "yes",
        },
    )


@pytest.mark.parametrize("noun", NOUNS)
def test_every_list_opens_and_nothing_can_be_written(client, noun):
    order = paid_order()
    Refund.objects.create(payment=order.group.payments.get(), order=order, amount=1, reason="…", asked_at=order.paid_at)
    client.force_login(staff())
    row = {
        "order": order,
        "ordergroup": order.group,
        "payment": order.group.payments.get(),
        "paymentnotice": order.group.payments.get().notices.first(),
        "refund": order.refunds.get(),
    }[noun]

    page = client.get(reverse(f"admin:orders_{noun}_changelist"), {"q": "x"})
    detail = client.get(reverse(f"admin:orders_{noun}_change", args=[row.pk]))

    assert client.get(reverse(f"admin:orders_{noun}_changelist")).status_code == page.status_code == 200
    assert detail.status_code == 200
    assert "文三路" not in detail.content.decode() and "19900000001" not in detail.content.decode()
    assert client.get(reverse(f"admin:orders_{noun}_add")).status_code == 403
    assert client.post(reverse(f"admin:orders_{noun}_change", args=[row.pk]), {"status": "paid"}).status_code == 403
    assert client.post(reverse(f"admin:orders_{noun}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_staff_cancel_with_a_reason_each_order_by_itself(client):
    paid, shipped, person = paid_order(), shipped_order(), staff()
    client.force_login(person)

    act(client, [paid, shipped], "Asked by telephone")
    deliver_everything()

    paid.refresh_from_db(), shipped.refresh_from_db()
    assert (paid.status, shipped.status) == ("canceled", "shipped")
    record = AuditRecord.objects.get(action="orders.cancel_order")
    assert (record.actor, record.subject, record.after["reason"]) == (person, paid.public_id, "Asked by telephone")
    assert Refund.objects.get().order == paid


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_reason_nothing_is_canceled(client, reason):
    order = placed_order()
    client.force_login(staff())

    act(client, [order], reason)

    order.refresh_from_db()
    assert order.status == "unpaid"


def test_who_may_only_look_does_not_cancel(client):
    order, person = placed_order(), staff(superuser=False)
    person.user_permissions.add(Permission.objects.get(codename="view_order", content_type__app_label="orders"))
    client.force_login(person)

    assert client.get(reverse("admin:orders_order_changelist")).status_code == 200
    act(client, [order], "…")

    order.refresh_from_db()
    assert order.status == "unpaid"
