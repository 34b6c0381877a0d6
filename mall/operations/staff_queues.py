"""What waits for platform staff of the watch over operations."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from mall.operations.models import Alert


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("operations.view_reading"):
        return []
    found = Alert.objects.filter(closed_at=None).aggregate(count=Count("pk"), since=Min("opened_at"))
    url = reverse("admin:operations_overview")
    return [StaffQueue(_("Alerts"), url=url, is_trouble=bool(found["count"]), **found)]
