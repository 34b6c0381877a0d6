from django.core.management.base import BaseCommand

from catalog.search.index import index_all
from catalog.search.spelling import learn_words


class Command(BaseCommand):
    help = "Write what search knows of every product anew."

    def handle(self, *args, **options):
        self.stdout.write(f"{index_all()} products indexed")
        self.stdout.write(f"{learn_words()['words']} words learned")
