"""What waits for platform staff: shares whose daily run has come and gone."""

from datetime import timedelta

from django.db.models import Count, Min, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from mall.money import Money
from settlement.models import Share
from settlement.release import last_release_day


def waiting(user) -> list[StaffQueue]:
    """Pending shares that the latest daily run left: held ones, or a run that failed."""
    if not user.has_perm("settlement.view_share"):
        return []
    day = last_release_day(clock.now())
    late = Share.objects.filter(status=Share.Status.PENDING, due_on__lte=day)
    found = late.aggregate(count=Count("pk"), since=Min("completed_at"), fen=Sum("net"))
    before = (day + timedelta(days=1)).isoformat()
    url = f"{reverse('admin:settlement_share_changelist')}?status__exact={Share.Status.PENDING}&due_on__lt={before}"
    amount = Money(int(found["fen"])) if found["fen"] else None
    return [StaffQueue(_("Shares held back past their day"), found["count"], url, found["since"], amount)]
