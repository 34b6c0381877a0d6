from django.core.management.base import BaseCommand

from catalog.search.building import build_index
from catalog.search.spelling import learn_words


class Command(BaseCommand):
    help = "Write what search knows of every product anew."

    def add_arguments(self, parser):
        parser.add_argument("--processes", type=int, help="beside each other; as many as processors unless given")

    def handle(self, *args, processes=None, **options):
        self.stdout.write(f"{build_index(processes)} products indexed")
        self.stdout.write(f"{learn_words()['words']} words learned")
