"""Does the ledger add up? One JSON object; exit code 1 when it does not."""

import json
import sys

from django.core.management.base import BaseCommand

from settlement.verification import verify_ledger


class Command(BaseCommand):
    help = (
        "Checks that every entry balances, the seals are whole, every share is booked as it says, and escrow holds"
        " exactly what is paid and neither completed nor refunded. Prints one JSON object; exits 1 on any fault."
    )

    def handle(self, *args, **options):
        found = verify_ledger()
        self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
        if not found.ok:
            sys.exit(1)
