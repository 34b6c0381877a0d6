"""
``python -m mall.embedded up | status | reset``

The environment decides: MALL_PORT (8000), MALL_VAR (``var`` beside manage.py), MALL_DEMO=0 (no demonstration),
DATABASE_URL with DATABASE_OWNER_URL and REDIS_URL (servers that exist already, none is started then), MALL_PG_BIN.
"""

import sys

from mall.embedded.processes import CannotStart
from mall.embedded.supervisor import Supervisor, report_status, reset

USAGE = "Say one of: python -m mall.embedded up | status | reset"


def main(arguments: list[str]) -> int:
    commands = {"up": lambda: Supervisor().up(), "status": report_status, "reset": reset}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)
    try:
        return commands[arguments[0]]()
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
