"""What waits for platform staff: refunds that the payment channel has not confirmed, payments nobody told us about."""

from datetime import timedelta

from django.db.models import Count, Min, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from mall.money import Money
from orders.models import BankLine, Bill, Difference, Payment, Refund, SentBack

BILL_LATE_AFTER = timedelta(days=3)
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
    if user.has_perm("orders.view_bankline"):
        lines = BankLine.objects.exclude(status=BankLine.Status.DONE)
        found = lines.aggregate(count=Count("pk"), since=Min("read_at"), fen=Sum("amount"))
        url = f"{reverse('admin:orders_bankline_changelist')}?status__exact={BankLine.Status.OPEN}"
        queues.append(
            StaffQueue(_("Transfers that pay nothing"), found["count"], url, found["since"], _amount(found["fen"]))
        )
        back = SentBack.objects.filter(sent_at=None)
        found = back.aggregate(count=Count("pk"), since=Min("asked_at"), fen=Sum("amount"))
        url = f"{reverse('admin:orders_sentback_changelist')}?sent_at__isempty=1"
        queues.append(
            StaffQueue(_("Transfers to send back"), found["count"], url, found["since"], _amount(found["fen"]))
        )
    if user.has_perm("orders.view_difference"):
        differences = Difference.objects.exclude(status=Difference.Status.RESOLVED)
        found = differences.aggregate(count=Count("pk"), since=Min("found_at"))
        url = reverse("admin:orders_difference_changelist")
        queues.append(
            StaffQueue(
                _("Differences to channels' bills"),
                found["count"],
                url,
                found["since"],
                is_trouble=bool(found["count"]),
            )
        )
    if user.has_perm("orders.view_bill"):
        missing = Bill.objects.filter(status=Bill.Status.WAITING, day__lt=clock.now().date() - BILL_LATE_AFTER)
        found = missing.aggregate(count=Count("pk"), since=Min("tried_at"))
        url = f"{reverse('admin:orders_bill_changelist')}?status__exact={Bill.Status.WAITING}"
        queues.append(
            StaffQueue(
                _("Bills that do not come"), found["count"], url, found["since"], is_trouble=bool(found["count"])
            )
        )
    return queues


def _amount(fen) -> Money | None:
    return Money(int(fen)) if fen else None
