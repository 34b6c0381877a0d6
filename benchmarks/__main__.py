"""``python -m benchmarks NAME [sizes] --json``"""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys

from benchmarks import machine, names
from benchmarks.report import Report
from mall.embedded.processes import CannotStart, die_with_parent
from mall.embedded.temporary import TemporaryServers, temporary_servers


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast is it?")
    frame = argparse.ArgumentParser(add_help=False)
    frame.add_argument("--json", action="store_true", help="print one JSON object on one line")
    frame.add_argument("--small", action="store_true", help="the sizes of the short run")
    choices = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    choices.add_parser("all", parents=[frame], help="every benchmark in its small size, one object a line")
    for name in names():
        module = importlib.import_module(f"benchmarks.{name}")
        own = choices.add_parser(name, parents=[frame], help=(module.__doc__ or "").strip().splitlines()[0])
        module.add_arguments(own)
        if "--small" in arguments:
            own.set_defaults(**module.SMALL)
    options = parser.parse_args(arguments)
    if options.name == "all":
        return run_all(options)
    try:
        return run_one(options)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


def run_one(options: argparse.Namespace) -> int:
    with temporary_servers(durable=True) as servers:
        set_up_django(servers)
        before = machine.speed(servers.owner_url)
        report: Report = importlib.import_module(f"benchmarks.{options.name}").run(options, servers)
        told = report.as_json() | {"machine": machine.described(before, machine.speed(servers.owner_url))}
        close_django()
    print(json.dumps(told, ensure_ascii=False, indent=None if options.json else 2), flush=True)
    for name, limit in report.limits.items():
        if not limit.ok:
            print(f"{options.name}: the limit {name!r} is missed: {json.dumps(limit.as_json())}", file=sys.stderr)
    return 0 if report.ok else 1


def set_up_django(servers: TemporaryServers) -> None:
    """This process becomes one of the mall's own, as the role that serves."""
    os.environ.update(servers.env)
    import django

    django.setup()


def close_django() -> None:
    from django.db import connections

    connections.close_all()


def run_all(options: argparse.Namespace) -> int:
    """Each in a process of its own, since each has servers and settings of its own."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    failed = []
    for name in names():
        us = os.getpid()
        child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks", name, "--small", *(["--json"] if options.json else [])],
            preexec_fn=lambda us=us: die_with_parent(signal.SIGTERM, us),
        )
        try:
            if child.wait():
                failed.append(name)
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    if failed:
        print(f"limits missed or not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
