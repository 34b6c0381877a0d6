"""What waits for platform staff: requests for access that another person made."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.access.granting import DECIDE
from mall.access.models import AccessRequest
from mall.admin_site import StaffQueue


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm(DECIDE):
        return []
    asked = AccessRequest.objects.filter(status=AccessRequest.Status.ASKED).exclude(asked_by=user)
    found = asked.aggregate(count=Count("pk"), since=Min("asked_at"))
    url = f"{reverse('admin:access_accessrequest_changelist')}?status__exact=asked"
    return [StaffQueue(_("Access requests to decide"), url=url, **found)]
