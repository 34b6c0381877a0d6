"""Reviews by people who bought, what others say of them, and what shops have against them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.product import Product
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned, ShopOwnedQuerySet
from mall.texts import TextField


def _stars(label) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class ReviewQuerySet(ShopOwnedQuerySet):
    def shown(self):
        """What shoppers can read."""
        return self.filter(hidden_at=None)

    def counted(self):
        """What ratings are made of."""
        return self.filter(hidden_at=None, excluded_at=None)


class Review(ShopOwned):
    """
    What a shopper says about an order line she received; at most one per line, with one word more later (C6).

    ``stars`` are the goods'; service and delivery have their own. Hidden, nobody reads it; excluded after an appeal, it
    stands there with a label and counts no more, as does one of goods that were given to be tried. An order that
    completed by itself has none.
    """

    public_id = PublicIdField(prefix="rev")
    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews", verbose_name=_("product"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("shopper")
    )
    order_line_id = models.BigIntegerField(_("order line"), unique=True)
    choice_text = TextField(_("bought as"), blank=True)
    stars = models.PositiveSmallIntegerField(_("stars"))
    service_stars = _stars(_("stars for service"))
    delivery_stars = _stars(_("stars for delivery"))
    text = models.CharField(_("text"), max_length=1000, blank=True, default="")
    pictures = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("pictures"))
    is_anonymous = models.BooleanField(_("without her name"), default=False)
    written_at = models.DateTimeField(_("written at"))
    follow_up = models.CharField(_("follow-up"), max_length=1000, blank=True, default="")
    follow_up_pictures = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, verbose_name=_("pictures of the follow-up")
    )
    followed_up_at = models.DateTimeField(_("followed up at"), null=True)
    answer = models.CharField(_("shop's answer"), max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True)
    helpful_count = models.PositiveIntegerField(_("found helpful"), default=0)
    hidden_at = models.DateTimeField(_("hidden at"), null=True)
    hidden_because = models.CharField(_("hidden because"), max_length=300, blank=True, default="")
    is_trial = models.BooleanField(_("of a free trial"), default=False, db_default=False)
    excluded_at = models.DateTimeField(_("not counted since"), null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("review"), _("reviews")
        indexes = [
            models.Index(fields=["product", "-written_at"], name="review_newest"),
            models.Index(fields=["product", "helpful_count", "id"], name="review_most_helpful"),
            models.Index(fields=["shop", "written_at", "id"], name="review_of_shop"),
            models.Index(fields=["shop", "stars", "id"], name="review_of_shop_by_stars"),
            models.Index(fields=["shopper", "-id"], name="review_of_shopper"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars"),
            models.CheckConstraint(
                condition=Q(service_stars=None) | Q(service_stars__gte=1, service_stars__lte=5),
                name="review_service_one_to_five_stars",
            ),
            models.CheckConstraint(
                condition=Q(delivery_stars=None) | Q(delivery_stars__gte=1, delivery_stars__lte=5),
                name="review_delivery_one_to_five_stars",
            ),
            models.CheckConstraint(
                condition=Q(followed_up_at=None, follow_up="") | Q(followed_up_at__gte=F("written_at")),
                name="review_follow_up_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_because=""), name="review_hidden_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(is_trial=False) | Q(excluded_at__isnull=False), name="review_of_a_trial_does_not_count"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_counted(self) -> bool:
        return self.hidden_at is None and self.excluded_at is None

    @property
    def shown_name(self) -> str:
        """How others see who wrote it."""
        return gettext("Anonymous shopper") if self.is_anonymous else self.shopper.shown_name

    @property
    def days_to_follow_up(self) -> int:
        """After how many days she came back to it."""
        return (self.followed_up_at - self.written_at).days if self.followed_up_at else 0


class Vote(models.Model):
    """Somebody finds a review, a question or an answer (by public id) helpful; once."""

    subject = models.CharField(_("what"), max_length=32)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="votes", verbose_name=_("person"))
    voted_at = models.DateTimeField(_("voted at"))

    class Meta:
        verbose_name, verbose_name_plural = _("vote"), _("votes")
        indexes = [models.Index(fields=["person", "voted_at"], name="vote_of_person")]
        constraints = [models.UniqueConstraint(fields=["subject", "person"], name="vote_once")]


class Report(models.Model):
    """
    Somebody says that a review, a question or an answer (by public id) should not stand there; staff decide.

    ``said`` is what it read then. Without a reporter the screening looked up.
    """

    class Reason(models.TextChoices):
        ABUSE = "abuse", _("Insults or threatens")
        PRIVATE = "private", _("Tells somebody's name, address or phone")
        ADVERTISING = "advertising", _("Advertises, or leads away from the mall")
        FAKE = "fake", _("Not true, or paid for")
        ELSEWHERE = "elsewhere", _("Not about this product")
        ILLEGAL = "illegal", _("Against the law")
        SCREENING = "screening", _("Words that the screening knows")

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for a decision")
        KEPT = "kept", _("May stay")
        HIDDEN = "hidden", _("Hidden")

    FLOW = Flow(
        {
            Status.OPEN: {Status.KEPT, Status.HIDDEN},
            Status.HIDDEN: {Status.KEPT},
            Status.KEPT: set(),
        }
    )

    public_id = PublicIdField(prefix="rpt")
    subject = models.CharField(_("what"), max_length=32)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+", verbose_name=_("product"))
    said = models.CharField(_("what it says"), max_length=2100, blank=True, default="")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="reports", verbose_name=_("who reported it")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    words = models.CharField(_("in her words"), max_length=300, blank=True, default="")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    reported_at = models.DateTimeField(_("reported at"))
    verdict = models.CharField(_("verdict"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("report of words"), _("reports of words")
        permissions = [("decide_report", "Can decide reports")]
        indexes = [
            models.Index(fields=["status", "reported_at"], name="report_queue"),
            models.Index(fields=["subject"], name="report_of_subject"),
            models.Index(fields=["reporter", "reported_at"], name="report_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject", "reporter"], name="report_once_per_person"),
            models.CheckConstraint(
                condition=Q(status="open") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="report_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ReviewAppeal(ShopOwned):
    """A shop says, with evidence, that a review should not count; staff decide, once."""

    class Reason(models.TextChoices):
        WRONG_GOODS = "wrong_goods", _("It is about something else")
        BLACKMAIL = "blackmail", _("Money was asked for a better review")
        RIVAL = "rival", _("It comes from a competitor")
        NOT_OURS = "not_ours", _("The carrier or the platform was at fault")
        UNTRUE = "untrue", _("What it says is not true")

    class Status(models.TextChoices):
        ASKED = "asked", _("Waits for a decision")
        GRANTED = "granted", _("Granted: it counts no more")
        REJECTED = "rejected", _("Rejected: it counts")

    FLOW = Flow({Status.ASKED: {Status.GRANTED, Status.REJECTED}, Status.GRANTED: set(), Status.REJECTED: set()})

    public_id = PublicIdField(prefix="rva")
    review = models.OneToOneField(Review, models.CASCADE, related_name="appeal", verbose_name=_("review"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    words = models.CharField(_("what happened"), max_length=1000)
    evidence = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("evidence"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    verdict = models.CharField(_("verdict"), max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("appeal against a review"), _("appeals against reviews")
        permissions = [("decide_reviewappeal", "Can decide appeals against reviews")]
        indexes = [models.Index(fields=["status", "asked_at"], name="review_appeal_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="asked") | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="review_appeal_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
