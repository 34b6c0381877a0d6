"""What waits for platform staff: businesses to audit, shops frozen by the clock, what shops ask."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from merchants.models import AgreementRenewal, Application, Document, Petition, Shop


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("merchants.view_application"):
        url = reverse("admin:merchants_application_changelist")
        now, rows = clock.now(), Application.objects
        for label, status in ((_("Merchants to audit"), "review"), (_("Merchants for an expert"), "expert")):
            found = rows.filter(status=status).aggregate(count=Count("pk"), since=Min("submitted_at"))
            queues.append(StaffQueue(label, url=f"{url}?status__exact={status}", **found))
        late = rows.overdue(now).aggregate(count=Count("pk"), since=Min("due_at"))
        queues.append(StaffQueue(_("Applications overdue"), url=f"{url}?overdue=yes", is_trouble=True, **late))
    if user.has_perm("merchants.view_document"):
        url = reverse("admin:merchants_document_changelist")
        renewals = Document.objects.filter(status=Document.Status.WAITING, merchant__isnull=False)
        found = renewals.aggregate(count=Count("pk"), since=Min("uploaded_at"))
        queues.append(
            StaffQueue(_("Renewed documents"), url=f"{url}?status__exact=waiting&merchant__isempty=0", **found)
        )
    if user.has_perm("merchants.view_agreementrenewal"):
        url = reverse("admin:merchants_agreementrenewal_changelist")
        today = clock.business_date(clock.now())
        asked = AgreementRenewal.objects.filter(status=AgreementRenewal.Status.ASKED, due_on__lte=today)
        url = f"{url}?status__exact=asked&due_on__lte={today}"
        queues.append(StaffQueue(_("Merchants without the newer agreement"), asked.count(), url))
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
