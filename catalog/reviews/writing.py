"""Writing a review: by who bought it and has it, once; and one word more within half a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog.generation import forget_products_after_commit
from catalog.models import Product, Review
from catalog.reviews import ratings
from catalog.reviews.answers import EmptyAnswer
from catalog.reviews.words import kept_pictures, report_findings, screened
from catalog.tunables import FOLLOW_UP_DAYS
from mall.events.bus import publish
from mall.events.catalog import ProductReviewed
from mall.refusals import Refusal

LONGEST = 1000


class NotPurchased(Refusal):
    """She has not received this, or she reviewed it already."""

    code = "not-purchased"
    status = 404


class FollowedUp(Refusal):
    """There is one word more and no second one."""

    code = "followed-up"


class TooLate(Refusal):
    """The time for it is over."""

    code = "too-late"


def purchased_line(*, shopper, order_line_id: int):
    """
    The line that she may review, as orders tell it (Wiring in the settings).

    :raises NotPurchased: there is none
    """
    lines = purchased_lines(shopper=shopper, order_line_id=order_line_id)
    if not lines or Review.objects.filter(order_line_id=order_line_id).exists():
        raise NotPurchased(_("You can review what you received, once."))
    return lines[0]


def purchased_lines(*, shopper, product_public_id: str | None = None, order_line_id: int | None = None, **more) -> list:
    """What she received, as orders tell it."""
    wired = import_string(settings.CATALOG_PURCHASED_LINES)
    return wired(shopper=shopper, product_public_id=product_public_id, order_line_id=order_line_id, **more)


@transaction.atomic
def write_review(
    *,
    shopper,
    order_line_id: int,
    stars: int,
    service_stars: int | None = None,
    delivery_stars: int | None = None,
    text: str = "",
    pictures: Sequence = (),
    is_anonymous: bool = False,
    now: datetime,
) -> Review:
    """
    Say what she thinks of something she received; two presses at once make one review.

    Words that block are refused; words that a person should see are shown, and staff are asked to look.

    :param stars: of the goods; service and delivery have their own, and need not have any
    :param pictures: uploads, at most six
    :raises NotPurchased: she did not buy it, does not have it yet, or reviewed it already
    :raises EmptyAnswer: stars are not one to five
    :raises ForbiddenWords: the text holds words that the mall does not show
    :raises TooManyPictures: more than a review shows
    :raises NotAPicture: a file is no picture that we can show
    """
    line = purchased_line(shopper=shopper, order_line_id=order_line_id)
    if any(not 1 <= given <= 5 for given in (stars, service_stars, delivery_stars) if given is not None):
        raise EmptyAnswer(_("Give one to five stars."))
    findings = screened(text)

    product = Product.objects.select_related("shop").get(public_id=line.product_public_id)
    written = Review(
        shop_id=product.shop_id,
        product=product,
        shopper=shopper,
        order_line_id=order_line_id,
        choice_text=line.choice_text,
        stars=stars,
        service_stars=service_stars,
        delivery_stars=delivery_stars,
        text=text.strip()[:LONGEST],
        pictures=kept_pictures(pictures),
        is_anonymous=is_anonymous,
        is_trial=line.is_trial,
        excluded_at=now if line.is_trial else None,
        written_at=now,
    )
    Review.objects.bulk_create([written], ignore_conflicts=True)
    review = Review.objects.get(order_line_id=order_line_id)
    if review.public_id != written.public_id:  # somebody's second click was faster
        raise NotPurchased(_("You can review what you received, once."))
    report_findings(findings, subject=review.public_id, product=product, said=review.text, now=now)
    if review.is_counted:
        ratings.count(review, now=now)
    publish(
        ProductReviewed(
            product_id=product.public_id,
            shop_id=product.shop.public_id,
            order_line_id=order_line_id,
            stars=stars,
            deal=line.deal,
            is_trial=line.is_trial,
            written_at=now,
        )
    )
    forget_products_after_commit([product.public_id])
    return review


@transaction.atomic
def follow_up_review(*, review: Review, text: str, pictures: Sequence = (), now: datetime) -> Review:
    """
    Say one more word, after some time with it.

    :raises EmptyAnswer: there are no words
    :raises FollowedUp: she did already
    :raises TooLate: too many days have passed since the review
    :raises ForbiddenWords: the text holds words that the mall does not show
    """
    review = Review.objects.select_related("product").select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    if not text.strip():
        raise EmptyAnswer(_("Write something first."))
    if review.followed_up_at is not None:
        raise FollowedUp(_("You have added your word to this review already."))
    if now - review.written_at > timedelta(days=FOLLOW_UP_DAYS.value):
        raise TooLate(
            _("A review can be followed up within %(days)d days; these are over.") % {"days": FOLLOW_UP_DAYS.value}
        )
    findings = screened(text)
    review.follow_up, review.followed_up_at = text.strip()[:LONGEST], now
    review.follow_up_pictures = kept_pictures(pictures)
    review.save(update_fields=["follow_up", "follow_up_pictures", "followed_up_at"])
    report_findings(findings, subject=review.public_id, product=review.product, said=review.follow_up, now=now)
    forget_products_after_commit([review.product.public_id])
    return review


def can_follow_up(review: Review, now: datetime) -> bool:
    return (
        review.followed_up_at is None
        and review.hidden_at is None
        and now - review.written_at <= timedelta(days=FOLLOW_UP_DAYS.value)
    )
