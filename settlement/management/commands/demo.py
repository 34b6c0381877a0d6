"""Load the demonstration: shops, products, shoppers, and ninety days of orders."""

import gc
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mall import clock
from mall.accounts.models import User
from settlement.demo import build, life, people, shops

UNFINISHED = "demo.unfinished"  # while it stands, the next `make run` begins with an empty mall


class Command(BaseCommand):
    help = "Builds the demonstration in an empty mall, by the verbs that people use."

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the mall has people in it")
        parser.add_argument("--logins", action="store_true", help="print the demonstration's logins and stop")
        parser.add_argument("--scale", type=int, default=1, help="so many times more of everything (1 to 100)")

    def handle(self, *args, if_empty, logins, scale, **options):
        if logins:
            if build.is_built():
                for door, email in (("shopper", shops.SHOPPER), ("shop owner", shops.OWNER), ("staff", shops.STAFF)):
                    self.stdout.write(f"{door:<11} {email}  password {people.PASSWORD}")
                self.stdout.write("owners and staff also need a code: the page that asks for it shows it here")
            return
        if not 1 <= scale <= 100:
            raise CommandError("--scale takes a whole number from 1 to 100.")
        if User.objects.exists():
            if if_empty:
                return
            raise CommandError("The mall is not empty. `make reset` begins anew.")
        started = time.monotonic()
        unfinished = Path(settings.MALL_VAR) / UNFINISHED
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        gc.disable()  # a short life with many small objects: looking for circles would take a third of it
        figures = build.build(now=clock.now(), scale=scale, say=lambda line: self.stdout.write(f"… {line}"))
        unfinished.unlink()
        for line in life.counted(figures):
            self.stdout.write(line)
        self.stdout.write(f"The demonstration is loaded ({time.monotonic() - started:.0f} s).")
