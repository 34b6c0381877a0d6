"""Create the roles under which the mall runs. Run as the owner of the database, before ``migrate``."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

ROLES = Path(__file__).resolve().parents[2] / "sql" / "roles.sql"


class Command(BaseCommand):
    help = (
        "Creates or updates the roles mall_app and mall_shop and their grants. DATABASE_URL names the owner; the"
        " password of mall_app is taken from MALL_APP_DATABASE_URL when that is set."
    )
    requires_system_checks = []

    def handle(self, *args, **options):
        try:
            with connection.cursor() as cursor:
                cursor.execute(ROLES.read_text())
                if url := os.environ.get("MALL_APP_DATABASE_URL"):
                    password = unquote(urlsplit(url).password or "")
                    cursor.execute("ALTER ROLE mall_app PASSWORD %s", [password])
        except DatabaseError as error:
            raise CommandError(f"The roles of the mall could not be prepared: {error}") from error
        self.stdout.write("Roles mall_app and mall_shop are ready.")
