"""
How fast is it? ``python -m benchmarks NAME [sizes] --json``; ``all --small`` runs everything in its small size.

A benchmark is a module of this package with

``SMALL``                          sizes of the short run, ``{"orders": 20_000}``
``add_arguments(parser)``          its sizes with the defaults of the full run
``run(options, servers) -> Report``  measure; Django is set up and leads to the servers that were started for it

and nothing more: :mod:`benchmarks.__main__` starts real servers with durability on, leaves none behind, measures the
machine before and after, prints one JSON object and exits 1 when a limit is missed. What a figure is held against (the
floor) is measured in the same run, in turns with it.
"""

import pkgutil

from benchmarks.report import Limit, Report

__all__ = ["Limit", "Report", "names"]

FRAME = {"bare", "chromium", "completed_orders", "goods", "load", "machine", "report", "rush"}


def names() -> list[str]:
    """The benchmarks there are."""
    found = {module.name for module in pkgutil.iter_modules(__path__)}
    return sorted(name for name in found - FRAME if not name.startswith("_"))
