"""What waits for platform staff: goods to review, samples, reported words, appeals, stock that is off."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import BrandAuthorization, ProductChange, ProductSample, Report, ReviewAppeal
from mall.admin_site import StaffQueue
from mall.staff_queues import of_nightly_check


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("catalog.view_productchange"):
        url = reverse("admin:catalog_productchange_changelist")
        waiting = ProductChange.objects.filter(status=ProductChange.Status.PENDING)
        for kind, label in (("new", _("New products to review")), ("edit", _("Changed products to review"))):
            found = waiting.filter(kind=kind).aggregate(count=Count("pk"), since=Min("asked_at"))
            queues.append(StaffQueue(label, url=f"{url}?status__exact=pending&kind__exact={kind}", **found))
    if user.has_perm("catalog.view_productsample"):
        url = reverse("admin:catalog_productsample_changelist")
        waiting = ProductSample.objects.filter(status=ProductSample.Status.OPEN)
        found = waiting.aggregate(count=Count("pk"), since=Min("drawn_at"))
        queues.append(StaffQueue(_("Samples of goods to look at"), url=f"{url}?status__exact=open", **found))
    if user.has_perm("catalog.view_report"):
        url = reverse("admin:catalog_report_changelist")
        waiting = Report.objects.filter(status=Report.Status.OPEN)
        found = waiting.aggregate(count=Count("subject", distinct=True), since=Min("reported_at"))
        queues.append(StaffQueue(_("Words that were reported"), url=f"{url}?status__exact=open", **found))
    if user.has_perm("catalog.view_reviewappeal"):
        url = reverse("admin:catalog_reviewappeal_changelist")
        waiting = ReviewAppeal.objects.filter(status=ReviewAppeal.Status.ASKED)
        found = waiting.aggregate(count=Count("pk"), since=Min("asked_at"))
        queues.append(StaffQueue(_("Appeals against reviews"), url=f"{url}?status__exact=asked", **found))
    if user.has_perm("catalog.view_stockmovement"):
        url = reverse("admin:catalog_stockmovement_changelist")
        queues += of_nightly_check(user, job="catalog.verify_stock", label=_("Stock that does not add up"), url=url)
    if user.has_perm("catalog.view_brandauthorization"):
        url = reverse("admin:catalog_brandauthorization_changelist")
        waiting = BrandAuthorization.objects.filter(status=BrandAuthorization.Status.ASKED)
        found = waiting.aggregate(count=Count("pk"), since=Min("asked_at"))
        queues.append(StaffQueue(_("Authorizations of brands"), url=f"{url}?status__exact=asked", **found))
    return queues
