"""The growth file: what happened in a shop, day by day (M5), and the monthly score made of it (M6)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall.money import CurrencyField, MoneyField
from mall.tenancy import ShopOwned
from merchants.models.shop import Shop


class GrowthEntry(ShopOwned):
    """
    One thing that happened in a shop, heard once. ``name`` is the event's, ``subject`` what it was about.

    ``counts`` are what it adds to the facts of its day; an entry that an appeal took out adds nothing, nor does one of
    an order that looks like fake trade (``excluded_for`` names that order).
    """

    name = models.CharField(_("what"), max_length=30)
    subject = models.CharField(_("about"), max_length=60)
    at = models.DateTimeField(_("at"))
    on = models.DateField(_("day"))
    shopper_id = models.BigIntegerField(_("shopper"), null=True)
    counts = models.JSONField(_("counts"), default=dict)
    detail = models.JSONField(_("details"), default=dict)
    is_excluded = models.BooleanField(_("counts no more"), default=False)
    excluded_for = models.CharField(_("because of"), max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name, verbose_name_plural = _("entry of the growth file"), _("growth file")
        constraints = [models.UniqueConstraint(fields=["shop", "name", "subject", "at"], name="growth_entry_once")]
        indexes = [
            models.Index(fields=["shop", "-at"], name="growth_entry_latest"),
            models.Index(
                fields=["shop", "shopper_id", "at"], name="growth_entry_of_shopper", condition=Q(name="OrderPaid")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"

    @property
    def answer_hours(self) -> float | None:
        """How long the shop took to answer an after-sale; nothing if it never did."""
        seconds = self.detail.get("response_seconds", -1)
        return seconds / 3600 if seconds >= 0 else None


class DailyFacts(ShopOwned):
    """Counts of one shop on one business day: the sums of the day's entries of the growth file."""

    on = models.DateField(_("day"))
    currency = CurrencyField()
    paid_orders = models.PositiveIntegerField(_("paid orders"), default=0)
    paid_amount = MoneyField(_("paid amount"), default=0)
    new_buyers = models.PositiveIntegerField(_("new buyers"), default=0)
    repeat_buyers = models.PositiveIntegerField(_("orders of buyers who came back"), default=0)
    shipped_orders = models.PositiveIntegerField(_("shipped orders"), default=0)
    shipping_hours = models.PositiveIntegerField(_("hours from payment to shipping, summed"), default=0)
    late_orders = models.PositiveIntegerField(_("orders shipped late"), default=0)
    completed_orders = models.PositiveIntegerField(_("completed orders"), default=0)
    canceled_paid_orders = models.PositiveIntegerField(_("paid orders canceled"), default=0)
    refunds = models.PositiveIntegerField(_("refunds"), default=0)
    refunded_amount = MoneyField(_("refunded amount"), default=0)
    returns = models.PositiveIntegerField(_("orders sent back"), default=0)
    complaints = models.PositiveIntegerField(_("complaints"), default=0)
    disputes_lost = models.PositiveIntegerField(_("disputes lost"), default=0)
    answered_cases = models.PositiveIntegerField(_("after-sales answered"), default=0)
    answer_seconds = models.PositiveBigIntegerField(_("seconds to the first answer, summed"), default=0)
    product_updates = models.PositiveIntegerField(_("product updates"), default=0)
    review_count = models.PositiveIntegerField(_("reviews"), default=0)
    review_stars = models.PositiveIntegerField(_("stars, summed"), default=0)
    promotion_days = models.PositiveIntegerField(_("promotions that ran, by days"), default=0)
    visitors = models.PositiveIntegerField(_("visitors"), default=0)
    page_views = models.PositiveIntegerField(_("page views"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("daily facts"), _("daily facts")
        constraints = [models.UniqueConstraint(fields=["shop", "on"], name="daily_facts_once")]


class ShopActivity(models.Model):
    """When a shop last sold something, and in which category it sells; apart from the shop because it changes often."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="activity")
    last_paid_at = models.DateTimeField(_("last paid order at"), null=True)
    category = models.CharField(_("main category"), max_length=60, blank=True, default="", db_default="")


class HealthScore(ShopOwned):
    """The official score of one month: 0-100, with each measure's numerator, denominator, points and weight."""

    PASS = 60

    month = models.DateField(_("month"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    measures = models.JSONField(_("measures"))
    sheet_version = models.PositiveSmallIntegerField(_("version of the sheet"))
    scored_at = models.DateTimeField(_("scored at"))
    category = models.CharField(_("compared within"), max_length=60, blank=True, default="")
    first_score = models.DecimalField(_("score before the appeal"), max_digits=5, decimal_places=2, null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("health score"), _("health scores")
        permissions = [("rescore_healthscore", "Can make health scores anew")]
        constraints = [
            models.UniqueConstraint(fields=["shop", "month"], name="health_score_once_a_month"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="health_score_0_to_100"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.month:%Y-%m}"

    @property
    def is_passed(self) -> bool:
        """Whether the shop may enter campaigns and placements with it."""
        return self.score >= self.PASS
