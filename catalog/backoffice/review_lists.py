"""The lists of what shoppers said of a shop's goods: their states, sorts and filters."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import ReviewAppeal
from mall.backoffice.filters import DateField, ListFilter, between_days
from mall.backoffice.lists import ShopList
from mall.backoffice.tables import Sort

WAITING = [("waiting", _("Not answered")), ("answered", _("Answered"))]


class ReviewFilter(ListFilter):
    """By stars, answered or not, words, pictures, appeal and day."""

    stars = forms.TypedChoiceField(
        label=_("Stars"),
        choices=[("", _("All")), *((number, "★" * number) for number in (5, 4, 3, 2, 1))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    answered = forms.ChoiceField(label=_("Answer"), choices=[("", _("All")), *WAITING], required=False)
    has = forms.ChoiceField(
        label=_("Only"),
        choices=[
            ("", _("All")),
            ("words", _("With words")),
            ("pictures", _("With pictures")),
            ("follow_up", _("Followed up")),
        ],
        required=False,
    )
    appeal = forms.ChoiceField(
        label=_("Appeal"), choices=[("", _("All")), *ReviewAppeal.Status.choices], required=False
    )
    written_from = DateField(label=_("Written from"), required=False)
    written_to = DateField(label=_("Written until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            by_product = Q(product__public_id=word.lower()) | Q(product__title__icontains=word)
            rows = rows.filter(by_product | Q(text__icontains=word) | Q(public_id=word.lower()))
        if stars := self.value("stars"):
            rows = rows.filter(stars=stars)
        if answered := self.value("answered"):
            rows = rows.filter(answered_at__isnull=answered == "waiting")
        if has := self.value("has"):
            rows = rows.filter(_HAS[has])
        if status := self.value("appeal"):
            rows = rows.filter(appeal__status=status)
        return between_days(rows, "written_at", self.value("written_from"), self.value("written_to"))


_HAS = {
    "words": ~Q(text=""),
    "pictures": ~Q(pictures=[]) | ~Q(follow_up_pictures=[]),
    "follow_up": Q(followed_up_at__isnull=False),
}

REVIEWS = ShopList(
    key="reviews",
    filter=ReviewFilter,
    sorts=[Sort("written", _("Written"), "written_at"), Sort("stars", _("Stars"), "stars")],
    default="-written",
    export="catalog.reviews",
)


class QuestionFilter(ListFilter):
    """By words, answered by the shop or not, and day."""

    answered = forms.ChoiceField(label=_("Answer of the shop"), choices=[("", _("All")), *WAITING], required=False)
    asked_from = DateField(label=_("Asked from"), required=False)
    asked_to = DateField(label=_("Asked until"), required=False)

    def narrow(self, rows: QuerySet) -> QuerySet:
        if word := self.value("q"):
            by_product = Q(product__public_id=word.lower()) | Q(product__title__icontains=word)
            rows = rows.filter(by_product | Q(text__icontains=word) | Q(public_id=word.lower()))
        if answered := self.value("answered"):
            rows = rows.filter(shop_answered_at__isnull=answered == "waiting")
        return between_days(rows, "asked_at", self.value("asked_from"), self.value("asked_to"))


QUESTIONS = ShopList(
    key="questions",
    filter=QuestionFilter,
    sorts=[Sort("asked", _("When asked"), "asked_at")],
    default="-asked",
)
