"""The numbers of settlement that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

SETTLEMENT_DAYS = Tunable(
    "settlement.days",
    default=7,
    least=0,
    most=90,
    sentence=_(
        "Days between an order's completion and the day on which the shop's share becomes available; holds for orders"
        " that complete from now on."
    ),
)
RELEASE_BATCH = Tunable(
    "settlement.release_batch",
    default=1000,
    least=1,
    most=20_000,
    sentence=_("Shares made available in one transaction of the daily run."),
)
