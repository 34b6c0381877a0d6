"""What the shop answers to a review."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.generation import forget_products_after_commit
from catalog.models import Review
from catalog.product_words import forbid
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import ReviewAnswered
from mall.refusals import Refusal
from risk.screening import screen


class EmptyAnswer(Refusal):
    """Stars from one to five, and for answers some words."""

    code = "empty-answer"
    status = 400


@transaction.atomic
def answer_review(*, review: Review, text: str, by, now: datetime) -> Review:
    """
    The shop answers a review; a new answer takes the place of the old one. The same answer again changes nothing.

    :raises EmptyAnswer: there are no words
    :raises ForbiddenWords: the text holds words that the mall does not show
    """
    review = Review.objects.select_related("product", "shop").select_for_update(of=("self",)).get(pk=review.pk)
    said = text.strip()[:1000]
    if not said:
        raise EmptyAnswer(_("Write an answer first."))
    forbid(screen([said]).findings)
    before = review.answer
    if said == before:
        return review
    review.answer, review.answered_at = said, now
    review.save(update_fields=["answer", "answered_at"])
    record(
        "catalog.answer_review",
        review.public_id,
        by=by,
        now=now,
        shop_slug=review.shop.slug,
        before={"answer": before},
        after={"answer": review.answer},
    )
    if not before:
        publish(
            ReviewAnswered(
                review_id=review.public_id,
                product_id=review.product.public_id,
                shop_id=review.shop.public_id,
                answered_at=now,
            )
        )
    forget_products_after_commit([review.product.public_id])
    return review
