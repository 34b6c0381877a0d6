"""What waits for platform staff: books that are off, late shares, withdrawals, disputed lines, months to invoice."""

from datetime import timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from mall.money import Money
from mall.staff_queues import of_nightly_check
from settlement.models import Correction, Dispute, SeizureOrder, Share, Statement, Withdrawal
from settlement.release import last_release_day

STUCK = timedelta(hours=24)  # with the bank


def waiting(user) -> list[StaffQueue]:
    return [
        *_books_that_are_off(user),
        *_late_shares(user),
        *_withdrawals(user),
        *_disputes(user),
        *_commission_invoices(user),
        *_corrections(user),
        *_transit(user),
        *_seizure_orders(user),
    ]


def _books_that_are_off(user) -> list[StaffQueue]:
    if not user.has_perm("settlement.view_entry"):
        return []
    url = reverse("admin:settlement_entry_changelist")
    return of_nightly_check(user, job="settlement.verify_ledger", label=_("Books that do not add up"), url=url)


def _late_shares(user) -> list[StaffQueue]:
    """Pending shares that the latest daily run left: held ones, or a run that failed."""
    if not user.has_perm("settlement.view_share"):
        return []
    day = last_release_day(clock.now())
    late = Share.objects.filter(status=Share.Status.PENDING, due_on__lte=day)
    found = late.aggregate(
        count=Count("pk"), since=Min("completed_at"), fen=Sum(F("net") - F("reversed") - F("advanced"))
    )
    before = (day + timedelta(days=1)).isoformat()
    url = f"{reverse('admin:settlement_share_changelist')}?status__exact={Share.Status.PENDING}&due_on__lt={before}"
    amount = Money(int(found["fen"])) if found["fen"] else None
    return [StaffQueue(_("Shares held back past their day"), found["count"], url, found["since"], amount)]


def _withdrawals(user) -> list[StaffQueue]:
    """Those that a person looks at before they are paid; payouts of which nothing was heard for a day."""
    if not user.has_perm("settlement.view_withdrawal"):
        return []
    url, status = reverse("admin:settlement_withdrawal_changelist"), Withdrawal.Status
    review = Withdrawal.objects.filter(status=status.RISK_CHECK)
    found = review.aggregate(count=Count("pk"), since=Min("asked_at"), fen=Sum("amount"))
    amount = Money(int(found.pop("fen"))) if found["count"] else found.pop("fen")
    stuck = Withdrawal.objects.filter(status=status.PAYING, paying_at__lt=clock.now() - STUCK)
    late = stuck.aggregate(count=Count("pk"), since=Min("paying_at"))
    return [
        StaffQueue(_("Withdrawals to decide"), url=f"{url}?status__exact={status.RISK_CHECK}", amount=amount, **found),
        StaffQueue(
            _("Payouts not heard of for a day"), url=f"{url}?status__exact={status.PAYING}", is_trouble=True, **late
        ),
    ]


def _disputes(user) -> list[StaffQueue]:
    if not user.has_perm("settlement.view_dispute"):
        return []
    url = reverse("admin:settlement_dispute_changelist")
    found = Dispute.objects.filter(status=Dispute.Status.OPEN).aggregate(count=Count("pk"), since=Min("asked_at"))
    return [StaffQueue(_("Disputed lines of statements"), url=f"{url}?status__exact={Dispute.Status.OPEN}", **found)]


def _commission_invoices(user) -> list[StaffQueue]:
    """Accepted months with commission or fees of which no invoice is issued."""
    if not user.has_perm("settlement.issue_commissioninvoice"):
        return []
    url = f"{reverse('admin:settlement_statement_changelist')}?invoice=due"
    found = Statement.objects.to_invoice().aggregate(count=Count("pk"), since=Min("accepted_at"))
    return [StaffQueue(_("Commission invoices to issue"), url=url, **found)]


def _corrections(user) -> list[StaffQueue]:
    if not user.has_perm("settlement.view_correction"):
        return []
    url = reverse("admin:settlement_correction_changelist")
    drawn = Correction.objects.filter(status=Correction.Status.DRAWN)
    found = drawn.aggregate(count=Count("pk"), since=Min("drawn_at"))
    return [StaffQueue(_("Corrections to book"), url=f"{url}?status__exact={Correction.Status.DRAWN}", **found)]


def _transit(user) -> list[StaffQueue]:
    """Accounts of which the oldest money lies there longer than it should, as the last night found."""
    if not user.has_perm("settlement.view_entry"):
        return []
    url = reverse("admin:settlement_transit")
    return of_nightly_check(user, job="settlement.watch_transit", label=_("Money on its way for too long"), url=url)


def _seizure_orders(user) -> list[StaffQueue]:
    """Orders about seized money that wait for the second person, and the last of a case that the bank refused."""
    if not user.has_perm("settlement.view_seizureorder"):
        return []
    url, status = reverse("admin:settlement_seizureorder_changelist"), SeizureOrder.Status
    drawn = SeizureOrder.objects.filter(status=status.DRAWN).aggregate(count=Count("pk"), since=Min("drawn_at"))
    again = SeizureOrder.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    failed = SeizureOrder.objects.filter(~Exists(again), status=status.FAILED)
    failed = failed.aggregate(count=Count("pk"), since=Min("ended_at"))
    return [
        StaffQueue(_("Orders about seized money to approve"), url=f"{url}?status__exact={status.DRAWN}", **drawn),
        StaffQueue(
            _("Seized money that the bank did not pay over"), url=f"{url}?status__exact={status.FAILED}",
            is_trouble=True, **failed,
        ),
    ]  # fmt: skip
