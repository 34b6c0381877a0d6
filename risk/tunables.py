"""Numbers of risk that staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

MOST_COMPLAINTS_A_DAY = Tunable(
    "risk.most_complaints_a_day",
    default=10,
    least=1,
    most=200,
    sentence=_("How many goods and shops a person may report in 24 hours."),
)
