import json

from django.core.management.base import BaseCommand

from catalog.stock_check import verify_stock


class Command(BaseCommand):
    help = "Add up every movement and reservation and hold them against the counts; exit code 1 when one is off."

    def handle(self, *args, **options):
        report = verify_stock()
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if not report["ok"]:
            raise SystemExit(1)
