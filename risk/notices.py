"""What risk tells people (A7)."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

COMPLAINT_UPHELD = Kind(
    "risk.complaint_upheld",
    title=_("What you reported was not in order"),
    body=_("“%(subject)s”: %(reason)s Thank you for looking out for others."),
    is_mailed=False,
)
COMPLAINT_DISMISSED = Kind(
    "risk.complaint_dismissed",
    title=_("We looked at what you reported"),
    body=_("“%(subject)s”: we found nothing against it. %(reason)s"),
    is_mailed=False,
)
