"""What shoppers ask about goods before they buy, and who answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet


class SaidQuerySet(ShopOwnedQuerySet):
    def shown(self):
        """What shoppers can read."""
        return self.filter(hidden_at=None)


class Question(ShopOwned):
    """Something that a shopper wants to know of a product; everybody reads it."""

    public_id = PublicIdField(prefix="qst")
    product = models.ForeignKey(Product, models.CASCADE, related_name="questions", verbose_name=_("product"))
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="questions", verbose_name=_("who asks")
    )
    text = models.CharField(_("question"), max_length=300)
    asked_at = models.DateTimeField(_("question asked at"))
    answer_count = models.PositiveIntegerField(_("answers"), default=0)
    shop_answered_at = models.DateTimeField(_("the shop answered at"), null=True)
    helpful_count = models.PositiveIntegerField(_("others want to know too"), default=0)
    hidden_at = models.DateTimeField(_("hidden at"), null=True)
    hidden_because = models.CharField(_("hidden because"), max_length=300, blank=True, default="")

    objects = SaidQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("question"), _("questions")
        indexes = [
            models.Index(fields=["product", "helpful_count", "id"], name="question_most_asked"),
            models.Index(fields=["shop", "asked_at", "id"], name="question_of_shop"),
            models.Index(fields=["asker", "asked_at"], name="question_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["product", "asker", "text"], name="question_once"),
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="question_hidden_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Answer(ShopOwned):
    """What the shop, or somebody who bought the product, answers to a question."""

    public_id = PublicIdField(prefix="ans")
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers", verbose_name=_("question"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="answers", verbose_name=_("who answers")
    )
    is_shop = models.BooleanField(_("for the shop"), default=False)
    text = models.CharField(_("answer"), max_length=1000)
    answered_at = models.DateTimeField(_("answered at"))
    helpful_count = models.PositiveIntegerField(_("found helpful"), default=0)
    hidden_at = models.DateTimeField(_("hidden at"), null=True)
    hidden_because = models.CharField(_("hidden because"), max_length=300, blank=True, default="")

    objects = SaidQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("answer"), _("answers")
        indexes = [
            models.Index(fields=["question", "-helpful_count", "id"], name="answer_best_first"),
            models.Index(fields=["author", "answered_at"], name="answer_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["question"], condition=Q(is_shop=True), name="answer_once_by_the_shop"),
            models.UniqueConstraint(
                fields=["question", "author"], condition=Q(is_shop=False), name="answer_once_per_person"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="answer_says_something"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="answer_hidden_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
