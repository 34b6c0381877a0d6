"""
Tunables: the numbers that platform staff may turn. Each app declares its own in ``tunables.py``.

::

    UNPAID_MINUTES = Tunable("orders.unpaid_minutes", default=30, least=1, most=1440,
                             sentence=_("Minutes until an unpaid order closes."))
    ... UNPAID_MINUTES.value
"""

from mall.tunables.registry import Tunable, Unit, all_tunables, discover

__all__ = ["Tunable", "Unit", "all_tunables", "discover"]
