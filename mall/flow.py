"""The map of a status: which one may follow which. A status moves only in a verb, through :meth:`Flow.move`."""

from collections.abc import Mapping, Set

from django.utils.translation import gettext as _

from mall.refusals import Refusal


class WrongStatus(Refusal):
    """The row is not in a status from which this can be done."""

    code = "wrong-status"


class Flow:
    """The whole life of a row, read in fifteen lines."""

    def __init__(self, steps: Mapping[str, Set[str]], field: str = "status"):
        self.steps = {str(start): frozenset(map(str, ends)) for start, ends in steps.items()}
        self.field = field

    def can(self, row, status: str) -> bool:
        return str(status) in self.steps[str(getattr(row, self.field))]

    def move(self, row, status: str) -> None:
        """
        Set the status of a row that the caller has locked; the caller saves it.

        :raises WrongStatus: the map has no such step
        """
        if not self.can(row, status):
            now = getattr(row, f"get_{self.field}_display")()
            raise WrongStatus(_("This cannot be done now: the status is “%(status)s”.") % {"status": now})
        setattr(row, self.field, status)
