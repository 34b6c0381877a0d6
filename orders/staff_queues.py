"""What waits for platform staff: refunds that the payment channel has not confirmed, payments nobody told us about."""

from datetime import timedelta

from django.db.models import Count, Min, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from mall.money import Money
from orders.models import Payment, Refund

SILENT_AFTER = timedelta(hours=1)  # by then the clock has asked about it many times


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("orders.view_refund"):
        refunds = Refund.objects.filter(status=Refund.Status.ASKED)
        found = refunds.aggregate(count=Count("pk"), since=Min("asked_at"), fen=Sum("amount"))
        url = f"{reverse('admin:orders_refund_changelist')}?status__exact={Refund.Status.ASKED}"
        queues.append(StaffQueue(_("Refunds on their way"), found["count"], url, found["since"], _amount(found["fen"])))
    if user.has_perm("orders.view_payment"):
        silent_since = clock.now() - SILENT_AFTER
        payments = Payment.objects.filter(status=Payment.Status.PENDING, started_at__lte=silent_since)
        found = payments.aggregate(count=Count("pk"), since=Min("started_at"), fen=Sum("amount"))
        url = f"{reverse('admin:orders_payment_changelist')}?status__exact={Payment.Status.PENDING}"
        queues.append(
            StaffQueue(
                _("Payments without an answer"),
                found["count"],
                url,
                found["since"],
                _amount(found["fen"]),
                is_trouble=bool(found["count"]),
            )
        )
    return queues


def _amount(fen) -> Money | None:
    return Money(int(fen)) if fen else None
