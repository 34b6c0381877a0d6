"""The code that the authenticator app of one of the demonstration's people shows now."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mall.accounts.mfa import demonstration_code
from mall.accounts.models import User


class Command(BaseCommand):
    help = "Prints the code that one of the demonstration's people signs in with now; in the embedded mall only."

    def add_arguments(self, parser):
        parser.add_argument("email", help="owner@demo.example.com, staff@demo.example.com …")

    def handle(self, *args, email, **options):
        if not settings.MALL_EMBEDDED:
            raise CommandError("Only the embedded mall has people whose codes anybody may know.")
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody here is called {email}.")
        code = demonstration_code(person)
        if not code:
            raise CommandError("No app of the demonstration, or the codes of this minute are used: try again soon.")
        self.stdout.write(code)
