"""What the quarterly report about security says of risk (R7); named in the settings as one of ``SECURITY_SECTIONS``."""

from datetime import datetime

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from mall.clock import BUSINESS_ZONE
from mall.security.gathering import Section
from risk.models import Complaint, Hold, MoneyCase, TradeCase


def sections(now: datetime) -> list[Section]:
    """What nobody has decided yet, and since when it waits; held money past its hour needs somebody."""
    undecided = MoneyCase.objects.filter(status__in=[*MoneyCase.UNDECIDED, MoneyCase.Status.APPEALED])
    waiting = (
        (_("Cases of money"), undecided, "opened_at"),
        (_("Cases of fake trade"), TradeCase.objects.filter(status=TradeCase.Status.OPEN), "opened_at"),
        (_("Holds"), Hold.objects.filter(released_at=None), "placed_at"),
        (_("Reports of goods and shops"), Complaint.objects.filter(status=Complaint.Status.OPEN), "reported_at"),
    )
    part = Section(_("Open cases of risk"), [_("What"), _("Open"), _("The oldest since")])
    for label, rows, moment in waiting:
        found = rows.aggregate(count=Count("pk"), since=Min(moment))
        since = found["since"].astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M") if found["since"] else "–"
        part.rows.append([label, found["count"], since])
    late = undecided.filter(status__in=MoneyCase.UNDECIDED, due_at__lt=now).count()
    part.is_ok = not late
    part.words = _("Held money past its hour: %(count)s.") % {"count": late}
    return [part]
