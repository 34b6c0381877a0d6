"""How long access lasts; staff may turn it."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

MOST_ACCESS_HOURS = Tunable(
    "mall.most_access_hours",
    default=8,
    least=1,
    most=72,
    sentence=_("Hours that access to personal data lasts at the most, from the moment it is granted."),
)
