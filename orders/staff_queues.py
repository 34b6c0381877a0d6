"""What waits for platform staff: refunds that the payment channel has not confirmed."""

from django.urls import reverse
from django.utils.translation import gettext as _

from mall.admin_site import StaffQueue
from orders.models import Refund


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("orders.view_refund"):
        return []
    url = reverse("admin:orders_refund_changelist")
    count = Refund.objects.filter(status=Refund.Status.ASKED).count()
    return [StaffQueue(_("Refunds on their way"), count, f"{url}?status__exact=asked")]
