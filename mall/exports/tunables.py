"""Numbers of exports that platform staff may turn."""

from django.utils.translation import gettext_lazy as _

from mall.tunables import Tunable

EXPORT_DAYS = Tunable(
    "mall.export_days", default=7, least=1, most=90, sentence=_("Days for which an export's file is kept.")
)
EXPORTS_AT_ONCE = Tunable(
    "mall.exports_at_once", default=3, least=1, most=50, sentence=_("Exports that a shop may have at work at once.")
)
