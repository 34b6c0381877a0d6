"""Goods that shops give away to be tried and reported on, and who applied for them (K1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Sku
from mall.flow import Flow
from mall.ids import PublicIdField
from mall.tenancy import ShopOwned
from marketing.models.promotion import Promotion


class Trial(ShopOwned):
    """
    The lot of one promotion: a secret ``seed`` whose hash is shown while people apply, and the seed when it is drawn.

    ``drawn_at``: who wins is settled, by lot or because the shop had chosen; ``called_off_at``: it was stopped before.
    """

    promotion = models.OneToOneField(
        Promotion, models.CASCADE, related_name="trial", verbose_name=_("promotion")
    )  # fmt: skip
    seed = models.CharField(max_length=64)
    seed_hash = models.CharField(_("hash of the seed"), max_length=64)
    drawn_at = models.DateTimeField(_("drawn at"), null=True)
    called_off_at = models.DateTimeField(_("called off at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("free trial"), _("free trials")
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at=None) | Q(called_off_at=None), name="trial_drawn_or_called_off"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.promotion)

    @property
    def is_decided(self) -> bool:
        return self.drawn_at is not None or self.called_off_at is not None


class TrialUnits(ShopOwned):
    """How many of a SKU are given away, and how many of these somebody has won or has."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="trial_units", verbose_name=_("promotion"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    quota = models.PositiveIntegerField(_("units"))
    given = models.PositiveIntegerField(_("given"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("goods of a free trial"), _("goods of free trials")
        constraints = [
            models.UniqueConstraint(fields=["promotion", "sku"], name="trial_units_once_per_sku"),
            models.CheckConstraint(
                condition=Q(given__gte=0) & Q(given__lte=models.F("quota")), name="trial_units_given_within_quota"
            ),
        ]

    @property
    def left(self) -> int:
        return self.quota - self.given


class TrialApplication(ShopOwned):
    """
    One person's application for one thing; at most one for a promotion.

    ``place`` is the order in which the lot drew it. Who has won orders it until ``take_by`` and pays the delivery; who
    does not makes room for the first in reserve, once (``moved_up``). With the goods begins the time to report.
    """

    class Status(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("free trial", "Applied")
        WON = "won", pgettext_lazy("free trial", "Won")
        RESERVE = "reserve", pgettext_lazy("free trial", "In reserve")
        TAKEN = "taken", pgettext_lazy("free trial", "Ordered")
        REPORTED = "reported", pgettext_lazy("free trial", "Reported")
        MISSED = "missed", pgettext_lazy("free trial", "Not taken in time")
        LOST = "lost", pgettext_lazy("free trial", "Not drawn")

    FLOW = Flow(
        {
            Status.APPLIED: {Status.WON, Status.RESERVE, Status.LOST},
            Status.RESERVE: {Status.WON, Status.LOST},
            Status.WON: {Status.TAKEN, Status.MISSED},
            Status.TAKEN: {Status.REPORTED, Status.WON, Status.MISSED},  # its order came to nothing
            Status.REPORTED: set(),
            Status.MISSED: set(),
            Status.LOST: set(),
        }
    )
    WINNERS = (Status.WON, Status.TAKEN, Status.REPORTED)

    public_id = PublicIdField(prefix="tra")
    promotion = models.ForeignKey(
        Promotion, models.PROTECT, related_name="trial_applications", verbose_name=_("promotion")
    )  # fmt: skip
    units = models.ForeignKey(TrialUnits, models.PROTECT, related_name="applications", verbose_name=_("item"))
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", verbose_name=_("item"))
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="trial_applications", verbose_name=_("shopper")
    )
    words = models.CharField(_("why"), max_length=300)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.APPLIED)
    place = models.PositiveIntegerField(_("place in the draw"), null=True)
    moved_up = models.BooleanField(_("moved up"), default=False)
    applied_at = models.DateTimeField(_("applied at"))
    won_at = models.DateTimeField(_("won at"), null=True)
    take_by = models.DateTimeField(_("to be taken by"), null=True)
    order_public_id = models.CharField(_("order"), max_length=24, blank=True, default="")
    taken_at = models.DateTimeField(_("ordered at"), null=True)
    report_by = models.DateTimeField(_("report due by"), null=True)
    reminded_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(_("reported at"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("application for a free trial"), _("applications for free trials")
        indexes = [
            models.Index(fields=["shopper", "-id"], name="trial_application_of_shopper"),
            models.Index(fields=["promotion", "status", "place"], name="trial_application_in_line"),
            models.Index(
                fields=["order_public_id"], name="trial_application_of_order", condition=~Q(order_public_id="")
            ),
            models.Index(fields=["take_by"], name="trial_application_to_take", condition=Q(status="won")),
            models.Index(fields=["report_by"], name="trial_application_to_report", condition=Q(status="taken")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "shopper"], name="trial_application_once_per_person"),
            models.UniqueConstraint(
                fields=["units", "place"], name="trial_application_place_once", condition=Q(place__isnull=False)
            ),
            models.CheckConstraint(condition=~Q(words=""), name="trial_application_says_why"),
            models.CheckConstraint(
                condition=~Q(status__in=["won", "taken", "reported", "missed"])
                | Q(won_at__isnull=False, take_by__isnull=False),
                name="trial_application_won_has_moments",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["taken", "reported"]) | Q(taken_at__isnull=False) & ~Q(order_public_id=""),
                name="trial_application_taken_with_an_order",
            ),
            models.CheckConstraint(
                condition=~Q(status="reported") | Q(reported_at__isnull=False),
                name="trial_application_reported_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
