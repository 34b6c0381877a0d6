"""Encrypt anew, under the newest of ``MALL_FIELD_KEYS``, what still lies under an older key."""

from django.core.management.base import BaseCommand

from mall.rekeying import reencrypt


class Command(BaseCommand):
    help = "Encrypts columns, second factors and files under the newest key; may be stopped and begun again."

    def handle(self, *args, **options):
        done = reencrypt()
        for place, count in done.items():
            if count:
                self.stdout.write(f"{place:<30} {count}")
        self.stdout.write(f"Under the newest key now: {sum(done.values())} more. An older key may leave the settings.")
