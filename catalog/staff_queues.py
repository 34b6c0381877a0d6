"""What waits for platform staff: products to review, reported words, appeals of shops against reviews."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import BrandAuthorization, Product, Report, ReviewAppeal
from mall.admin_site import StaffQueue


def waiting(user) -> list[StaffQueue]:
    queues = []
    if user.has_perm("catalog.view_product"):
        url = reverse("admin:catalog_product_changelist")
        waiting = Product.objects.filter(status=Product.Status.IN_REVIEW)
        found = waiting.aggregate(count=Count("pk"), since=Min("changed_at"))
        queues.append(StaffQueue(_("Products to review"), url=f"{url}?status__exact=in_review", **found))
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
    if user.has_perm("catalog.view_brandauthorization"):
        url = reverse("admin:catalog_brandauthorization_changelist")
        waiting = BrandAuthorization.objects.filter(status=BrandAuthorization.Status.ASKED)
        found = waiting.aggregate(count=Count("pk"), since=Min("asked_at"))
        queues.append(StaffQueue(_("Authorizations of brands"), url=f"{url}?status__exact=asked", **found))
    return queues
