"""Move the embedded mall's clock and watch what falls due: T+7, completing, freezing, scoring."""

from django.core.management.base import BaseCommand, CommandError

from mall import clock
from mall.travel import travel

MOST_DAYS = 400


class Command(BaseCommand):
    help = "Moves the embedded mall's clock forward and runs what falls due on the way."

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, required=True, help=f"how far, 1 to {MOST_DAYS} days")

    def handle(self, *args, days, **options):
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days takes a whole number from 1 to {MOST_DAYS}.")
        try:
            for moment, task, did in travel(days=days):
                facts = ", ".join(f"{name} {value}" for name, value in did.items())
                self.stdout.write(f"{moment.astimezone(clock.BUSINESS_ZONE):%Y-%m-%d %H:%M}  {task}: {facts}")
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The mall's clock now says {clock.now().astimezone(clock.BUSINESS_ZONE):%Y-%m-%d %H:%M}.")
