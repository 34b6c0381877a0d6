"""One report for each quarter, made when it is over, in both languages; staff with the right fetch it."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import override

from mall.audit.trail import record
from mall.clock import business_date
from mall.operations.models import SecurityReport
from mall.sealed_files import document_storage
from mall.security.advisories import Advisories, advisories
from mall.security.gathering import Quarter, quarter_before, sections
from mall.security.printing import as_pdf

LANGUAGES = ("zh-hans", "en")


def write_report(*, quarter: Quarter, language: str, known: Advisories, now: datetime) -> tuple[bytes, list[str]]:
    """The PDF, and the titles of the sections in which somebody has to act."""
    with override(language):
        found = sections(quarter=quarter, known=known, now=now)
        return as_pdf(quarter=quarter, sections=found, now=now), [part.title for part in found if not part.is_ok]


def make_due_report(*, now: datetime) -> SecurityReport | None:
    """The report of the quarter that ended last, once."""
    quarter = quarter_before(business_date(now))
    if SecurityReport.objects.filter(quarter=quarter.name).exists():
        return None
    return keep_report(quarter=quarter, known=advisories(file=settings.SECURITY_ADVISORIES or None), now=now)


@transaction.atomic
def keep_report(*, quarter: Quarter, known: Advisories, now: datetime, by=None) -> SecurityReport:
    """Write it in both languages and keep it sealed; of a quarter that has one already, a newer one beside it."""
    report = SecurityReport(quarter=quarter.name, made_at=now)
    digests = {}
    for language in LANGUAGES:
        content, report.to_do = write_report(quarter=quarter, language=language, known=known, now=now)
        document_storage().save(report.file_in(language), ContentFile(content))
        digests[language] = hashlib.sha256(content).hexdigest()
    report.digests = digests
    report.save()
    record(
        "operations.make_security_report",
        report.public_id,
        by=by,
        now=now,
        after={"quarter": quarter.name, "to_do": len(report.to_do), **digests},
    )
    return report
