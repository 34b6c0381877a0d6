"""What waits for platform staff: holds, reports of goods and shops, and cases that nobody has decided about."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from risk.models import Complaint, Hold, MoneyCase, MoneyRuleTurn, TradeCase


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("risk.view_hold"):
        found = Hold.objects.filter(released_at=None).aggregate(count=Count("pk"), since=Min("placed_at"))
        url = f"{reverse('admin:risk_hold_changelist')}?released_at__isempty=1"
        queues.append(StaffQueue(_("Holds to decide"), url=url, **found))
    if user.has_perm("risk.view_complaint"):
        waiting = Complaint.objects.filter(status=Complaint.Status.OPEN)
        found = waiting.aggregate(count=Count("subject_id", distinct=True), since=Min("reported_at"))
        url = f"{reverse('admin:risk_complaint_changelist')}?status__exact=open"
        queues.append(StaffQueue(_("Goods and shops that were reported"), url=url, **found))
    if user.has_perm("risk.view_tradecase"):
        found = TradeCase.objects.filter(status=TradeCase.Status.OPEN).aggregate(
            count=Count("pk"), since=Min("opened_at")
        )
        url = f"{reverse('admin:risk_tradecase_changelist')}?status__exact=open"
        queues.append(StaffQueue(_("Cases of fake trade to decide"), url=url, **found))
    if user.has_perm("risk.view_moneycase"):
        undecided = MoneyCase.objects.filter(status__in=[*MoneyCase.UNDECIDED, MoneyCase.Status.APPEALED])
        found = undecided.aggregate(count=Count("pk"), since=Min("opened_at"))
        url = reverse("admin:risk_moneycase_changelist")
        names = ",".join([*MoneyCase.UNDECIDED, MoneyCase.Status.APPEALED])
        queues.append(StaffQueue(_("Cases of money to decide"), url=f"{url}?status__in={names}", **found))
        late = undecided.filter(status__in=MoneyCase.UNDECIDED, due_at__lt=clock.now())
        late = late.aggregate(count=Count("pk"), since=Min("due_at"))
        queues.append(
            StaffQueue(
                _("Cases of money past their hour"), url=f"{url}?status__in=open,proposed", is_trouble=True, **late
            )
        )
    if user.has_perm("risk.view_moneyruleturn"):
        proposed = MoneyRuleTurn.objects.filter(status=MoneyRuleTurn.Status.PROPOSED)
        found = proposed.aggregate(count=Count("pk"), since=Min("proposed_at"))
        url = f"{reverse('admin:risk_moneyruleturn_changelist')}?status__exact=proposed"
        queues.append(StaffQueue(_("Changes of rules for money to confirm"), url=url, **found))
    return queues
