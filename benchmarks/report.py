"""What a benchmark found, and whether that is enough."""

import resource
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure and the least or most that it may be."""

    found: float
    least: float | None = None
    most: float | None = None

    @property
    def ok(self) -> bool:
        return (self.least is None or self.found >= self.least) and (self.most is None or self.found <= self.most)

    def as_json(self) -> dict:
        bounds = {"least": self.least, "most": self.most}
        return {"found": self.found, **{k: v for k, v in bounds.items() if v is not None}, "ok": self.ok}


@dataclass(frozen=True)
class Report:
    """
    :param figures: what was measured
    :param floor: what it is held against, measured in the same run
    :param ratio: how much slower (or faster, as the benchmark says) than the floor
    :param limits: by name; the benchmark succeeds when all of them hold
    """

    name: str
    figures: dict
    floor: dict
    ratio: float
    limits: dict[str, Limit] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return all(limit.ok for limit in self.limits.values())

    def as_json(self) -> dict:
        return {
            "name": self.name,
            "figures": self.figures,
            "floor": self.floor,
            "ratio": self.ratio,
            "limits": {name: limit.as_json() for name, limit in self.limits.items()},
            "ok": self.ok,
        }


def peak_memory_mb() -> float:
    """
    The most memory this process has held so far. Linux counts in ``ru_maxrss`` what whoever started it had held before
    as well, so there the high-water mark of its own pages is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return round(int(line.split()[1]) / 1024, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
