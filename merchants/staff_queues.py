"""What waits for platform staff: businesses to audit, shops frozen by the clock, what shops ask."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from merchants.models import Application, Petition, Shop


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("merchants.view_application"):
        url = reverse("admin:merchants_application_changelist")
        waiting = Application.objects.filter(status=Application.Status.SUBMITTED)
        found = waiting.aggregate(count=Count("pk"), since=Min("submitted_at"))
        queues.append(StaffQueue(_("Merchants to audit"), url=f"{url}?status__exact=submitted", **found))
    if user.has_perm("merchants.view_shop"):
        url = reverse("admin:merchants_shop_changelist")
        count = Shop.objects.filter(status=Shop.Status.FROZEN).count()
        queues.append(StaffQueue(_("Frozen shops"), count, f"{url}?status__exact=frozen"))
    if user.has_perm("merchants.view_petition"):
        url = reverse("admin:merchants_petition_changelist")
        asked = Petition.objects.filter(status=Petition.Status.ASKED)
        found = asked.aggregate(count=Count("pk"), since=Min("asked_at"))
        queues.append(StaffQueue(_("Petitions of shops"), url=f"{url}?status__exact=asked", **found))
    return queues
