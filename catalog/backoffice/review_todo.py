"""What of shoppers' words waits for a shop."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Question, Review
from mall.backoffice.tables import capped_counts
from mall.backoffice.todo import URGENT, Todo, counted
from merchants.models import Seat, Shop

LOW_STARS = 2
LATELY = timedelta(days=60)  # what nobody answered for so long is not waited for any more


def waiting(shop: Shop, seat: Seat, now: datetime) -> list[Todo]:
    """Low reviews without an answer, and questions that the shop has not answered. One query."""
    if not seat.can("reviews.answer"):
        return []
    reviews = Review.objects.owned_by(shop).shown().filter(answered_at=None, written_at__gt=now - LATELY)
    counts = capped_counts(
        {
            "low": reviews.filter(stars__lte=LOW_STARS),
            "questions": Question.objects.owned_by(shop)
            .shown()
            .filter(shop_answered_at=None, asked_at__gt=now - LATELY),
        }
    )
    reviews_page = reverse("backoffice:reviews:list", args=[shop.slug])
    questions_page = reverse("backoffice:reviews:questions", args=[shop.slug])
    return [
        *counted(
            counts["low"],
            sign="star",
            title=ngettext(
                "%(count)s poor review without an answer", "%(count)s poor reviews without an answer", counts["low"]
            ),
            detail=_("A kind answer soon often wins a shopper back."),
            url=f"{reviews_page}?answered=waiting&sort=stars",
            tone=URGENT,
        ),
        *counted(
            counts["questions"],
            sign="help",
            title=ngettext("%(count)s question of shoppers", "%(count)s questions of shoppers", counts["questions"]),
            detail=_("Who asks wants to buy."),
            url=f"{questions_page}?answered=waiting",
        ),
    ]
