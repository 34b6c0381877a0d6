"""What of shoppers' words waits for a shop."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Question, Review
from mall.backoffice.tables import capped_counts, shown_count
from mall.backoffice.todo import SOON, URGENT, Todo
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
    found = []
    if low := counts["low"]:
        title = ngettext("%(count)s poor review without an answer", "%(count)s poor reviews without an answer", low)
        url = f"{reverse('backoffice:reviews:list', args=[shop.slug])}?answered=waiting&sort=stars"
        detail = _("A kind answer soon often wins a shopper back.")
        found.append(Todo("star", title % {"count": shown_count(low)}, url, detail, URGENT))
    if asked := counts["questions"]:
        title = ngettext("%(count)s question of shoppers", "%(count)s questions of shoppers", asked)
        url = f"{reverse('backoffice:reviews:questions', args=[shop.slug])}?answered=waiting"
        detail = _("Who asks wants to buy.")
        found.append(Todo("help", title % {"count": shown_count(asked)}, url, detail, SOON))
    return found
