"""A payment provider to try the mall with, on this machine only."""

import os
import random
import shlex
import signal
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orders.fake_provider.server import FakeProvider

PREFIXES = {"alipay": "MALL_ALIPAY", "wechat": "MALL_WECHAT", "stripe": "MALL_STRIPE"}


class Command(BaseCommand):
    help = (
        "Stands in for Alipay, WeChat Pay v3 and Stripe until it is stopped: real signatures, keys made at the start, "
        "a cashier page, bills, and faults that one may ask for (POST /faults)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument(
            "--env", help="where the settings of the mall's accounts are written (var/fake-provider.env)"
        )
        parser.add_argument("--notices-out-of-order", action="store_true", help="tell the mall in any order, twice")

    def handle(self, *, port, env, notices_out_of_order, **options):
        if settings.MALL_PRODUCTION:
            raise CommandError("The fake provider has no place in production.")
        place = Path(env or Path(settings.MALL_VAR) / "fake-provider.env")
        chance = random.Random() if notices_out_of_order else None  # noqa: S311 - an order of messages, no secret
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
        with FakeProvider(port) as provider:
            write_settings(provider, place)
            self.stdout.write(f"Listening on {provider.url}. For the mall: set -a; . {place}; set +a")
            try:
                while True:
                    provider.deliver(shuffle=chance, copies=2 if chance else 1)
                    time.sleep(1)
            except (KeyboardInterrupt, SystemExit):
                self.stdout.write("Stopped.")
            finally:
                place.unlink(missing_ok=True)


def write_settings(provider: FakeProvider, place: Path) -> None:
    """The mall's accounts as a file for the shell, for its owner's eyes only."""
    lines = ["MALL_PAYMENT_CHANNELS=sandbox,alipay,wechat,stripe"]
    for name, account in provider.accounts().items():
        lines += [f"{PREFIXES[name]}_{field.upper()}={shlex.quote(value)}" for field, value in account.items() if value]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
