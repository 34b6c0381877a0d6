"""What waits for platform staff: products to review."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.admin_site import StaffQueue


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("catalog.view_product"):
        return []
    url = reverse("admin:catalog_product_changelist")
    waiting = Product.objects.filter(status=Product.Status.IN_REVIEW)
    found = waiting.aggregate(count=Count("pk"), since=Min("changed_at"))
    return [StaffQueue(_("Products to review"), url=f"{url}?status__exact=in_review", **found)]
