"""What waits for platform staff: goods that shops have enrolled in campaigns."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from marketing.campaigns.auditing import AUDITED_IN
from marketing.models import CampaignEnrolment


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("marketing.view_campaignenrolment"):
        return []
    rows = CampaignEnrolment.objects.filter(
        status=CampaignEnrolment.Status.WAITING, campaign__status__in=AUDITED_IN
    )  # fmt: skip
    found = rows.aggregate(count=Count("pk"), since=Min("enrolled_at"))
    url = f"{reverse('admin:marketing_campaignenrolment_changelist')}?status__exact=waiting"
    return [StaffQueue(_("Goods for campaigns"), url=url, **found)]
