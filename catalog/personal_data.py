"""What the catalogue knows of a person (A3). What she said in public stays, without her name."""

from catalog.models import Answer, Favorite, FollowedShop, Question, Report, Review, Viewed, Vote, Watch
from mall.accounts.privacy.registry import DELETE, KEEP, blank, personal

personal(
    "catalog/favorites",
    lambda person: Favorite.objects.filter(shopper=person).select_related("product"),
    erase=DELETE,
)
personal(
    "catalog/followed-shops",
    lambda person: FollowedShop.objects.filter(shopper=person).select_related("shop"),
    erase=DELETE,
)
personal(
    "catalog/looked-at", lambda person: Viewed.objects.filter(shopper=person).select_related("product"), erase=DELETE
)
personal("catalog/alerts", lambda person: Watch.objects.filter(shopper=person).select_related("product"), erase=DELETE)
personal("catalog/reviews", lambda person: Review.objects.filter(shopper=person).select_related("product"), erase=KEEP)
personal(
    "catalog/questions", lambda person: Question.objects.filter(asker=person).select_related("product"), erase=KEEP
)
personal("catalog/answers", lambda person: Answer.objects.filter(author=person), erase=KEEP)
personal("catalog/votes", lambda person: Vote.objects.filter(person=person), erase=KEEP)
personal("catalog/reports", lambda person: Report.objects.filter(reporter=person), erase=blank(words="", reporter=None))
