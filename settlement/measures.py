"""What the watch over operations asks of settlement (R8): do the books add up, does money lie still?"""

from datetime import datetime

from django.utils.translation import gettext_lazy

from mall.jobs import JobRun
from mall.operations.measures import Measure, Measured, Unit
from settlement.tunables import MOST_FAULTS

CHECKS = ("settlement.verify_ledger", "settlement.watch_transit")


def _faults(now: datetime) -> Measured:
    """What the last run of each nightly check found; a check that failed is a fault as well."""
    faults = 0
    for name in CHECKS:
        run = JobRun.objects.filter(name=name, ok__isnull=False).order_by("-pk").first()
        if run is not None:
            faults += len(run.summary.get("faults", [])) if run.ok else 1
    return Measured(faults, len(CHECKS))


FAULTS = Measure(
    name="faults",
    label=gettext_lazy("Faults in the books"),
    means=gettext_lazy("What the nightly checks of the ledger and of money on its way have found"),
    unit=Unit.COUNT,
    limit=MOST_FAULTS,
    read=_faults,
)
