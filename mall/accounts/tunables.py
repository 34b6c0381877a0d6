"""Numbers of accounts that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

DATA_DAYS = Tunable(
    "accounts.data_days",
    default=7,
    least=1,
    most=30,
    sentence=_("For how many days people can download the file with their data."),
)
ERASURE_DAYS = Tunable(
    "accounts.erasure_days",
    default=15,
    least=1,
    most=15,
    sentence=_("How many days people have to change their mind before they are erased."),
)
STALE_DAYS = Tunable(
    "accounts.stale_days",
    default=90,
    least=14,
    most=365,
    sentence=_("After how many days without a sign-in an account of staff counts as stale in the security report."),
)
