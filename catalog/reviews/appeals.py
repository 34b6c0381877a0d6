"""A shop's appeal against a review: evidence, a verdict of staff; what is granted stands there and counts no more."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.generation import forget_products_after_commit
from catalog.models import Review, ReviewAppeal
from catalog.reviews import ratings
from catalog.reviews.answers import EmptyAnswer
from catalog.reviews.reports import announce_counting
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import ReviewAppealDecided
from mall.refusals import Refusal
from mall.sealed_files import document_storage
from merchants.document_files import examine

MOST_EVIDENCE = 5
FOLDER = "appeals"


class AlreadyAppealed(Refusal):
    """A review is appealed against once."""

    code = "already-appealed"


class TooMuchEvidence(Refusal):
    """More files than staff should have to read."""

    code = "too-much-evidence"
    status = 400


@transaction.atomic
def appeal(*, review: Review, reason: str, words: str, evidence: Sequence = (), by, now: datetime) -> ReviewAppeal:
    """
    The shop asks that a review shall not count, and says why; files are kept sealed.

    :raises EmptyAnswer: no reason, or no words
    :raises AlreadyAppealed: it did so before, whatever came of it
    :raises TooMuchEvidence: more than five files
    :raises NotADocument: a file is neither a picture nor a plain PDF
    """
    review = Review.objects.select_related("shop").select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if reason not in ReviewAppeal.Reason.values or not words.strip():
        raise EmptyAnswer(_("Choose a reason and say what happened."))
    if ReviewAppeal.objects.filter(review=review).exists():
        raise AlreadyAppealed(_("You have appealed against this review before."))
    if len(evidence) > MOST_EVIDENCE:
        raise TooMuchEvidence(_("Choose at most %(most)d files.") % {"most": MOST_EVIDENCE})
    papers = [examine(file) for file in evidence]  # all are judged before any is kept
    asked = ReviewAppeal(
        shop_id=review.shop_id,
        review=review,
        reason=reason,
        words=words.strip()[:1000],
        asked_at=now,
        asked_by=by,
    )
    for paper in papers:
        file = paper.as_file()
        asked.evidence.append(document_storage().save(f"{FOLDER}/{file.name}", file))
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise AlreadyAppealed(_("You have appealed against this review before.")) from None
    record(
        "catalog.appeal_review",
        review.public_id,
        by=by,
        now=now,
        shop_slug=review.shop.slug,
        after={"reason": reason, "evidence": len(papers)},
    )
    return asked


def grant_appeal(*, appeal: ReviewAppeal, verdict: str, by, now: datetime) -> ReviewAppeal:
    """
    Staff agree: the review stands there with a label and counts no more, neither here nor in the growth file.

    :raises EmptyAnswer: no words for the shop
    :raises WrongStatus: it is decided
    """
    return _decide(appeal, ReviewAppeal.Status.GRANTED, verdict, by=by, now=now)


def reject_appeal(*, appeal: ReviewAppeal, verdict: str, by, now: datetime) -> ReviewAppeal:
    """
    Staff do not agree: the review counts.

    :raises EmptyAnswer: no words for the shop
    :raises WrongStatus: it is decided
    """
    return _decide(appeal, ReviewAppeal.Status.REJECTED, verdict, by=by, now=now)


@transaction.atomic
def _decide(appeal: ReviewAppeal, status: str, verdict: str, *, by, now: datetime) -> ReviewAppeal:
    if not verdict.strip():
        raise EmptyAnswer(_("Say why."))
    review = (
        Review.objects.select_related("product__shop").select_for_update(of=("self",), no_key=True)
    ).get(pk=appeal.review_id)  # fmt: skip
    appeal = ReviewAppeal.objects.select_for_update(no_key=True).get(pk=appeal.pk)
    ReviewAppeal.FLOW.move(appeal, status)
    appeal.verdict, appeal.decided_at, appeal.decided_by = verdict.strip()[:300], now, by
    appeal.save(update_fields=["status", "verdict", "decided_at", "decided_by"])
    if status == ReviewAppeal.Status.GRANTED:
        counted = review.is_counted
        review.excluded_at = now
        review.save(update_fields=["excluded_at"])
        if counted:
            ratings.count(review, now=now, times=-1)
            announce_counting(review, counts=False, now=now)
        forget_products_after_commit([review.product.public_id])
    publish(
        ReviewAppealDecided(
            review_id=review.public_id,
            shop_id=review.product.shop.public_id,
            is_granted=status == ReviewAppeal.Status.GRANTED,
            verdict=appeal.verdict,
            decided_at=now,
        )
    )
    record(
        "catalog.decide_review_appeal",
        appeal.public_id,
        by=by,
        now=now,
        shop_slug=review.product.shop.slug,
        after={"review": review.public_id, "status": str(status), "reason": appeal.verdict},
    )
    return appeal
