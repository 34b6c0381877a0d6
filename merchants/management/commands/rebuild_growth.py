"""``manage.py rebuild_growth``: make the daily facts from the growth file's entries, from scratch."""

from django.core.management.base import BaseCommand

from merchants import growth


class Command(BaseCommand):
    help = "Make the daily facts of all shops from the entries of the growth file, from scratch."

    def handle(self, *args, **options) -> None:
        done = growth.rebuild()
        self.stdout.write(
            f"{done['days']} days rebuilt, {done['different']} rows different, {done['clocks_moved']} clocks moved"
        )
