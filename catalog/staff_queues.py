"""What waits for platform staff: products to review."""

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import Product
from mall.admin_site import StaffQueue


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("catalog.view_product"):
        return []
    url = reverse("admin:catalog_product_changelist")
    count = Product.objects.filter(status=Product.Status.IN_REVIEW).count()
    return [StaffQueue(_("Products to review"), count, f"{url}?status__exact=in_review")]
