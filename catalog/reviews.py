"""Reviews by people who bought, and the shop's answers (C6)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog import stats
from catalog.generation import forget_products_after_commit
from catalog.models import Product, Review
from catalog.products import forbid
from mall.audit.trail import record
from mall.events.bus import publish
from mall.events.catalog import ProductReviewed
from mall.refusals import Refusal
from risk.screening import screen


class NotPurchased(Refusal):
    """She has not received this, or she reviewed it already."""

    code = "not-purchased"
    status = 404


class EmptyAnswer(Refusal):
    """Stars from one to five, and for answers some words."""

    code = "empty-answer"
    status = 400


def purchased_line(*, shopper, order_line_id: int):
    """
    The line that she may review, as orders tell it (Wiring in the settings).

    :raises NotPurchased: there is none
    """
    purchased_lines = import_string(settings.CATALOG_PURCHASED_LINES)
    lines = purchased_lines(shopper=shopper, product_public_id=None, order_line_id=order_line_id)
    if not lines or Review.objects.filter(order_line_id=order_line_id).exists():
        raise NotPurchased(_("You can review what you received, once."))
    return lines[0]


@transaction.atomic
def write_review(*, shopper, order_line_id: int, stars: int, text: str = "", now: datetime) -> Review:
    """
    Say what she thinks of something she received.

    :raises NotPurchased: she did not buy it, does not have it yet, or reviewed it already
    :raises EmptyAnswer: the stars are not one to five
    :raises ForbiddenWords: the text holds words that the mall does not show
    """
    line = purchased_line(shopper=shopper, order_line_id=order_line_id)
    if not 1 <= stars <= 5:
        raise EmptyAnswer(_("Give one to five stars."))
    forbid(screen([text]).findings)

    product = Product.objects.select_related("shop").get(public_id=line.product_public_id)
    written = Review.objects.bulk_create(
        [
            Review(
                shop_id=product.shop_id,
                product=product,
                shopper=shopper,
                order_line_id=order_line_id,
                choice_text=line.choice_text,
                stars=stars,
                text=text.strip()[:1000],
                written_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    review = Review.objects.get(order_line_id=order_line_id)
    if review.public_id != written[0].public_id:  # somebody's second click was faster
        raise NotPurchased(_("You can review what you received, once."))
    stats.count_review(product_id=product.pk, stars=stars)
    publish(
        ProductReviewed(
            product_id=product.public_id,
            shop_id=product.shop.public_id,
            order_line_id=order_line_id,
            stars=stars,
            written_at=now,
        )
    )
    forget_products_after_commit([product.public_id])
    return review


@transaction.atomic
def answer_review(*, review: Review, text: str, by, now: datetime) -> Review:
    """
    The shop answers a review; a new answer takes the place of the old one.

    :raises EmptyAnswer: there are no words
    :raises ForbiddenWords: the text holds words that the mall does not show
    """
    review = Review.objects.select_related("product", "shop").select_for_update(of=("self",)).get(pk=review.pk)
    if not text.strip():
        raise EmptyAnswer(_("Write an answer first."))
    forbid(screen([text]).findings)
    before, review.answer, review.answered_at = review.answer, text.strip()[:1000], now
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
    forget_products_after_commit([review.product.public_id])
    return review
