"""What people are told about access to personal data."""

from django.utils.translation import gettext_lazy as _

from mall.notifications.kinds import Kind

LOOKED_AT = Kind(
    "access.looked_at",
    title=_("A member of the platform's staff has looked at data of yours"),
    body=_("%(field)s, of %(subject)s. Purpose: %(purpose)s. Another person had agreed to it: request %(request)s."),
)
ACCESS_DECIDED = Kind(
    "access.decided",
    title=_("Your access request %(request)s: %(outcome)s"),
    body=_("Of %(subject)s. %(words)s"),
    is_mailed=False,
)
