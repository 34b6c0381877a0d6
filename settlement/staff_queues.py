"""What waits for platform staff: money held by risk."""

from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from risk.models import Hold


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("risk.view_hold"):
        return []
    url = reverse("admin:risk_hold_changelist")
    count = Hold.objects.filter(kind=Hold.Kind.SETTLEMENT, released_at=None).count()
    return [StaffQueue(_("Held money"), count, f"{url}?released_at__isempty=1")]
