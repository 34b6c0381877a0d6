"""``manage.py security_report --quarter 2026Q3``: the quarterly report about security as PDF (R7)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from mall import clock
from mall.clock import business_date
from mall.security.advisories import advisories
from mall.security.gathering import quarter_before, quarter_named
from mall.security.keeping import LANGUAGES, keep_report, write_report


class Command(BaseCommand):
    help = "Writes the security report of a quarter as PDF; with --strict it fails when somebody has to act."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--quarter", help="such as 2026Q3; without it the quarter that ended last")
        parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
        parser.add_argument(
            "--advisories", help="a file made by `pip-audit --strict --format json`; else it is run here"
        )
        parser.add_argument("--output", help="where the PDF goes; without it security-<quarter>.pdf")
        parser.add_argument("--keep", action="store_true", help="also keep it for staff, in both languages")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when somebody has to act")

    def handle(self, *args, **options) -> None:
        now = clock.now()
        try:
            named = options["quarter"]
            quarter = quarter_named(named) if named else quarter_before(business_date(now))
        except ValueError as error:
            raise CommandError(str(error)) from error
        if quarter.since > now:
            raise CommandError(f"{quarter.name} has not begun")
        known = advisories(file=options["advisories"])
        content, to_do = write_report(quarter=quarter, language=options["language"], known=known, now=now)
        place = Path(options["output"] or f"security-{quarter.name}.pdf")
        try:
            place.write_bytes(content)
        except OSError as error:
            raise CommandError(f"{place}: {error.strerror}") from error
        if options["keep"]:
            keep_report(quarter=quarter, known=known, now=now)
        self.stdout.write(f"{place} ({len(content)} bytes)")
        for title in to_do:
            self.stdout.write(self.style.WARNING(f"! {title}"))
        if known.failure:
            self.stderr.write(f"libraries were not looked at: {known.failure}")
        for name, why in known.unknown:
            self.stderr.write(f"nothing is known of {name}: {why}")
        if options["strict"] and to_do:
            raise CommandError(f"somebody has to act: {len(to_do)} section(s)")
