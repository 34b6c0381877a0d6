"""What of after-sales waits for platform staff: cases that the mall is asked to decide."""

from django.db.models import Count, Min, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from mall import clock
from mall.admin_site import StaffQueue
from mall.money import Money
from orders.models import AfterSale


def waiting(user) -> list[StaffQueue]:
    if not user.has_perm("orders.decide_aftersale"):
        return []
    cases = AfterSale.objects.filter(status=AfterSale.Status.ARBITRATION)
    ready = Q(evidence_until__lte=clock.now())
    found = cases.aggregate(count=Count("pk"), since=Min("escalated_at"), fen=Sum("asked"), ready=Count("pk", ready))
    url = f"{reverse('admin:orders_aftersale_changelist')}?status__exact={AfterSale.Status.ARBITRATION}"
    amount = Money(int(found["fen"])) if found["fen"] else None
    return [
        StaffQueue(
            _("After-sales to decide"), found["count"], url, found["since"], amount, is_trouble=bool(found["ready"])
        )
    ]
