"""What people write for all to read: trimmed, screened; a doubtful word is looked at by staff, not held back."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Product, Report
from catalog.product_words import forbid
from mall.pictures import Picture, make_ours
from mall.refusals import Refusal
from risk.screening import Finding, screen

MOST_PICTURES = 6
FOLDER = "reviews"


class TooManyPictures(Refusal):
    """More pictures than a review shows."""

    code = "too-many-pictures"
    status = 400


def screened(*texts: str) -> list[Finding]:
    """
    What staff should look at in these texts.

    :raises ForbiddenWords: a text holds words that the mall does not show
    """
    findings = screen(texts).findings
    forbid(findings)
    return list(findings)


def report_findings(findings: Sequence[Finding], *, subject: str, product: Product, said: str, now: datetime) -> None:
    """Ask staff to look at words that the screening knows; what was said stands there meanwhile."""
    if findings:
        words = ", ".join(finding.word for finding in findings)
        Report.objects.create(
            subject=subject,
            product=product,
            said=said[:2100],
            reason=Report.Reason.SCREENING,
            words=words[:300],
            reported_at=now,
        )


def kept_pictures(files: Sequence) -> list[str]:
    """
    The uploads as pictures of ours, kept; their names.

    :raises TooManyPictures: more than a review shows
    :raises NotAPicture: a file is no picture that we can show
    """
    if len(files) > MOST_PICTURES:
        raise TooManyPictures(_("Choose at most %(most)d pictures.") % {"most": MOST_PICTURES})
    ours: list[Picture] = [make_ours(file) for file in files]  # all are judged before any is kept
    return [picture.keep(FOLDER) for picture in ours]
