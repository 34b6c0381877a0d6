"""
Known holes of the libraries that the mall uses, as ``pip-audit --strict --format json`` tells them.

A machine without a network reads a file that was made elsewhere. Nothing is taken for granted: a library that was
skipped, a file that says nothing of one that is installed, or no answer at all is a failure, and says so.
"""

import json
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from shutil import which

PATIENCE = 300  # seconds


@dataclass
class Advisories:
    """Holes (library, version, id, closed in), libraries of which nothing is known, and why nothing is at all."""

    holes: list[tuple[str, str, str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    looked_at: int = 0
    failure: str = ""

    @property
    def is_ok(self) -> bool:
        return not self.failure and not self.unknown and not self.holes


def installed() -> dict[str, str]:
    """Every library of this environment with its version."""
    return {_plain(dist.metadata["Name"]): dist.version for dist in distributions() if dist.metadata["Name"]}


def advisories(*, file: str | Path | None = None) -> Advisories:
    """From this file, else by asking ``pip-audit``."""
    if file:
        try:
            text = Path(file).read_text()
        except OSError as error:
            return Advisories(failure=f"{file}: {error.strerror}")
        return read(text)
    program = which("pip-audit")
    if program is None:
        return Advisories(failure="pip-audit is not installed, and no file was given")
    try:
        asked = subprocess.run(  # noqa: S603 - our own program, no words of anybody
            [program, "--strict", "--format", "json", "--progress-spinner", "off"],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return Advisories(failure=f"pip-audit: {error}")
    if not asked.stdout.strip():
        return Advisories(failure=f"pip-audit: {asked.stderr.strip()[-300:] or 'no answer'}")
    return read(asked.stdout)


def read(text: str) -> Advisories:
    """What such a file says, held against what is installed here."""
    try:
        told = json.loads(text)
        rows = told["dependencies"] if isinstance(told, dict) else told
        found = Advisories(looked_at=len(rows))
        known = set()
        for row in rows:
            name = _plain(row["name"])
            if reason := row.get("skip_reason"):
                found.unknown.append((row["name"], str(reason)))
                known.add(name)
                continue
            if installed().get(name, row["version"]) != row["version"]:
                continue  # of another version than the one that runs here: nothing is known of ours
            known.add(name)
            for hole in row.get("vulns", []):
                fixed = ", ".join(hole.get("fix_versions", [])) or "–"
                found.holes.append((row["name"], row["version"], str(hole["id"]), fixed))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Advisories(failure=f"this is no answer of pip-audit: {error}")
    missing = sorted(set(installed()) - known)
    found.unknown += [(name, f"{installed()[name]}: not looked at") for name in missing]
    return found


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
