"""Proves to a terminal that the cuts of a bargain are those that were settled when it opened."""

from django.core.management.base import BaseCommand, CommandError

from marketing.bargaining.showing import proof
from marketing.models import Bargain


class Command(BaseCommand):
    help = "Makes the cuts of a bargain again from its seed and holds them against its published hash and what was cut."

    def add_arguments(self, parser) -> None:
        parser.add_argument("bargain", help="its number, brg_…")

    def handle(self, *args, bargain: str, **options) -> None:
        row = Bargain.objects.filter(public_id=bargain).first()
        if row is None:
            raise CommandError(f"there is no bargain {bargain}")
        if not row.is_told:
            raise CommandError("its seed is secret until nothing is cut any more")
        found = proof(row)
        self.stdout.write(f"seed {found.seed}\nhash {found.seed_hash}")
        for step in found.steps:
            self.stdout.write(f"{step.number:>3}  {step.amount}  {'made' if step.is_made else 'not made'}")
        if not found.holds:
            raise CommandError("the proof does not hold")
        self.stdout.write("the proof holds: hash, cuts and sum are as the seed says")
