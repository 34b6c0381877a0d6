"""What waits for platform staff: holds that nobody has decided about."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from risk.models import Hold


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("risk.view_hold"):
        return []
    found = Hold.objects.filter(released_at=None).aggregate(count=Count("pk"), since=Min("placed_at"))
    url = f"{reverse('admin:risk_hold_changelist')}?released_at__isempty=1"
    return [StaffQueue(_("Holds to decide"), url=url, **found)]
