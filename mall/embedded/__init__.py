"""
The whole mall on one machine: real PostgreSQL and Valkey from wheels, and everything that runs on them.

``python -m mall.embedded up`` is what ``make run`` starts. ``supervisor`` tells the order of things, ``postgres`` and
``valkey`` know their servers, ``services`` what the mall itself runs, ``state`` what survives between starts.
Benchmarks and tests take ``temporary_servers`` instead: the same servers, in a directory that is thrown away.
"""

from mall.embedded.processes import CannotStart
from mall.embedded.state import running_environment
from mall.embedded.temporary import temporary_servers

__all__ = ["CannotStart", "running_environment", "temporary_servers"]
