"""Words that should perhaps not stand there: people report them, staff hide them or let them be, with a reason."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from catalog import notices
from catalog.generation import forget_products_after_commit
from catalog.models import Answer, Question, Report, Review
from catalog.reviews import ratings
from catalog.reviews.answers import EmptyAnswer
from catalog.reviews.subjects import NoSuchWords, author_of, find, page_of, product_of, said_by
from catalog.reviews.votes import OwnWords
from catalog.tunables import MOST_REPORTS_A_DAY
from mall.accounts.models import User
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import ReviewExcluded, ReviewReadmitted
from mall.notifications.sending import notify
from mall.pace import keep_pace

PEOPLES_REASONS = [(value, label) for value, label in Report.Reason.choices if value != Report.Reason.SCREENING]


@transaction.atomic
def report(*, subject: str, person, reason: str, words: str = "", now: datetime) -> Report:
    """
    Ask staff to look at a review, a question or an answer. A second report of the same person is the first one.

    :raises NoSuchWords: nothing that stands there has this number
    :raises OwnWords: she wrote it herself
    :raises EmptyAnswer: no reason that people give
    :raises TooOften: she reported often enough for today
    """
    row = find(subject)
    if author_of(row) == person.pk:
        raise OwnWords(_("These are your own words."))
    if reason not in dict(PEOPLES_REASONS):
        raise EmptyAnswer(_("Choose a reason."))
    keep_pace(Report.objects.filter(reporter=person), "reported_at", most=MOST_REPORTS_A_DAY.value, now=now)
    Report.objects.bulk_create(
        [
            Report(
                subject=subject,
                product=product_of(row),
                said=said_by(row)[:2100],
                reporter=person,
                reason=reason,
                words=words.strip()[:300],
                reported_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return Report.objects.get(subject=subject, reporter=person)


@transaction.atomic
def hide_reported(*, report: Report, verdict: str, by, now: datetime) -> Report:
    """
    Staff hide what was reported: nobody reads it, a review counts no more. All open reports of it are answered.

    :raises EmptyAnswer: no reason for the writer
    :raises WrongStatus: the report is decided
    """
    verdict, report, row = _taken_up(report, verdict)
    Report.FLOW.move(report, Report.Status.HIDDEN)
    if row.hidden_at is None:
        counted = isinstance(row, Review) and row.is_counted
        row.hidden_at, row.hidden_because = now, verdict
        row.save(update_fields=["hidden_at", "hidden_because"])
        _follow(row, counted=-1 if counted else 0, now=now)
        facts = {"said": said_by(row)[:120], "reason": verdict}
        notify([User.objects.get(pk=author_of(row))], notices.WORDS_HIDDEN, facts, now=now)
    return _answered(report, Report.Status.HIDDEN, verdict, by=by, now=now)


@transaction.atomic
def keep_reported(*, report: Report, verdict: str, by, now: datetime) -> Report:
    """
    Staff let stand what was reported, or show again what they hid. All open reports of it are answered.

    :raises EmptyAnswer: no reason
    :raises WrongStatus: the report is decided so already
    """
    verdict, report, row = _taken_up(report, verdict)
    Report.FLOW.move(report, Report.Status.KEPT)
    if row.hidden_at is not None:
        row.hidden_at, row.hidden_because = None, ""
        row.save(update_fields=["hidden_at", "hidden_because"])
        counted = isinstance(row, Review) and row.is_counted
        _follow(row, counted=1 if counted else 0, now=now)
    return _answered(report, Report.Status.KEPT, verdict, by=by, now=now)


def _taken_up(report: Report, verdict: str) -> tuple[str, Report, Model]:
    """What was said is locked before the reports about it, whoever decides whichever of them."""
    if not verdict.strip():
        raise EmptyAnswer(_("Say why."))
    row = find(report.subject, is_locked=True, with_hidden=True)
    report = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    return verdict.strip()[:300], report, row


def _answered(report: Report, status: str, verdict: str, *, by, now: datetime) -> Report:
    """
    Write the verdict on the report and on all others about the same words that wait, or that it takes back; tell who
    reported.
    """
    taken_back = {Report.Status.HIDDEN} if status == Report.Status.KEPT else set()
    open_ones = Report.objects.filter(subject=report.subject, status__in={Report.Status.OPEN} | taken_back)
    keys = [*open_ones.values_list("pk", flat=True), report.pk]
    Report.objects.filter(pk__in=keys).update(status=status, verdict=verdict, decided_at=now, decided_by=by)
    report.refresh_from_db()
    kind = notices.REPORT_HIDDEN if status == Report.Status.HIDDEN else notices.REPORT_KEPT
    reporters = User.objects.filter(reports__in=keys).distinct()
    notify(reporters, kind, {"reason": verdict, "said": report.said[:120]}, now=now)
    after = {"subject": report.subject, "status": str(status), "reason": verdict}
    record("catalog.decide_report", report.public_id, by=by, now=now, after=after)
    forget_products_after_commit([report.product.public_id])
    return report


def _follow(row: Model, *, counted: int, now: datetime) -> None:
    """What depends on words that appear or go: sums, counts of answers, the growth file."""
    if isinstance(row, Review):
        if counted:
            ratings.count(row, now=now, times=counted)
            announce_counting(row, counts=counted > 0, now=now)
    elif isinstance(row, Answer):
        step = 1 if row.hidden_at is None else -1
        Question.objects.filter(pk=row.question_id).update(answer_count=F("answer_count") + step)


def announce_counting(review: Review, *, counts: bool, now: datetime) -> None:
    """Tell that a review counts no more, or again."""
    told = ReviewReadmitted if counts else ReviewExcluded
    publish(
        told(
            review_id=review.public_id,
            product_id=review.product.public_id,
            shop_id=review.product.shop.public_id,
            order_line_id=review.order_line_id,
            stars=review.stars,
            decided_at=now,
        )
    )


def page_of_report(report: Report) -> str:
    """Where the words stand; empty when nobody can read them."""
    try:
        return page_of(find(report.subject))
    except NoSuchWords:
        return ""
